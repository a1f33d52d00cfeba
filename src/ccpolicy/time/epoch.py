"""The numbers that times are stored as: days and microseconds since 1970, in UTC."""

from __future__ import annotations

import datetime

SECOND = 1_000_000
"""Microseconds of a second."""
DAY = 86_400_000_000
"""Microseconds of a day of 24 hours."""
EPOCH = datetime.date(1970, 1, 1).toordinal()
"""Proleptic ordinal of day 0."""
LAST_DAY = 84_006
"""First day that no record may name: 2200-01-01. Integers of instants stay far from overflow."""
CLOCK_TOLERANCE = 300 * SECOND
"""How far ahead of the present a time may lie: clocks differ."""
