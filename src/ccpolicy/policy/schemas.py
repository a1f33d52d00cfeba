"""The published JSON Schemas: of the policy files, for editors, and of the public JSON.

`python -m ccpolicy.policy.schemas FOLDER` writes them all.
"""

from __future__ import annotations

import ast
import inspect
import json
import sys
import textwrap
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, BeforeValidator
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

from ccpolicy.assessment.agenda import Agenda
from ccpolicy.assessment.comparison import Comparison
from ccpolicy.assessment.manifest import Manifest
from ccpolicy.assessment.models import Assessment
from ccpolicy.assessment.preview import Preview
from ccpolicy.assessment.provenance import ProvenanceExport
from ccpolicy.assessment.sample import Sample
from ccpolicy.assessment.verdict_history import History
from ccpolicy.assessment.verification import Verification
from ccpolicy.policy import models
from ccpolicy.policy.baseline_file import Baseline
from ccpolicy.policy.falsifications import Falsifications
from ccpolicy.policy.tests import Cases

WRITTEN: dict[str, type[BaseModel]] = {
    "assessment": Assessment,
    "agenda": Agenda,
    "manifest": Manifest,
    "provenance": ProvenanceExport,
    "verification": Verification,
    "history": History,
    "comparison": Comparison,
    "preview": Preview,
    "sample": Sample,
}
"""What ccpolicy writes, as JSON."""
READ: dict[str, type[BaseModel]] = {
    **models.SCHEMAS,
    "tests": Cases,
    "falsify": Falsifications,
    "baseline": Baseline,
}
"""What ccpolicy reads, as YAML."""
NAMES = (*READ, *WRITTEN)


class _JsonSchemaGenerator(GenerateJsonSchema):
    """Leaves out the titles that only repeat a field's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def schema_text(name: str) -> str:
    """Return one schema as the bytes of its file hold it."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    schema = schema_of(WRITTEN[name], "serialization") if name in WRITTEN else schema_of(READ[name])
    return json.dumps({**head, **schema}, ensure_ascii=False, indent=2) + "\n"


def schema_of(model: type[BaseModel], mode: JsonSchemaMode = "validation") -> dict[str, Any]:
    """Return the schema of a model, in which each field has its docstring as description."""
    schema = model.model_json_schema(schema_generator=_JsonSchemaGenerator, mode=mode)
    for title, part in {model.__name__: schema, **schema.get("$defs", {})}.items():
        for field, text in _described(classes(model)[title]).items():
            if field in part.get("properties", {}):
                part["properties"][field] = {"description": text, **part["properties"][field]}
    return schema


def classes(model: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """Return a model and those that its fields are made of, by name."""
    found: dict[str, type[BaseModel]] = {}
    waiting: list[Any] = [model]
    while waiting:
        each = waiting.pop()
        if isinstance(each, type) and issubclass(each, BaseModel):
            if each.__name__ not in found:
                found[each.__name__] = each
                waiting += [field.annotation for field in each.model_fields.values()]
        else:
            waiting += get_args(each)
            if isinstance(each, BeforeValidator):
                waiting.append(each.json_schema_input_type)
    return found


def _described(model: type[BaseModel]) -> dict[str, str]:
    """Return the docstrings beneath a model's fields, inherited ones among them.

    They are read here from the source: pydantic would read them at every start of the program.
    """
    texts: dict[str, str] = {}
    for base in model.__mro__[1:]:
        is_ours = base.__module__.startswith("ccpolicy") and issubclass(base, BaseModel)
        if is_ours and "[" not in base.__name__:  # parametrized ones are not in the source
            texts |= _described(base)
    [body] = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(body, ast.ClassDef)
    for field, beneath in pairwise(body.body):
        match field, beneath:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str() as text)),
            ):
                alias = model.model_fields[name].alias if name in model.model_fields else None
                texts[alias or name] = inspect.cleandoc(text)
    return texts


def write_schemas(folder: Path) -> None:
    """Write every schema into a folder, each as `<name>.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        (folder / f"{name}.json").write_text(schema_text(name), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))
