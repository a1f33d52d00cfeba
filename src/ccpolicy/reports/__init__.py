"""Reports: one module a format, each made from the assessment alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, get_args

from ccpolicy.errors import Language, Message, ReportError

if TYPE_CHECKING:  # the command line asks for the names of formats before it needs the models
    from ccpolicy.assessment.agenda import Agenda
    from ccpolicy.assessment.comparison import Comparison
    from ccpolicy.assessment.models import Assessment
    from ccpolicy.assessment.preview import Preview
    from ccpolicy.assessment.sample import Sample
    from ccpolicy.assessment.verdict_history import History
    from ccpolicy.assessment.verification import Verification

    Result = Assessment | Agenda | Comparison | History | Preview | Sample | Verification

Subject = Literal[
    "assessment", "agenda", "comparison", "history", "preview", "sample", "verification"
]
Detail = Literal["brief", "normal", "full"]


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write results."""

    suffix: str
    """How the names of its files end."""
    renderers: Mapping[Subject, str]
    """Subject → the function that renders it, as `module.function` of this package.

    It takes the result and a `View`, and returns a text, bytes or `Rendered`. It is imported when
    it is called: the command line lists formats without loading what they need."""
    for_people: bool = False
    """Whether it is read as it is, in a terminal."""
    annex: bool = False
    """Whether it shows the assessment's annex."""
    subjects: bool = False
    """Whether it lists whole populations."""
    prepared: bool = False
    """Whether it says who prepared it, and what changed since another assessment."""
    for_files: bool = False
    """Whether it is of no use in a terminal: a page for a browser, or bytes."""
    names_commit: bool = False
    """Whether it says which commit was judged, if git was asked."""
    detailed: bool = False
    """Whether an assessment is written in less or more detail, as its reader wishes."""
    job_summary: bool = False
    """Whether the whole result also goes to the summary of a GitHub job."""


FORMATS: dict[str, Format] = {
    "text": Format(
        ".txt",
        {
            "assessment": "assessment_text.render_assessment",
            "agenda": "agenda_text.render_agenda",
            "comparison": "comparison_text.render_comparison",
            "history": "history_text.render_history",
            "preview": "preview_text.render_preview",
            "sample": "sample_text.render_sample",
            "verification": "verification_text.render_verification",
        },
        for_people=True,
        names_commit=True,
        detailed=True,
    ),
    "json": Format(
        ".json", dict.fromkeys(get_args(Subject), "json.render_json"), names_commit=True
    ),
    "ics": Format(".ics", {"assessment": "ics.render_assessment", "agenda": "ics.render_agenda"}),
    "sarif": Format(".sarif", {"assessment": "sarif.render_assessment"}),
    "junit": Format(
        ".xml", {"assessment": "junit.render_assessment"}, names_commit=True, detailed=True
    ),
    "github": Format(
        ".github.txt",
        {"assessment": "github.render_assessment"},
        names_commit=True,
        detailed=True,
        job_summary=True,
    ),
    "gitlab": Format("code-quality-report.json", {"assessment": "gitlab.render_assessment"}),
    "markdown": Format(
        ".md",
        {
            "assessment": "markdown.render_assessment",
            "comparison": "comparison_markdown.render_comparison",
        },
        names_commit=True,
        detailed=True,
    ),
    "csv": Format(
        ".csv",
        {
            "assessment": "csv.render_assessment",
            "agenda": "agenda_tables.render_csv",
            "preview": "preview_csv.render_preview",
            "sample": "sample_tables.render_csv",
        },
        subjects=True,
    ),
    "xlsx": Format(
        ".xlsx",
        {
            "assessment": "xlsx.render_assessment",
            "agenda": "agenda_tables.render_xlsx",
            "sample": "sample_tables.render_xlsx",
        },
        subjects=True,
        prepared=True,
        for_files=True,
    ),
    "html": Format(
        ".html",
        {"assessment": "html.render_assessment"},
        annex=True,
        subjects=True,
        prepared=True,
        for_files=True,
        names_commit=True,
        detailed=True,
    ),
    "oscal": Format(".oscal.json", {"assessment": "oscal.render_assessment"}),
}
"""Every format. The choices of `--format`, `--report` and `bundle` derive from it."""


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
    prepared_by: str = ""
    """Who prepared the report, as given."""
    prepared_on: str = ""
    """When, as given: the clock is not asked."""
    compared: Assessment | None = None
    """An earlier assessment, of which the report says what changed since."""
    excerpt: Callable[[str, str | None], list[str]] | None = None
    """Returns the lines of a file to be shown for a place, and for a field there if one is named;
    None where the files are not at hand."""


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
    return [name for name, each in FORMATS.items() if subject in each.renderers]


def format_for_file(file: str, subject: Subject) -> str:
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


def render(result: Result, name: str, view: View) -> Rendered:
    """Render a result in one format."""
    rendered = renderer(name, result.SUBJECT)(result, view)
    return rendered if isinstance(rendered, Rendered) else Rendered(rendered)


def renderer(name: str, subject: Subject) -> Callable[[Any, View], str | bytes | Rendered]:
    """Import the function that renders a subject in one format."""
    module, _, function = FORMATS[name].renderers[subject].rpartition(".")
    found: Callable[[Any, View], str | bytes | Rendered] = getattr(
        import_module(f"{__name__}.{module}"), function
    )
    return found
