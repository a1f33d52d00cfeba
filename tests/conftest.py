"""What holds for all tests."""

from __future__ import annotations

import signal
import zoneinfo
from pathlib import Path

import pytest

from git_command import commit, git
from small_centre import lay

# What a test expects of a zone rests on the same rules as what it tries, on every machine.
zoneinfo.reset_tzpath([])

# Where a shell runs the tests in the background, they and what they start would hear no Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(scope="session")
def small_repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small centre in a repository, committed on the branch main: to be copied."""
    folder = lay(tmp_path_factory.mktemp("repository") / "centre")
    git(folder, "init", "-q", "-b", "main")
    commit(folder)
    return folder
