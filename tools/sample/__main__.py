"""Make the sample centre's evidence: `python -m sample DIR`."""

from __future__ import annotations

import sys
from pathlib import Path

from sample.centre import write_centre

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m sample DIR")
    write_centre(Path(sys.argv[1]))
