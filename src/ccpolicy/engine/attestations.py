"""Who vouches for what: the records of controls that declare them as attestations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ccpolicy.assessment.attestations import Attestation, AttestedMatter, attested_verdicts
from ccpolicy.assessment.gate import GateScope
from ccpolicy.assessment.models import Control as JudgedControl
from ccpolicy.engine.evaluation import Evaluation
from ccpolicy.engine.record_places import RecordPlaces
from ccpolicy.evidence.record_sources import RecordContent
from ccpolicy.policy import Control
from ccpolicy.policy.attestations import ATTESTATIONS, Attests
from ccpolicy.policy.subject_names import subject_labels
from ccpolicy.texts import Text
from ccpolicy.vocabulary import KEY_SEPARATOR

_EMPTY = (None, "", "null")
"""Content of a field that says nothing."""


@dataclass(frozen=True, slots=True)
class _Cover:
    """For how long a record covers a subject, in microseconds since 1970 UTC."""

    starts: int
    ends: int
    locator: int


Covers = Mapping[tuple[str, str], list[_Cover]]
"""Control and subject → what covers it, in order."""


def attested_matters(
    evaluation: Evaluation,
    places: RecordPlaces,
    scope: GateScope,
    judged: Iterable[JudgedControl],
) -> tuple[list[AttestedMatter], set[int]]:
    """Return what the judged controls have attested, and the locators of the records that say so.

    The evaluation's relations must be there.
    """
    controls = evaluation.policy.controls
    asked = [(each, own) for each in judged if (own := controls[each.id]).attests]
    if not asked:
        return [], set()
    covers = _covers(evaluation, {own.id for _, own in asked})
    locators = {each.locator for own in covers.values() for each in own}
    places.locate(locators)
    contents = places.evidence.places.contents(locators)
    subjects = _subjects(evaluation)
    found = [
        _matter(evaluation, places, scope, result, own, subject, covers, contents)
        for result, own in asked
        for subject in sorted(subjects[own.id], key=lambda name: (_rank(own, name), name))
    ]
    named = {each.record for matter in found for each in matter.attestations}
    return found, {each for each in locators if places.place(each) in named}


def _covers(evaluation: Evaluation, controls: set[str]) -> Covers:
    """Read what each record covers; what it covers in two revisions is one."""
    horizon = evaluation.times.horizon
    rows = evaluation.store.ask(
        f"""
        SELECT s.revision, n.name, s.locator, greatest(s.starts, r.starts) AS since,
               CASE WHEN r.ends < {horizon} AND r.ends < s.ends THEN r.ends ELSE s.ends END AS until
        FROM spans s
        JOIN subject n ON n.number = s.subject
        JOIN control_revision r ON r.revision = s.revision
        WHERE s.is_cover AND s.locator IS NOT NULL AND s.ends IS NOT NULL
          AND s.starts <= {evaluation.times.as_of}
        ORDER BY since, until, s.locator
        """
    )
    by_number = evaluation.reader.by_number
    found: dict[tuple[str, str], dict[int, _Cover]] = {}
    for number, subject, locator, starts, ends in rows:
        control = by_number[number].control.id
        if control in controls and starts < ends:
            own = found.setdefault((control, subject), {})
            begun = own.get(locator)
            own[locator] = _Cover(
                begun.starts if begun else starts, max(ends, begun.ends) if begun else ends, locator
            )
    return {key: list(own.values()) for key, own in found.items()}


def _subjects(evaluation: Evaluation) -> dict[str, set[str]]:
    """Read for each control what must be attested at some time of the window or at as-of."""
    rows = evaluation.store.ask(
        f"""
        SELECT DISTINCT r.revision, n.name
        FROM duty d
        JOIN subject n ON n.number = d.subject
        JOIN control_revision r ON r.revision = n.revision
        WHERE d.ends > {evaluation.times.starts} AND d.starts <= {evaluation.times.as_of}
        """
    )
    found: dict[str, set[str]] = {each: set() for each in evaluation.reader.outcomes}
    for number, subject in rows:
        found[evaluation.reader.by_number[number].control.id].add(subject)
    return found


def _item(subject: str) -> str:
    """Return the item in a subject's name, which stands last."""
    return subject.rpartition(KEY_SEPARATOR)[2]


def _rank(control: Control, subject: str) -> int:
    matters = [*control.attests.matters] if control.attests else []
    return matters.index(_item(subject)) if _item(subject) in matters else len(matters)


def _matter(
    evaluation: Evaluation,
    places: RecordPlaces,
    scope: GateScope,
    result: JudgedControl,
    control: Control,
    subject: str,
    covers: Covers,
    contents: Mapping[int, RecordContent],
) -> AttestedMatter:
    attests = control.attests
    assert attests
    tables = {each.dataset for each in control.selections(ATTESTATIONS)}
    own = [e for e in covers.get((control.id, subject), []) if contents[e.locator].table in tables]
    counting = [each for each in own if each.ends > evaluation.times.starts]
    now, period = attested_verdicts(scope, result, subject)
    return AttestedMatter(
        control=control.id,
        subject=subject,
        title=_title(evaluation, control, subject),
        controls=attests.matters.get(_item(subject), []),
        now=now,
        period=period,
        attestations=[
            _attestation(places, each, attests, contents[each.locator].fields)
            for each in counting or own[-1:]
        ],
    )


def _attestation(
    places: RecordPlaces, cover: _Cover, attests: Attests, fields: Mapping[str, str]
) -> Attestation:
    words = fields.get(attests.statement) if attests.statement else None
    return Attestation(
        by=[fields[each] for each in attests.by if fields.get(each) not in _EMPTY],
        statement=None if words in _EMPTY else words,
        starts=places.when(cover.starts),
        ends=places.when(cover.ends) if cover.ends < places.times.horizon else None,
        record=places.place(cover.locator),
    )


def _title(evaluation: Evaluation, control: Control, subject: str) -> Text:
    """Return a subject's name in words, as far as the policy has them.

    Where the control is about the whole, its one subject need not be named.
    """
    policy = evaluation.policy
    labels = [*subject_labels(policy, control)]
    parts = [
        labels[place].get(part, part) if place < len(labels) else part
        for place, part in enumerate(subject.split(KEY_SEPARATOR))
    ]
    shown = parts if control.selections("subjects") else parts[-1:]
    return Text(
        {
            language: KEY_SEPARATOR.join(
                each if isinstance(each, str) else each.text(language) for each in shown
            )
            for language in policy.plan.languages
        }
    )
