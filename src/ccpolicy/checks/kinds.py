"""Check kinds: one SQL file each, with a description in its leading comment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ccpolicy.errors import Locator, Message, PolicyError
from ccpolicy.files.model_errors import explain
from ccpolicy.files.policy_files import PolicyFiles, read_source
from ccpolicy.files.yaml_document import YamlDocument, decode, parse_yaml
from ccpolicy.time.durations import parse_duration

Role = Literal["starts", "valid_from", "ends", "item", "by", "calendar", "quantity", "good"]
"""What a column of a selection can mean."""


@dataclass(frozen=True, slots=True)
class ColumnRole:
    """What the rest of the program must know about a role."""

    holds: Literal["time", "name", "number", "predicate"]
    """What its column holds; a predicate is no column, but SQL over columns."""
    label: Message
    """How its column, or its predicate, is shown beside what it means."""
    is_value: bool = False
    """Whether a kind's query sees the number, in millionths, as a column with the role's name."""


ROLES: dict[Role, ColumnRole] = {
    "starts": ColumnRole("time", Message.of("time: {column}")),
    "valid_from": ColumnRole("time", Message.of("valid from: {column}")),
    "ends": ColumnRole("time", Message.of("until: {column}")),
    "item": ColumnRole("name", Message.of("item: {column}")),
    "by": ColumnRole("name", Message.of("differs by: {column}")),
    "calendar": ColumnRole("name", Message.of("calendar: {column}")),
    "quantity": ColumnRole("number", Message.of("quantity: {column}"), is_value=True),
    "good": ColumnRole("predicate", Message.of("good if: {sql}")),
}
"""Role → facts. `Selection` has a field for each, whose docstring says what it is for."""
VALUES = tuple(name for name, role in ROLES.items() if role.is_value)

Value = str | int | float

EXAMPLES = ".examples.yaml"
"""How the names of files of worked examples end."""
_TOO_LARGE = 1_000_000_000
"""Numbers of a parameter are smaller: no plan means more, and every engine can hold them."""
TABLES = frozenset(["parameters", "after", "business", "period"])
"""What a kind's query can read beside its inputs."""


class Model(BaseModel):
    """A part of a check kind's description."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class KindText(Model):
    """A text in both languages."""

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)


class Input(Model):
    """A relation that the engine fills from the selections of every control of the kind."""

    label: KindText
    holds: Literal["state", "happening"] | None = None
    """What its records are: a state holds from a day to a day, a happening was at a moment. A
    state that begins after as-of is a plan; a happening after as-of has yet to happen. A selection
    that names `valid_from` holds states. Items have no time."""
    effect: Literal["help", "harm", "either"] | None = None
    """What its records do for compliance: help counts from its latest moment, harm from its
    earliest. A state that harms is a duty: it begins early and ends late."""
    population: bool = False
    """Whether it says who or what the control is about; left out, that is the whole."""
    required: bool = True
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
    """Inputs of which its records end what is not certainly later. These have the column `until`:
    the earliest moment of the first such record, or else the horizon."""

    @property
    def roles(self) -> list[Role]:
        """Columns that a selection must or may name."""
        return [*self.needs, *self.columns]

    @property
    def is_happening(self) -> bool:
        """Whether its records happened at a moment."""
        return self.holds == "happening"


class Parameter(Model):
    """A number of the rule."""

    type: Literal["duration", "integer", "number", "period", "choice"]
    label: KindText
    stricter: Literal["shorter", "higher", "lower", "first"]
    """Which way is stricter; `first` for choices that go from the strictest on."""
    without: Literal["stricter", "looser"] | None = None
    """Whether leaving it out is stricter or looser than any value; none if neither."""
    choices: list[str] = []
    default: str | int | None = None
    default_from: str | None = None
    """Parameter whose value it takes by default."""
    required: bool = False
    unless: dict[str, list[Role]] = {}
    """Input → columns of which one may give the number instead, record by record."""
    extends: list[str] = []
    """Parameters that it lengthens; it has no column of its own in the query."""
    replaces: str | None = None
    """Parameter of whose first period it takes the place, where both are given."""
    covers_from: str | None = None
    """Input whose happenings cover for this long; by the clock a date would cover nothing."""
    business_hours: bool = False
    """Whether the query finds in `business`, too, when it has run out."""
    proven_by: str | None = None
    """Input whose happenings prove that it was kept; by the clock a date cannot prove it."""


class Description(Model):
    """The front matter of a check kind."""

    summary: KindText
    inputs: dict[str, Input] = Field(min_length=1)
    parameters: dict[str, Parameter] = {}
    one_of: list[str] = []
    """Of these parameters, or of these inputs, exactly one is given."""


class Example(Model):
    """A worked case: what is on file, and which lapses follow."""

    title: KindText
    zone: str = "Asia/Shanghai"
    as_of: str
    parameters: dict[str, Value | dict[str, Value]] = {}
    inputs: dict[str, list[dict[str, Value | bool | None]]]
    """Input → records: `subject`, the times `starts` and `ends`, and other columns of the input."""
    lapses: list[Annotated[list[str | None], Field(min_length=3, max_length=3)]]
    """Subject, beginning and end; no end while the lapse is open at as-of."""


class Examples(Model):
    """`<kind>.examples.yaml`."""

    examples: list[Example] = Field(min_length=1)


@dataclass(frozen=True)
class Kind:
    """A check kind: its inputs and parameters, and the query that returns duty and cover."""

    name: str
    summary: KindText
    inputs: Mapping[str, Input]
    parameters: Mapping[str, Parameter]
    one_of: tuple[str, ...]
    sql: str
    """The whole file; its front matter is a comment."""
    source: YamlDocument
    tree: PolicyFiles = field(repr=False)
    """What its files are read from."""
    file: str
    """Name of the query's file in there."""

    @property
    def population(self) -> str:
        """Return the input that says who or what a control is about."""
        return next(name for name, spec in self.inputs.items() if spec.population)

    @property
    def query(self) -> str:
        """Return the query without its front matter."""
        return self.sql.partition("*/")[2].strip()

    @property
    def tokens(self) -> tuple[tuple[str, str], ...]:
        """Return the query's tokens, which comments and white space do not change."""
        from sqlglot import tokenize
        from sqlglot.errors import TokenError

        try:
            found = tokenize(self.query, read="duckdb")
        except TokenError:  # what is no SQL is compared as it stands
            return (("", self.query),)
        return tuple((each.token_type.name, each.text) for each in found)

    @property
    def relations(self) -> frozenset[str]:
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
    sql = decode(tree.read(file), name, PolicyError).replace("\r\n", "\n")
    head, _, query = sql.partition("*/")
    if not head.startswith("/*\n") or not query.strip():
        raise PolicyError(
            "a check kind begins with its description in a comment: /* … */",
            hint="see `ccpolicy explain recurrence` for one",
            locator=Locator(name, 1),
        )
    source = parse_yaml(head[3:].encode(), name, PolicyError, lines_before=1)
    try:
        description = Description.model_validate(source.value)
    except ValidationError as failure:
        raise explain(failure, source, Description)[0] from failure
    for input_name, spec in description.inputs.items():
        if not spec.items and not (spec.holds and spec.effect):
            raise PolicyError(
                "the input '{name}' does not say what its times are",
                hint="write 'holds: state' or 'holds: happening', and 'effect: help', 'harm' or"
                " 'either'",
                locator=source.locate(("inputs", input_name)),
                name=input_name,
            )
    return Kind(
        name=file.rpartition("/")[2].removesuffix(".sql"),
        summary=description.summary,
        inputs=description.inputs,
        parameters=description.parameters,
        one_of=tuple(description.one_of),
        sql=sql,
        source=source,
        tree=tree,
        file=file,
    )


def check_value(spec: Parameter, value: Any) -> None:
    """Check one value of a parameter.

    Raises:
        PolicyError: without a place; the caller knows it.
    """
    match spec.type:
        case "duration":
            if not isinstance(value, str):
                raise PolicyError(
                    "a duration is expected, such as '30 days', not {value}", value=repr(value)
                )
            parse_duration(value)
        case "integer":
            if not isinstance(value, int) or not 1 <= value < _TOO_LARGE:
                raise PolicyError(
                    "a whole number from 1 to {most} is expected, not {value}",
                    most=_TOO_LARGE - 1,
                    value=repr(value),
                )
        case "number":
            if isinstance(value, str) or not 0 < value < _TOO_LARGE:
                raise PolicyError(
                    "a number greater than zero is expected, not {value}", value=repr(value)
                )
        case "choice" | "period":
            if value not in spec.choices:
                raise PolicyError(
                    "'{value}' is not one of {choices}",
                    value=value,
                    choices=", ".join(spec.choices),
                )
