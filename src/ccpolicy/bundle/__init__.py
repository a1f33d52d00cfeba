"""Bundles: policy, evidence and assessment in one file that others can verify and sign."""
