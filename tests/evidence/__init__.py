"""Every reader of evidence, end to end: files in, tables and problems out."""
