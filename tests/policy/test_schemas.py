"""The published schemas are those of the models."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from ccpolicy.files.yaml_document import read_yaml
from ccpolicy.policy.schemas import NAMES, WRITTEN, schema_text
from ccpolicy.shipped import shipped_folder

COMMITTED = shipped_folder("policy") / "schemas"


@pytest.mark.parametrize("name", NAMES)
def test_committed_schema_is_the_models(name: str) -> None:
    assert (COMMITTED / f"{name}.json").read_text("utf-8") == schema_text(name)


def test_nothing_else_is_committed() -> None:
    assert {path.name for path in COMMITTED.iterdir()} == {f"{name}.json" for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_schema_is_a_schema_and_describes_its_fields(name: str) -> None:
    schema = json.loads(schema_text(name))
    Draft202012Validator.check_schema(schema)
    assert schema["description"]
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize("name", WRITTEN)
def test_written_schema_promises_every_field(name: str) -> None:
    schema = json.loads(schema_text(name))
    for model in (schema, *schema["$defs"].values()):
        # A text by language has no fields of its own.
        assert set(model.get("required", ())) == set(model.get("properties", ()))


def test_script_writes_them(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ccpolicy.policy.schemas", str(tmp_path / "schemas")]
    subprocess.run(command, check=True)
    for name in NAMES:
        written = (tmp_path / "schemas" / f"{name}.json").read_text("utf-8")
        assert written == schema_text(name)


def test_shipped_policy_files_are_valid_by_their_schemas() -> None:
    folder = shipped_folder("policy")
    paths = sorted(folder.rglob("*.yaml"))
    assert len(paths) > 40
    for path in paths:
        head, _, _ = path.read_text("utf-8").partition("\n")
        schema = (path.parent / head.partition("$schema=")[2]).resolve()
        assert schema.parent == COMMITTED.resolve(), path
        value = read_yaml(path, path.name).value
        Draft202012Validator(json.loads(schema.read_text("utf-8"))).validate(value)


def test_public_json_is_valid_by_its_schema() -> None:
    golden = Path(__file__).parents[1] / "reports" / "golden"
    elsewhere = {"manifest", "provenance", "preview"}  # held where bundles and previews are made
    for name in WRITTEN.keys() - elsewhere:
        written = json.loads((golden / f"{name}.json").read_text("utf-8"))
        Draft202012Validator(json.loads(schema_text(name))).validate(written)
