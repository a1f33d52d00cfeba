"""Bundles: all that a verdict rests on in one file, that others can verify and sign."""
