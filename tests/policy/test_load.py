"""Files that are not what they should be, each by itself."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import ccpolicy
from ccpolicy.errors import CcpolicyError, Locator, PolicyError, PolicyErrors
from ccpolicy.shipped import shipped_folder
from message_text import Said, coded

from .conftest import (
    ALERT,
    ALERTS,
    NORMS,
    PLAN,
    REVIEW,
    REVIEWS,
    SETTINGS,
    WAIVERS,
    Change,
    Draft,
)

EVENTS = "{dataset: reviews, starts: reviewed_on, where: \"outcome = 'accepted'\"}"
ADD = "add it, or take the language out of 'languages' in plan.yaml"
TAKE = "take it out, or add the language to 'languages' in plan.yaml"
KNOWN = (
    "known here: dataset, key, group, prefix, where, starts, valid_from, ends, item, by, calendar,"
    " reason, reasons, quantity, met, good"
)
TITLE = "title: {en: My plan, zh: 我的预案}"
_NAME = "it must match ^[a-z][a-z0-9_]{0,62}$"
_NAME_HINT = "hint: a name has small letters a to z, digits and '_', and begins with a letter"
_DAY = "FI315 "

OWNER = "owner: {en: manager, zh: 经理}"
FIELDS: dict[str, tuple[Change, list[str]]] = {
    "missing": (
        (PLAN, f"{OWNER}\n", ""),
        [f"{PLAN}:2:1: {coded('FI302', 'owner')}"],
    ),
    "missing below": (
        (PLAN, TITLE, "title: {en: A}"),
        [f"{PLAN}:3:1: {coded('PL781', 'title', 'zh')}\nhint: {ADD}"],
    ),
    "unknown": (
        (PLAN, f"{OWNER}\n", "owner: manager\ncalender: CN\n"),
        [f"{PLAN}:9:1: {coded('FI303', 'calender')}\nhint: did you mean 'calendar'?"],
    ),
    "unknown below": (
        (PLAN, TITLE, "title: {en: A, zh: 甲, latin: a}"),
        [f"{PLAN}:3:1: {coded('PL782', 'title', 'latin')}\nhint: {TAKE}"],
    ),
    "unknown in a list": (
        (PLAN, '- id: "1"', '- id: "1"\n    texts: {}'),
        [f"{PLAN}:11:5: {coded('FI303', 'texts')}\nhint: did you mean 'text'?"],
    ),
    "unknown in a selection": (
        (REVIEW, EVENTS, "{dataset: reviews, colour: red}"),
        [f"{REVIEW}:16:34: {coded('FI303', 'colour')}\nhint: {KNOWN}"],
    ),
    "unknown in one of several selections": (
        (ALERT, "          item: audience\n", "          items: audience\n"),
        [f"{ALERT}:17:11: {coded('FI303', 'items')}\nhint: did you mean 'item'?"],
    ),
    "missing in one of several selections": (
        (ALERT, "- dataset: alerts.notices\n          key", "- key"),
        [f"{ALERT}:14:11: {coded('FI302', 'dataset')}"],
    ),
    "no selection at all": (
        (REVIEW, EVENTS, "3"),
        [f"{REVIEW}:16:7: {coded('FI317', 'inputs/events', '3')}"],
    ),
    "selection among items": (
        (ALERT, "[staff, public]", "[staff, 3]"),
        [f"{ALERT}:12:22: {coded('FI304', 'inputs/items/1', '3')}"],
    ),
    "value": (
        (REVIEW, "value: 12 months", "value: [1]"),
        [f"{REVIEW}:18:15: {coded('FI317', 'value', '[1]')}"],
    ),
    "one of several values": (
        (ALERT, "low: 2 hours", "low: [2]"),
        [f"{ALERT}:19:41: {coded('FI317', 'value/low', '[2]')}"],
    ),
    "text": (
        (PLAN, 'version: "1.0"', "version: 1.0"),
        [f"{PLAN}:4:1: {coded('FI304', 'version', '1.0')}"],
    ),
    "empty": (
        (PLAN, 'version: "1.0"', 'version: " "'),
        [f"{PLAN}:4:1: {coded('FI312', 'version')}"],
    ),
    "role of no name": ((PLAN, OWNER, 'owner: " "'), [f"{PLAN}:8:1: FI317 "]),
    "role in one language": (
        (PLAN, OWNER, "owner: {zh: 经理}"),
        [f"{PLAN}:8:1: {coded('PL781', 'owner', 'en')}\nhint: {ADD}"],
    ),
    "empty list": ((REVIEWS, "[review_id]", "[]"), [f"{REVIEWS}:7:1: {coded('FI312', 'key')}"]),
    "too long": (
        (REVIEWS, "format: csv", "format: csv\ndelimiter: tab"),
        [f"{REVIEWS}:7:1: {coded('FI313', 'delimiter', '1')}"],
    ),
    "list": (
        (REVIEWS, "[review_id]", "review_id"),
        [f"{REVIEWS}:7:1: FI308 "],
    ),
    "mapping": (
        (PLAN, TITLE, "title: My plan"),
        [f"{PLAN}:3:1: {coded('PL780', 'title')}\nhint: write it as a mapping of en, zh"],
    ),
    "mapping of anything": (
        (ALERTS, "columns: {level: severity}", "columns: [severity]"),
        [f"{ALERTS}:9:1: FI309 "],
    ),
    "choice": (
        (REVIEW, "severity: high", "severity: great"),
        [f"{REVIEW}:12:5: FI310 "],
    ),
    "pattern": (
        (REVIEWS, "id: reviews", "id: Reviews"),
        [f"{REVIEWS}:2:1: \"Reviews\" is not a proper 'id' ({_NAME})\n{_NAME_HINT}"],
    ),
    "name": (
        (REVIEW, "      every:", "      Every:"),
        [f"{REVIEW}:18:7: {coded('FI318', 'Every', '^[a-z][a-z0-9_]{0,62}$')}\n{_NAME_HINT}"],
    ),
    "whole number": (
        (REVIEW, "    parameters:\n", "    revisions: [{version: one}]\n    parameters:\n"),
        [f"{REVIEW}:17:18: FI305 "],
    ),
    "least": (
        (REVIEW, "    parameters:\n", "    revisions: [{version: 0}]\n    parameters:\n"),
        [f"{REVIEW}:17:18: {coded('FI316', 'version', '1', '0')}"],
    ),
    "near day": (
        (
            REVIEW,
            "    parameters:\n",
            "    not_applicable: {reason: {en: A, zh: 甲}, owner: b,"
            " until: 26-1-1}\n    parameters:\n",
        ),
        [f"{REVIEW}:17:56: {_DAY}"],
    ),
    "far day": (
        (
            REVIEW,
            "    parameters:\n",
            "    not_applicable: {reason: {en: A, zh: 甲}, owner: b,"
            " until: 2200-01-01}\n    parameters:\n",
        ),
        [f"{REVIEW}:17:56: {_DAY}"],
    ),
    coded("PL112", "day"): (
        (
            REVIEW,
            "    parameters:\n",
            "    not_applicable: {reason: {en: A, zh: 甲}, owner: b,"
            " until: 2026}\n    parameters:\n",
        ),
        [f"{REVIEW}:17:56: {coded('FI314', 'until', '2026')}"],
    ),
    "long value": (
        (REVIEWS, "[review_id]", "x" * 99),
        [f"{REVIEWS}:7:1: a list is expected for 'key', not \"{'x' * 56}…"],
    ),
    "not YAML": (
        (PLAN, OWNER, "owner: [manager"),
        [f"{PLAN}:9:8: FI205 "],
    ),
    "id twice": (
        (NORMS, "", "  - {id: yearly-review, title: {en: A, zh: 甲}, source: B, grade: memory}\n"),
        [f"{NORMS}:7:6: {coded('PL107', 'norm', 'yearly-review', '')}{NORMS}:3:5"],
    ),
    "control twice": (
        (ALERT, "id: AL-1", "id: GV-1"),
        [f"{ALERT}:2:5: {coded('PL107', 'control', 'GV-1', '')}{REVIEW}:3:5"],
    ),
    "dataset of another name": (
        (ALERTS, "id: alerts", "id: alert"),
        [f"{ALERTS}:1:1: {coded('PL104', 'alert')}\nhint: name the file alert.yaml"],
    ),
}


@pytest.mark.parametrize("case", FIELDS)
def test_refused_with_its_place(case: str, draft: Draft) -> None:
    change, expected = FIELDS[case]
    assert draft.refused(change) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", coded("FI102")),
        ("# nothing\n", coded("FI102")),
        ("- id: plan\n", "1:1: FI319 "),
        ("plan\n", "1:1: FI319 "),
        (b"id: \xff\n", f"1: {coded('FI204')}\nhint: save the file in the encoding UTF-8"),
    ],
)
def test_whole_file(content: str | bytes, expected: str, draft: Draft) -> None:
    draft.write(PLAN, content)
    [error] = draft.errors()
    assert str(error).startswith(f"{PLAN}:")
    assert str(error).partition(PLAN)[2].lstrip(": ").startswith(expected)


@pytest.mark.parametrize("name", [PLAN, NORMS, WAIVERS])
def test_missing_file(name: str, draft: Draft) -> None:
    (draft.root / name).unlink()
    [error] = draft.errors()
    assert str(error).startswith(f"{name}: {coded('FI120')}\nhint: the folder 'policy' holds: ")


def test_missing_folders(draft: Draft) -> None:
    for name in (REVIEW, ALERT, REVIEWS, ALERTS):
        (draft.root / name).unlink()
    assert [Said(error) for error in draft.errors()] == [
        f"policy/controls: {coded('PL102', 'policy/controls')}",
        f"policy/datasets: {coded('PL102', 'policy/datasets')}",
    ]


def test_other_ending(draft: Draft) -> None:
    draft.write("policy/controls/3-more.yml", "controls: []\n")
    assert [Said(error) for error in draft.errors()] == [
        f"policy/controls/3-more.yml: {coded('PL105')}"
    ]


def test_file_outside(draft: Draft, tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_bytes((draft.root / PLAN).read_bytes())
    (draft.root / PLAN).unlink()
    (draft.root / PLAN).symlink_to(tmp_path / "plan.yaml")
    assert [Said(error) for error in draft.errors()] == [f"{PLAN}: {coded('FI106')}"]


def test_bad_kind(draft: Draft) -> None:
    draft.write("checks/ours.sql", "SELECT 1\n")
    assert [Said(error) for error in draft.errors()] == [
        f"checks/ours.sql:1: {coded('PL401')}\nhint: see `ccpolicy explain recurrence` for one"
    ]


def test_kind_with_an_unknown_period(draft: Draft) -> None:
    shipped = (shipped_folder() / "checks/recurrence.sql").read_text(encoding="utf-8")
    draft.write("checks/ours.sql", shipped.replace("[week, month,", "[week, fortnight,"))
    periods = "week, month, quarter, half-year, year, {fiscal_year: MM-DD}"
    assert [Said(error) for error in draft.errors()] == [
        f"checks/ours.sql:34:21: {coded('PL406', 'fortnight', periods)}"
    ]


TOML: dict[str, tuple[Change, str]] = {
    "unknown": (
        (SETTINGS, 'gate = "now"', 'gates = "now"'),
        f"{SETTINGS}:5:1: {coded('FI303', 'gates')}\nhint: did you mean 'gate'?",
    ),
    "choice": (
        (SETTINGS, 'gate = "now"', 'gate = "later"'),
        f"{SETTINGS}:5:1: FI310 ",
    ),
    "day": (
        (SETTINGS, "", "as_of = 2026-06-30\n"),
        f"{SETTINGS}:10:1: FI304 ",
    ),
    "not TOML": (
        (SETTINGS, 'gate = "now"', "gate = now"),
        f"{SETTINGS}:5:8: {coded('PL111', 'Invalid value')}",
    ),
    "unfinished": (
        (SETTINGS, "", 'as_of = """2026'),
        f"{SETTINGS}: {coded('PL111', 'Unterminated string')}",
    ),
    "huge number": (
        (SETTINGS, "", f"as_of = {'9' * 5000}\n"),
        f"{SETTINGS}: PL111 ",
    ),
    "deep": (
        (SETTINGS, "", f"as_of = {'[' * 9999}{']' * 9999}\n"),
        f"{SETTINGS}: {coded('FI104')}",
    ),
    "duration": (
        (SETTINGS, "14 days", "two weeks"),
        (
            f"{SETTINGS}:7:1: {coded('PL503', 'two weeks')}"
            "\nhint: write for example '30 days', 'P3M', '15 minutes' or '5 "
            "business days'"
        ),
    ),
    "hours": (
        (SETTINGS, "24 months", "24 hours"),
        "PL112 ",
    ),
    "business days": (
        (SETTINGS, "180 days", "180 business days"),
        "PL112 ",
    ),
    "outside": (
        (SETTINGS, 'evidence = "evidence"', 'evidence = "../evidence"'),
        f"{SETTINGS}:4:1: {coded('PL113', '../evidence')}",
    ),
    "absolute": (
        (SETTINGS, 'checks = "checks"', 'checks = "/"'),
        f"{SETTINGS}:3:1: {coded('PL113', '/')}",
    ),
    "no name": (
        (SETTINGS, 'policy = "policy"', r'policy = "a\u0000"'),
        f"{SETTINGS}:2:1: PL113 ",
    ),
    "due beyond the forecast": (
        (SETTINGS, 'due_soon = "14 days"', 'due_soon = "25 months"'),
        f"{SETTINGS}:7:1: {coded('PL110')}\nhint: set a shorter due_soon, or a longer horizon",
    ),
    "due perhaps beyond the forecast": (
        (
            SETTINGS,
            'due_soon = "14 days"\nhorizon = "24 months"',
            'due_soon = "31 days"\nhorizon = "1 month"',
        ),
        f"{SETTINGS}:7:1: {coded('PL110')}\nhint: set a shorter due_soon, or a longer horizon",
    ),
    "forecast shorter than what is due soon": (
        (SETTINGS, 'due_soon = "14 days"\nhorizon = "24 months"', 'horizon = "10 days"'),
        f"{SETTINGS}:7:1: {coded('PL110')}\nhint: set a shorter due_soon, or a longer horizon",
    ),
    "long name": (
        (SETTINGS, 'policy = "policy"', f'policy = "{"x" * 300}"'),
        f"{SETTINGS}:2:1: {coded('PL114', 'x' * 300, 'File name too long')}",
    ),
    "line of its own": (
        (SETTINGS, 'policy = "policy"', '# a\u2028b\nchecks_ = "c"'),
        f"{SETTINGS}:3:1: {coded('FI303', 'checks_')}\nhint: did you mean 'checks'?",
    ),
}


@pytest.mark.parametrize("case", TOML)
def test_settings(case: str, draft: Draft) -> None:
    change, expected = TOML[case]
    assert draft.refused(change) == [expected]


def test_settings_are_no_text(draft: Draft) -> None:
    draft.write(SETTINGS, 'gate = "now"\nas_of = "预案"\n'.encode("gb18030"))
    assert [Said(error) for error in draft.errors()] == [
        f"{SETTINGS}:2: {coded('FI204')}\nhint: save the file in the encoding UTF-8"
    ]


def test_settings_cannot_be_read(draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    assert [Said(error) for error in draft.errors()] == [
        f"{SETTINGS}: {coded('FI103', 'Permission denied')}"
    ]


def test_settings_with_a_byte_order_mark(draft: Draft) -> None:
    draft.write(SETTINGS, b'\xef\xbb\xbfgate = "period"\r\n')
    assert draft.errors() == []
    assert ccpolicy.load(draft.root).settings.gate == "period"


def test_no_repository(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        ccpolicy.load(tmp_path / "none")
    assert str(caught.value) == (
        f"{coded('US303', '')}"
        f"{tmp_path / 'none'}\nhint: name the folder of a policy repository, or make one with: "
        "ccpolicy init DIR"
    )
    with pytest.raises(PolicyError) as caught:
        ccpolicy.load(tmp_path)
    assert str(caught.value) == (
        f"{coded('PL109', '')}"
        f"{tmp_path}\nhint: name the folder of a policy repository, or make one with: "
        "ccpolicy init DIR"
    )


def test_check_refuses_what_lint_refuses(draft: Draft) -> None:
    draft.change((REVIEWS, "type: object", "type: array"))
    with pytest.raises(PolicyErrors) as caught:
        ccpolicy.load(draft.root).check()
    assert str(caught.value) == f"{REVIEWS}:10:3: {coded('PL216')}"


def test_errors_are_said_in_order_and_in_both_languages() -> None:
    last = PolicyError(coded("US303", "{path}"), path="b", locator=Locator("b.yaml", 2))
    first = PolicyError(
        coded("FI204"),
        hint="save the file in the encoding UTF-8",
        locator=Locator("a.yaml", 1),
    )
    errors = PolicyErrors([last, first])
    assert str(errors) == f"{first}\n{last}"
    assert errors.message.text() == "2 errors in the policy"
    assert errors.diagnostics("zh").splitlines()[1].startswith("提示")


@pytest.mark.parametrize(
    ("locator", "expected"),
    [
        (Locator("a"), "a"),
        (Locator("a", 1), "a:1"),
        (Locator("a", 1, 2), "a:1:2"),
        (Locator("a", 1, sheet="S"), "a:S!1"),
        (Locator("a", 1, path="notices/2"), "a:1#notices/2"),
    ],
)
def test_locator(locator: Locator, expected: str) -> None:
    assert str(locator) == expected
    assert str(CcpolicyError(coded("FI204"), locator=locator)) == f"{expected}: {coded('FI204')}"


def test_error_of_a_message_without_words() -> None:
    error = PolicyError.of(PolicyError(coded("US303", "{path}"), path="x").message)
    assert str(error) == coded("US303", "x")
    assert error.hint.text("zh") == ""
    assert str(error.at(Locator("y"))) == f"y: {coded('US303', 'x')}"


@pytest.mark.parametrize("name", ["4.yml", "4.YAML", "4.Yml"])
def test_policy_file_that_would_not_be_read_is_named(draft: Draft, name: str) -> None:
    """A control in it would vanish from every check."""
    draft.write(f"policy/controls/{name}", "controls: []\n")
    assert [each.message.code for each in draft.errors()] == ["PL105"]


@pytest.mark.parametrize("folder", ["policy/controls", "policy/datasets"])
def test_folder_of_policy_files_that_would_not_be_read_is_named(draft: Draft, folder: str) -> None:
    draft.write(f"{folder}/more/4.yaml", "controls: []\n")
    [error] = draft.errors()
    assert (error.message.code, str(error.locator)) == ("PL487", f"{folder}/more")
