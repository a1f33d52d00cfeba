"""Hostile bytes for everything that is read: an answer or an error with a code, and never a pass.

`targets` names the readers. The tests try what stands in `corpus/`, a folder for each, and a few
changed inputs: `CCPOLICY_FUZZ` says how many, and `CCPOLICY_FUZZ_SEED` which. `python -m fuzz` in
the folder `tests` goes on for as long as it is told.
"""

from __future__ import annotations

from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
