"""What holds for all tests."""

from __future__ import annotations

import zoneinfo

# What a test expects of a zone rests on the same rules as what it tries, on every machine.
zoneinfo.reset_tzpath([])
