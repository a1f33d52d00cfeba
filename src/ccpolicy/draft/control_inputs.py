"""Fill the inputs of a drafted control with records and their columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ccpolicy.checks.kinds import Input, Kind, Role
from ccpolicy.draft.column_roles import RESULT_WORDS, ColumnRoles, equals_one_of
from ccpolicy.draft.counted_records import counted_questions, counted_sql, sort_questions
from ccpolicy.draft.question import Question, doubt
from ccpolicy.draft.words_on_file import words_on_file
from ccpolicy.draft.yaml_text import flow
from ccpolicy.policy import Dataset, Policy, columns


@dataclass(frozen=True)
class ControlEvidence:
    """The dataset that a control is drafted for, and those whose records it is about."""

    policy: Policy
    dataset: Dataset
    column: str | None
    """Column that names what it is about; without it the whole."""
    subjects: str | None
    """Dataset that lists these, by its `key`: the dataset itself if no other does."""
    key: str | None
    on_file: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Column of texts → words that stand in it."""

    @classmethod
    def of(cls, policy: Policy, dataset: Dataset) -> ControlEvidence:
        """Look for what the records of a dataset are about: of its key, or else referred to."""
        references = {
            column: (each.dataset, each.key)
            for column, each in dataset.references.items()
            if "." not in each.dataset and policy.datasets[each.dataset].key == [each.key]
        }
        own = _roles(policy, dataset).subject()
        column = next((each for each in dataset.key if each in references), own)
        column = column or next(iter(references), None)
        subjects, key = references.get(column or "", (dataset.id if column else None, column))
        return cls(policy, dataset, column, subjects, key)

    def with_words(self) -> ControlEvidence:
        """Return it with the words on file, by which columns of results are known.

        Raises:
            CcpolicyError: the evidence cannot be read.
        """
        return replace(self, on_file=words_on_file(self.policy, self.dataset, RESULT_WORDS))

    @property
    def roles(self) -> ColumnRoles:
        """Columns of the dataset."""
        return replace(_roles(self.policy, self.dataset), on_file=self.on_file)

    @property
    def has_list(self) -> bool:
        """Whether another dataset lists what it is about."""
        return self.subjects not in (None, self.dataset.id)


@dataclass
class DraftedInput:
    """A selection as it was guessed."""

    chosen: dict[str, Any] | None
    """Fields of the selection; None for a list of items."""
    questions: list[Question] = field(default_factory=list)


def _roles(policy: Policy, dataset: Dataset) -> ColumnRoles:
    return ColumnRoles(dataset, columns(policy.datasets, dataset.id) or {})


def live_inputs(kind: Kind, evidence: ControlEvidence) -> list[str]:
    """Return the inputs that are filled; the others stand there as comments."""
    alternatives = kind.alternatives[:1]
    verdict = evidence.roles.verdict()
    is_broken = verdict is not None and verdict.unfit and evidence.roles.types[verdict.column]
    found = []
    for name, spec in kind.inputs.items():
        is_about = spec.population and not spec.required and evidence.column is not None
        with_other = spec.given_with is not None and spec.given_with in alternatives
        is_needed = (spec.required and not spec.given_with) or name in alternatives
        # A check that found something broken ends the cover; who was absent only has none.
        ends_cover = spec.undoes and not spec.required and name == "failures"
        if is_needed or with_other or is_about or (ends_cover and is_broken == "text"):
            found.append(name)
    return found


def drafted_input(
    kind: Kind, name: str, spec: Input, evidence: ControlEvidence, live: list[str]
) -> DraftedInput:
    """Fill one input."""
    if spec.items:
        return DraftedInput(None)
    own, roles = evidence.dataset, evidence.roles
    if spec.population and not spec.required:
        return _subjects(kind, evidence)
    found = DraftedInput({"dataset": own.id})
    chosen = found.chosen or {}
    _take_key(found, kind, spec, evidence, live)
    _take_times(kind, spec, evidence, found)
    for role in spec.needs:
        if role not in ("starts", "good"):
            chosen[role] = _column(role, roles)
    if "quantity" in spec.columns and kind.name == "level":
        chosen["quantity"] = _column("quantity", roles)
    if "good" in (*spec.needs, *spec.one_of):
        _count_none(found, evidence, "good")
    elif (
        spec.effect == "either"
        or (spec.effect == "help" and not spec.stops)
        or spec.open_ended  # the beginning of an episode is news of it, and helps
    ):
        is_measured = chosen.get("quantity") is not None
        _count_none(
            found, evidence, "where", has_sorts=spec.closes not in live, is_measured=is_measured
        )
        _ask_what_fails(found, kind, evidence)
    elif spec.undoes and (verdict := roles.verdict()) and verdict.unfit:
        chosen["where"] = verdict.unfit
    if closing := next((each for each in live if kind.inputs[each].closes == name), None):
        # Chosen by one of the two alone, records would stay open for ever or close nothing.
        found.questions += sort_questions(roles, closing)
    return found


def _take_key(
    found: DraftedInput, kind: Kind, spec: Input, evidence: ControlEvidence, live: list[str]
) -> None:
    """Say which subject a record counts for; where no column does, ask."""
    chosen = found.chosen or {}
    is_whole = not kind.inputs[kind.population_input].required
    if spec.population or spec.parts or spec.closes:
        chosen["key"] = named = evidence.roles.names_of_records()
        if named != evidence.dataset.key:
            found.questions.append(
                doubt("Which columns name each of these? A time of the key cannot be one.")
            )
        if spec.parts and evidence.column:
            chosen["group"] = [evidence.column]
    elif is_whole and evidence.column and kind.population_input in live:
        chosen["key"] = [evidence.column]
    elif is_whole:
        found.questions.append(
            doubt("For whom or for what is each of these? Without a 'key' one is for all.")
        )
        found.questions += _possible_keys(kind.population_input, evidence)


def _possible_keys(population: str, evidence: ControlEvidence) -> Iterator[Question]:
    """Propose the columns for each value of which something may be owed."""
    roles = evidence.roles
    for column in roles.may_name_subjects():
        subjects = {"dataset": evidence.dataset.id, "key": [column]}
        yield doubt(
            "If it is owed for each '{column}' ({words}), add the first, and as '{input}' the"
            " second or the dataset that lists them all:",
            f"key: [{column}]",
            f"{population}: {flow(subjects)}",
            column=column,
            words=" | ".join(roles.words(column)),
            input=population,
        )


def _subjects(kind: Kind, evidence: ControlEvidence) -> DraftedInput:
    dataset = evidence.policy.datasets[evidence.subjects or evidence.dataset.id]
    roles = _roles(evidence.policy, dataset)
    key = [evidence.key] if evidence.key else dataset.key
    found = DraftedInput({"dataset": dataset.id, "key": key})
    chosen = found.chosen or {}
    minimum = roles.minimum() if kind.name == "level" else None
    if minimum is None and kind.name == "level" and evidence.has_list:
        minimum = evidence.roles.minimum()
        if minimum and evidence.column:  # each record has it, and not the list
            chosen |= {"dataset": evidence.dataset.id, "key": [evidence.column]}
    elif evidence.has_list:
        chosen |= roles.duty()
    elif evidence.column:
        used = [*filter(None, roles.validity())]
        chosen |= roles.duty(used, is_named=True)
    if evidence.column and chosen["dataset"] == evidence.dataset.id:
        found.questions.append(
            doubt("Which dataset lists all of them? In this one is only what has a record already.")
        )
    if minimum:
        chosen["quantity"] = minimum
    return found


def _take_times(kind: Kind, spec: Input, evidence: ControlEvidence, found: DraftedInput) -> None:
    """Take the columns for `starts` and `ends`; a due date is neither."""
    roles, chosen = evidence.roles, found.chosen or {}
    since, until = roles.validity()
    times = [each for each in roles.openings() if each != until] or roles.times()
    if kind.name == "coverage" and spec.effect == "help" and until:
        chosen |= {"valid_from": since} if since else {"starts": times[0]}
        chosen["ends"] = until
    elif "starts" in spec.needs:
        is_later = spec.closes is not None and len(times) > 1
        chosen["starts"] = times[1 if is_later else 0]
    has_closings = any(each.closes for each in kind.inputs.values())
    if (spec.population or spec.parts) and has_closings and len(times) < 2 and roles.due():
        found.questions.append(
            doubt(
                "When did each begin? No column says so; '{column}' says by when it is due.",
                column=roles.due(),
            )
        )


def _count_none(
    found: DraftedInput,
    evidence: ControlEvidence,
    name: str,
    *,
    has_sorts: bool = True,
    is_measured: bool = False,
) -> None:
    """Let no record count until the questions are answered.

    `has_sorts` is whether it is asked here which sorts of records count. What is measured is
    judged by its quantity: chosen by its result, the reading out of bounds would be left out.
    """
    verdict = None if is_measured else evidence.roles.verdict()
    known = verdict.good if verdict else None
    if found.chosen is not None:
        found.chosen[name] = counted_sql(known)
    found.questions += counted_questions(
        evidence.roles, name, known, has_sorts=has_sorts, is_measured=is_measured
    )


def _ask_what_fails(found: DraftedInput, kind: Kind, evidence: ControlEvidence) -> None:
    """Ask whether records of what did not take place (such as a cancelled drill) end cover."""
    verdict = evidence.roles.verdict()
    undo = next((name for name, spec in kind.inputs.items() if spec.undoes), None)
    if undo and verdict and verdict.not_done:
        found.questions.append(
            doubt(
                "Does '{words}' in '{column}' also end the cover at once? Then in '{input}':",
                f"where: {flow(equals_one_of(verdict.column, verdict.not_done))}",
                words=" | ".join(verdict.not_done),
                column=verdict.column,
                input=undo,
            )
        )


def _column(role: Role, roles: ColumnRoles) -> str:
    match role:
        case "quantity" | "met":
            return roles.quantity() or "…"
        case "reason":
            return roles.closed() or "…"
    return "…"
