"""Draft a control from the front matter of its check kind and the datasets that there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ccpolicy.checks.kinds import Input, Kind, Parameter, Role
from ccpolicy.draft.question import Question, doubt
from ccpolicy.draft.yaml_text import comment, flow, question_lines, quoted, scalar
from ccpolicy.errors import CcpolicyError, Language, Message
from ccpolicy.policy import ColumnType, Dataset, Policy, columns
from ccpolicy.policy.names import unknown

_EXAMPLES = {
    "duration": "30 days",
    "integer": 1,
    "number": 1,
    "percent": 95,
    "period": "month",
    "period day": "last day",
    "date": "2026-01-01",
}
"""Type of a parameter → a value to begin with."""


@dataclass(frozen=True)
class _Evidence:
    """The dataset that a control is drafted for, and the one whose records it is about."""

    policy: Policy
    dataset: Dataset
    column: str | None
    """Column that names a record of the other."""
    subjects: str | None
    key: str | None

    def types(self, name: str) -> Mapping[str, ColumnType]:
        return columns(self.policy.datasets, name) or {}

    def times(self, name: str) -> list[str]:
        """Return the columns of times, those first that every record has."""
        required = self.policy.datasets[name].record.get("required", [])
        found = [each for each, kind in self.types(name).items() if kind in ("date", "instant")]
        return sorted(found, key=lambda each: each not in required)


def draft_control(
    policy: Policy, kind_name: str, dataset: str | None, name: str | None, language: Language
) -> str:
    """Write a control of a check kind, with every input and parameter of it.

    Raises:
        CcpolicyError: there is no such kind or dataset, or no dataset that could fill it.
    """
    kind = policy.kinds.get(kind_name)
    if kind is None:
        raise unknown("unknown check kind '{name}'", kind_name, policy.kinds, None)
    if dataset is not None and dataset not in policy.datasets:
        raise unknown("unknown dataset '{name}'", dataset, policy.datasets, None)
    evidence = _evidence(policy, kind, dataset)
    return "\n".join(_lines(policy, kind, evidence, name, language)) + "\n"


def _evidence(policy: Policy, kind: Kind, name: str | None) -> _Evidence:
    needs_number = kind.name == "level" or any(
        {"quantity", "met"} & set(spec.needs) for spec in kind.inputs.values()
    )
    best: tuple[int, _Evidence] | None = None
    for dataset in policy.datasets.values():
        if dataset.format == "git" or name not in (None, dataset.id):
            continue
        found = next(
            (
                (column, each.dataset, each.key)
                for column, each in dataset.references.items()
                if "." not in each.dataset and policy.datasets[each.dataset].key == [each.key]
            ),
            (None, None, None),
        )
        evidence = _Evidence(policy, dataset, *found)
        times = evidence.times(dataset.id)
        types = evidence.types(dataset.id).values()
        has_number = "number" in types or "integer" in types
        if needs_number and not has_number and name is None:
            continue
        rank = 4 * bool(times) + 2 * ("number" in types) * needs_number + bool(found[0])
        rank += len(times) > 1 and "closings" in kind.inputs
        if times and (best is None or rank > best[0]):
            best = (rank, evidence)
    if best is None:
        raise CcpolicyError(
            "no dataset has a column of times for the control",
            hint="draft its contract first: ccpolicy draft dataset FILE",
        )
    return best[1]


def _lines(
    policy: Policy, kind: Kind, evidence: _Evidence, name: str | None, language: Language
) -> Iterator[str]:
    def asked(question: Question) -> Iterator[str]:
        yield from question_lines(question, language, 4)

    languages = policy.plan.languages
    text = flow(dict.fromkeys(languages, "…")) if len(languages) > 1 else quoted("…")
    used = {clause for control in policy.controls.values() for clause in control.clauses}
    clauses = [each for each in policy.plan.clauses if each.text and not each.no_control]
    clauses = clauses or policy.plan.clauses
    clause = next((each for each in clauses if each.id not in used), clauses[0])
    yield "# yaml-language-server: $schema=../schemas/controls.json"
    yield from comment(f"{kind.name}: {kind.summary.text(language)}")
    yield "controls:"
    yield f"  - id: {name or _new_id(policy)}"
    yield f"    title: {text}"
    yield from asked(doubt("What must hold, in words? And what is to be done when it does not?"))
    yield f"    rule: {text}"
    yield f"    remediation: {text}"
    yield from asked(
        doubt(
            "Which clause of the plan asks for it, if not this: {title}?",
            title=clause.title.text(language),
        )
    )
    yield f"    clauses: {{{quoted(clause.id)}: {clause.digest}}}"
    yield from asked(doubt("How severe is it: critical, high, medium or low? Who answers for it?"))
    yield "    severity: high"
    yield f"    owner: {_label(policy)}"
    yield f"    check: {kind.name}"
    yield from asked(doubt("Are these the records, and these the columns?"))
    yield "    inputs:"
    live = _live_inputs(kind, evidence)
    for each, spec in kind.inputs.items():
        yield from comment(_described(spec, language), 6)
        line = f"{each}: {_selection(kind, each, spec, evidence, live)}"
        yield f"      {line}" if each in live else f"      # {line}"
    if kind.parameters:
        yield from asked(doubt("Are these the numbers, and why? 'norm' names the basis of each."))
        chosen = _live_parameters(kind, live)
        yield "    parameters:" if chosen else "    # parameters:"
        for each, number in kind.parameters.items():
            yield from comment(_parameter(number, language), 6)
            line = f"{each}: {flow({'value': _value(number)})}"
            yield f"      {line}" if each in chosen else f"      # {line}"


def _new_id(policy: Policy) -> str:
    number = 1
    while f"NEW-{number}" in policy.controls:
        number += 1
    return f"NEW-{number}"


def _label(policy: Policy) -> str:
    owner = policy.plan.owner.root
    texts = set(owner.values())
    return scalar(next(iter(texts))) if len(texts) == 1 else flow(owner)


def _live_inputs(kind: Kind, evidence: _Evidence) -> list[str]:
    """Return the inputs that are filled; the others stand there as comments."""
    alternatives = kind.alternatives[:1]
    found = []
    for name, spec in kind.inputs.items():
        is_about = spec.population and not spec.required and evidence.column is not None
        with_other = spec.given_with is not None and spec.given_with in alternatives
        is_needed = (spec.required and not spec.given_with) or name in alternatives
        if is_needed or with_other or is_about:
            found.append(name)
    return found


def _selection(kind: Kind, name: str, spec: Input, evidence: _Evidence, live: list[str]) -> str:
    if spec.items:
        return "[…]"
    own = evidence.dataset
    chosen: dict[str, Any] = {"dataset": own.id}
    about = kind.population in live and not kind.inputs[kind.population].required
    times = evidence.times(own.id)
    if spec.population and not spec.required and evidence.subjects and evidence.key:
        chosen = {"dataset": evidence.subjects, "key": [evidence.key]}
        states = evidence.times(evidence.subjects)
        chosen |= dict(zip(("starts", "ends"), states[:2], strict=False))
        return flow(chosen)
    if spec.population or spec.parts or spec.closes:
        chosen["key"] = own.key
        if spec.parts and about:
            chosen["group"] = [evidence.column]
    elif about:
        chosen["key"] = [evidence.column]
    later = spec.closes is not None and len(times) > 1
    for role in spec.needs:
        chosen[role] = times[1 if later else 0] if role == "starts" else _column(role, evidence)
    if "quantity" in spec.columns and kind.name == "level":
        chosen["quantity"] = _column("quantity", evidence)
    if spec.one_of:
        chosen["good"] = _column("good", evidence)
    return flow(chosen)


def _column(role: Role, evidence: _Evidence) -> str:
    types = evidence.types(evidence.dataset.id)
    properties = evidence.dataset.record.get("properties", {})
    numbers = [each for each, kind in types.items() if kind in ("integer", "number")]
    closed = [each for each in types if properties.get(each, {}).get("enum")]
    match role:
        case "good" if flags := [each for each, kind in types.items() if kind == "boolean"]:
            return flags[0]
        case "good" if closed:
            return f"{closed[0]} = '{properties[closed[0]]['enum'][0]}'"
        case "good":
            return f"{evidence.dataset.key[0]} IS NOT NULL"
        case "quantity" | "met" if numbers:
            return numbers[0]
        case "reason" if closed:
            return closed[0]
    return "…"


def _live_parameters(kind: Kind, live: list[str]) -> list[str]:
    found = [each for each in kind.one_of if each in kind.parameters][:1]
    for name, spec in kind.parameters.items():
        given = spec.given_with is None or spec.given_with in live
        if (spec.required or spec.unless) and given and not spec.is_part:
            found.append(name)
    return found


def _value(spec: Parameter) -> object:
    if spec.default is not None:
        return spec.default
    if spec.choices and spec.type == "choice":
        return spec.choices[0]
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
