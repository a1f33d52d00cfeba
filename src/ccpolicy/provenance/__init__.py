"""What git knows of the evidence: who put what on file, when, and what was changed afterwards."""
