"""Hostile bytes for everything that is read: an answer or an error with a code, and never a pass.

`CCPOLICY_FUZZ` says how many inputs each reader gets, and `CCPOLICY_FUZZ_SEED` which. What was
found once stands in `corpus/`, a folder for each target, and is tried always.
"""
