"""Every reader of the program, on bytes that nobody would write, by `mutation`."""

from __future__ import annotations

import json
import os
import random
import shutil
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ccpolicy.cli.program import program
from ccpolicy.shipped import shipped_folder
from evidence.conftest import encode
from small_centre import CONTROLS, FAILING, FILES, INSPECTIONS, lay

from .mutation import mutated

COUNT = int(os.environ.get("CCPOLICY_FUZZ", "8"))
SEED = os.environ.get("CCPOLICY_FUZZ_SEED", "1")
SECONDS = 20
"""CPU time in which any of these small inputs must be answered."""
CORPUS = Path(__file__).parent / "corpus"
FORBIDDEN = ("Traceback", "defect", "缺陷")
READERS = ("csv", "json", "jsonl", "yaml", "xlsx", "parquet")


def inputs(target: str, seeds: list[bytes]) -> Iterator[bytes]:
    """Yield what was found before, and changed seeds."""
    for path in sorted((CORPUS / target).glob("*")):
        yield path.read_bytes()
    for number in range(COUNT):
        draw = random.Random(f"{SEED} {target} {number}")
        yield mutated(draw, draw.choice(seeds), draw.choice(seeds))


def ask(target: str, data: bytes, *arguments: str | Path) -> Result:
    """Run the program; whatever it says is an answer, or an error with a code."""
    began = time.process_time()
    result = CliRunner().invoke(program, [*map(str, arguments)], prog_name="ccpolicy")
    took = time.process_time() - began
    name = f"{target}-{zlib.crc32(data):08x}"
    note = f"{name}: {data[:400]!r}\n{result.output[-2000:]}"
    assert isinstance(result.exception, SystemExit | None), note
    assert not any(word in result.output for word in FORBIDDEN), note
    assert result.exit_code in (0, 1, 2, 3), note
    assert took < SECONDS, note
    return result


def passes(result: Result, data: bytes) -> bool:
    """Say whether the gate passed by an answer that is JSON."""
    if result.exit_code == 0:
        assert json.loads(result.stdout)["gate"]["passed"], data[:400]
    return result.exit_code == 0


@pytest.fixture
def centre(tmp_path: Path) -> Path:
    """The small centre, in which PBX-2 was never inspected, so that nothing passes."""
    lay(tmp_path / "centre", {**FILES, INSPECTIONS: FAILING})
    return tmp_path / "centre"


@pytest.fixture
def untouched(centre: Path) -> Iterator[None]:
    """Expect that nothing is written where nothing was asked to be."""
    yield
    around = {path.name for path in centre.parent.iterdir()}
    assert around <= {"centre", "out.json", "part.json", "part.zip", "whole.zip"}


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.usefixtures("untouched")
def test_evidence(kind: str, centre: Path) -> None:
    rows = [
        {"asset_id": "PBX-1", "performed_at": f"2026-11-{day:02}T09:00:00+08:00", "result": result}
        for day, result in ((10, "pass"), (11, "fail"), (12, "pass"))
    ]
    seeds = [encode(kind, rows, centre), encode(kind, rows[:1], centre)]  # type: ignore[arg-type]
    contract = centre / "policy/datasets/inspections.yaml"
    text = contract.read_text("utf-8").replace("csv", kind)
    contract.write_text(text, "utf-8")
    file = (centre / INSPECTIONS).with_suffix(f".{kind}")
    (centre / INSPECTIONS).unlink()
    for data in inputs(kind, seeds):
        file.write_bytes(data)
        result = ask(kind, data, "check", centre, "--format", "json")
        assert not passes(result, data), data[:400]


POLICY = ("policy/plan.yaml", CONTROLS, "policy/datasets/inspections.yaml", "policy/waivers.yaml")


@pytest.mark.parametrize("name", [*POLICY, "ccpolicy.toml"])
@pytest.mark.usefixtures("untouched")
def test_policy(name: str, centre: Path) -> None:
    """A changed policy may say other things, so that only crashes are looked for."""
    seeds = [text.encode() for file, text in FILES.items() if file.endswith((".yaml", ".toml"))]
    own = FILES[name].encode()
    for data in inputs(name.replace("/", "-"), [own, own, own, *seeds]):
        (centre / name).write_bytes(data)
        ask(name, data, "lint", centre)
        ask(name, data, "check", centre, "--format", "json")


PREDICATES = [
    b"result = 'pass'",
    b"coalesce(result, 'fail') IN ('pass', 'fail') AND asset_id LIKE 'PBX-%'",
    b"CASE WHEN length(asset_id) > 3 THEN result = 'pass' ELSE false END",
    b"performed_at >= TIMESTAMP '2026-01-01 00:00:00' AND NOT (result = 'fail')",
]
DURATIONS = [b"30 days", b"P1M15D", b"1 year", "2 个月".encode(), b"PT1H30M", b"5 business days"]


@pytest.mark.parametrize("what", ["where", "duration"])
@pytest.mark.usefixtures("untouched")
def test_words_of_a_control(what: str, centre: Path) -> None:
    """A predicate lets in records that are there, and there is none of PBX-2.

    A duration may be so long that nothing is due, so that only crashes are looked for.
    """
    path = centre / CONTROLS
    old = "\"result = 'pass'\"" if what == "where" else "30 days"
    for data in inputs(what, PREDICATES if what == "where" else DURATIONS):
        text = data.decode("utf-8", "replace")
        path.write_text(FILES[CONTROLS].replace(old, json.dumps(text)), "utf-8")
        result = ask(what, data, "check", centre, "--format", "json")
        if what == "where":
            assert not passes(result, data), text


@pytest.mark.parametrize("kind", ["record", "recurrence"])
@pytest.mark.usefixtures("untouched")
def test_kinds(kind: str, centre: Path) -> None:
    """Foreign SQL and its front matter."""
    seed = (shipped_folder("checks") / f"{kind}.sql").read_bytes()
    (centre / "checks").mkdir()
    for data in inputs(f"kind-{kind}", [seed]):
        (centre / f"checks/{kind}.sql").write_bytes(data)
        ask(kind, data, "check", centre, "--format", "json")


@pytest.mark.usefixtures("untouched")
def test_assessments(centre: Path) -> None:
    whole, part = centre.parent / "out.json", centre.parent / "part.json"
    ask("assessment", b"", "check", centre, "--annex", "--format", "json", "-o", whole)
    for data in inputs("assessment", [whole.read_bytes()]):
        part.write_bytes(data)
        for form in ("text", "html", "xlsx"):
            ask("assessment", data, "report", "--from", part, "--format", form, centre)
        ask("baseline", data, "check", "--baseline", part, centre)


@pytest.mark.usefixtures("untouched")
def test_bundles(centre: Path) -> None:
    """No other bytes than those that were bundled are verified."""
    whole, part = centre.parent / "whole.zip", centre.parent / "part.zip"
    assert ask("bundle", b"", "bundle", centre, "-o", whole).exit_code == 0
    good = whole.read_bytes()
    assert ask("bundle", good, "verify", whole, "--quiet").exit_code == 0
    for data in inputs("bundle", [good]):
        part.write_bytes(data)
        assert data == good or ask("bundle", data, "verify", part, "--quiet").exit_code != 0
    shutil.rmtree(centre)
