"""`pytest --ccpolicy PATH`: every control of a policy repository is a test.

pytest imports this at every start, so all else is imported where it is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ccpolicy.vocabulary import SEVERITIES

if TYPE_CHECKING:
    from ccpolicy.assessment.models import Assessment, Control

OPTION = "ccpolicy"
REQUIRE_CURRENT = "ccpolicy_require_current"
MARKERS = (
    "ccpolicy: a control of a policy repository",
    "severity(name): how severe it is when the control does not hold",
    "clause(id): a clause of the plan that the control holds, or a chapter around it",
    *(f"{name}: a control of this severity" for name in SEVERITIES),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that names a repository; it may be given several times."""
    parser.getgroup(OPTION).addoption(
        "--ccpolicy",
        dest=OPTION,
        action="append",
        default=[],
        metavar="PATH",
        help="judge the policy repository at PATH; each control is a test",
    )
    parser.getgroup(OPTION).addoption(
        "--ccpolicy-require-current",
        dest=REQUIRE_CURRENT,
        action="store_true",
        help="refuse a moment that ccpolicy.toml pins",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known."""
    for text in MARKERS:
        config.addinivalue_line("markers", text)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add the controls after the tests of files, before any are chosen or handed out."""
    for path in config.getoption(OPTION):
        root = RepositoryCollector.from_parent(
            session, name=f"ccpolicy:{path}", path=Path(path).resolve()
        )
        items.extend(root.collect())


class Failed(Exception):
    """A control that does not hold or could not be judged, with what a person reads of it."""


class RepositoryCollector(pytest.Collector):
    """A policy repository, judged once when it is collected."""

    def collect(self) -> Iterator[pytest.Item]:
        """Judge, and yield a test for each control, and one for evidence that nobody reads.

        Raises:
            pytest.UsageError: there is no policy that could be judged, or nothing was assessed:
                tests that are all skipped would read as passing.
        """
        import ccpolicy
        from ccpolicy.errors import CcpolicyError, Locator

        try:
            request = ccpolicy.EvaluationRequest(
                require_current=self.config.getoption(REQUIRE_CURRENT)
            )
            result = ccpolicy.load(self.path).check(request)
        except CcpolicyError as failure:
            raise pytest.UsageError(_shown(failure.diagnostics())) from None
        if result.nothing_assessed:
            nothing = CcpolicyError(
                "nothing was assessed, which is no pass",
                hint="see why with:  ccpolicy check --verbose",
                locator=Locator(str(self.path)),
            )
            raise pytest.UsageError(_shown(nothing.diagnostics()))
        if result.problems:
            yield EvidenceItem.from_parent(self, name="evidence", result=result)
        for control in result.controls:
            yield Item.from_parent(self, name=control.id, result=result, control=control)


class EvidenceItem(pytest.Item):
    """Evidence that concerns no single control, which fails the gate."""

    def __init__(self, *, result: Assessment, **rest: Any) -> None:
        super().__init__(**rest)
        self.result = result
        self.add_marker("ccpolicy")

    def runtest(self) -> None:
        """Fail.

        Raises:
            Failed: always, since this stands for what is wrong.
        """
        raise Failed(
            "\n".join(
                f"{each.locator or 'evidence'}: {each.code} {each.message.text('en')}"
                for each in self.result.problems
            )
        )

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *rest: Any) -> str:
        """Say what is wrong."""
        return str(excinfo.value)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return where the settings say which files are evidence."""
        return self.path / "ccpolicy.toml", 0, "evidence"


class Item(pytest.Item):
    """One control."""

    def __init__(self, *, result: Assessment, control: Control, **rest: Any) -> None:
        super().__init__(**rest)
        self.result, self.control = result, control
        self.add_marker("ccpolicy")
        self.add_marker(control.severity)
        # By name, since -m asks for arguments by their names.
        self.add_marker(pytest.mark.severity(name=control.severity))
        for clause in dict.fromkeys(each for one in control.clauses for each in _around(one)):
            self.add_marker(pytest.mark.clause(id=clause))
        for clause in control.clauses:
            self.extra_keyword_matches.add(f"clause-{clause}")
        self.extra_keyword_matches.update([*control.title.root.values(), *control.tags])

    def runtest(self) -> None:
        """Pass, skip or fail as the control does.

        Raises:
            Failed: it does not hold, or could not be judged.
        """
        match self.result.verdict(self.control):
            case "pass":
                return
            case "waived":
                used = {lapse.waived_by for lapse in self.control.lapses}
                pytest.skip(f"waived: {', '.join(sorted(name for name in used if name))}")
            case "not_applicable":
                reason = self.control.reason
                pytest.skip(_shown(f"not applicable: {reason.text('en') if reason else ''}"))
            case _:
                raise Failed(self.shown())

    def shown(self) -> str:
        """Return the text of a report about this control alone."""
        from ccpolicy.reports import View, render

        verdict = self.result.verdict(self.control)
        tally = {name: int(name == verdict) for name in self.result.tally}
        gate = self.result.gate.model_copy(update={"failed_on": [self.control.id]})
        alone = self.result.model_copy(
            update={
                "controls": [self.control],
                "evidence": self.result.evidence.model_copy(update={"files": []}),
                "gate": gate,
                "problems": [],
                "tally": tally,
            }
        )
        return render(alone, "text", View(detail="full")).text

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *rest: Any) -> str:
        """Say what does not hold, as the command line does."""
        if isinstance(excinfo.value, Failed):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return where the policy says it."""
        from ccpolicy.errors import Locator

        place = Locator.read(self.control.source)
        title = f"{self.control.id} {self.control.title.text('en')}"
        return self.path / place.file, (place.line or 1) - 1, _shown(title)


def _shown(text: str) -> str:
    """Write out what the terminal or the CI runner that shows pytest's output would act on."""
    from ccpolicy.reports.layout import inert, visible

    return "\n".join(inert(visible(line)) for line in text.split("\n"))


def _around(clause: str) -> Iterator[str]:
    """Yield a clause and the chapters that it stands in: 3.1.2, 3.1 and 3."""
    while clause:
        yield clause
        clause = clause.rpartition(".")[0]
