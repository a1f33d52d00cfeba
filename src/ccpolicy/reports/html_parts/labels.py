"""Verdicts, severities and grades as word, symbol and class; and the glossary."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup, escape

from ccpolicy.assessment.models import Signature
from ccpolicy.reports.html_parts.bilingual import Bilingual, count, join, say, shown
from ccpolicy.vocabulary import SEVERITIES, Severity, Verdict

SCHEMES = ("https://", "http://")
"""Links that may be followed; others are shown as text."""


_PART = re.compile(r"([0-9]{1,9}) (business days?|(?:year|month|week|day|hour|minute|second)s?)")
_LENGTH = re.compile(rf"{_PART.pattern}(?: {_PART.pattern})*")


@dataclass(frozen=True, slots=True)
class Word:
    """A verdict as it is shown: never by colour alone."""

    label: Bilingual
    symbol: str
    name: str
    """Class of the style sheet."""


def verdict(value: Verdict) -> Word:
    """Return how a verdict is shown."""
    match value:
        case "pass":
            return Word(say("pass"), "✓", "pass")
        case "fail":
            return Word(say("fail"), "✕", "fail")
        case "waived":
            return Word(say("waived"), "◐", "waived")
        case "unknown":
            return Word(say("unknown"), "?", "unknown")
        case "not_applicable":
            return Word(say("not applicable"), "–", "na")


def amount(value: object) -> Bilingual:
    """Say a value of the policy, which writes lengths of time in English, in both languages."""
    said = str(value)
    written = escape(shown(said))
    if not _LENGTH.fullmatch(said):
        return Bilingual(written, written)
    parts = [_length(int(number), unit.removesuffix("s")) for number, unit in _PART.findall(said)]
    return Bilingual(written, Markup(" ").join(part.zh for part in parts))


def _length(number: int, unit: str) -> Bilingual:
    match unit:
        case "year":
            return count(number, "{count} year", "{count} years")
        case "month":
            return count(number, "{count} month", "{count} months")
        case "week":
            return count(number, "{count} week", "{count} weeks")
        case "business day":
            return count(number, "{count} business day", "{count} business days")
        case "day":
            return count(number, "{count} day", "{count} days")
        case "hour":
            return count(number, "{count} hour", "{count} hours")
        case "minute":
            return count(number, "{count} minute", "{count} minutes")
        case _:
            return count(number, "{count} second", "{count} seconds")


def severity(value: Severity) -> Bilingual:
    """Return a severity in words."""
    return say(value)


def lesser_severities() -> Bilingual:
    """Name those that have no colour of their own."""
    return join([severity(each) for each in SEVERITIES[2:]])


def severity_style() -> str:
    """Write the style rules of the severities: the graver, the more marks; two have a colour."""
    worst, second, *_ = SEVERITIES
    marks = "".join(
        f'.s-{each}::before {{ content: "{"▪" * (len(SEVERITIES) - rank)}"; }}\n'
        for rank, each in enumerate(SEVERITIES)
    )
    return (
        f"{marks}.s-{worst}::before {{ color: var(--fail); }}\n"
        f".due .s-{worst} rect {{ fill: var(--fail); }}\n"
        f".due .s-{second} rect {{ fill: var(--link); }}\n"
    )


def grade(value: Literal["read", "secondary", "memory", "choice"]) -> Bilingual:
    """Say how well a norm is founded."""
    match value:
        case "read":
            return say("source text checked")
        case "secondary":
            return say("from a secondary source")
        case "memory":
            return say("not verified")
        case "choice":
            return say("internal decision (no external norm found)")


def state(value: Literal["coming", "in_force", "expired"]) -> Bilingual:
    """Say whether a waiver is in force."""
    match value:
        case "coming":
            return say("not yet in force")
        case "in_force":
            return say("in force")
        case "expired":
            return say("expired")


def change(value: Literal["added", "changed", "deleted"]) -> Bilingual:
    """Say how a file differs from what is committed."""
    match value:
        case "added":
            return say("added")
        case "changed":
            return say("changed")
        case "deleted":
            return say("deleted")


def done(value: Literal["amended", "deleted", "restored"]) -> Bilingual:
    """Say what was done to a record that was on file."""
    match value:
        case "amended":
            return say("amended")
        case "deleted":
            return say("deleted")
        case "restored":
            return say("restored")


def signature(value: Signature) -> Bilingual:
    """Say what came of asking for a commit's signature."""
    match value:
        case "good":
            return say("signed by a listed key")
        case "none":
            return say("not signed")
        case "bad":
            return say("BAD SIGNATURE")
        case "unlisted":
            return say("signed by a key that is NOT LISTED for it")
        case "unchecked":
            return say("signature not checked")
        case "uncommitted":
            return say("not committed")


def link(url: str | None) -> str | None:
    """Return a link that may be followed."""
    return url if url and url.lower().startswith(SCHEMES) else None


def glossary() -> list[tuple[Bilingual, Bilingual]]:
    """Return the words of this report and what they mean."""
    return [
        (say("as-of"), say("The moment that is judged. What happened later is left out.")),
        (say("clause"), say("A paragraph of the plan, with its number.")),
        (say("control"), say("A requirement that implements a clause, and how it is proved.")),
        (
            say("cover"),
            say("A span of time in which a record proves that a subject meets the requirement."),
        ),
        (say("dataset"), say("A kind of evidence, with its contract: files, fields, key, owner.")),
        (say("duty"), say("A span of time in which a subject must be covered.")),
        (say("horizon"), say("How far ahead due dates are forecast.")),
        (say("lapse"), say("A span of time in which a subject had to be covered and was not.")),
        (say("norm"), say("The basis of a parameter: a standard, a rule or an internal decision.")),
        (say("period"), say("The time that is audited, from its first instant up to its last.")),
        (say("record"), say("One row of evidence, named by its file and line.")),
        (
            say("subject"),
            say("What a control is about: an asset, a person and a course, an incident."),
        ),
        (
            say("unknown"),
            say("It could not be judged: no record, or one that is not valid. Never a pass."),
        ),
        (
            say("verdict"),
            say("Pass, fail, waived, unknown or not applicable: now, and for the period."),
        ),
        (
            say("waiver"),
            say("A lapse that was accepted, with reason, owner, approver and last day."),
        ),
    ]
