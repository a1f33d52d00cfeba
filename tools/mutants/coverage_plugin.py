"""A pytest plugin that measures which lines each test runs, and for how long it runs."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest

TARGET = "CCPOLICY_MUTANTS_COVERAGE"
"""Environment variable that names the file to write."""


class LinesOfTests:
    """Measures every test in a context of its own: coverage's contexts would join parameters."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._seconds: dict[str, float] = {}
        self._coverage = coverage.Coverage(
            data_file=None, source_pkgs=["ccpolicy"], config_file=False
        )
        self._coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Run one test, its fixtures included."""
        self._coverage.switch_context(item.nodeid)
        started = time.process_time()
        result = yield
        self._seconds[item.nodeid] = round(time.process_time() - started, 3)
        self._coverage.switch_context("")
        return result

    @pytest.hookimpl
    def pytest_sessionfinish(self) -> None:
        """Write for each file and line the tests that run it."""
        self._coverage.stop()
        data = self._coverage.get_data()
        root = Path.cwd()
        lines = {}
        for name in sorted(data.measured_files()):
            found = data.contexts_by_lineno(name)
            lines[str(Path(name).relative_to(root))] = {
                str(line): sorted(filter(None, contexts)) for line, contexts in found.items()
            }
        self._target.write_text(json.dumps({"seconds": self._seconds, "lines": lines}), "utf-8")


def pytest_configure(config: pytest.Config) -> None:
    """Measure if a target is named."""
    if target := os.environ.get(TARGET):
        config.pluginmanager.register(LinesOfTests(Path(target)))
