"""Runs the tests of one change in a copy of the checkout.

The third-party packages are imported once. Then each change is tried in a process of its own, which
has imported nothing of the program yet.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import json
import os
import py_compile
import resource
import shutil
import signal
import subprocess
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .mutant import Mutant

Outcome = Literal["killed", "timeout", "survived", "not run"]
"""A timeout kills too: it ends with a message in CI."""
PRELOADED = (
    *("_pytest.assertion.rewrite", "pytest", "hypothesis", "pydantic", "duckdb", "sqlglot"),
    *("sqlglot.dialects.duckdb", "jsonschema", "jsonschema_rs", "babel.dates", "yaml", "git"),
    *("click", "jinja2", "holidays", "chinese_calendar", "xlsxwriter", "python_calamine"),
)
ORACLE = "tests/oracle/test_engine.py"
BATCHES = [
    *(f"{ORACLE}::test_batch[{seed}]" for seed in range(12)),
    "tests/oracle/test_cases_engine.py",
]
"""The worlds that the tests draw by default, and the cases that were worked out by hand."""
SQL_TESTS = [*BATCHES, "tests/oracle/test_examples.py", "tests/engine/test_subtraction.py"]
STARTUP = 60
"""CPU seconds for imports and for what a slower run may need."""


@dataclass(frozen=True)
class TestChoice:
    """Which tests run which line, as `coverage_plugin` measured it."""

    seconds: dict[str, float]
    lines: dict[str, dict[str, list[str]]]

    @classmethod
    def read(cls, path: Path) -> TestChoice:
        """Read what the plugin wrote."""
        return cls(**json.loads(path.read_text("utf-8")))

    def tests(self, mutant: Mutant, limit: float) -> list[str]:
        """Return the tests of a change, the quick ones first, up to so many CPU seconds; or one.

        What a module does while it is imported is anybody's who runs some of it. Where the worlds
        reach a line, all of them are asked: some changes show in one world of a thousand.
        """
        if mutant.path.endswith(".sql"):
            return SQL_TESTS
        lines = self.lines.get(mutant.path, {})
        names = lines.get(str(mutant.line)) or list(
            {name for each in lines.values() for name in each}
        )
        chosen: list[str] = []
        for name in sorted(set(names) & self.seconds.keys(), key=self.seconds.__getitem__):
            if (limit := limit - self.seconds[name]) < 0 and chosen:
                break
            if not name.startswith(ORACLE):
                chosen.append(name)
        worlds = BATCHES if any(name.startswith(ORACLE) for name in names) else []
        return [*chosen, *worlds]


@dataclass(frozen=True)
class Workshop:
    """A copy of the checkout in which one change after another is made."""

    folder: Path

    @classmethod
    def make(cls, root: Path, folder: Path) -> Workshop:
        """Copy what git tracks, and what is new."""
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
            cwd=root,
            capture_output=True,
            check=True,
        ).stdout.decode()
        for name in filter(None, listed.split("\0")):
            if (root / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(root / name, folder / name)
        for name in PRELOADED:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
        made = cls(folder)
        subprocess.run([sys.executable, "-m", "compileall", "-q", folder / "src"], check=True)
        return made

    def check(self, tests: list[str]) -> None:
        """Raise `RuntimeError` unless the tests pass before anything is changed."""
        if self._run(tests, 600, writes=True) != "survived":
            log = Path(f"{self.folder}.log").read_text("utf-8", errors="replace")
            raise RuntimeError(f"the tests do not pass unchanged:\n{log}")

    def try_out(self, mutant: Mutant, tests: list[str], seconds: float) -> Outcome:
        """Make one change, run tests, and take the change back."""
        if not tests:
            return "not run"
        path = self.folder / mutant.path
        text = path.read_text("utf-8")
        compiled = (
            Path(importlib.util.cache_from_source(str(path))) if path.suffix == ".py" else None
        )
        try:
            path.write_text(mutant.apply(text), "utf-8")
            if compiled:
                compiled.unlink(missing_ok=True)
            return self._run(tests, int(seconds) * 3 + STARTUP)
        finally:
            path.write_text(text, "utf-8")
            if compiled:
                py_compile.compile(str(path), doraise=True)

    def _run(self, tests: list[str], cpu_seconds: int, *, writes: bool = False) -> Outcome:
        child = os.fork()
        if child == 0:
            self._child(tests, cpu_seconds, writes=writes)
        # A process that waits uses no CPU time, so there is a bound of real time too.
        ends = time.monotonic() + 10 * cpu_seconds
        while time.monotonic() < ends:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                break
            time.sleep(0.05)
        else:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return "timeout"
        if os.WIFSIGNALED(status):
            return (
                "timeout" if os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL) else "killed"
            )
        return "survived" if os.WEXITSTATUS(status) == 0 else "killed"

    def _child(self, tests: list[str], cpu_seconds: int, *, writes: bool) -> None:
        code = 3
        try:
            os.setsid()
            resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 5))
            os.chdir(self.folder)
            log = os.open(f"{self.folder}.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(log, 1)
            os.dup2(log, 2)
            sys.dont_write_bytecode = not writes
            os.environ["CCPOLICY_REDUCTION"] = "0"
            sys.path[:0] = [str(self.folder / name) for name in ("src", "tests", "tools")]
            import pytest

            found = importlib.util.find_spec("ccpolicy")
            assert found
            assert Path(found.origin or "").is_relative_to(self.folder), found
            options = ["-x", "-q", "-n", "0", "-p", "no:cacheprovider", "--tb", "short"]
            # The packages that were imported before have no assertions of tests in them.
            options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
            code = int(pytest.main([*options, *tests]))
        except BaseException:  # noqa: BLE001 - the process ends here, whatever it was
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(code)
