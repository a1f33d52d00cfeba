"""Reports: one module a format, each made from the assessment alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, get_args

from ccpolicy.errors import Language, Message, ReportError

if TYPE_CHECKING:  # the command line asks for the names of formats before it needs the models
    from ccpolicy.assessment.agenda import Agenda
    from ccpolicy.assessment.comparison import Comparison
    from ccpolicy.assessment.models import Assessment
    from ccpolicy.assessment.verdict_history import History
    from ccpolicy.assessment.verification import Verification

Subject = Literal["assessment", "agenda", "comparison", "history", "verification"]
Detail = Literal["brief", "normal", "full"]


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write a result."""

    subjects: tuple[Subject, ...]
    """What it can say. The module of the same name has a function for each."""
    suffix: str
    """How the names of its files end."""
    for_people: bool = False
    """Whether it is read as it is, in a terminal."""
    annex: bool = False
    """Whether it shows the assessment's annex."""


_ALL = get_args(Subject)
FORMATS: dict[str, Format] = {
    "text": Format(_ALL, ".txt", for_people=True),
    "json": Format(_ALL, ".json"),
    "ics": Format(("assessment", "agenda"), ".ics"),
    "sarif": Format(("assessment",), ".sarif"),
    "junit": Format(("assessment",), ".xml"),
    "github": Format(("assessment",), ".github.txt"),
    "gitlab": Format(("assessment",), "code-quality-report.json"),
    "markdown": Format(("assessment", "comparison"), ".md"),
    "csv": Format(("assessment",), ".csv"),
    "xlsx": Format(("assessment",), ".xlsx"),
    "html": Format(("assessment",), ".html", annex=True),
    "oscal": Format(("assessment",), ".oscal.json"),
}


@dataclass(frozen=True, slots=True)
class View:
    """How its reader wants to see a report; formats for machines do not ask."""

    language: Language = "en"
    columns: int = 80
    """Width that lines keep to, in columns of a terminal."""
    colour: bool = False
    detail: Detail = "normal"
    path: str = ""
    """The repository as the reader named it, for commands to run next."""
    folder: str = ""
    """Where the repository lies below the top of its git checkout, from which readers of some
    formats look for files; empty, or with `/` at its end."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A report, and what its format cannot say."""

    content: str | bytes
    unsaid: tuple[Message, ...] = ()

    @property
    def text(self) -> str:
        """The report, of a format that is text."""
        assert isinstance(self.content, str)
        return self.content


def formats(subject: Subject) -> list[str]:
    """List the formats that can say something."""
    return [name for name, each in FORMATS.items() if subject in each.subjects]


def format_of(file: str, subject: Subject) -> str:
    """Choose a format by the end of a file's name.

    Raises:
        ReportError: no format, or several, have files of that name.
    """
    fitting = [name for name in formats(subject) if file.endswith(FORMATS[name].suffix)]
    longest = max((len(FORMATS[name].suffix) for name in fitting), default=0)
    chosen = [name for name in fitting if len(FORMATS[name].suffix) == longest]
    if len(chosen) != 1:
        raise ReportError(
            "the name of '{file}' does not say which format is meant",
            hint="write FORMAT={file}, with one of: {names}",
            file=file,
            names=", ".join(formats(subject)),
        )
    return chosen[0]


def render(
    result: Assessment | Agenda | Comparison | History | Verification, name: str, view: View
) -> Rendered:
    """Render a result in one format."""
    module = import_module(f"{__name__}.{name}")
    # Each of them is called as the function that renders it.
    function: Callable[[Any, View], str | bytes | Rendered] = getattr(
        module, type(result).__name__.lower()
    )
    rendered = function(result, view)
    return rendered if isinstance(rendered, Rendered) else Rendered(rendered)
