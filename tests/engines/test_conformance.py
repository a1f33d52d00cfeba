"""PostgreSQL and Spark give the assessment that DuckDB gives, to the byte."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

import ccpolicy
from ccpolicy.checks.kinds import Example, Kind
from ccpolicy.checks.shipped_kinds import shipped_kinds
from ccpolicy.engine import evaluation
from ccpolicy.engine.examples import run_example
from ccpolicy.time.public_holidays import known_years
from ccpolicy.vocabulary import Engine
from oracle.comparison import differences
from oracle.test_engine import SIZE
from oracle.worlds import setting, world
from service_desk import judged, write_desk
from small_centre import CONTROLS, INSPECTIONS, change, lay

ROOT = Path(__file__).parents[2]
LONG = "CCPOLICY_ENGINES" in os.environ
"""Whether everything is judged twice, and not only some of it."""
BATCHES = range(-(-int(os.environ.get("CCPOLICY_WORLDS", "2000")) // SIZE) if LONG else 2)
FEW_WORLDS = SIZE if LONG else 45
RECIPES = sorted(path.parent for path in ROOT.glob("recipes/*/ccpolicy.toml"))
BY_EACH = pytest.mark.parametrize("engine", ["postgres", "spark"], indirect=True)
# Spark takes seconds to plan what takes no time to compute, so that it is asked for less.
BY_THE_QUICK = BY_EACH if LONG else pytest.mark.parametrize("engine", ["postgres"], indirect=True)
CASES = [
    pytest.param(engine, kind, example, id=f"{engine}-{kind.name}-{number}")
    for engine in ("postgres", "spark")
    for kind in shipped_kinds().values()
    for number, example in enumerate(kind.examples(), 1)
    if LONG or engine != "spark" or number == 1
]


def both(folder: Path, engine: Engine, **asked: object) -> tuple[str, str]:
    """Judge a repository here and by another engine, and return both assessments."""
    repository = ccpolicy.load(folder)
    here, there = (
        repository.check(ccpolicy.EvaluationRequest(engine=each, **asked))  # type: ignore[arg-type]
        for each in ("duckdb", engine)
    )
    return here.model_dump_json(indent=1), there.model_dump_json(indent=1)


@pytest.mark.parametrize(("engine", "kind", "example"), CASES, indirect=["engine"])
def test_worked_case(engine: Engine, kind: Kind, example: Example) -> None:
    assert run_example(kind, example, engine=engine) == (example.lapses, example.unknown)


@BY_THE_QUICK
def test_the_sample_with_all_that_auditors_read(engine: Engine) -> None:
    here, there = both(ROOT, engine, appendix=True, subjects=True, provenance=False)
    assert here == there
    assert len(here) > 1_000_000


@BY_THE_QUICK
def test_the_sample_if_records_are_streamed(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluation, "STREAMED", -1)
    here, there = both(ROOT, engine, controls=("EM-1", "EM-2", "TR-1"))
    assert here == there


@BY_THE_QUICK
@pytest.mark.parametrize("broken", [False, True])
@pytest.mark.parametrize("recipe", RECIPES if LONG else RECIPES[::6], ids=lambda path: path.name)
def test_recipe(engine: Engine, recipe: Path, broken: bool, tmp_path: Path) -> None:
    folder = shutil.copytree(recipe, tmp_path / "recipe")
    if broken:
        shutil.copytree(folder / "broken", folder / "evidence", dirs_exist_ok=True)
    here, there = both(folder, engine)
    assert here == there


@pytest.mark.parametrize(
    ("engine", "seed", "count"),
    [
        *(("postgres", seed, FEW_WORLDS) for seed in BATCHES),
        *(("spark", seed, FEW_WORLDS) for seed in BATCHES if LONG),
    ],
    indirect=["engine"],
)
@pytest.mark.usefixtures("judged_there")
def test_worlds(seed: int, count: int, tmp_path: Path) -> None:
    """The oracle's worlds hold every zone that moved, ties, and evidence that is at fault."""
    shared = setting(seed)
    worlds = [world(shared, seed, number) for number in range(count)]
    found = list(differences(tmp_path, shared, worlds))
    assert [each.text(shared) for each in found] == []


NAMES = ["Z", "a", "B", "é", "e\u0301", "ß", "中", "\U0001f600", "\\N", "x\\", "a b", "-", "_", "%"]
"""Of subjects, which the rules of a language put into another order than their code points."""


@BY_EACH
def test_names_in_any_writing(engine: Engine, tmp_path: Path) -> None:
    lay(tmp_path)
    assets = "".join(f'"{name}",2026-10-{day:02}\n' for day, name in enumerate(NAMES, 1))
    (tmp_path / "evidence/assets/assets.csv").write_text(
        f'asset_id,commissioned_on\n{assets}"two\nlines\tand a tab",2026-10-20\n', "utf-8"
    )
    # Of half of them there are inspections, and one of a name that nearly is one.
    done = "".join(
        f'"{name}",2026-11-1{n % 9}T09:00:00+08:00,pass\n'
        for n, name in enumerate([*NAMES[::2], "中中", "É"])
    )
    (tmp_path / INSPECTIONS).write_text(f"asset_id,performed_at,result\n{done}", "utf-8")
    here, there = both(tmp_path, engine, appendix=True, subjects=True)
    assert here == there
    assert all(f'"{name}"' in here for name in ("é", "e\u0301", "中", "\U0001f600"))


@BY_THE_QUICK
@pytest.mark.parametrize("limit", ["2 business days", "4 business hours"])
def test_a_year_whose_holidays_nobody_knows(engine: Engine, limit: str, tmp_path: Path) -> None:
    """Both readings of business time are computed there."""
    year = known_years("CN").stop
    write_desk(tmp_path)
    change(tmp_path, "policy/controls/desk.yaml", "4 business hours", limit)
    change(tmp_path, "ccpolicy.toml", "2026-03-10T18:00:00+08:00", f"{year}-06-30T00:00:00+08:00")
    tickets = [
        "T-0,,2026-03-02T10:00:00+08:00,2026-03-03T10:00:00+08:00",
        f"T-1,,{year - 1}-12-31T16:00:00+08:00,{year}-01-08T20:00:00+08:00",
    ]
    assert judged(tmp_path, *tickets).now == "unknown"
    here, there = both(tmp_path, engine, appendix=True)
    assert here == there
    assert '"EV470"' in here


@BY_THE_QUICK
def test_nothing_on_file(engine: Engine, tmp_path: Path) -> None:
    lay(tmp_path)
    (tmp_path / INSPECTIONS).write_text("asset_id,performed_at,result\n", "utf-8")
    (tmp_path / "evidence/assets/assets.csv").write_text("asset_id,commissioned_on\n", "utf-8")
    here, there = both(tmp_path, engine, appendix=True, subjects=True)
    assert here == there
    assert '"unknown"' in here


@BY_THE_QUICK
def test_numbers_that_disagree(engine: Engine, tmp_path: Path) -> None:
    """What a finding says of two numbers is written by neither engine."""
    lay(tmp_path)
    change(
        tmp_path,
        CONTROLS,
        "    check: recurrence",
        "    check: level",
    )
    change(
        tmp_path, CONTROLS, "starts: commissioned_on}", "starts: commissioned_on, quantity: amount}"
    )
    change(tmp_path, CONTROLS, "      events:", "      readings:")
    change(tmp_path, CONTROLS, "        where: \"result = 'pass'\"", "        quantity: amount")
    change(
        tmp_path,
        CONTROLS,
        "every: {value: 30 days, norm: monthly}",
        "valid_for: {value: 9 days, norm: monthly}",
    )
    for name in ("assets", "inspections"):
        path = f"policy/datasets/{name}.yaml"
        change(
            tmp_path,
            path,
            "asset_id: {type: string}",
            "asset_id: {type: string}\n    amount: {type: number}",
        )
    change(
        tmp_path,
        "policy/datasets/assets.yaml",
        "key: [asset_id]",
        "key: [asset_id, commissioned_on]",
    )
    (tmp_path / "evidence/assets/assets.csv").write_text(
        "asset_id,commissioned_on,amount\nA,2026-10-01,2.5\nA,2026-10-02,30000000\nB,2026-10-02,0.000001\n",
        "utf-8",
    )
    (tmp_path / INSPECTIONS).write_text(
        "asset_id,performed_at,result,amount\nA,2026-11-10T09:00:00+08:00,pass,0.1234567\n"
        "B,2026-11-10T09:00:00+08:00,pass,1e300\n",
        "utf-8",
    )
    here, there = both(tmp_path, engine)
    assert here == there
    assert "2.5 / 30000000.0" in here
    assert "EV" in here
