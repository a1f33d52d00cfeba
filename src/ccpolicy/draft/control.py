"""Draft a control from the front matter of its check kind and the datasets that there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ccpolicy.checks.kinds import Input, Kind, Parameter
from ccpolicy.draft.bounds import Bound, bounds_asked
from ccpolicy.draft.control_inputs import (
    ControlEvidence,
    DraftedInput,
    drafted_input,
    live_inputs,
)
from ccpolicy.draft.question import Question, doubt
from ccpolicy.draft.yaml_text import (
    comment,
    flow,
    localized,
    question_lines,
    quoted,
    scalar,
)
from ccpolicy.errors import CcpolicyError, Language, Message
from ccpolicy.policy import Policy
from ccpolicy.policy.models import Clause
from ccpolicy.policy.names import unknown
from ccpolicy.texts import Text

_EXAMPLES = {
    "duration": "30 days",
    "integer": 1,
    "number": 1,
    "percent": 100,
    "period": "month",
    "period day": "last day",
    "date": "2026-01-01",
}
"""Type of a parameter → a value to begin with."""


def draft_control(
    policy: Policy,
    kind_name: str,
    dataset: str | None,
    name: str | None,
    language: Language,
    clause: str | None = None,
) -> str:
    """Write a control of a check kind, with every input and parameter of it.

    Without a `clause` it is for the first that has no control.

    Raises:
        CcpolicyError: there is no such kind, dataset or clause, or no dataset that could fill it.
    """
    kind = policy.kinds.get(kind_name)
    if kind is None:
        raise unknown("unknown check kind '{name}'", kind_name, policy.kinds, None)
    if dataset is not None and dataset not in policy.datasets:
        raise unknown("unknown dataset '{name}'", dataset, policy.datasets, None)
    chosen = _clause(policy, clause)
    evidence = _evidence(policy, kind, dataset).with_words()
    return "\n".join(_lines(policy, kind, evidence, chosen, name, language)) + "\n"


def _clause(policy: Policy, name: str | None) -> Clause:
    clauses = {each.id: each for each in policy.plan.clauses}
    if name is not None:
        if name not in clauses:
            raise unknown("unknown clause '{name}'", name, clauses, None)
        return clauses[name]
    used = {each for control in policy.controls.values() for each in control.clauses}
    asking = [each for each in clauses.values() if each.text and not each.no_control]
    asking = asking or [*clauses.values()]
    return next((each for each in asking if each.id not in used), asking[0])


def _evidence(policy: Policy, kind: Kind, name: str | None) -> ControlEvidence:
    needs_number = kind.name == "level" or any(
        {"quantity", "met"} & set(spec.needs) for spec in kind.inputs.values()
    )
    best: tuple[int, ControlEvidence] | None = None
    for dataset in policy.datasets.values():
        if not dataset.is_filed or name not in (None, dataset.id):
            continue
        evidence = ControlEvidence.of(policy, dataset)
        times = evidence.roles.times()
        types = evidence.roles.types.values()
        has_number = "number" in types or "integer" in types
        if needs_number and not has_number and name is None:
            continue
        rank = 4 * bool(times) + 2 * ("number" in types) * needs_number + evidence.has_list
        rank += len(times) > 1 and "closings" in kind.inputs
        if times and (best is None or rank > best[0]):
            best = (rank, evidence)
    if best is None:
        raise _no_times(policy, name)
    return best[1]


def _no_times(policy: Policy, name: str | None) -> CcpolicyError:
    """Make the error for a dataset without times; its hint names a column that may hold them."""
    for dataset in policy.datasets.values():
        if not dataset.is_filed or name not in (None, dataset.id):
            continue
        for column in ControlEvidence.of(policy, dataset).roles.texts_like_times():
            return CcpolicyError(
                "no dataset has a column of times for the control",
                hint="'{column}' of '{dataset}' is read as a text: answer what '# ?' asks above it"
                " in the contract, and give it a 'format'",
                column=column,
                dataset=dataset.id,
            )
    return CcpolicyError(
        "no dataset has a column of times for the control",
        hint="draft its contract first: ccpolicy draft dataset FILE",
    )


def _lines(
    policy: Policy,
    kind: Kind,
    evidence: ControlEvidence,
    clause: Clause,
    name: str | None,
    language: Language,
) -> Iterator[str]:
    def asked(question: Question) -> Iterator[str]:
        yield from question_lines(question, language, 4)

    languages = policy.plan.languages
    used = {clause for control in policy.controls.values() for clause in control.clauses}
    yield "# yaml-language-server: $schema=../schemas/controls.json"
    yield from comment(f"{kind.name}: {kind.summary.text(language)}")
    yield "controls:"
    yield f"  - id: {name or _new_id(policy)}"
    has_own = clause.id not in used and clause.text is not None
    yield f"    title: {_text(languages, clause.title if has_own else None)}"
    yield from asked(
        doubt("Is it what the clause asks for? And what is to be done when it does not hold?")
        if has_own
        else doubt("What must hold, in words? And what is to be done when it does not?")
    )
    yield f"    rule: {_text(languages, clause.text if has_own else None)}"
    yield f"    remediation: {_text(languages, None)}"
    yield from asked(
        doubt(
            "Which clause of the plan asks for it, if not this: {title}?",
            title=clause.title.text(language),
        )
    )
    yield f"    clauses: {{{quoted(clause.id)}: {clause.digest}}}"
    yield from asked(doubt("How severe is it: critical, high, medium or low? Who answers for it?"))
    yield "    severity: high"
    yield f"    owner: {localized(policy.plan.owner)}"
    yield f"    check: {kind.name}"
    yield from asked(doubt("Are these the records, and these the columns?"))
    yield "    inputs:"
    live = live_inputs(kind, evidence)
    drafted = {
        each: drafted_input(kind, each, spec, evidence, live) for each, spec in kind.inputs.items()
    }
    for each, spec in kind.inputs.items():
        yield from comment(_described(spec, language), 6)
        found = drafted[each]
        line = f"{each}: {'[…]' if found.chosen is None else flow(found.chosen)}"
        if each in live:
            for question in found.questions:
                yield from question_lines(question, language, 6)
        yield f"      {line}" if each in live else f"      # {line}"
    if kind.parameters:
        words = [text for each in languages for text in _sentences(clause, each)]
        chosen = _live_parameters(
            kind, {each: drafted[each] for each in live}, evidence, bounds_asked(words)
        )
        if chosen:
            said = doubt("Are these the numbers, and why? 'norm' names the basis of each.")
            yield from asked(said)
        yield "    parameters:" if chosen else "    # parameters:"
        for each, number in kind.parameters.items():
            yield from comment(_parameter(number, language), 6)
            period = evidence.roles.period() if number.type == "period" else None
            line = f"{each}: {flow({'value': period or _value(number)})}"
            if each in chosen and number.default is None:
                made_up = doubt("What does the plan ask for? This value is made up.")
                yield from question_lines(made_up, language, 6)
            yield f"      {line}" if each in chosen else f"      # {line}"


def _text(languages: Sequence[str], words: Text | None) -> str:
    """Write the words of a clause that no other control has; without them what is to be written."""
    texts = {each: words.text(each) if words else "…" for each in languages}
    if len(texts) > 1:
        return flow(texts)
    [text] = texts.values()
    return scalar(text) if words else quoted(text)


def _sentences(clause: Clause, language: str) -> Iterator[str]:
    yield clause.title.text(language)
    if clause.text:
        yield clause.text.text(language)


def _new_id(policy: Policy) -> str:
    number = 1
    while f"NEW-{number}" in policy.controls:
        number += 1
    return f"NEW-{number}"


def _live_parameters(
    kind: Kind,
    live: Mapping[str, DraftedInput],
    evidence: ControlEvidence,
    bounds: frozenset[Bound],
) -> list[str]:
    """Return the parameters that are not left out; of two bounds those that the clause asks for."""
    choices = [each for each in kind.one_of if each in kind.parameters]
    if evidence.roles.period():  # of records that say no day, no days can be counted
        choices.sort(key=lambda each: kind.parameters[each].type != "period")
    found = choices[:1]
    for name, spec in kind.parameters.items():
        given = spec.given_with is None or spec.given_with in live
        is_on_record = any(
            role in (live[each].chosen or {})
            for each, roles in spec.unless.items()
            if each in live
            for role in roles
        )
        is_asked = spec.required or (spec.unless and not is_on_record)
        is_asked = is_asked or (spec.without == "looser" and spec.covers_from in live)
        if spec.or_else and bounds:
            is_asked = is_asked and spec.stricter in bounds
        elif spec.not_below:
            is_asked = spec.stricter in bounds
        if is_asked and given and not spec.is_part:
            found.append(name)
    return found


def _value(spec: Parameter) -> object:
    if spec.default is not None:
        return spec.default
    if spec.choices and spec.type == "choice":
        return spec.choices[0]
    if spec.type == "number" and spec.stricter == "lower":
        return 0
    if spec.type == "duration" and spec.stricter == "shorter":
        return "1 day"  # so strict that hardly anything passes before it is said
    return _EXAMPLES.get(spec.type, "…")


def _described(spec: Input, language: Language) -> str:
    holds = {
        "state": Message.of("hold from a day to a day"),
        "happening": Message.of("were at a moment"),
    }
    parts = [spec.label.text(language)]
    if spec.holds:
        parts.append(holds[spec.holds].text(language))
    if not spec.required:
        parts.append(Message.of("may be left out").text(language))
    return Message.of("; ").text(language).join(parts)


def _parameter(spec: Parameter, language: Language) -> str:
    stricter = {
        "earlier": Message.of("earlier is stricter"),
        "shorter": Message.of("shorter is stricter"),
        "higher": Message.of("higher is stricter"),
        "lower": Message.of("lower is stricter"),
        "first": Message.of("the first is the strictest"),
    }
    parts = [spec.label.text(language)]
    if spec.stricter:
        parts.append(stricter[spec.stricter].text(language))
    if spec.choices:
        choices = Message.of(", ").text(language).join(spec.choices)
        parts.append(Message.of("one of {choices}", choices=choices).text(language))
    if spec.default is not None:
        parts.append(Message.of("default {value}", value=spec.default).text(language))
    if spec.default_from:
        said = Message.of("default as '{name}'", name=spec.default_from)
        parts.append(said.text(language))
    if spec.required:
        parts.append(Message.of("required").text(language))
    return Message.of("; ").text(language).join(parts)
