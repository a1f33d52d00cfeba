"""Reports: one module a format, each made from the assessment alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal, TypeAlias

from ccpolicy.errors import Language, Message, ReportError

if TYPE_CHECKING:  # the command line asks for the names of formats before it needs the models
    from ccpolicy.assessment.agenda import Agenda
    from ccpolicy.assessment.comparison import Comparison
    from ccpolicy.assessment.models import Assessment

Subject = Literal["assessment", "agenda", "comparison"]
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


FORMATS: dict[str, Format] = {
    "text": Format(("assessment", "agenda", "comparison"), ".txt", for_people=True),
    "json": Format(("assessment", "agenda", "comparison"), ".json"),
    "markdown": Format(("comparison",), ".md"),
    "ics": Format(("agenda",), ".ics"),
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


Result: TypeAlias = "Assessment | Agenda | Comparison"


def render(result: Result, name: str, view: View) -> Rendered:
    """Render a result in one format."""
    module = import_module(f"{__name__}.{name}")
    subject = type(result).__name__.lower()
    function: Callable[[Result, View], str | bytes | Rendered] = getattr(module, subject)
    rendered = function(result, view)
    return rendered if isinstance(rendered, Rendered) else Rendered(rendered)
