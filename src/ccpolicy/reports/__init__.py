"""Reports: one module a format, each made from the assessment alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal

from ccpolicy.errors import Language

if TYPE_CHECKING:  # the command line asks for the names of formats before it needs the models
    from ccpolicy.assessment.agenda import Agenda
    from ccpolicy.assessment.models import Assessment

Subject = Literal["assessment", "agenda"]
Detail = Literal["brief", "normal", "full"]

FORMATS: dict[str, tuple[Subject, ...]] = {
    "text": ("assessment", "agenda"),
    "json": ("assessment", "agenda"),
    "ics": ("agenda",),
}
"""Format → what it can say. The module of the same name has a function for each."""


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


def formats(subject: Subject) -> list[str]:
    """List the formats that can say something."""
    return [name for name, subjects in FORMATS.items() if subject in subjects]


def render(result: Assessment | Agenda, name: str, view: View) -> str:
    """Render a result in one format."""
    from ccpolicy.assessment.models import Assessment

    module = import_module(f"{__name__}.{name}")
    subject = "assessment" if isinstance(result, Assessment) else "agenda"
    function: Callable[[Assessment | Agenda, View], str] = getattr(module, subject)
    return function(result, view)
