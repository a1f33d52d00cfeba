"""What git knows of the evidence: who filed which record, when, and later changes."""
