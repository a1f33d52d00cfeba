"""What must fit together across the files of a policy."""

from __future__ import annotations

import pytest

from .conftest import ALERT, ALERTS, PLAN, REVIEW, REVIEWS, WAIVERS, Change, Draft

EVENTS = (
    "events: {dataset: reviews, key: [plan], starts: reviewed_on, where: \"outcome = 'accepted'\"}"
)
EVERY = "every: {value: 12 months, norm: yearly-review}"
SUBJECTS = "subjects: {dataset: reviews, key: [plan]}\n      "
PARAMETERS = f"    parameters:\n      {EVERY}\n"
LEVEL: list[Change] = [
    (REVIEW, "check: recurrence", "check: level"),
    (REVIEW, EVERY, "minimum: {value: 2, norm: yearly-review}"),
]
WAIVER = """\
waivers:
  - id: W-1
    control: GV-1
    subject: centre
    reason: {en: Ill, zh: 生病}
    owner: manager
    approver: director
    from: 2026-01-01
    until: 2026-06-29
"""


def revisions(*lines: str) -> Change:
    return REVIEW, PARAMETERS, "    revisions:\n" + "".join(f"      {line}\n" for line in lines)


def events(text: str) -> Change:
    return REVIEW, EVENTS, text


def every(text: str) -> Change:
    return REVIEW, EVERY, text


_DURATION = "\nhint: write for example '30 days', 'P3M', '15 minutes' or '5 business days'"
_ORDER = "a revision must come after the one before it, in day and version"
_FAMILY = "'grace' and what it lengthens must both be days, business days or hours"
_VALUE = "{value: 12 months, norm: yearly-review}"
_ZONE = "\nhint: write an IANA name, such as Asia/Shanghai"

PLANS: dict[str, tuple[list[Change], list[str]]] = {
    "zone": (
        [(PLAN, "zone: UTC", "zone: Asia/Beijing")],
        [f"{PLAN}:6:1: unknown time zone 'Asia/Beijing'{_ZONE}"],
    ),
    "zone is a folder": (
        [(PLAN, "zone: UTC", "zone: Asia")],
        [f"{PLAN}:6:1: unknown time zone 'Asia'{_ZONE}"],
    ),
    "name of a tag that no control has": (
        [
            (PLAN, "clauses:", "tags:\n  yearl: {en: yearly, zh: 每年}\nclauses:"),
            (REVIEW, "    check: recurrence", "    tags: [yearly]\n    check: recurrence"),
        ],
        [f"{PLAN}:9:3: unknown tag 'yearl'\nhint: did you mean 'yearly'?"],
    ),
    "clause twice": (
        [(PLAN, "", '  - id: "1"\n    title: {en: A, zh: 甲}\n')],
        [f"{PLAN}:14:5: the clause '1' is there twice"],
    ),
    "waiver": (
        [(WAIVERS, "waivers: []", WAIVER.replace("GV-1", "GV-2"))],
        [f"{WAIVERS}:4:5: unknown control 'GV-2'\nhint: did you mean 'GV-1'?"],
    ),
    "waiver ends first": (
        [(WAIVERS, "waivers: []", WAIVER.replace("2026-06-29", "2025-12-31"))],
        [f"{WAIVERS}:10:5: the waiver ends before it begins"],
    ),
}
DATASETS: dict[str, tuple[list[Change], list[str]]] = {
    **{
        f"files {files}": (
            [(REVIEWS, "files: reviews/*.csv", f"files: {files}")],
            [f"{REVIEWS}:5:1: 'files' must stay below the evidence folder"],
        )
        for files in ("../*.csv", "/etc/*.csv", "a\\*.csv", ".")
    },
    "zone": (
        [(ALERTS, "zone: UTC", "zone: utc+8")],
        [f"{ALERTS}:7:1: unknown time zone 'utc+8'{_ZONE}"],
    ),
    "zone is a folder": (
        [(ALERTS, "zone: UTC", "zone: America")],
        [f"{ALERTS}:7:1: unknown time zone 'America'{_ZONE}"],
    ),
    "retention": (
        [(REVIEWS, "5 years", "five years")],
        [f"{REVIEWS}:8:1: 'five years' is not a duration{_DURATION}"],
    ),
    "key": (
        [(REVIEWS, "key: [review_id]", "key: [review]")],
        [f"{REVIEWS}:7:7: unknown column 'review'\nhint: did you mean 'reviewer'?"],
    ),
    "heading": (
        [(ALERTS, "{level: severity}", "{levels: severity}")],
        [f"{ALERTS}:9:11: unknown column 'levels'\nhint: did you mean 'level'?"],
    ),
    "lookup: dataset": (
        [(ALERTS, "dataset: reviews", "dataset: review")],
        [f"{ALERTS}:11:13: unknown dataset 'review'\nhint: did you mean 'reviews'?"],
    ),
    "lookup: key": (
        [(ALERTS, "key: [review_id]", "key: [review]")],
        [f"{ALERTS}:11:37: unknown column 'review'\nhint: did you mean 'review_id'?"],
    ),
    "lookup: length of the key": (
        [(ALERTS, "key: [review_id]", "key: [review_id, level]")],
        [f"{ALERTS}:11:31: the key of 'reviews' has 1 columns"],
    ),
    "lookup: column": (
        [(ALERTS, "column: outcome", "column: outcomes")],
        [f"{ALERTS}:11:49: unknown column 'outcomes'\nhint: did you mean 'outcome'?"],
    ),
    "child: path": (
        [(ALERTS, "children:\n", "children:\n  memos: {path: note, key: [alert_id]}\n")],
        [f"{ALERTS}:15:11: unknown column 'note'\nhint: did you mean 'notices'?"],
    ),
    "child: key": (
        [(ALERTS, "key: [alert_id, audience]", "key: [alert_id, audiences]")],
        [f"{ALERTS}:15:44: unknown column 'audiences'\nhint: did you mean 'audience'?"],
    ),
    "derived: column": (
        [(ALERTS, "grade: lower(level)", "grade: lower(levels)")],
        [f"{ALERTS}:13:3: unknown column 'levels'\nhint: did you mean 'level'?"],
    ),
    "derived from what is derived": (
        [(ALERTS, "grade: lower(level)", "grade: lower(level)\n  rank: upper(grade)")],
        [
            f"{ALERTS}:14:3: unknown column 'grade'\nhint: known: alert_id, count, level, outcome,"
            " raised_at, review_id, tags"
        ],
    ),
    "derived: SQL": (
        [(ALERTS, "grade: lower(level)", "grade: (SELECT 1)")],
        [f"{ALERTS}:13:3: a subquery is not allowed here"],
    ),
}
CONTROLS: dict[str, tuple[list[Change], list[str]]] = {
    "clause": (
        [(REVIEW, '{"1": 41', '{"1.1": 41')],
        [f"{REVIEW}:11:15: unknown clause '1.1'\nhint: known: 1"],
    ),
    "kind": (
        [(REVIEW, "check: recurrence", "check: recurrance")],
        [f"{REVIEW}:14:5: unknown check kind 'recurrance'\nhint: did you mean 'recurrence'?"],
    ),
    "input": (
        [events(f"event: {{dataset: reviews}}\n      {EVENTS}")],
        [f"{REVIEW}:16:7: unknown input 'event'\nhint: did you mean 'events'?"],
    ),
    "no input": (
        [events(SUBJECTS)],
        [f"{REVIEW}:15:5: the check kind 'recurrence' needs the input 'events'"],
    ),
    "empty input": (
        [events(f"subjects: []\n      {EVENTS}")],
        [f"{REVIEW}:16:7: the check kind 'recurrence' needs the input 'subjects'"],
    ),
    "items for records": (
        [events("events: [monday, tuesday]")],
        [f"{REVIEW}:16:7: a selection of records is expected here, not a list of items"],
    ),
    "item twice": (
        [(ALERT, "[staff, public]", "[staff, staff]")],
        [f"{ALERT}:12:7: an item is there twice"],
    ),
    "dataset": (
        [(ALERT, "dataset: alerts.notices", "dataset: alerts.notice")],
        [f"{ALERT}:14:11: unknown dataset 'alerts.notice'\nhint: did you mean 'alerts.notices'?"],
    ),
    "no key": (
        [(ALERT, "{dataset: alerts, key: [alert_id], ", "{dataset: alerts, ")],
        [
            f"{ALERT}:11:7: this input needs 'key'\nhint: name the columns of the subject",
        ],
    ),
    "no key in a list": (
        [(ALERT, "          key: [alert_id]\n", "")],
        [f"{ALERT}:14:11: this input needs 'key'\nhint: name the columns of the subject"],
    ),
    "key is a time": (
        [(ALERT, "key: [alert_id], starts", "key: [raised_at], starts")],
        [f"{ALERT}:11:41: a time cannot name a subject"],
    ),
    "key is unknown": (
        [(ALERT, "key: [alert_id], starts", "key: [alert], starts")],
        [f"{ALERT}:11:41: unknown column 'alert'\nhint: did you mean 'alert_id'?"],
    ),
    "no time": (
        [(ALERT, "          starts: told_at\n", "")],
        [f"{ALERT}:14:11: this input needs 'starts'"],
    ),
    "no such role": (
        [(ALERT, "          item: audience\n", "          item: audience\n          by: level\n")],
        [f"{ALERT}:18:11: this input takes no 'by'\nhint: known: item, starts"],
    ),
    "unknown column": (
        [(ALERT, "starts: told_at", "starts: told")],
        [f"{ALERT}:16:11: unknown column 'told'\nhint: did you mean 'told_at'?"],
    ),
    "no column of times": (
        [(ALERT, "starts: told_at", "starts: audience")],
        [f"{ALERT}:16:11: the column 'audience' is not a time"],
    ),
    "no column of numbers": (
        [
            *LEVEL,
            events("readings: {dataset: alerts, key: [level], starts: raised_at, quantity: level}"),
        ],
        [f"{REVIEW}:16:68: the column 'level' is not a number"],
    ),
    "SQL": (
        [(REVIEW, "outcome = 'accepted'", "outcome = ")],
        [f'{REVIEW}:16:68: not an SQL expression: syntax error at or near ")"'],
    ),
    "unknown column in SQL": (
        [(REVIEW, "outcome = 'accepted'", "outcomes = 'accepted' AND pla = plan")],
        [
            f"{REVIEW}:16:68: unknown column 'outcomes'\nhint: did you mean 'outcome'?",
            f"{REVIEW}:16:68: unknown column 'pla'\nhint: did you mean 'plan'?",
        ],
    ),
    "SQL in a list": (
        [
            (
                ALERT,
                "          item: audience\n",
                "          item: audience\n          where: now()\n",
            )
        ],
        [f"{ALERT}:18:11: the function now is not allowed here"],
    ),
}
NUMBERS: dict[str, tuple[list[Change], list[str]]] = {
    "twice over": (
        [
            (
                REVIEW,
                "",
                "    revisions:\n      - version: 1\n        parameters:\n"
                f"          every: {_VALUE}\n",
            )
        ],
        [f"{REVIEW}:17:5: give either 'parameters' or 'revisions'"],
    ),
    "revision without a day": (
        [
            revisions(
                f"- {{version: 1, parameters: {{every: {_VALUE}}}}}",
                f"- {{version: 2, parameters: {{every: {_VALUE}}}}}",
            )
        ],
        [f"{REVIEW}:19:9: {_ORDER}"],
    ),
    "revision of the same day": (
        [
            revisions(
                f"- {{version: 1, from: 2026-01-01, parameters: {{every: {_VALUE}}}}}",
                f"- {{version: 2, from: 2026-01-01, parameters: {{every: {_VALUE}}}}}",
            )
        ],
        [f"{REVIEW}:19:9: {_ORDER}"],
    ),
    "revision of the same version": (
        [
            revisions(
                f"- {{version: 2, parameters: {{every: {_VALUE}}}}}",
                f"- {{version: 2, from: 2026-01-01, parameters: {{every: {_VALUE}}}}}",
            )
        ],
        [f"{REVIEW}:19:9: {_ORDER}"],
    ),
    "in a revision": (
        [
            revisions(
                f"- {{version: 1, parameters: {{every: {_VALUE}}}}}",
                "- {version: 2, from: 2026-01-01, parameters: {every: {value: often}}}",
            )
        ],
        [f"{REVIEW}:19:61: 'often' is not a duration{_DURATION}"],
    ),
    "unknown": (
        [every(f"{EVERY}\n      evry: {_VALUE}")],
        [f"{REVIEW}:19:7: unknown parameter 'evry'\nhint: did you mean 'every'?"],
    ),
    "name of a class without a value": (
        [
            (
                ALERT,
                "    parameters:",
                "    value_labels:\n      hihg: {en: h, zh: 高}\n    parameters:",
            )
        ],
        [f"{ALERT}:19:7: no parameter has the value 'hihg'\nhint: did you mean 'high'?"],
    ),
    "norm": (
        [every("every: {value: 12 months, norm: yearly}")],
        [f"{REVIEW}:18:33: unknown norm 'yearly'\nhint: did you mean 'yearly-review'?"],
    ),
    "values by nothing": (
        [(ALERT, ", by: level", "")],
        [
            f"{ALERT}:19:15: values that differ need a column to differ by\n"
            "hint: name it with 'by' in the selection of the subjects or openings"
        ],
    ),
    "no values": (
        [(ALERT, "{high: 30 minutes, low: 2 hours}", "{}")],
        [f"{ALERT}:19:15: 'limit' is empty"],
    ),
    "one of the values": (
        [(ALERT, "low: 2 hours", "low: 2")],
        [f"{ALERT}:19:41: a duration is expected, such as '30 days', not 2"],
    ),
    "no duration": (
        [every("every: {value: -1 days, norm: yearly-review}")],
        [f"{REVIEW}:18:15: '-1 days': a duration cannot be negative"],
    ),
    "no period": (
        [every("per: {value: week, norm: yearly-review}")],
        [f"{REVIEW}:18:13: 'week' is not one of month, quarter, half-year, year"],
    ),
    "no whole number": (
        [every(f"{EVERY}\n      at_least: {{value: 0, norm: yearly-review}}")],
        [f"{REVIEW}:19:18: a whole number from 1 to 999999999 is expected, not 0"],
    ),
    "no number": (
        [
            (REVIEW, "check: recurrence", "check: level"),
            events("readings: {dataset: alerts, key: [level], starts: raised_at, quantity: count}"),
            every("minimum: {value: many, norm: yearly-review}"),
        ],
        [f"{REVIEW}:18:17: a number greater than zero is expected, not 'many'"],
    ),
    "both of which one": (
        [every(f"{EVERY}\n      per: {{value: month, norm: yearly-review}}")],
        [f"{REVIEW}:17:5: give exactly one of every, per"],
    ),
    "none of which one": (
        [(REVIEW, PARAMETERS, "")],
        [f"{REVIEW}:3:5: give exactly one of every, per"],
    ),
    "nothing to lengthen": (
        [every("grace: {value: 1 days, norm: yearly-review}")],
        [
            f"{REVIEW}:17:5: 'grace' has nothing to lengthen",
            f"{REVIEW}:17:5: give exactly one of every, per",
        ],
    ),
    "hours lengthen days": (
        [every(f"{EVERY}\n      grace: {{value: 3 hours, norm: yearly-review}}")],
        [f"{REVIEW}:17:5: {_FAMILY}"],
    ),
    "business days lengthen a quarter": (
        [
            every(
                "per: {value: quarter, norm: yearly-review}\n"
                "      grace: {value: 3 business days, norm: yearly-review}"
            )
        ],
        [f"{REVIEW}:17:5: {_FAMILY}"],
    ),
    "days lengthen a quarter": (
        [
            every(
                "per: {value: quarter, norm: yearly-review}\n"
                "      grace: {value: 3 days, norm: yearly-review}"
            )
        ],
        [],
    ),
    "needed": (
        [
            (
                ALERT,
                "    parameters:\n"
                "      limit: {value: {high: 30 minutes, low: 2 hours}, norm: yearly-review}\n",
                "",
            )
        ],
        [f"{ALERT}:2:5: the check kind 'deadline' needs the parameter 'limit'"],
    ),
    "not needed, since each has its own": (
        [
            (ALERT, "by: level", "ends: raised_at"),
            (
                ALERT,
                "    parameters:\n"
                "      limit: {value: {high: 30 minutes, low: 2 hours}, norm: yearly-review}\n",
                "",
            ),
        ],
        [],
    ),
    "needed in any case": (
        [
            (ALERT, "check: deadline", "check: cadence"),
            (ALERT, "      closings:", "      events:"),
            (ALERT, "limit: {value", "evry: {value"),
        ],
        [
            f"{ALERT}:18:5: the check kind 'cadence' needs the parameter 'every'",
            f"{ALERT}:19:7: unknown parameter 'evry'\nhint: did you mean 'every'?",
        ],
    ),
}


@pytest.mark.parametrize("case", PLANS)
def test_plan_and_waivers(case: str, draft: Draft) -> None:
    changes, expected = PLANS[case]
    assert draft.refused(*changes) == expected


@pytest.mark.parametrize("case", DATASETS)
def test_dataset(case: str, draft: Draft) -> None:
    changes, expected = DATASETS[case]
    assert draft.refused(*changes) == expected


@pytest.mark.parametrize("case", CONTROLS)
def test_control(case: str, draft: Draft) -> None:
    changes, expected = CONTROLS[case]
    assert draft.refused(*changes) == expected


@pytest.mark.parametrize("case", NUMBERS)
def test_parameters(case: str, draft: Draft) -> None:
    changes, expected = NUMBERS[case]
    assert draft.refused(*changes) == expected


def test_no_control(draft: Draft) -> None:
    draft.write(REVIEW, "controls: []\n")
    draft.write(ALERT, "controls: []\n")
    assert [str(error) for error in draft.errors()] == ["policy: the policy has no control"]


def test_query_of_a_kind(draft: Draft) -> None:
    kind = "/*\nsummary: {en: A, zh: 甲}\ninputs:\n  events: {label: {en: B, zh: 乙},"
    kind += " population: true, needs: [starts]}\n*/\nSELECT * FROM secrets\n"
    draft.write("checks/ours.sql", kind)
    assert draft.refused(
        (REVIEW, "check: recurrence", "check: ours"), (REVIEW, PARAMETERS, "")
    ) == ["checks/ours.sql: the relation secrets is not an input of this check kind"]


def test_all_is_said_at_once(draft: Draft) -> None:
    refused = draft.refused(
        (PLAN, "zone: UTC", "zone: Asia/Chongqing/1"),
        (REVIEWS, "5 years", "ever"),
        (REVIEW, "check: recurrence", "check: other"),
    )
    assert [each.partition(" ")[0] for each in refused] == [f"{PLAN}:6:1:"]
    refused = draft.refused((PLAN, "zone: Asia/Chongqing/1", "zone: UTC"))
    assert [each.partition(" ")[0] for each in refused] == [f"{REVIEW}:14:5:", f"{REVIEWS}:8:1:"]
