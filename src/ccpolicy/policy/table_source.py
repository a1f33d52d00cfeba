"""Where a dataset's rows are, if they are those of a table in a database."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ccpolicy.errors import Locate, PolicyError
from ccpolicy.policy.base_model import Name, PolicyModel
from ccpolicy.policy.names import unknown
from ccpolicy.texts import Line

_PART = r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)'
_TABLE = re.compile(rf"({_PART})\.({_PART})")


class TableSource(PolicyModel):
    """A table, or a view, of a store."""

    store: Name
    """Store that `ccpolicy.toml` names under `stores`."""
    table: Line
    """Schema and table, such as `ops.inspections`. Names are taken as they are written, in capital
    or small letters; one with other characters is written in quotation marks, as in SQL."""

    def __str__(self) -> str:
        return f"{self.store}:{self.table}"

    @property
    def path(self) -> tuple[str, str]:
        """Names of the schema and of the table, without quotation marks.

        Raises:
            ValueError: the table is not written so.
        """
        found = _TABLE.fullmatch(self.table)
        if not found or not self.table.isprintable():
            raise ValueError(self.table)
        schema, table = (_plain(part) for part in found.groups())
        return schema, table


def _plain(part: str) -> str:
    return part[1:-1].replace('""', '"') if part.startswith('"') else part


def with_source(value: Any) -> Any:
    """Fill in where the records of a dataset with a `source` are, and in which form."""
    if not isinstance(value, dict) or value.get("source") is None:
        return value
    source = value["source"]
    is_known = isinstance(source, dict) and {"store", "table"} <= source.keys()
    name = f"{source['store']}:{source['table']}" if is_known else "-"
    return {"files": name, "format": "table", **value}


def describe_source(schema: dict[str, Any]) -> None:
    """Have a dataset's JSON Schema ask for a `source`, or for files and their format."""
    files = ["files", "format"]
    schema["required"] = [each for each in schema["required"] if each not in files]
    schema["oneOf"] = [{"required": files}, {"required": ["source"]}]
    forms = schema["properties"]["format"]
    forms["enum"] = [each for each in forms["enum"] if each != "table"]


def check_source(
    source: TableSource | None,
    written: tuple[str, str],
    stores: Mapping[str, Any],
    place: Locate,
    *,
    only_files: Mapping[str, bool],
) -> Iterator[PolicyError]:
    """Yield what is wrong with a dataset's source.

    `written` are its files and their format; `only_files` are fields that only files can have, and
    whether each is given.
    """
    files, form = written
    if source is None:
        if form == "table":
            yield PolicyError(
                "'format: table' cannot be written: a dataset whose records are rows of a table"
                " says which",
                hint="write  source: {{store: …, table: schema.table}}  in place of files and"
                " format",
                locator=place("format"),
            )
        return
    given = {"files": files != str(source), "format": form != "table", **only_files}
    for field, is_given in given.items():
        if is_given:
            yield PolicyError(
                "'{field}' does not go with 'source': rows of a table are not read from files",
                hint="take it out, or make a view of the table that has it done",
                locator=place(field),
                field=field,
            )
    if source.store not in stores:
        if stores:
            yield unknown("unknown store '{name}'", source.store, stores, place("source", "store"))
        else:
            yield PolicyError(
                "unknown store '{name}'",
                hint='name it in ccpolicy.toml:  [stores.{name}]  and below it  kind = "postgres"',
                locator=place("source", "store"),
                name=source.store,
            )
    try:
        _ = source.path
    except ValueError:
        yield PolicyError(
            "'{table}' is not the name of a table with its schema",
            hint="write both with a dot between them, such as ops.inspections; put a name with"
            " spaces or signs in quotation marks, as in SQL",
            locator=place("source", "table"),
            table=source.table,
        )
