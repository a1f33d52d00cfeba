"""The published JSON Schemas: of the policy files, for editors, and of the public JSON.

`python -m ccpolicy.policy.schemas FOLDER` writes them all.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from ccpolicy.assessment.agenda import Agenda
from ccpolicy.assessment.models import Assessment
from ccpolicy.policy import models

WRITTEN: dict[str, type[BaseModel]] = {"assessment": Assessment, "agenda": Agenda}
"""What ccpolicy writes, as JSON."""
NAMES = (*models.SCHEMAS, *WRITTEN)


class _Schema(GenerateJsonSchema):
    """Leaves out the titles that only repeat a field's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def schema_text(name: str) -> str:
    """Return one schema as the bytes of its file hold it."""
    if name in WRITTEN:
        schema = WRITTEN[name].model_json_schema(schema_generator=_Schema, mode="serialization")
    else:
        schema = models.SCHEMAS[name].model_json_schema(schema_generator=_Schema)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps({**head, **schema}, ensure_ascii=False, indent=2) + "\n"


def write_schemas(folder: Path) -> None:
    """Write every schema into a folder, each as `<name>.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        (folder / f"{name}.json").write_text(schema_text(name), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))
