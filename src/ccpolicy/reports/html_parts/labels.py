"""Verdicts, severities and grades as word, symbol and class; and the glossary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

from babel import Locale, UnknownLocaleError
from markupsafe import escape

from ccpolicy.assessment.models import Parameter, Signature, Text, WaiverState
from ccpolicy.reports.amount_text import amount_text, label_text, parameter_text
from ccpolicy.reports.html_parts.wording import Wording, join, readable, say
from ccpolicy.reports.phrases import GRADE_MESSAGES, VERDICT_MESSAGES, WAIVER_STATE_MESSAGES
from ccpolicy.vocabulary import (
    SEVERITIES,
    VERDICTS,
    FileChange,
    Grade,
    RecordChange,
    Severity,
    Verdict,
)

SCHEMES = ("https://", "http://")
"""Links that may be followed; others are shown as text."""


@dataclass(frozen=True, slots=True)
class Word:
    """A verdict as it is shown: never by colour alone."""

    label: Wording
    symbol: str
    name: str
    """Class of the style sheet."""


def verdict(value: Verdict) -> Word:
    """Return how a verdict is shown."""
    label = say(VERDICT_MESSAGES[value])
    match value:
        case "pass":
            return Word(label, "✓", "pass")
        case "fail":
            return Word(label, "✕", "fail")
        case "waived":
            return Word(label, "◐", "waived")
        case "unknown":
            return Word(label, "?", "unknown")
        case "not_applicable":
            return Word(label, "–", "na")


def amount(value: object) -> Wording:
    """Return a value of the policy in words."""
    return Wording.of(lambda language: escape(readable(amount_text(value, language))))


def amounts(parameter: Parameter) -> list[tuple[Wording, Wording]]:
    """Return the classes of a parameter with their values; of a single value the class is empty."""
    labels = parameter.value_labels

    def cells(row: int, column: int) -> Wording:
        return Wording.of(
            lambda language: escape(
                readable(parameter_text(parameter.value, language, labels)[row][column])
            )
        )

    rows = len(parameter.value) if isinstance(parameter.value, dict) else 1
    return [(cells(row, 0), cells(row, 1)) for row in range(rows)]


def label(name: str, labels: Mapping[str, Text]) -> Wording:
    """Return the name that the policy gives a tag."""
    return Wording.of(lambda language: escape(readable(label_text(name, language, labels))))


def severity(value: Severity) -> Wording:
    """Return a severity in words."""
    return say(value)


def lesser_severities() -> Wording:
    """Name those that have no colour of their own."""
    return join([severity(each) for each in SEVERITIES[2:]])


def nearest_language(languages: Sequence[str], language: str) -> str:
    """Return which of a page's languages its reader gets first."""
    primary = language.partition("-")[0]
    fitting = [each for each in languages if each.partition("-")[0] == primary]
    return language if language in languages else [*fitting, *languages][0]


def language_name(language: str) -> str:
    """Return a language's own name."""
    try:
        return Locale.parse(language, sep="-").get_display_name() or language
    except (UnknownLocaleError, ValueError):
        return language


def language_style(languages: Sequence[str], own: str) -> str:
    """Write the style rules that hide the languages which the reader did not choose.

    Sentences in the page's own language do not name it. The rules ask the bar and not the root,
    where the whole page would be searched for each element.
    """
    rules = []
    for chosen, other in permutations(languages, 2):
        hidden = [f"[lang={other}]:not(.always)", *(["i:not([lang])"] if other == own else [])]
        bar = f".bar:has(#lang-{chosen}:checked)"
        places = [f"{bar}{between} {each}" for each in hidden for between in ("", " ~ *")]
        rules.append(f"{', '.join(places)} {{ display: none; }}\n")
    return "".join(rules)


def caption_style(languages: Sequence[str], own: str) -> str:
    """Write the style rules of captions that stand by the hundred, in the reader's language."""
    captions = {"now": "Now", "period": "In the period", "due": "Next due"}
    places = {each: f".bar:has(#lang-{each}:checked) ~ * " for each in languages if each != own}
    return "".join(
        f'{place}.c-{name}::before {{ content: "{_css_text(say(words).text(language))} "; }}\n'
        for language, place in {own: "", **places}.items()
        for name, words in captions.items()
    )


def running_head(titles: Mapping[str, str], own: str, right: str) -> str:
    """Write the style rules of what stands at the top of each printed page but the first.

    `titles` are those on the left, by language: a language that the reader chose has pages of its
    own name.
    """
    form = "font: 8pt sans-serif; color: #555;"
    rules = [f'@page {{ @top-right {{ content: "{_css_text(right)}"; {form} }} }}\n']
    for language, title in titles.items():
        name = "" if language == own else f"in-{language}"
        left = f'@top-left {{ content: "{_css_text(title)}"; {form} }}'
        first = f"@page {name}:first {{ @top-left {{ content: none; }} }}\n"
        rules.append(f"@page {name} {{ {left} }}\n{first}")
        if name:
            rules.append(f"body:has(> .bar #lang-{language}:checked) {{ page: {name}; }}\n")
    return "".join(rules)


def _css_text(text: str) -> str:
    """Write a text for a style sheet: whatever could end or change it by its number."""
    return "".join(
        each if each.isalnum() or each in " .:-" else f"\\{ord(each):x} " for each in text
    )


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


def symbol_style() -> str:
    """Write the style rules of the symbols before verdicts, which no screen reader says."""
    symbols = {verdict(each).name: verdict(each).symbol for each in VERDICTS} | {"cured": "↺"}
    return "".join(
        f':is(.v, .m).v-{name}::before {{ content: "{symbol}"; content: "{symbol}" / ""; }}\n'
        for name, symbol in symbols.items()
    )


def grade(value: Grade) -> Wording:
    """Return how far the source of a norm was checked."""
    return say(GRADE_MESSAGES[value])


def waiver_state(value: WaiverState) -> Wording:
    """Say whether a waiver is in force."""
    return say(WAIVER_STATE_MESSAGES[value])


def change(value: FileChange) -> Wording:
    """Say how a file differs from what is committed."""
    match value:
        case "added":
            return say("added")
        case "changed":
            return say("changed")
        case "deleted":
            return say("deleted")


def done(value: RecordChange) -> Wording:
    """Say what was done to a record that was on file."""
    match value:
        case "amended":
            return say("amended")
        case "deleted":
            return say("deleted")
        case "restored":
            return say("restored")


def signature(value: Signature) -> Wording:
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


def glossary() -> list[tuple[Wording, Wording]]:
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
