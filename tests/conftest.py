"""What holds for all tests."""

from __future__ import annotations

import signal
import zoneinfo

# What a test expects of a zone rests on the same rules as what it tries, on every machine.
zoneinfo.reset_tzpath([])

# Where a shell runs the tests in the background, they and what they start would hear no Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
