"""What controls can be filtered by, and the site that a subject belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ccpolicy.assessment.audit_appendix import AuditAppendix, ControlAppendix, Record, Span
from ccpolicy.assessment.models import Assessment, Control
from ccpolicy.reports.html_parts.labels import severity, verdict
from ccpolicy.reports.html_parts.wording import Wording, readable, say, text
from ccpolicy.vocabulary import KEY_SEPARATOR, SEVERITIES, VERDICTS

SITE = "site"
"""The column that names where a subject is."""


@dataclass(frozen=True, slots=True)
class FilterValue:
    """One value to filter by."""

    token: str
    label: Wording | str
    controls: int


@dataclass(frozen=True, slots=True)
class Facet:
    """Values of one kind."""

    name: str
    label: Wording
    choices: list[FilterValue]


@dataclass
class Sites:
    """Where subjects are: by their key, or else by the record that puts them on duty."""

    annex: AuditAppendix | None
    _by_control: dict[str, ControlAppendix] = field(init=False)
    _records: dict[str, Record] = field(init=False)
    _drawn: dict[tuple[str, str], str] = field(init=False)

    def __post_init__(self) -> None:
        annex = self.annex
        self._by_control = {each.id: each for each in annex.controls} if annex else {}
        self._records = {each.place: each for each in annex.records} if annex else {}
        self._drawn = {
            (control.id, timeline.subject): self._of_duty(timeline.duty)
            for control in self._by_control.values()
            for timeline in control.timelines
        }

    def _of_duty(self, duty: Sequence[Span]) -> str:
        for span in duty:
            record = self._records.get(span.record or "")
            if record and SITE in record.fields:
                return record.fields[SITE]
        return ""

    def of(self, control: Control, subject: str) -> str:
        """Return a subject's site; empty where nothing says it."""
        annex = self._by_control.get(control.id)
        for selection in annex.selections if annex else []:
            if selection.input in ("subjects", "openings", "readings") and SITE in selection.key:
                parts = subject.split(KEY_SEPARATOR)
                place = selection.key.index(SITE)
                if place < len(parts):
                    return parts[place]
        return self._drawn.get((control.id, subject), "")

    def all_of(self, control: Control) -> list[str]:
        """Return the sites that a control is about, as far as its subjects tell."""
        annex = self._by_control.get(control.id)
        subjects = [timeline.subject for timeline in annex.timelines] if annex else []
        subjects += [lapse.subject for lapse in control.lapses[:1_000]]
        return sorted({self.of(control, subject) for subject in subjects} - {""})


def facets(result: Assessment, sites: Sites) -> tuple[list[Facet], dict[str, str]]:
    """Return what can be filtered by, and each control's tokens."""
    tokens: dict[str, list[str]] = {control.id: [] for control in result.controls}

    def facet(
        name: str, label: Wording, values: Mapping[str, list[str]], said: Mapping[str, Wording]
    ) -> Facet:
        choices = []
        for place, (value, controls) in enumerate(values.items()):
            token = f"{name}-{value if value in said else place}"
            for control in controls:
                tokens[control].append(token)
            choices.append(FilterValue(token, said.get(value) or readable(value), len(controls)))
        return Facet(name, label, choices)

    controls = result.controls
    verdicts: dict[str, Wording] = {each: verdict(each).label for each in VERDICTS}
    clauses = {
        clause.id: [each.id for each in controls if clause.id in each.clauses]
        for clause in result.policy.clauses
    }
    norms: dict[str, list[str]] = {}
    titles: dict[str, Wording] = {}
    for control in controls:
        for norm in {p.norm.id: p.norm for p in control.parameters if p.norm}.values():
            norms.setdefault(norm.id, []).append(control.id)
            titles.setdefault(norm.id, text(norm.title))
    roles = sorted({control.owner for control in controls}, key=lambda role: role.order)
    numbers = {role: str(place) for place, role in enumerate(roles)}
    made = [
        facet("now", say("Now"), _grouped([(c.now, c.id) for c in controls], VERDICTS), verdicts),
        facet(
            "period",
            say("In the period"),
            _grouped([(c.period, c.id) for c in controls], VERDICTS),
            verdicts,
        ),
        facet(
            "severity",
            say("Severity"),
            _grouped([(c.severity, c.id) for c in controls], SEVERITIES),
            {each: severity(each) for each in SEVERITIES},
        ),
        facet("clause", say("Clause"), {k: v for k, v in clauses.items() if v}, {}),
        facet(
            "owner",
            say("Owner"),
            _grouped([(numbers[c.owner], c.id) for c in controls], tuple(numbers.values())),
            {numbers[role]: text(role) for role in roles},
        ),
        facet(
            "site",
            say("Site"),
            _grouped([(s, c.id) for c in controls for s in sites.all_of(c)]),
            {},
        ),
        facet("norm", say("Norm"), dict(sorted(norms.items())), {}),
        facet(
            "framework",
            say("Framework"),
            _grouped(
                [
                    (str(place), control.id)
                    for place, each in enumerate(result.frameworks)
                    for control in controls
                    if any(control.id in requirement.controls for requirement in each.served)
                ]
            ),
            {str(place): text(each.title) for place, each in enumerate(result.frameworks)},
        ),
    ]
    return [each for each in made if each.choices], {k: " ".join(v) for k, v in tokens.items()}


def _grouped(
    pairs: list[tuple[str, str]], order: tuple[str, ...] | None = None
) -> dict[str, list[str]]:
    """Group controls by a value, in a given order of values or by name."""
    found: dict[str, list[str]] = {}
    for value, control in pairs:
        found.setdefault(value, []).append(control)
    return {value: found[value] for value in order or sorted(found) if value in found}
