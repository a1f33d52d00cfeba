"""What a change of the policy is said to be: every direction of everything that can change."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest

import ccpolicy
from ccpolicy.assessment.comparison import Comparison, PolicyChange
from ccpolicy.errors import CcpolicyError
from ccpolicy.policy import diff
from ccpolicy.policy.diff.change import Subject
from ccpolicy.policy.diff.controls import may_be_empty, waiver_changes
from git_command import commit, git
from small_centre import CONTROLS, change, lay

from .conftest import ALERT, ALERTS, PLAN, REVIEW, REVIEWS, SETTINGS, WAIVERS, Draft
from .diff_cases import BOTH, CALENDARS, CASES, EVERY, OFFICE, PIN, WAIVER, revised

AS_OF = datetime.date(2026, 11, 20)


@pytest.fixture
def base(draft: Draft) -> Draft:
    """A policy with something of everything."""
    draft.change(
        (WAIVERS, "waivers: []", f"waivers:\n{WAIVER}"),
        (PLAN, "zone: UTC", "zone: UTC\ncalendar: office"),
        (
            REVIEW,
            "every: {value: 12 months",
            "at_least: {value: 2}\n      every: {value: 12 months",
        ),
        (SETTINGS, 'gate = "now"', f'{PIN}gate = "period"'),
        (SETTINGS, 'fail_on = "low"', 'fail_on = "medium"'),
    )
    draft.write(CALENDARS, OFFICE)
    return draft


def compared(base: Draft, *changes: tuple[str, str, str]) -> Comparison:
    """Change a copy of a policy, and compare; what is found can be said in both languages."""
    head = Draft(base.root.with_name("head"))
    shutil.copytree(base.root, head.root)
    head.change(*changes)
    assert [error.diagnostics() for error in head.errors()] == []
    states = [ccpolicy.load(each.root).policy for each in (base, head)]
    return diff.compare_policies(states[0], states[1], (None, None), AS_OF)


def line(change: PolicyChange) -> str:
    values = "" if change.before is change.after is None else f": {change.before} → {change.after}"
    back = " (history)" if change.rewrites_history else ""
    return f"{change.direction} {change.name}: {change.message.text('en')}{values}{back}"


def test_who_may_sign(base: Draft) -> None:
    head = Draft(base.root.with_name("head"))
    shutil.copytree(base.root, head.root)
    (head.root / "policy" / "allowed_signers").write_text("clerk@example.org ssh-ed25519 AAAA\n")
    states = [ccpolicy.load(each.root).policy for each in (base, head)]
    found = diff.compare_policies(states[0], states[1], (None, None), AS_OF)
    assert [line(each) for each in found.changes] == ["unordered my-plan: whose signatures count"]
    assert found.loosened


@pytest.mark.parametrize("name", CASES)
def test_direction(base: Draft, name: str) -> None:
    changes, expected = CASES[name]
    found = compared(base, *changes)
    assert sorted(map(line, found.changes)) == sorted(expected)
    assert found.loosened == any(each.startswith(("loosened", "unordered")) for each in expected)
    for each in found.changes:
        assert not each.message.text("zh").isascii()
        assert each.after_at or each.before_at


REOPENINGS = "      reopenings: {dataset: alerts, key: [alert_id], starts: raised_at"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", ", where: level = 'high'", "loosened"),
        (", where: level = 'high'", "", "tightened"),
        (", where: count > 1", ", where: count > 1 and level = 'high'", "loosened"),
        (", where: count > 1 and level = 'high'", ", where: (count > 1)", "tightened"),
        (", where: count > 1", ", where: count > 2", "unordered"),
        (", where: count > 1", ", where: count > 1 or level = 'high' and count > 1", "unordered"),
        (", where: count > 1", ", where: count > 1 and count between 2 and 3", "unordered"),
        (", where: \"level = 'a and b'\"", ", where: \"level = 'a'\"", "unordered"),
    ],
)
def test_fewer_reopenings_are_looser(base: Draft, before: str, after: str, expected: str) -> None:
    base.change((ALERT, "    parameters:\n", f"{REOPENINGS}{before}}}\n    parameters:\n"))
    found = compared(base, (ALERT, f"{REOPENINGS}{before}}}", f"{REOPENINGS}{after}}}"))
    assert [each.direction for each in found.changes] == [expected]


def test_reopenings_of_another_subject_are_neither(base: Draft) -> None:
    base.change((ALERT, "    parameters:\n", f"{REOPENINGS}}}\n    parameters:\n"))
    found = compared(base, (ALERT, REOPENINGS, REOPENINGS.replace("[alert_id]", "[review_id]")))
    assert [each.direction for each in found.changes] == ["unordered"]


def test_the_place_of_a_nested_reference(base: Draft) -> None:
    new = "key: [alert_id, audience], references: {audience: {dataset: reviews, key: plan}}"
    [found] = compared(base, (ALERTS, "key: [alert_id, audience]", new)).changes
    head = base.root.with_name("head") / ALERTS
    lines = head.read_text("utf-8").splitlines()
    [number] = [at for at, text in enumerate(lines, 1) if new in text]
    assert found.after_at == f"{ALERTS}:{number}"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (', count: {empty: "?"}', "", ["loosened"]),
        ("", ', count: {empty: "?"}', ["tightened"]),
        ("", ', count: {empty: ["?", n/a]}', []),
    ],
)
def test_a_column_without_marks_of_its_own_has_those_of_its_dataset(
    base: Draft, before: str, after: str, expected: list[str]
) -> None:
    columns = "columns: {level: severity"
    base.change((ALERTS, f"{columns}}}", f'{columns}{before}}}\nempty: ["?", n/a]'))
    found = compared(base, (ALERTS, f"{columns}{before}}}", f"{columns}{after}}}"))
    assert [each.direction for each in found.changes] == expected


ANOTHER = (
    CALENDARS,
    "office\n    weekend: [saturday, sunday]",
    "quiet\n    weekend: [monday, tuesday, saturday, sunday]",
)


def test_the_only_calendar_is_another_one(base: Draft) -> None:
    """Nothing names it, and still business time runs out later."""
    base.change(
        (PLAN, "calendar: office\n", ""), (REVIEW, "value: 12 months", "value: 9 business days")
    )
    found = compared(base, ANOTHER)
    assert found.loosened
    assert (
        "unordered GV-1: the calendar on which business time counts: office → quiet (history)"
        in (map(line, found.changes))
    )


def test_retentions_count_on_another_calendar(base: Draft) -> None:
    base.change(
        (PLAN, "calendar: office\n", ""),
        (REVIEWS, "retention: 5 years", "retention: 9 business days"),
    )
    found = compared(base, ANOTHER)
    assert found.loosened
    assert (
        "unordered my-plan: the calendar on which business time counts: office → quiet (history)"
        in map(line, found.changes)
    )


@pytest.mark.parametrize("day", ["worked: [{day: 2026-10-31", "closed: [{day: 2026-10-30"])
def test_a_day_of_the_calendar_moves_the_business_days_of_a_month(base: Draft, day: str) -> None:
    """Where Saturday the 31st is worked, the month's last business day comes later."""
    base.change(
        (REVIEW, "      at_least: {value: 2}\n", "      by: {value: last business day}\n"),
        (REVIEW, "every: {value: 12 months, norm: yearly-review}", "per: {value: month}"),
    )
    days = "    holidays: CN\n"
    found = compared(base, (CALENDARS, days, f"{days}    {day}, reason: move}}]\n"))
    assert [each.direction for each in found.changes] == ["unordered"]


def test_reopenings_left_out_are_looser(base: Draft) -> None:
    base.change((ALERT, "    parameters:\n", f"{REOPENINGS}}}\n    parameters:\n"))
    found = compared(base, (ALERT, f"{REOPENINGS}}}\n", ""))
    assert [each.direction for each in found.changes] == ["loosened"]


PAUSES = (
    "      pauses: {dataset: alerts, key: [alert_id], starts: raised_at, reason: level,"
    " where: count > 1, reasons: [low, high]}\n"
    "    parameters:\n      paused_at_most: {value: 1 hour}\n"
)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (", where: count > 1", "", "loosened"),
        ("count > 1", "count > 1 and level = 'high'", "tightened"),
        ("count > 1", "count > 2", "unordered"),
        ("[low, high]", "[low, high, none]", "loosened"),
        ("[low, high]", "[high]", "tightened"),
        ("[low, high]", "[high, low]", "neutral"),
        ("[low, high]", "[low, none]", "unordered"),
        ("value: 1 hour", "value: 2 hours", "loosened"),
        ("value: 1 hour", "value: 30 minutes", "tightened"),
        ("reason: level", "reason: review_id", "unordered"),
    ],
)
def test_more_pauses_are_looser(base: Draft, before: str, after: str, expected: str) -> None:
    base.change((ALERT, "    parameters:\n", PAUSES))
    found = compared(base, (ALERT, before, after))
    assert [each.direction for each in found.changes] == [expected]


@pytest.mark.parametrize("added", [True, False])
def test_pauses_that_are_new_are_looser(base: Draft, added: bool) -> None:
    states = ["    parameters:\n", PAUSES]
    before, after = states if added else states[::-1]
    base.change((ALERT, "    parameters:\n", before))
    found = compared(base, (ALERT, before, after))
    assert [each.direction for each in found.changes] == ["loosened" if added else "tightened"] * 2


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [("starts", "valid_from", "loosened"), ("valid_from", "starts", "tightened")],
)
def test_valid_from_is_looser_than_obtained(
    base: Draft, before: str, after: str, expected: str
) -> None:
    base.change(
        (REVIEW, "check: recurrence", "check: coverage"),
        (REVIEW, "      at_least: {value: 2}\n", ""),
        (REVIEW, "every:", "valid_for:"),
        (REVIEW, "starts: reviewed_on", f"{before}: reviewed_on"),
    )
    found = compared(base, (REVIEW, f"{before}: reviewed_on", f"{after}: reviewed_on"))
    assert [each.direction for each in found.changes] == [expected]
    assert found.changes[0].message.text("en") == "events: valid from then, or obtained then"


SQL = """\
/*
summary: {en: Never., zh: 从不。}
inputs:
  records:
    label: {en: records, zh: 记录}
    holds: happening
    effect: harm
    population: true
    needs: [starts]
parameters:
  at_most: {type: number, required: true, stricter: lower, label: {en: most, zh: 最多}}
*/
SELECT control, 'duty' AS part, subject, earliest AS starts, ends, locator FROM records
"""
OWN = """\
  - id: GV-2
    title: {en: Another, zh: 另一项}
    rule: {en: r, zh: 规}
    remediation: {en: r, zh: 改}
    clauses: {"1": 41edde5ab9b0}
    severity: low
    owner: manager
    check: steady
    inputs: {records: {dataset: reviews, key: [plan], starts: reviewed_on}}
    parameters: {at_most: {value: 5, norm: yearly-review}}
"""


@pytest.fixture
def with_kind(base: Draft) -> Draft:
    """The same, with a check kind of its own and a control of that kind."""
    base.write("checks/steady.sql", SQL)
    base.change((REVIEW, "", OWN))
    return base


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "SELECT control,",
            "SELECT  control\n , -- as before\n",
            "neutral steady: its description",
        ),
        (
            "SELECT control,",
            "SELECT control /* all */,",
            "neutral steady: its description",
        ),
        (
            "starts, ends,",
            "starts, starts,",
            "loosened steady: what is duty and what is cover (SQL) (history)",
        ),
        (
            "'duty'",
            "'du ty'",
            "loosened steady: what is duty and what is cover (SQL) (history)",
        ),
        (
            "FROM records",
            "FROM records WHERE '--' <> ''",
            "loosened steady: what is duty and what is cover (SQL) (history)",
        ),
        ("required: true, ", "", "loosened steady: its inputs and parameters (history)"),
        (
            "stricter: lower",
            "stricter: higher",
            "loosened steady: its inputs and parameters (history)",
        ),
        ("en: Never.", "en: Not ever.", "neutral steady: its description"),
    ],
)
def test_check_kind(with_kind: Draft, old: str, new: str, expected: str) -> None:
    found = compared(with_kind, ("checks/steady.sql", old, new))
    assert [line(each) for each in found.changes] == [expected]
    assert found.tally["loosened"] == expected.startswith("loosened")


def test_stricter_may_be_lower(with_kind: Draft) -> None:
    found = compared(with_kind, (REVIEW, "value: 5", "value: 4"))
    assert [line(each) for each in found.changes] == [
        "tightened GV-2: most, at_most: 5 → 4 (history)"
    ]


@pytest.mark.parametrize(
    ("old", "new", "value"),
    [
        ("stricter: lower", "stricter: higher", "50"),
        (
            "type: number, required: true, stricter: lower",
            "type: duration, stricter: shorter",
            "P5D",
        ),
        (
            "type: number, required: true, stricter: lower",
            "type: choice, choices: [few, many], stricter: first",
            "many",
        ),
        ("type: number,", "type: number, default: 9,", "6"),
    ],
)
def test_a_kind_cannot_say_that_its_own_loosening_is_stricter(
    with_kind: Draft, old: str, new: str, value: str
) -> None:
    found = compared(
        with_kind, ("checks/steady.sql", old, new), (REVIEW, "value: 5,", f"value: {value},")
    )
    assert [line(each) for each in found.changes] == [
        "unordered GV-2: the parameters, of which the check kind says something else (history)",
        "loosened steady: its inputs and parameters (history)",
    ]
    assert {each.id: each.status for each in found.controls}["GV-2"] == "unordered"
    assert found.loosened


def test_control_taken_out_and_added(with_kind: Draft) -> None:
    taken = compared(with_kind, (REVIEW, OWN, ""))
    assert [line(each) for each in taken.changes] == ["loosened GV-2: the control is taken out"]
    assert taken.tally["removed"] == 1
    assert taken.loosened
    states = [
        ccpolicy.load(with_kind.root.with_name(name)).policy
        for name in ("head", with_kind.root.name)
    ]
    added = diff.compare_policies(states[0], states[1], (None, None), AS_OF)
    assert [line(each) for each in added.changes] == ["tightened GV-2: a new control"]
    assert added.tally["added"] == 1
    assert not added.loosened


def test_dataset_that_is_new(base: Draft) -> None:
    head = base.root.with_name("head")
    shutil.copytree(base.root, head)
    text = (head / REVIEWS).read_text("utf-8")
    (head / REVIEWS).with_name("more.yaml").write_text(
        text.replace("id: reviews", "id: more"), "utf-8"
    )
    states = [ccpolicy.load(each).policy for each in (base.root, head)]
    for before, after, said in (
        (0, 1, "loosened more: a new dataset that no control uses"),
        (1, 0, "neutral more: it is taken out"),
    ):
        found = diff.compare_policies(states[before], states[after], (None, None), AS_OF)
        assert [line(each) for each in found.changes] == [said]


def test_check_kind_that_is_new(with_kind: Draft) -> None:
    """It is added until a control uses it; then nobody can read off what it covers."""
    bare, unused = (with_kind.root.with_name(name) for name in ("bare", "unused"))
    shutil.copytree(with_kind.root, unused)
    Draft(unused).change((REVIEW, OWN, ""))
    shutil.copytree(unused, bare)
    (bare / "checks/steady.sql").unlink()
    none, there, used = (ccpolicy.load(each).policy for each in (bare, unused, with_kind.root))
    added = diff.compare_policies(none, there, (None, None), AS_OF)
    assert [line(each) for each in added.changes] == ["added steady: it is new"]
    assert not added.loosened
    taken = diff.compare_policies(there, none, (None, None), AS_OF)
    assert [line(each) for each in taken.changes] == ["neutral steady: it is taken out"]
    in_use = diff.compare_policies(none, used, (None, None), AS_OF)
    assert "loosened steady: a new check kind, and controls use it (history)" in [
        line(each) for each in in_use.changes
    ]
    assert in_use.loosened


def test_of_limits_those_that_changed(base: Draft) -> None:
    limits = (SETTINGS, "", "\n[limits]\nrows = 1000000000\nfiles = 7\n")
    assert [line(each) for each in compared(base, limits).changes] == [
        "loosened ccpolicy.toml: the setting 'limits': rows = 50000000, files = 10000"
        " → rows = 1000000000, files = 7"
    ]


def test_files_that_are_ignored(base: Draft) -> None:
    heads = []
    for name, entries in (("one", [("*.pdf", "a")]), ("two", [("*.pdf", "b"), ("x/**", "a")])):
        head = shutil.copytree(base.root, base.root.with_name(name))
        tables = [
            f'[[ignore]]\nfiles = "{files}"\nreason = {{en = "{reason}", zh = "甲"}}\n'
            for files, reason in entries
        ]
        with (head / SETTINGS).open("a", encoding="utf-8") as file:
            file.write("\n" + "\n".join(tables))
        heads.append(ccpolicy.load(head).policy)
    found = diff.compare_policies(heads[0], heads[1], (None, None), AS_OF)
    assert [line(each) for each in found.changes] == [
        "neutral ccpolicy.toml: why files are ignored: *.pdf",
        "loosened ccpolicy.toml: files are ignored: x/** (history)",
    ]
    assert found.loosened
    found = diff.compare_policies(heads[1], heads[0], (None, None), AS_OF)
    assert [line(each) for each in found.changes] == [
        "neutral ccpolicy.toml: why files are ignored: *.pdf",
        "tightened ccpolicy.toml: files are no longer ignored: x/** (history)",
    ]


ALTERED = """\
controls:
  - id: RC-1
    title: {en: Nothing altered, zh: 未作改动}
    rule: {en: r, zh: 规}
    remediation: {en: r, zh: 改}
    clauses: {"1": 41edde5ab9b0}
    severity: low
    owner: manager
    check: record
    inputs:
      records: {dataset: evidence_changes, key: [record], starts: changed_at, good: permitted}
"""
ON_FILE = "recording: {happened: [raised_at], amendable: append_only}\n"
IN_GIT = "unordered alerts: what git is asked about its records (history)"


@pytest.fixture
def followed(base: Draft) -> Draft:
    """The same, with alerts that are followed through history, and a control on that."""
    base.write("policy/controls/3-altered.yaml", ALTERED)
    base.change((ALERTS, "retention:", f"{ON_FILE}retention:"))
    return base


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        ((ALERTS, "retention: 5 years", "retention: 1 day"), True),
        ((ALERTS, "retention: 5 years", "retention: 9 years"), True),
        ((ALERTS, "append_only", "freely"), True),
        ((ALERTS, ON_FILE, ""), True),
        ((ALERTS, "    count: {type: integer, minimum: 0}\n", ""), True),
        ((ALERTS, "          told_at: {type: string, format: date-time}\n", ""), True),
        ((ALERTS, "minimum: 0", "minimum: 1"), False),
        ((ALERTS, "title: Who is told", "title: Who was told"), False),
        ((REVIEWS, "retention: 5 years", "retention: 1 day"), False),
    ],
)
def test_what_git_is_asked(followed: Draft, change: tuple[str, str, str], asked: bool) -> None:
    """Deleting is free after the retention, and what a contract does not name is not followed."""
    if "told_at" in change[1]:
        followed.change((ALERT, "starts: told_at", "starts: raised_at"))
    found = compared(followed, change)
    assert [each.controls for each in found.changes if line(each) == IN_GIT] == [["RC-1"]] * asked
    statuses = {each.id: each.status for each in found.controls}
    assert statuses["RC-1"] == ("unordered" if asked else "unchanged")


def test_a_dataset_that_git_is_asked_about_comes_or_goes(followed: Draft) -> None:
    head = shutil.copytree(followed.root, followed.root.with_name("head"))
    text = (head / REVIEWS).read_text("utf-8").replace("id: reviews", "id: more")
    text += "recording: {amendable: append_only}\n"
    (head / REVIEWS).with_name("more.yaml").write_text(text, "utf-8")
    states = [ccpolicy.load(each).policy for each in (followed.root, head)]
    for first, second, direction in ((0, 1, "loosened"), (1, 0, "neutral")):
        found = diff.compare_policies(states[first], states[second], (None, None), AS_OF)
        assert [(each.direction, each.controls) for each in found.changes] == [
            (direction, []),
            ("unordered", ["RC-1"]),
        ]


def test_what_is_looked_up_over_two_datasets(base: Draft) -> None:
    """A control rests on the dataset from which a column that it looks up is looked up."""
    text = (base.root / REVIEWS).read_text("utf-8").replace("id: reviews", "id: grades")
    base.write("policy/datasets/grades.yaml", text.replace("files: reviews/", "files: grades/"))
    base.change(
        (
            REVIEWS,
            "record:",
            "lookups: {g: {dataset: grades, key: [review_id], column: outcome}}\nrecord:",
        ),
        (ALERTS, "column: outcome}", "column: g}"),
    )
    found = compared(base, ("policy/datasets/grades.yaml", "[accepted, rejected]", "[accepted]"))
    assert {each.id: each.status for each in found.controls} == {
        "GV-1": "tightened",
        "AL-1": "tightened",
    }


def test_tag_that_is_taken_off(base: Draft) -> None:
    base.change((REVIEW, "    check: recurrence", "    tags: [yearly]\n    check: recurrence"))
    found = compared(base, (REVIEW, "    tags: [yearly]\n", ""))
    assert [line(each) for each in found.changes] == ["loosened GV-1: no longer has the tag yearly"]


def test_norm(base: Draft) -> None:
    found = compared(base, ("policy/norms.yaml", "plan clause 1", "clause 1 of the plan"))
    assert [line(each) for each in found.changes] == [
        "neutral yearly-review: why a number is what it is"
    ]
    assert found.tally["unchanged"] == 2


@pytest.mark.parametrize(("days", "history"), [(-400, " (history)"), (400, "")])
def test_first_day_of_the_plan(base: Draft, days: int, history: str) -> None:
    today = ccpolicy.load(base.root).plan.effective_on
    as_of = today - datetime.timedelta(days=days + 100)
    day = today - datetime.timedelta(days=50)
    (base.root.with_name("head")).mkdir()
    shutil.rmtree(base.root.with_name("head"))
    compared(base, (PLAN, today.isoformat(), day.isoformat()))
    states = [ccpolicy.load(base.root.with_name(each)).policy for each in (base.root.name, "head")]
    [found] = diff.compare_policies(states[0], states[1], (None, None), as_of).changes
    assert line(found) == f"unordered my-plan: effective_on of the plan: {today} → {day}{history}"


def test_first_day_of_a_control(base: Draft) -> None:
    later = revised("2027-01-01", "12 months").replace(
        "version: 1\n", "version: 1\n        from: 2026-12-01\n"
    )
    found = compared(base, (REVIEW, BOTH, later))
    assert [line(each) for each in found.changes] == [
        "unordered GV-1: the first day on which the control holds: None → 2026-12-01 (history)"
    ]


@pytest.mark.parametrize(
    ("field", "before", "after", "history"),
    [
        ("from_", "2026-11-20", "2026-12-01", True),
        ("from_", "2026-11-21", "2026-12-01", False),
        # It stands to the end of that day.
        ("until", "2026-12-31", "2026-11-19", True),
        ("until", "2026-12-31", "2026-11-20", False),
    ],
)
def test_a_waiver_changes_history_from_the_first_day_that_it_counts_otherwise(
    base: Draft, field: str, before: str, after: str, history: bool
) -> None:
    policy = ccpolicy.load(base.root).policy
    given = {each: datetime.date.fromisoformat(each) for each in (before, after)}
    first, second = (
        policy.waivers["W-1"].model_copy(update={field: given[each]}) for each in (before, after)
    )
    subject = Subject(policy, policy, "waiver", "W-1", ("GV-1",))
    [found] = waiver_changes(subject, first, second, AS_OF)
    assert found.rewrites_history is history


def test_the_place_of_the_first_day_of_a_control(base: Draft) -> None:
    """Of several revisions it is the first that says it."""
    before = revised("2027-01-01", "6 months")
    base.change((REVIEW, BOTH, before))
    first = "version: 1\n        from: 2026-12-01\n"
    [found] = compared(base, (REVIEW, before, before.replace("version: 1\n", first))).changes
    lines = (base.root.with_name("head") / REVIEW).read_text("utf-8").splitlines()
    assert found.after_at == f"{REVIEW}:{lines.index('      - version: 1') + 1}"


def test_control_is_what_all_its_changes_come_to(base: Draft) -> None:
    """Its own, those of its waivers, of its datasets and those they look up, and of the plan."""
    stricter = (REVIEW, "value: 12 months", "value: 6 months")

    def statuses(*changes: tuple[str, str, str]) -> dict[str, str]:
        shutil.rmtree(base.root.with_name("head"), ignore_errors=True)
        return {each.id: each.status for each in compared(base, *changes).controls}

    assert statuses() == {"GV-1": "unchanged", "AL-1": "unchanged"}
    assert statuses(stricter) == {"GV-1": "tightened", "AL-1": "unchanged"}
    longer = (WAIVERS, "2026-12-31", "2027-01-31")
    assert statuses(longer) == {"GV-1": "loosened", "AL-1": "unchanged"}
    assert statuses(stricter, longer) == {"GV-1": "unordered", "AL-1": "unchanged"}
    weaker = (REVIEWS, "reviewed_on, reviewer, outcome]", "reviewed_on, outcome]")
    assert statuses(weaker) == {"GV-1": "loosened", "AL-1": "loosened"}
    assert statuses((ALERTS, "minimum: 0", "minimum: 1")) == {
        "GV-1": "unchanged",
        "AL-1": "tightened",
    }
    zone = (PLAN, "zone: UTC", "zone: Asia/Shanghai")
    assert statuses(zone) == {"GV-1": "unordered", "AL-1": "unordered"}


def test_revisions_day_by_day(base: Draft) -> None:
    """What a past revision said goes on being compared with what is said of its days now."""
    base.change((REVIEW, BOTH, revised("2026-06-01", "6 months")))
    three = revised("2026-06-01", "6 months") + revised("2027-06-01", "9 months").partition(
        "      - version: 2\n"
    )[2].join(["      - version: 3\n", ""])
    found = compared(base, (REVIEW, revised("2026-06-01", "6 months"), three))
    assert [line(each) for each in found.changes] == [
        f"loosened GV-1: {EVERY}, from 2027-06-01 on: 6 months → 9 months"
    ]
    shutil.rmtree(base.root.with_name("head"))
    moved = (REVIEW, "from: 2026-06-01", "from: 2026-09-01")
    assert [line(each) for each in compared(base, moved).changes] == [
        f"loosened GV-1: {EVERY}, from 2026-06-01 on and before 2026-09-01:"
        " 6 months → 12 months (history)"
    ]
    shutil.rmtree(base.root.with_name("head"))
    first = (REVIEW, "value: 12 months", "value: 13 months")
    assert [line(each) for each in compared(base, first).changes] == [
        f"loosened GV-1: {EVERY}, before 2026-06-01: 12 months → 13 months (history)"
    ]


def test_between_revisions_in_git(tmp_path: Path) -> None:
    folder = lay(tmp_path / "centre")
    git(folder, "init", "-q", "-b", "main")
    first = commit(folder)
    change(folder, CONTROLS, "30 days, norm", "20 days, norm")
    second = commit(folder)
    change(folder, CONTROLS, "20 days, norm", "40 days, norm")
    between = ccpolicy.api.compare(folder, "main~1", "main")
    assert (between.base.name, between.base.revision) == ("main~1", first)
    assert (between.head.name, between.head.revision) == ("main", second)
    assert between.as_of == "2026-11-20"
    assert [(each.direction, each.before_at) for each in between.changes] == [
        ("tightened", f"main~1:{CONTROLS}:19")
    ]
    on_disk = ccpolicy.api.compare(folder, "main")
    assert (on_disk.head.name, on_disk.head.revision) == (None, None)
    assert [(each.direction, each.after_at) for each in on_disk.changes] == [
        ("loosened", f"{CONTROLS}:19")
    ]
    change(folder, CONTROLS, "check: recurrence", "check: recurence")
    with pytest.raises(CcpolicyError, match="PL301"):
        ccpolicy.api.compare(folder, "main")


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ("2027-12-31", "loosened GV-1: said not to apply, up to: 2026-12-31 → 2027-12-31"),
        ("2026-11-30", "tightened GV-1: said not to apply, up to: 2026-12-31 → 2026-11-30"),
        (None, "tightened GV-1: said not to apply, up to: 2026-12-31 → None"),
    ],
)
def test_exemption_that_stands_already(base: Draft, until: str | None, said: str) -> None:
    exempt = "    not_applicable: {{reason: {{en: none, zh: 无}}, owner: w, until: {}}}\n"
    check = "    check: recurrence"
    base.change((REVIEW, check, f"{exempt.format('2026-12-31')}{check}"))
    after = exempt.format(until) if until else ""
    found = compared(base, (REVIEW, exempt.format("2026-12-31"), after))
    assert [line(each) for each in found.changes] == [said]


@pytest.mark.parametrize(
    ("initial", "direction"),
    [
        ("12 months", "tightened"),
        ("14 months", "loosened"),
        ("P12M10D", None),
    ],
)
def test_value_that_was_followed_with_its_grace(
    base: Draft, initial: str, direction: str | None
) -> None:
    """Left out, the first interval is the later ones with their grace: 12 months and 10 days."""
    grace = "      grace: {value: 10 days, norm: yearly-review}\n"
    base.change((REVIEW, "      at_least: {value: 2}\n", f"      at_least: {{value: 2}}\n{grace}"))
    given = f"      initial: {{value: {initial}, norm: yearly-review}}\n"
    found = compared(base, (REVIEW, grace, grace + given))
    assert [each.direction for each in found.changes] == ([direction] if direction else [])


def test_what_may_be_empty_on_either_side() -> None:
    class Told:
        def change(self, direction: str, *_: object) -> str:
            return direction

    expected = {
        (None, None): [],
        (None, "a"): ["loosened"],
        ("a", None): ["tightened"],
        ("a", "a"): [],
        ("a", "b"): ["neutral"],
    }
    for states, directions in expected.items():
        assert [*may_be_empty(Told(), *states)] == directions  # type: ignore[arg-type, comparison-overlap]
