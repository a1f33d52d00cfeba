"""Check kinds: one SQL file each, with a description in its leading comment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ccpolicy.checks.values import Given, Value
from ccpolicy.errors import Locator, Message, PolicyError
from ccpolicy.files.model_errors import explain
from ccpolicy.files.policy_files import PolicyFiles, read_source
from ccpolicy.files.yaml_document import YamlDocument, decode_text, parse_yaml
from ccpolicy.texts import WrittenText
from ccpolicy.time.periods import PERIODS

Role = Literal[
    "starts", "valid_from", "ends", "item", "by", "calendar", "reason", "quantity", "met", "good"
]
"""What a column of a selection can mean."""


@dataclass(frozen=True, slots=True)
class ColumnRole:
    """What the rest of the program must know about a role."""

    holds: Literal["time", "name", "number", "predicate"]
    """What its column holds; a predicate is no column, but SQL over columns."""
    label: Message
    """How its column, or its predicate, is shown beside what it means."""


ROLES: dict[Role, ColumnRole] = {
    "starts": ColumnRole("time", Message.of("time: {column}")),
    "valid_from": ColumnRole("time", Message.of("valid from: {column}")),
    "ends": ColumnRole("time", Message.of("until: {column}")),
    "item": ColumnRole("name", Message.of("item: {column}")),
    "by": ColumnRole("name", Message.of("differs by: {column}")),
    "calendar": ColumnRole("name", Message.of("calendar: {column}")),
    "reason": ColumnRole("name", Message.of("reason: {column}")),
    "quantity": ColumnRole("number", Message.of("quantity: {column}")),
    "met": ColumnRole("number", Message.of("good of them: {column}")),
    "good": ColumnRole("predicate", Message.of("good if: {sql}")),
}
"""Role → facts. `Selection` has a field for each, whose docstring says what it is for."""
VALUES = tuple(name for name, role in ROLES.items() if role.holds == "number")
"""Roles whose numbers a kind's query sees, in millionths, as columns with the role's name."""

EXAMPLES = ".examples.yaml"
"""How the names of files of worked examples end."""
TABLES = frozenset(["parameters", "after", "business", "open_time", "period"])
"""What a kind's query can read beside its inputs."""


class KindModel(BaseModel):
    """A part of a check kind's description."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Input(KindModel):
    """A relation that the engine fills from the selections of every control of the kind."""

    label: WrittenText
    holds: Literal["state", "happening"] | None = None
    """What its records are: a state holds from a day to a day, a happening was at a moment. A
    state that begins after as-of is a plan; a happening after as-of has yet to happen. A selection
    that names `valid_from` holds states. Items have no time."""
    effect: Literal["help", "harm", "either"] | None = None
    """What its records do for compliance: help counts from its latest moment, harm from its
    earliest. A state that harms is a duty: it begins early and ends late."""
    population: bool = False
    """Whether it says who or what the control is about; left out, that is the whole."""
    parts: bool = False
    """Whether its records are parts of a subject: each has a key of its own, and names with `group`
    the subject that it counts for. They have the column `whole`, that subject."""
    required: bool = True
    given_with: str | None = None
    """Input with which it must be given, and without which it must not."""
    one_of: list[Role] = []
    """Of these columns a selection names exactly one."""
    items: bool = False
    """Whether it is a list of items, which the policy may also write out."""
    needs: list[Role] = []
    """Columns that every selection must name."""
    columns: list[Role] = []
    """Columns that a selection may name as well."""
    open_ended: bool = False
    """Whether a happening without an end lasts on, as a state does."""
    closes: str | None = None
    """Input that its records belong to by key; none may come before the one it belongs to."""
    undoes: list[str] = []
    """Inputs whose records it ends, except those that are certainly later. Their column `until` is
    the earliest moment of the first record that ends them, or the horizon if there is none."""
    stops: str | None = None
    """Duration whose clock stands still while a record of a subject lasts, whatever its item. An
    open one lasts to as-of. The query sees what stops the clock: see the relation `pause`."""

    @property
    def roles(self) -> list[Role]:
        """Columns that a selection must or may name."""
        return [*self.needs, *self.columns]

    @property
    def is_happening(self) -> bool:
        """Whether its records happened at a moment."""
        return self.holds == "happening"


class Parameter(KindModel):
    """A number of the rule."""

    type: Literal[
        "duration", "integer", "number", "percent", "period", "period day", "date", "choice"
    ]
    label: WrittenText
    stricter: Literal["shorter", "higher", "lower", "first", "earlier"] | None = None
    """Which way is stricter; `first` for choices that go from the strictest on. Nothing where
    neither way is."""
    given_with: str | None = None
    """Input without which it must not be given."""
    by_class: bool = True
    """Whether it may differ by a column of the records."""
    without: Literal["stricter", "looser"] | None = None
    """Whether leaving it out is stricter or looser than any value; none if neither."""
    choices: list[str] = []
    default: str | int | None = None
    default_from: str | None = None
    """Parameter whose value it takes by default."""
    required: bool = False
    unless: dict[str, list[Role]] = {}
    """Input → columns of which one may give the number instead, record by record."""
    or_else: str | None = None
    """Parameter that may be given instead, or as well."""
    not_below: str | None = None
    """Parameter that is no greater than it; where it were, nothing could be right."""
    extends: list[str] = []
    """Parameters that it lengthens; like the next three it has no column in the query."""
    precedes: list[str] = []
    """Parameters in whose periods an event may serve the next one so long before it begins."""
    within: str | None = None
    """Parameter in whose periods it is the day by which each is due."""
    fixes: str | None = None
    """Parameter that is repeated from this day on, and so becomes the value of `as_period`."""
    as_period: str | None = None
    replaces: str | None = None
    """Parameter of whose first period it takes the place, where both are given."""
    covers_from: str | None = None
    """Input whose happenings cover for this long; by the clock a date would cover nothing."""
    business_hours: bool = False
    """Whether the query finds in `business`, too, when it has run out."""
    proven_by: str | None = None
    """Input whose happenings prove that it was kept; by the clock a date cannot prove it."""
    limits: str | None = None
    """Input that stops a clock, which it does for so long at most. It is given if that input is, by
    the same clock, of which the query sees the microseconds."""

    @property
    def parts_of(self) -> list[str]:
        """Return the parameters of which one must be given, too."""
        single = [each for each in (self.within, self.fixes) if each]
        return [*self.extends, *self.precedes, *single]

    @property
    def is_part(self) -> bool:
        """Whether it only says more about another parameter."""
        return bool(self.parts_of)


class Description(KindModel):
    """The front matter of a check kind."""

    summary: WrittenText
    inputs: dict[str, Input] = Field(min_length=1)
    parameters: dict[str, Parameter] = {}
    one_of: list[str] = []
    """Of these parameters, or of these inputs, exactly one is given."""
    picture: WrittenText | None = None
    """What a timeline looks like, in characters."""
    unknown: WrittenText | None = None
    """Why a subject cannot be judged, for spans that the query returns as the part `unknown`."""


class Example(KindModel):
    """A worked case: what is on file, and which lapses follow."""

    title: WrittenText
    zone: str = "Asia/Shanghai"
    as_of: str
    parameters: dict[str, Given] = {}
    inputs: dict[str, list[dict[str, Value | bool | None]]]
    """Input → records: `subject`, the times `starts` and `ends`, and other columns of the input."""
    lapses: list[Annotated[list[str | None], Field(min_length=3, max_length=3)]]
    """Subject, beginning and end; no end while the lapse is open at as-of."""
    unknown: list[Annotated[list[str | None], Field(min_length=3, max_length=3)]] = []
    """Spans in which a subject's state cannot be judged: subject, beginning and end, as above."""


class Examples(KindModel):
    """`<kind>.examples.yaml`."""

    examples: list[Example] = Field(min_length=1)


@dataclass(frozen=True)
class Kind:
    """A check kind: its inputs and parameters, and the query that returns duty and cover."""

    name: str
    summary: WrittenText
    inputs: Mapping[str, Input]
    parameters: Mapping[str, Parameter]
    one_of: tuple[str, ...]
    picture: WrittenText | None
    unknown: WrittenText | None
    """Why a subject cannot be judged, for spans that the query returns as the part `unknown`."""
    sql: str
    """The whole file; its front matter is a comment."""
    source: YamlDocument
    tree: PolicyFiles = field(repr=False)
    """What its files are read from."""
    file: str
    """Name of the query's file in there."""

    @property
    def population_input(self) -> str:
        """Return the input that says who or what a control is about."""
        return next(name for name, spec in self.inputs.items() if spec.population)

    @property
    def part_input(self) -> str | None:
        """Return the input whose records are parts of the subjects, if there is one."""
        return next((name for name, spec in self.inputs.items() if spec.parts), None)

    @property
    def class_input(self) -> str:
        """Return the input by whose columns parameters and calendars differ."""
        return self.part_input or self.population_input

    def names_parts(self, name: str) -> bool:
        """Whether the key of an input's records is that of a part of a subject."""
        spec = self.inputs[name]
        return spec.parts or bool(spec.closes and self.inputs[spec.closes].parts)

    @property
    def alternatives(self) -> list[str]:
        """Return the inputs of which exactly one is given."""
        return [name for name in self.one_of if name in self.inputs]

    @property
    def query(self) -> str:
        """Return the query without its front matter."""
        return self.sql.partition("*/")[2].strip()

    @property
    def tokens(self) -> tuple[tuple[str, str], ...]:
        """Return the query's tokens, which comments and white space do not change."""
        return _tokens(self.query)

    @property
    def readable_relations(self) -> frozenset[str]:
        """Return the relations that the query may read."""
        return TABLES | set(self.inputs)

    def examples(self) -> list[Example]:
        """Read the worked cases beside the query.

        Raises:
            PolicyError: no cases, or cases that are not of the right form.
        """
        folder, _, own = self.file.rpartition("/")
        file = f"{own.removesuffix('.sql')}{EXAMPLES}"
        if file not in self.tree.entries(folder):
            raise PolicyError(
                "the check kind '{name}' has no worked examples",
                hint="write {file} beside it: what is on file, and which lapses follow",
                locator=Locator(self.source.file),
                name=self.name,
                file=file,
            )
        source = read_source(self.tree, f"{folder}/{file}")
        try:
            return Examples.model_validate(source.value).examples
        except ValidationError as failure:
            raise explain(failure, source, Examples)[0] from failure


def load_kinds(tree: PolicyFiles, folder: str) -> dict[str, Kind]:
    """Load every check kind of a folder.

    Raises:
        PolicyError: a kind without a proper description.
    """
    names = [f"{folder}/{each}" for each in tree.entries(folder) if each.endswith(".sql")]
    return {kind.name: kind for kind in (load_kind(tree, name) for name in names)}


def load_kind(tree: PolicyFiles, file: str) -> Kind:
    """Load one check kind.

    Raises:
        PolicyError: the file cannot be read or its front matter is not a description of a kind.
    """
    name = tree.place(file)
    if tree.is_link(file):
        raise PolicyError(
            "symbolic links are not followed",
            hint="put the file itself there",
            locator=Locator(name),
        )
    sql = decode_text(tree.read(file), name, PolicyError).replace("\r\n", "\n")
    head, _, query = sql.partition("*/")
    if not head.startswith("/*\n") or not query.strip():
        raise PolicyError(
            "a check kind begins with its description in a comment: /* … */",
            hint="see `ccpolicy explain recurrence` for one",
            locator=Locator(name, 1),
        )
    source, description = _description(head[3:], name)
    for parameter, number in description.parameters.items():
        for index, choice in enumerate(number.choices):
            if number.type == "period" and choice not in PERIODS:
                place = source.locate(("parameters", parameter, "choices", index))
                raise refused_choice(choice, PERIODS).at(place)
    for input_name, spec in description.inputs.items():
        if not spec.items and not (spec.holds and spec.effect):
            raise PolicyError(
                "the input '{name}' must say whether its records are happenings or states",
                hint="write 'holds: state' or 'holds: happening', and 'effect: help', 'harm' or"
                " 'either'",
                locator=source.locate(("inputs", input_name)),
                name=input_name,
            )
    for path, name, known in _named(description):
        if name not in known:
            raise PolicyError(
                "'{key}' names '{name}', which the check kind does not describe",
                hint="known: {known}",
                key=str(path[-1]),
                locator=source.locate(path),
                name=name,
                known=", ".join(known),
            )
    return Kind(
        name=file.rpartition("/")[2].removesuffix(".sql"),
        summary=description.summary,
        inputs=description.inputs,
        parameters=description.parameters,
        one_of=tuple(description.one_of),
        picture=description.picture,
        unknown=description.unknown,
        sql=sql,
        source=source,
        tree=tree,
        file=file,
    )


@lru_cache(maxsize=64)
def _description(text: str, file: str) -> tuple[YamlDocument, Description]:
    """Parse the front matter of a file.

    Raises:
        PolicyError: it is not of the right form.
    """
    source = parse_yaml(text.encode(), file, PolicyError, lines_before=1)
    try:
        return source, Description.model_validate(source.value)
    except ValidationError as failure:
        raise explain(failure, source, Description)[0] from failure


@lru_cache(maxsize=64)
def _tokens(query: str) -> tuple[tuple[str, str], ...]:
    from sqlglot import tokenize
    from sqlglot.errors import TokenError

    try:
        found = tokenize(query, read="duckdb")
    except TokenError:  # what is no SQL is compared as it stands
        return (("", query),)
    return tuple((each.token_type.name, each.text) for each in found)


def _named(description: Description) -> Iterator[tuple[tuple[str, ...], str, Collection[str]]]:
    """Yield cross-references in the front matter: path, name, and the names that are known."""
    for name, spec in description.inputs.items():
        if spec.stops:
            yield ("inputs", name, "stops"), spec.stops, description.parameters
    for name, parameter in description.parameters.items():
        if parameter.limits:
            yield ("parameters", name, "limits"), parameter.limits, description.inputs


def refused_choice(value: object, choices: Iterable[str]) -> PolicyError:
    """Make the error for a value that is none of the choices; without a place."""
    return PolicyError("'{value}' is not one of {choices}", value=value, choices=", ".join(choices))
