"""Drafts of controls, tests, waivers and norms fit into the policy that they are drafted for."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import pytest
import yaml

import ccpolicy
from ccpolicy.checks.kinds import Kind
from ccpolicy.draft import waiver
from ccpolicy.draft.control import draft_control
from ccpolicy.policy import check_policy
from ccpolicy.store import open_store
from ccpolicy.texts import Text
from cli.conftest import Run
from small_centre import FAILING, INSPECTIONS, change, lay

ROOT = Path(__file__).parents[2]


def test_a_control_of_every_kind_fits(tmp_path: Path) -> None:
    for name in ("ccpolicy.toml", "policy"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, tmp_path / name)
    policy = ccpolicy.load(tmp_path).policy
    kinds: list[Kind] = list(policy.kinds.values())
    assert len(kinds) >= 7
    for kind in kinds:
        text = draft_control(policy, kind.name, None, f"D-{kind.name}", "en")
        assert all(f"{name}: " in text for name in (*kind.inputs, *kind.parameters))
        (tmp_path / f"policy/controls/{kind.name}.yaml").write_text(text, "utf-8")
    with open_store() as store:
        store.lock()
        check_policy(ccpolicy.load(tmp_path).policy, store)


def test_drafted_tests_say_what_is_judged(run: Run, centre: Path) -> None:
    target = centre / "policy/tests/3.yaml"
    target.parent.mkdir()
    made = run("draft", "test", "EM-1", "--repository", centre, "-o", target)
    assert made.exit_code == 0, made.output
    tests = yaml.safe_load(target.read_text("utf-8"))["tests"]
    assert [each["expect"]["now"] for each in tests] == ["pass", "fail"]
    assert run("test", centre).exit_code == 0


def test_waivers_of_what_is_open(run: Run, centre: Path) -> None:
    lay(centre, {INSPECTIONS: FAILING})
    target = centre / "policy/waivers.yaml"
    target.unlink()
    assert run("draft", "waiver", "--repository", centre).exit_code == 2
    target.write_text("waivers: []\n", "utf-8")
    drafted = run("draft", "waiver", "EM-1", "--repository", centre)
    assert drafted.exit_code == 0, drafted.output
    assert 'subject: "PBX-2"' in drafted.stdout
    target.write_text(drafted.stdout, "utf-8")
    assert run("check", centre).exit_code == 0
    assert "US431 " in run("draft", "waiver", "--repository", centre).stderr


def test_lapses_beyond_the_most_are_counted(
    run: Run, centre: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(centre, {INSPECTIONS: FAILING})
    monkeypatch.setattr(waiver, "_MOST", 0)
    drafted = run("draft", "waiver", "EM-1", "--repository", centre)
    assert "PBX-2" not in drafted.stdout
    [said] = [line for line in drafted.stdout.splitlines() if "?" in line]
    assert said.strip().startswith("# ? more open lapses: 1; ")


def test_norms_of_numbers_that_cite_none(run: Run, centre: Path) -> None:
    assert "US432 " in run("draft", "norm", "--repository", centre).stderr
    change(centre, "policy/controls/3.yaml", ", norm: monthly", "")
    drafted = run("draft", "norm", "--repository", centre)
    assert "  - id: em-1-every\n" in drafted.stdout
    change(
        centre,
        "policy/norms.yaml",
        "norms:\n",
        drafted.stdout.partition("norms:\n")[2].join(["norms:\n", ""]),
    )
    assert run("check", centre).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("control", "recurrance"), "PL3"),
        (("control", "level", "--dataset", "nothing"), "PL208"),
        (("test", "EM-9"), "PL201"),
        (("waiver", "EM-9"), "PL201"),
    ],
)
def test_names_that_are_not_known(
    run: Run, centre: Path, arguments: tuple[str, ...], code: str
) -> None:
    result = run("draft", *arguments, "--repository", centre)
    assert result.exit_code == 2
    assert code in result.stderr


def _dataset(name: str, key: str, properties: dict[str, str]) -> str:
    types = {
        "text": "{type: string}",
        "day": "{type: string, format: date}",
        "flag": "{type: boolean}",
        "number": "{type: integer}",
    }
    lines = "".join(
        f"    {column}: {types.get(kind) or f'{{type: string, enum: [{kind}]}}'}\n"
        for column, kind in properties.items()
    )
    return (
        f"id: {name}\ntitle: {{en: Own, zh: 自有}}\nowner: facilities\nfiles: {name}/*.csv\n"
        f"format: csv\nkey: [{key}]\nretention: 5 years\nrecord:\n  type: object\n"
        f"  additionalProperties: false\n  required: [{key}]\n  properties:\n{lines}"
    )


CHECKS = {"hydrant": "text", "checked_on": "day"}
ROLES = [
    (
        "recurrence",
        ("hydrant, checked_on", {**CHECKS, "result": "合格, 不合格"}),
        [
            "subjects: {dataset: own, key: [hydrant]}",
            "      events: {dataset: own, key: [hydrant], starts: checked_on,"
            " where: \"FALSE AND result = '合格'\"}",
            "      failures: {dataset: own, key: [hydrant], starts: checked_on,"
            " where: \"result = '不合格'\"}",
            "# ? Which dataset lists all of them?",
            "every: {value: 1 day}",
        ],
    ),
    (
        "recurrence",
        ("hydrant, checked_on", {**CHECKS, "attended": "flag"}),
        ['starts: checked_on, where: "FALSE AND attended = true"}', "# failures: "],
    ),
    (
        "recurrence",
        ("hydrant, checked_on", {**CHECKS, "outcome": "green, red"}),
        ["# ? Which values of 'outcome' count here?", 'where: "FALSE"}'],
    ),
    (
        "recurrence",
        ("checked_on", {"checked_on": "day", "type": "dry, wet"}),
        [
            "# ? For whom or for what is each of these?",
            "# ? 'type' is one of: dry | wet.",
            "#     AND type = 'dry'",
            'events: {dataset: own, starts: checked_on, where: "FALSE"}',
        ],
    ),
    (
        "level",
        (
            "item, counted_on",
            {"item": "text", "minimum": "number", "counted_on": "day", "in_stock": "number"},
        ),
        [
            "      subjects: {dataset: own, key: [item], quantity: minimum}",
            "readings: {dataset: own, key: [item], starts: counted_on, quantity: in_stock,"
            ' where: "FALSE"}',
            "# minimum: ",
            "      valid_for: {value: 1 day}",
        ],
    ),
    (  # chosen by its result, the reading that is out of bounds would be left out
        "level",
        (
            "item, read_at",
            {"item": "text", "read_at": "day", "celsius": "number", "result": "passed, failed"},
        ),
        [
            "# ? 'result' is one of: passed | failed. Do all of these count?",
            'quantity: celsius, where: "FALSE"}',
        ],
    ),
    (
        "coverage",
        (
            "firm, valid_from",
            {
                "firm": "text",
                **dict.fromkeys(
                    ["valid_from", "valid_until", "contract_from", "contract_until"], "day"
                ),
            },
        ),
        [
            "subjects: {dataset: own, key: [firm], starts: contract_from, ends: contract_until}",
            "events: {dataset: own, key: [firm], valid_from: valid_from, ends: valid_until,"
            ' where: "FALSE"}',
            "# valid_for: ",
        ],
    ),
    (
        "deadline",
        ("ticket", {"ticket": "text", "opened": "day", "closed": "day"}),
        ["# ? What does the plan ask for? This value is made up.\n      limit: {value: 1 day}"],
    ),
    (
        "deadline",
        ("ticket", {"ticket": "text", "due": "day", "opened": "day", "done": "day"}),
        [
            "openings: {dataset: own, key: [ticket], starts: opened}",
            "closings: {dataset: own, key: [ticket], starts: done, ",
        ],
    ),
    (
        "deadline",
        ("ticket", {"ticket": "text", "due": "day", "done": "day"}),
        ["# ? When did each begin?", "openings: {dataset: own, key: [ticket], starts: done}"],
    ),
    (
        "cadence",
        ("ticket", {"ticket": "text", "opened": "day", "told": "day"}),
        [
            'openings: {dataset: own, key: [ticket], starts: opened, where: "FALSE"}',
            'events: {dataset: own, key: [ticket], starts: told, where: "FALSE"}',
        ],
    ),
    (
        "record",
        ("person, seen_on", {"person": "text", "seen_on": "day"}),
        ["# ? Which columns name each of these?", "{dataset: own, key: [person], starts: seen_on"],
    ),
    (
        "recurrence",
        ("date, start_time", {"date": "day", "start_time": "text", "exit_ok": "flag"}),
        ["# subjects: ", 'starts: date, where: "FALSE AND exit_ok = true"}'],
    ),
    (
        "recurrence",
        ("hydrant, checked_on", {**CHECKS, "exit_free": "flag", "extinguisher_ok": "flag"}),
        ["FALSE AND extinguisher_ok = true", "# ? 'exit_free' is one of: true | false."],
    ),
    (
        "recurrence",
        ("hydrant, checked_on", {**CHECKS, "status": "Held, Cancelled"}),
        ["# ? Does 'Cancelled' in 'status' also end the cover at once?", "# failures: "],
    ),
    (
        "coverage",
        ("person", {"person": "text", "course": "text", "given_on": "day", "score": "number"}),
        ["# ? 'course' may say which kind", "#     AND score >= …", 'where: "FALSE"}'],
    ),
    (
        "record",
        ("ticket", {"ticket": "text", "opened": "day", "state": "open, shut"}),
        ["# ? By which column is a record as it should be?", 'good: "FALSE"}'],
    ),
]


@pytest.mark.parametrize(("kind", "dataset", "expected"), ROLES)
def test_columns_are_taken_for_what_they_are_called(
    centre: Path, kind: str, dataset: tuple[str, dict[str, str]], expected: list[str]
) -> None:
    (centre / "policy/datasets/own.yaml").write_text(_dataset("own", *dataset), "utf-8")
    policy = ccpolicy.load(centre).policy
    text = draft_control(policy, kind, "own", "D-1", "en")
    assert [each for each in expected if each not in text] == [], text
    (centre / "policy/controls/own.yaml").write_text(text, "utf-8")
    with open_store() as store:
        store.lock()
        check_policy(ccpolicy.load(centre).policy, store)


def test_a_time_that_is_read_as_a_text_is_named(run: Run, centre: Path) -> None:
    contract = _dataset("own", "ticket", {"ticket": "text", "held_on": "text"})
    lay(centre, {"policy/datasets/own.yaml": contract})
    refused = run("draft", "control", "recurrence", "--dataset", "own", "--repository", centre)
    assert "US430 " in refused.stderr
    assert "'held_on' of 'own'" in refused.stderr


def test_what_is_not_answered_does_not_pass(run: Run, centre: Path) -> None:
    properties = {
        **dict.fromkeys(["person", "course"], "text"),
        **dict.fromkeys(["score", "minimum"], "number"),
        **dict.fromkeys(["taken_on", "valid_until"], "day"),
        "passed": "flag",
    }
    rows = "P1,Fire,99,1,2026-11-01,2099-01-01,true\nP2,Fire,88,1,2026-11-02,2099-01-01,true\n"
    contract = _dataset("own", "person", properties)
    lay(
        centre,
        {
            "policy/datasets/own.yaml": contract,
            "evidence/own/1.csv": ",".join(properties) + "\n" + rows,
        },
    )
    kinds = ccpolicy.load(centre).policy.kinds
    for kind in kinds:
        text = draft_control(ccpolicy.load(centre).policy, kind, "own", f"D-{kind}", "en")
        lay(centre, {f"policy/controls/{kind}.yaml": text})
    checked = run("check", centre, "--format", "json")
    found = {each["id"]: each for each in json.loads(checked.stdout)["controls"]}
    states = {kind: found[f"D-{kind}"]["now"] for kind in kinds}
    assert "pass" not in states.values(), states


def test_months_are_counted_where_no_day_is_said(run: Run, centre: Path) -> None:
    rows = "Staff no,Hired on,1月,2月,3月\nA,2025-01-01,√,,√\nB,2025-02-01,√,√,√\n"
    lay(centre, {"evidence/talks/2026.csv": rows})
    made = run(
        *("draft", "dataset", centre / "evidence/talks/2026.csv", "--repository", centre),
        *("-o", centre / "policy/datasets/talks.yaml"),
    )
    assert made.exit_code == 0, made.output
    drafted = run("draft", "control", "recurrence", "--dataset", "talks", "--repository", centre)
    [control] = yaml.safe_load(drafted.stdout)["controls"]
    assert control["parameters"] == {"per": {"value": "month"}}
    assert control["inputs"]["events"] == {
        "dataset": "talks",
        "key": ["staff_no"],
        "starts": "month",
        "where": "FALSE AND done = true",
    }


def test_a_clause_of_its_own_gives_a_control_its_words(run: Run, centre: Path) -> None:
    drafted = run("draft", "control", "recurrence", "--repository", centre)
    [control] = yaml.safe_load(drafted.stdout)["controls"]
    assert control["title"]["en"] == control["rule"]["en"] == "…"  # its clause has a control
    own = '  - id: "4"\n    title: {en: Alarm, zh: 报警}\n'
    own += '    text: {en: "Test: weekly.", zh: 每周测试。}\n'
    change(centre, "policy/plan.yaml", '  - id: "9"\n', f'{own}  - id: "9"\n')
    drafted = run("draft", "control", "recurrence", "--repository", centre)
    [control] = yaml.safe_load(drafted.stdout)["controls"]
    assert list(control["clauses"]) == ["4"]
    assert control["title"] == {"en": "Alarm", "zh": "报警"}
    assert control["rule"] == {"en": "Test: weekly.", "zh": "每周测试。"}
    assert control["remediation"]["en"] == "…"


@pytest.mark.parametrize(
    ("properties", "key", "rows", "where"),
    [
        ("result", "person, taken_on", "合格 合格 合格 不合格", "FALSE AND result = '合格'"),
        (
            "result",
            "person, taken_on, result",
            "pass fail Pass",
            "FALSE AND result IN ('Pass', 'pass')",
        ),
        ("result", "person, taken_on", "A B fail D", "FALSE"),
        (
            "told",
            "person, taken_on, told",
            "ok ok nok a b c d e f g h i j k",
            "FALSE AND told = 'ok'",
        ),
    ],
)
def test_a_column_of_results_is_asked_about_without_a_closed_list(
    centre: Path, properties: str, key: str, rows: str, where: str
) -> None:
    named = dict.fromkeys(["person", properties], "text") | {"taken_on": "day"}
    cells = "".join(f"P{n},{word},2026-11-01\n" for n, word in enumerate(rows.split()))
    lay(
        centre,
        {
            "policy/datasets/own.yaml": _dataset("own", key, named),
            "evidence/own/1.csv": f"person,{properties},taken_on\n{cells}",
        },
    )
    text = draft_control(ccpolicy.load(centre).policy, "recurrence", "own", "D-1", "en")
    [control] = yaml.safe_load(text)["controls"]
    assert control["inputs"]["events"]["where"] == where
    assert "Do all of these count? As long as" not in text
    assert all(word in text for word in {*rows.split()[:4]} if where != "FALSE")


def test_the_first_control_of_a_policy(run: Run, centre: Path) -> None:
    (centre / "policy/norms.yaml").write_text("norms: []\n", "utf-8")
    (centre / "policy/controls/3.yaml").unlink()
    target = centre / "policy/controls/1.yaml"
    asked = ("draft", "control", "recurrence", "--repository", centre)
    made = run(*asked, "-o", target)
    assert made.exit_code == 0, made.output
    [control] = yaml.safe_load(target.read_text("utf-8"))["controls"]
    assert list(control["clauses"]) == ["3.1"]
    assert ccpolicy.load(centre).controls.keys() == {"NEW-1"}
    shutil.rmtree(centre / "policy/controls")
    assert run(*asked).exit_code == 0


def test_the_clause_of_a_control_is_named(run: Run, centre: Path) -> None:
    asked = ("draft", "control", "recurrence", "--repository", centre, "--clause")
    [control] = yaml.safe_load(run(*asked, "9").stdout)["controls"]
    assert list(control["clauses"]) == ["9"]
    refused = run(*asked, "3.11")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "PL202 unknown clause '3.11'" in refused.stderr
    assert "3.1" in refused.stderr.partition("hint: ")[2]


INCIDENTS = {"id": "text", "kind": "fire, water", "state": "open, shut", "opened": "day"}


def test_sorts_of_what_is_opened_and_closed_are_asked_about_once(run: Run, centre: Path) -> None:
    contract = _dataset("own", "id", INCIDENTS | {"closed": "day"})
    rows = "I-1,fire,shut,2026-11-01,2026-11-01\nI-2,water,shut,2026-11-02,2026-11-02\n"
    files = {
        "policy/datasets/own.yaml": contract,
        "evidence/own/1.csv": f"id,kind,state,opened,closed\n{rows}",
    }
    lay(centre, files)
    text = draft_control(ccpolicy.load(centre).policy, "deadline", "own", "D-1", "en")
    openings, _, closings = text.partition("      openings: ")
    assert "# ? Do all kinds in 'kind' count (fire | water)? If not, write the same" in openings
    assert "#     kind = 'fire'\n" in openings
    assert "'kind'" not in closings
    assert "'state' is one of: open | shut." in closings
    chosen = text.replace("starts: opened}", "starts: opened, where: \"kind = 'fire'\"}")
    lay(centre, {"policy/controls/own.yaml": chosen.replace('where: "FALSE"', 'where: "TRUE"')})
    said = " ".join(run("check", centre).output.split())
    assert "EV410 'I-2' is not in the dataset 'own'" in said
    assert "hint: it is there, and 'where' of 'openings' leaves it out" in said
    both = (centre / "policy/controls/own.yaml").read_text("utf-8")
    lay(centre, {"policy/controls/own.yaml": both.replace('"TRUE"', "\"kind = 'fire'\"")})
    assert "EV410" not in run("check", centre).output


def test_a_column_that_may_name_subjects_is_proposed(run: Run, centre: Path) -> None:
    contract = _dataset("own", "tested_on", {"tested_on": "day", "site": "text"})
    rows = "2026-11-18,Main\n2026-11-19,Annex\n"
    lay(
        centre,
        {"policy/datasets/own.yaml": contract, "evidence/own/1.csv": f"tested_on,site\n{rows}"},
    )
    text = draft_control(ccpolicy.load(centre).policy, "recurrence", "own", "D-1", "en")
    assert "# ? If it is owed for each 'site' (Annex | Main), add the first" in text
    assert "#     key: [site]\n" in text
    assert "#     subjects: {dataset: own, key: [site]}\n" in text
    subjects = "subjects: {dataset: own, key: [%s]"
    answered = text.replace(f"# {subjects}" % "tested_on", subjects % "site")
    answered = answered.replace('where: "FALSE"', "key: [site]")
    lay(centre, {"policy/controls/own.yaml": answered})
    checked = json.loads(run("check", centre, "--format", "json").stdout)
    [own] = [each for each in checked["controls"] if each["id"] == "D-1"]
    assert own["subjects"]["total"] == 2


def test_a_month_without_a_day_is_said_to_cure_too_early(run: Run, centre: Path) -> None:
    months = [f"2026-{month}" for month in range(1, 13)]
    cells = ["√", "", "√", *["√"] * 7, "", ""]
    lay(centre, {"evidence/talks/1.csv": f"Unit,{','.join(months)}\nA,{','.join(cells)}\n"})
    target = centre / "policy/datasets/talks.yaml"
    file = centre / "evidence/talks/1.csv"
    made = run("draft", "dataset", file, "--repository", centre, "-o", target)
    assert made.exit_code == 0, made.output
    said = " ".join(target.read_text("utf-8").replace("\n#", "").split())
    assert "the lapse ends on the first day of the next one that has a record" in said
    text = draft_control(ccpolicy.load(centre).policy, "recurrence", "talks", "D-1", "en")
    lay(centre, {"policy/controls/own.yaml": text.replace("FALSE AND ", "")})
    checked = json.loads(run("check", centre, "--format", "json").stdout)
    [own] = [each for each in checked["controls"] if each["id"] == "D-1"]
    ends = [(each["starts"][:10], each["ends"]) for each in own["lapses"]]
    assert ends[0] == ("2026-03-01", "2026-03-02T00:00:00+08:00")


@pytest.mark.parametrize("name", ["where", "order", "check"])
def test_a_column_called_as_a_word_of_sql_is_quoted(centre: Path, name: str) -> None:
    contract = _dataset("own", "id", {"id": "text", "day": "day", name: "passed, failed"})
    lay(centre, {"policy/datasets/own.yaml": contract})
    text = draft_control(ccpolicy.load(centre).policy, "recurrence", "own", "D-1", "en")
    [control] = yaml.safe_load(text)["controls"]
    assert control["inputs"]["events"]["where"] == f"FALSE AND \"{name}\" = 'passed'"
    lay(centre, {"policy/controls/own.yaml": text})
    with open_store() as store:
        store.lock()
        check_policy(ccpolicy.load(centre).policy, store)


@pytest.mark.parametrize(
    ("en", "zh", "expected"),
    [
        ("It is at most 27 °C.", "温度不得高于 27 ℃。", {"maximum": 0}),
        ("It is at least 18 °C.", "温度不得低于 18 ℃。", {"minimum": 1}),
        ("It stays between 18 and 27 °C.", "温度在 18 至 27 ℃之间。", {"minimum": 1, "maximum": 0}),
        ("It is read.", "读取温度。", {"minimum": 1}),
    ],
)
def test_the_clause_says_which_bound_a_quantity_has(
    centre: Path, en: str, zh: str, expected: dict[str, int]
) -> None:
    columns = {"item": "text", "read_at": "day", "celsius": "number"}
    lay(centre, {"policy/datasets/own.yaml": _dataset("own", "item, read_at", columns)})
    policy = ccpolicy.load(centre).policy
    clause = policy.plan.clauses[0].model_copy(update={"text": Text({"en": en, "zh": zh})})
    plan = policy.plan.model_copy(update={"clauses": [clause]})
    policy = dataclasses.replace(policy, plan=plan)
    [control] = yaml.safe_load(draft_control(policy, "level", "own", "D-1", "en"))["controls"]
    given = {name: each["value"] for name, each in control["parameters"].items()}
    assert given == {**expected, "valid_for": "1 day"}
