"""Runs that are killed, disks that are full, outputs that are closed: nothing partial is a result.

`CCPOLICY_FAULTS` says how many of each are tried.
"""
