"""A policy that says what cannot be is refused with its place, and nothing is judged."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from message_text import Said, coded

from .conftest import CONTROLS, EVENTS_POLICY, FILES, Office, packed

WAIVER = """\
  - id: W-1
    control: FIRE-1
    subject: E1
    reason: {en: It is away., zh: 送修。}
    owner: manager
    approver: director
    from: 2026-03-01
    until: 2026-03-30
"""


def test_untouched_office_passes(office: Office) -> None:
    office.passes()


def test_missing_folder(office: Office) -> None:
    office.refuses(
        "no such folder: ", "\n  hint: name the folder of a policy", path=office.root / "nowhere"
    )


def test_empty_folder(office: Office, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    said = office.refuses("no ccpolicy.toml in ", path=tmp_path / "empty")
    assert "hint: name the folder of a policy repository, or make one with: ccpolicy init" in said


def test_marker_is_a_folder(office: Office) -> None:
    (office.root / "ccpolicy.toml").unlink()
    (office.root / "ccpolicy.toml").mkdir()
    office.refuses("no ccpolicy.toml in ")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("controls: []\n", "policy: the policy has no control\n"),
        ("controls:\n", f"{CONTROLS}:1:1: a list is expected for 'controls', not null\n"),
        ("", f"{CONTROLS}: the file is empty\n"),
        ("# Later.\n", f"{CONTROLS}: the file is empty\n"),
        ("- 1\n", f"{CONTROLS}:1:1: a mapping is expected as the whole of the file, not [1]\n"),
        ("[" * 50, f"{CONTROLS}:1:33: nested in more levels than 32\n"),
        (FILES[CONTROLS] + "---\n", f"{CONTROLS}:19:1: more than one YAML document"),
    ],
)
def test_no_controls(office: Office, content: str, said: str) -> None:
    office.write(CONTROLS, content)
    office.refuses(said)


def test_nothing_is_assessed(office: Office) -> None:
    result = office.run("check", "--control", "FIRE-1", "--severity", "low")
    assert (result.exit_code, "1 pass" in result.stdout) == (3, False)


@pytest.mark.parametrize("name", ["policy/controls", "policy/datasets", "policy"])
def test_missing_policy_folder(office: Office, name: str) -> None:
    shutil.rmtree(office.root / name)
    office.refuses("policy/" if name == "policy" else f"{name}: {coded('PL102', name)}\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (FILES[CONTROLS].encode("gb18030"), f"{CONTROLS}:3: not UTF-8 text\n  hint: save the file"),
        (FILES[CONTROLS].encode("utf-16"), f"{CONTROLS}:1: not UTF-8 text\n  hint: save the file"),
        (
            FILES[CONTROLS].replace("Inspect it", "Inspect\0it").encode(),
            f"{CONTROLS}:5: the line holds a control character\n  hint: save the file as plain",
        ),
        (
            FILES[CONTROLS].replace("Inspect it", "x" * 10_000_000).encode(),
            f"{CONTROLS}:5: the line is longer than 1024 KiB\n",
        ),
        (b"#\n" * (9 << 20), f"{CONTROLS}: the file is larger than 16 MiB\n"),
    ],
    ids=["gb18030", "utf-16", "nul", "line", "size"],
)
def test_bytes_that_are_no_text(office: Office, content: bytes, said: str) -> None:
    office.write(CONTROLS, content)
    office.refuses(said)


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b""])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_byte_order_marks_and_line_ends_are_fine(office: Office, mark: bytes, end: str) -> None:
    for name, text in FILES.items():
        office.write(name, mark + text.replace("\n", end).encode())
    office.passes()
    office.write(CONTROLS, FILES[CONTROLS].replace("high", "hgh").replace("\n", end).encode())
    office.refuses(f"{CONTROLS}:7:5: FI310 ")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "severity: high",
            "severity: high\n    severity: low",
            "8:5: " + coded("FI210", "severity"),
        ),
        ("severity: high", "severity: &s high", "7:15: FI206 "),
        ("severity: high", "severity: *s", "7:15: FI206 "),
        ("severity: high", "severity: !!str high", "7:15: FI207 "),
        ("severity: high", "severity: !!python/name:os.system x", "7:15: FI207 "),
        ("severity: high", "<<: {severity: high}", "7:5: FI209 "),
        ("owner: manager", "owner: no", "8:12: 'no' means different things"),
        ("owner: manager", "owner: on", "8:12: 'on' means different things"),
        ("owner: manager", "owner: 12:30", "8:12: '12:30' means different things"),
        ("value: 40 days", "value: 040", "18:22: '040' means different things"),
        ("value: 40 days", "value: 0o40", "18:22: '0o40' means different things"),
        ("owner: manager", "on: manager", "8:5: unknown field 'on'\n  hint: known here: id, "),
        ("    severity: high", "\tseverity: high", "7:1: FI205 "),
        ("severity: high", "sevrity: high", "7:5: unknown field 'sevrity'\n  hint: did you mean"),
        ("dataset: inspections", "dataset: inspection", "13:9: unknown dataset 'inspection'\n"),
        ("starts: inspected_at", "starts: inspected_on", "15:9: unknown column 'inspected_on'\n"),
        ("result = ", "reslt = ", "16:9: unknown column 'reslt'\n  hint: did you mean 'result'?"),
        ("check: recurrence", "check: recurence", "9:5: unknown check kind 'recurence'\n"),
        ("norm: monthly", "norm: montly", "18:31: unknown norm 'montly'\n  hint: did you mean"),
    ],
)
def test_yaml_that_is_read_in_one_way_alone(office: Office, old: str, new: str, said: str) -> None:
    office.change(CONTROLS, old, new)
    office.refuses(f"{CONTROLS}:{said}")


def test_duplicate_ids(office: Office) -> None:
    office.write("policy/controls/more.yaml", FILES[CONTROLS])
    norms = FILES["policy/norms.yaml"]
    office.write("policy/norms.yaml", norms + norms.partition("\n")[2])
    office.write("policy/waivers.yaml", "waivers:\n" + WAIVER * 2)
    office.write("policy/datasets/copy.yaml", FILES[EVENTS_POLICY])
    office.refuses(
        "policy/controls/more.yaml:2:5: " + coded("PL107", "control", "FIRE-1", f"{CONTROLS}:2:5"),
        "policy/norms.yaml:6:5: " + coded("PL107", "norm", "monthly", "policy/norms.yaml:2:5"),
        "policy/waivers.yaml:10:5: " + coded("PL107", "waiver", "W-1", "policy/waivers.yaml:2:5"),
        f"policy/datasets/copy.yaml:1:1: {coded('PL104', 'inspections')}"
        "\n  hint: name the file inspections.yaml\n",
    )


def test_duplicate_clause(office: Office) -> None:
    more = '  - id: "1"\n    title: {en: More, zh: 其他}\n'
    office.write("policy/plan.yaml", FILES["policy/plan.yaml"] + more)
    office.refuses("policy/plan.yaml:12:5: " + coded("PL210", "1"))


@pytest.mark.parametrize(
    ("duration", "said"),
    [
        ("30 days 12 hours", "'30 days 12 hours' is not a duration\n  hint: write for example"),
        ("P1DT12H", "'P1DT12H': calendar days and clock hours cannot be mixed"),
        ("-30 days", "'-30 days': a duration cannot be negative"),
        ("'-P3D'", "'-P3D': a duration cannot be negative"),
        ("0 days", "'0 days': a duration must be longer than zero"),
        ("PT0S", "'PT0S': a duration must be longer than zero"),
        ("30", "a duration is expected, such as '30 days', not 30"),
        ("30.5 days", "'30.5 days' is not a duration"),
        ("PT", "'PT' is not a duration"),
        ("''", "'' is not a duration"),
        ("99999999999 days", "'99999999999 days': longer than 100 years is surely a mistake"),
        (
            "5 business weeks",
            "'5 business weeks': only days, hours and minutes can be business time",
        ),
        (f"{'9' * 40} days", f"'{'9' * 40} days': longer than 100 years is surely a mistake"),
        (f"{'9' * 5000} days", f"'{'9' * 60}…' is not a duration"),
        (f"P{'9' * 400}M", f"'P{'9' * 59}…' is not a duration"),
        ("٣٠ days", "'٣٠ days' is not a duration"),
    ],
)
def test_duration(office: Office, duration: str, said: str) -> None:
    office.change(CONTROLS, "40 days, ", f"{duration}, ")
    office.refuses(f"{CONTROLS}:18:15: {said}")


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("0", "a whole number from 1 to 999999999 is expected, not 0"),
        ("1000000000", "a whole number from 1 to 999999999 is expected, not 1000000000"),
        ("99999999999999999", "a whole number from 1 to 999999999 is expected, not 9999"),
        ("9" * 30, "a whole number from 1 to 999999999 is expected, not '9999"),
        ("1.5", "a whole number from 1 to 999999999 is expected, not 1.5"),
        ("1e400", "a whole number from 1 to 999999999 is expected, not inf"),
    ],
)
def test_a_number_that_no_plan_means(office: Office, number: str, said: str) -> None:
    office.change(CONTROLS, "40 days, ", f"40 days}}\n      at_least: {{value: {number}, ")
    assert said in office.refuses(f"{CONTROLS}:19:")


def test_a_number_of_thousands_of_digits(office: Office) -> None:
    office.change(CONTROLS, "40 days, ", f"40 days}}\n      at_least: {{value: {'9' * 5000}, ")
    office.refuses(f"{CONTROLS}:19:")


@pytest.mark.parametrize("day", ["2026-02-30", "'20260130'", "0001-01-01", "9999-12-31"])
def test_impossible_day(office: Office, day: str) -> None:
    office.change("policy/plan.yaml", "2026-01-01", day)
    shown = day.strip("'")
    office.refuses(
        "policy/plan.yaml:4:1: a day from 1900 to 2199 (YYYY-MM-DD) is expected for 'effective_on',"
        f' not "{shown}"\n'
    )


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("Asia/Shanghai", "Asia/Shangai", "6:1: unknown time zone 'Asia/Shangai'\n  hint: write"),
        ("Asia/Shanghai", "../../etc/passwd", "6:1: unknown time zone '../../etc/passwd'\n"),
        ("Asia/Shanghai", "localtime", "6:1: unknown time zone 'localtime'\n"),
        ("Asia/Shanghai", "Asia", "6:1: unknown time zone 'Asia'\n"),
    ],
)
def test_unknown_zone(office: Office, old: str, new: str, place: str) -> None:
    office.change("policy/plan.yaml", old, new)
    office.refuses(f"policy/plan.yaml:{place}")


def test_unknown_holidays(office: Office) -> None:
    office.change(CONTROLS, "40 days, ", "5 business days, ")
    office.refuses(f"{CONTROLS}:18:7: business time needs a calendar\n  hint: write in policy")
    office.change("policy/plan.yaml", "owner: ", "holidays: XX\nowner: ")
    office.refuses("policy/plan.yaml:7:1: 'holidays' has moved to calendars.yaml\n  hint: take")
    office.change("policy/plan.yaml", "holidays: XX\n", "")
    office.write("policy/calendars.yaml", "calendars:\n  - {id: c, weekend: [], holidays: XX}\n")
    office.refuses("policy/calendars.yaml:2:26: no holiday calendar for 'XX'\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("\nas_off = 'x'\n", "2:1: unknown field 'as_off'\n  hint: did you mean 'as_of'?"),
        ("as_of = \n", "1:9: PL111 "),
        ("gate = 'now'\ngate = 'now'\n", "2:13: PL111 "),
        ("\nas_of = '2026-02-30'\n", "2:1: '2026-02-30' is not a time\n  hint: write ISO 8601"),
        ("as_of = '2026-02-03T09:00:00'\n", "1:1: " + coded("US304", "2026-02-03T09:00:00")),
        ("\nhorizon = '-3 months'\n", "2:1: " + coded("PL508", "-3 months")),
        ("\nevidence = '../x'\n", "2:1: " + coded("PL113", "../x")),
        ("\nevidence = '/etc'\n", "2:1: " + coded("PL113", "/etc")),
        ('\npolicy = "a\\u0000b"\n', "2:1: the folder 'a\\x00b' lies outside the repository"),
    ],
)
def test_settings(office: Office, content: str, said: str) -> None:
    office.write("ccpolicy.toml", content)
    office.refuses(f"ccpolicy.toml:{said}")


def test_settings_in_another_encoding(office: Office) -> None:
    office.write("ccpolicy.toml", "# 1\n# 设置\n".encode("gb18030"))
    office.refuses("ccpolicy.toml:2: not UTF-8 text\n  hint: save the file in the encoding UTF-8\n")


@pytest.mark.parametrize("files", ["../../inspections.csv", "/etc/passwd", "a/../../x.csv"])
def test_evidence_outside(office: Office, files: str) -> None:
    office.change(EVENTS_POLICY, "files: inspections.csv", f"files: {files}")
    office.refuses(f"{EVENTS_POLICY}:4:1: 'files' must stay below the evidence folder\n")


@pytest.mark.parametrize("name", ["evidence", "policy"])
def test_folder_that_leads_outside(office: Office, name: str) -> None:
    (office.root / name).rename(office.root.parent / name)
    (office.root / name).symlink_to(office.root.parent / name)
    office.refuses(f"ccpolicy.toml:1:1: the folder '{name}' lies outside the repository\n")


def test_policy_file_that_leads_outside(office: Office) -> None:
    (office.root / CONTROLS).rename(office.root.parent / "fire.yaml")
    (office.root / CONTROLS).symlink_to(office.root.parent / "fire.yaml")
    office.refuses(f"{CONTROLS}: the file lies outside the repository\n")


def test_check_kind_that_leads_outside(office: Office) -> None:
    kind = office.write("../secret.sql", "secret")
    (office.root / "checks").mkdir()
    (office.root / "checks" / "own.sql").symlink_to(kind)
    said = office.refuses("checks/own.sql: symbolic links are not followed\n  hint: put the file")
    assert "secret" not in said


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (
            "nowhere",
            "there is no such file\n  hint: the symbolic link leads to 'nowhere', which is not",
        ),
        ("fire.yaml", f"cannot read the file: {os.strerror(40)}"),
        (
            "../norms",
            "there is no such file\n  hint: the symbolic link leads to '../norms', which is not",
        ),
    ],
)
def test_unreadable_policy(office: Office, target: str, said: str) -> None:
    (office.root / CONTROLS).unlink()
    (office.root / CONTROLS).symlink_to(target)
    office.refuses(f"{CONTROLS}: {said}")


@pytest.mark.parametrize("name", [CONTROLS, "policy/plan.yaml", EVENTS_POLICY])
def test_folder_in_place_of_a_file(office: Office, name: str) -> None:
    (office.root / name).unlink()
    (office.root / name).mkdir()
    office.refuses(f"{name}: cannot read the file: Is a directory\n")


@pytest.mark.parametrize("name", [CONTROLS, "policy/plan.yaml", EVENTS_POLICY, "checks/own.sql"])
def test_pipe_in_place_of_a_file(office: Office, name: str) -> None:
    """It is not waited for what nobody writes into it."""
    path = office.root / name
    path.unlink(missing_ok=True)
    path.parent.mkdir(exist_ok=True)
    os.mkfifo(path)
    office.refuses(f"{name}: not a file\n")


def test_plan_that_is_not_in_force_yet(office: Office) -> None:
    """Nothing was owed, so nothing was kept."""
    office.change("policy/plan.yaml", "effective_on: 2026-01-01", "effective_on: 2026-04-01")
    office.doubts("the control is in force only from 2026-04-01 on")
    office.change("policy/plan.yaml", "effective_on: 2026-04-01", "effective_on: 2026-03-31")
    office.passes()


def test_control_that_is_not_in_force_yet(office: Office) -> None:
    head, parameters, rest = FILES[CONTROLS].partition("    parameters:\n")
    lines = ("revisions:", "  - version: 1", "    from: 2026-04-01", "    parameters:")
    revisions = "".join(f"    {line}\n" for line in lines)
    office.write(CONTROLS, f"{head}{revisions}    {rest}" if parameters else "")
    office.doubts("the control is in force only from 2026-04-01 on")


@pytest.mark.parametrize(
    ("until", "reason"),
    [
        ("2025-12-31", "the control is in force only from 2026-01-01 on"),
        ("2026-01-31", coded("EV422").removeprefix("EV422 ")),
        ("2026-02-01", None),
    ],
)
def test_period_in_which_nothing_was_owed(office: Office, until: str, reason: str | None) -> None:
    """Before the plan was in force, and before the first extinguisher hung."""
    period = ("--period", f"2025-06-01/{until}")
    result = office.run("check", *period, "--gate", "period", "--format", "json")
    [control] = json.loads(result.stdout)["controls"]
    expected = ("pass", "unknown" if reason else "pass")
    assert (result.exit_code, control["now"], control["period"]) == (int(bool(reason)), *expected)
    assert (control["reason"] or {}).get("en") == reason
    text = office.run("check", *period, "--gate", "period").stdout
    assert reason is None or packed(reason) in packed(text)
    assert office.run("check", *period).exit_code == 0


def test_in_chinese(office: Office) -> None:
    office.change(CONTROLS, "severity: high", "severity: high\n    severity: low")
    result = office.run("check", "--lang", "zh")
    assert result.exit_code == 2
    assert Said(result.stderr) == f"{CONTROLS}:8:5: 键“severity”重复\n1 个错误\n"
    office.write(CONTROLS, FILES[CONTROLS].replace("result = 'pass'", "result = 1"))
    result = office.run("check", "--lang", "zh")
    assert (
        result.exit_code,
        f"{CONTROLS}:16:9: result 的类型是 string，而 1 的类型是 number" in Said(result.stderr),
    ) == (2, True)


def test_settings_that_lead_outside(office: Office) -> None:
    (office.root / "ccpolicy.toml").rename(office.root.parent / "secret.toml")
    (office.root / "ccpolicy.toml").symlink_to(office.root.parent / "secret.toml")
    office.refuses("ccpolicy.toml: symbolic links are not followed\n  hint: put the file")


def own_kind(office: Office, query: str) -> None:
    """Give the policy a check kind of its own, and have its control use it."""
    office.write(
        "checks/own.sql",
        f"""\
/*
summary: {{en: Own, zh: 自有}}
inputs:
  subjects:
    label: {{en: who, zh: 对象}}
    holds: state
    effect: harm
    population: true
    needs: [starts]
*/
{query}
""",
    )
    office.write(
        "checks/own.examples.yaml",
        "examples:\n"
        "  - title: {en: Nothing, zh: 无}\n"
        '    as_of: "2026-01-01T00:00:00+08:00"\n'
        "    inputs: {subjects: []}\n"
        "    lapses: []\n",
    )
    text = FILES[CONTROLS].partition("      events:")[0].replace("recurrence", "own")
    office.write(CONTROLS, text)
    (office.root / EVENTS_POLICY).unlink(missing_ok=True)


def test_check_kind_that_fails_when_it_runs(office: Office) -> None:
    own_kind(
        office,
        "SELECT control, 'duty' AS part, subject, starts, starts + 9223372036854775807 AS ends,"
        " locator FROM subjects",
    )
    said = office.stops("checks/own.sql: " + coded("PL419", "a number is out of range"))
    assert "defect" not in said
