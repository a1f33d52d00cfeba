"""What must fit together across the files of a policy."""

from __future__ import annotations

import pytest

from message_text import Said, coded

from .conftest import ALERT, ALERTS, PLAN, REVIEW, REVIEWS, SETTINGS, WAIVERS, Change, Draft

EVENTS = "events: {dataset: reviews, starts: reviewed_on, where: \"outcome = 'accepted'\"}"
EVERY = "every: {value: 12 months, norm: yearly-review}"
SUBJECTS = "subjects: {dataset: reviews, key: [plan]}\n      "
PARAMETERS = f"    parameters:\n      {EVERY}\n"
LEVEL: list[Change] = [
    (REVIEW, "check: recurrence", "check: level"),
    (REVIEW, EVERY, "minimum: {value: 2, norm: yearly-review}"),
]
MONTH = "per: {value: month}"
RECORDS = "records: {dataset: reviews, starts: reviewed_on, good: 'plan IS NOT NULL'}"
OPENINGS = "openings: {dataset: reviews, key: [review_id], starts: reviewed_on}"
SHARE: list[Change] = [
    (REVIEW, "check: recurrence", "check: share"),
    (REVIEW, EVERY, f"at_least: {{value: 95}}\n      {MONTH}"),
    (REVIEW, EVENTS, RECORDS),
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


NO_EFFECT = (
    "without 'subjects' there is one subject, so that a key has no effect\n"
    "hint: take out 'key' and 'prefix', or list the subjects with 'subjects'"
)
KEYS = "hint: name as many columns as there, of the same types; or the same prefix"


def revisions(*lines: str) -> Change:
    return REVIEW, PARAMETERS, "    revisions:\n" + "".join(f"      {line}\n" for line in lines)


def events(text: str) -> Change:
    return REVIEW, EVENTS, text


def every(text: str) -> Change:
    return REVIEW, EVERY, text


_TAKEN = "readers would take one for the other: write another label"
_APART = "readers and forms must tell them apart"
_CALENDAR = (
    "\nhint: write in policy/calendars.yaml, such as:"
    " calendars: [{id: office, weekend: [saturday, sunday], holidays: CN}]"
)
_DURATION = "\nhint: write for example '30 days', 'P3M', '15 minutes' or '5 business days'"
_ORDER = coded("PL310")
PERIODS = "week, month, quarter, half-year, year, {fiscal_year: MM-DD}"
_FISCAL = "\nhint: write for example {fiscal_year: 04-01}; for 02-29 write 03-01 or 02-28"
_DAY = (
    "\nhint: write for example '5th', 'last day', 'third Monday', 'last business day', '06-30', or"
    " in a week 'Monday'"
)
_DAYS = (
    "\nhint: write for example '5th', 'third Monday' or 'last business day', in a year also '06-30'"
)
_WEEKDAY = "\nhint: in a week write a weekday, such as 'Monday', or 'last business day'"
_FAMILY = coded("PL306", "grace")
_VALUE = "{value: 12 months, norm: yearly-review}"
_ZONE = "\nhint: write an IANA name, such as Asia/Shanghai"

REVIEW_COLUMNS = "outcome, plan, review_id, reviewed_on, reviewer"
NESTED = "{review_id: {dataset: reviews, key: review_id}}"

PLANS: dict[str, tuple[list[Change], list[str]]] = {
    "zone": (
        [(PLAN, "zone: UTC", "zone: Asia/Beijing")],
        [f"{PLAN}:7:1: {coded('PL203', 'Asia/Beijing')}{_ZONE}"],
    ),
    "zone is a folder": (
        [(PLAN, "zone: UTC", "zone: Asia")],
        [f"{PLAN}:7:1: {coded('PL203', 'Asia')}{_ZONE}"],
    ),
    "name of a tag that no control has": (
        [
            (PLAN, "clauses:", "tags:\n  yearl: {en: yearly, zh: 每年}\nclauses:"),
            (REVIEW, "    check: recurrence", "    tags: [yearly]\n    check: recurrence"),
        ],
        [f"{PLAN}:10:3: unknown tag 'yearl'\nhint: did you mean 'yearly'?"],
    ),
    "clause twice": (
        [(PLAN, "", '  - id: "1"\n    title: {en: A, zh: 甲}\n')],
        [f"{PLAN}:15:5: {coded('PL210', '1')}"],
    ),
    "waiver": (
        [(WAIVERS, "waivers: []", WAIVER.replace("GV-1", "GV-2"))],
        [f"{WAIVERS}:4:5: {coded('PL201', 'GV-2')}\nhint: did you mean 'GV-1'?"],
    ),
    "waiver is long": (
        [(WAIVERS, "waivers: []", WAIVER.replace("2026-06-29", "2026-06-30"))],
        [
            f"{WAIVERS}:10:5: {coded('PL519', 'W-1', '181')}"
            "\nhint: the longest allowed is 180 days: end it earlier, and decide anew then"
        ],
    ),
    "waiver for ever": (
        [(WAIVERS, "waivers: []", WAIVER.replace("2026-06-29", "2199-12-31"))],
        [
            f"{WAIVERS}:10:5: {coded('PL519', 'W-1', '63552')}"
            "\nhint: the longest allowed is 180 days: end it earlier, and decide anew then"
        ],
    ),
    "waiver is longer than two months": (
        [(WAIVERS, "waivers: []", WAIVER), (SETTINGS, "180 days", "2 months")],
        [
            f"{WAIVERS}:10:5: {coded('PL519', 'W-1', '180')}"
            "\nhint: the longest allowed is 2 months: end it earlier, and decide anew then"
        ],
    ),
    "waiver of one's own": (
        [(WAIVERS, "waivers: []", WAIVER.replace("director", "manager"))],
        [f"{WAIVERS}:8:5: {coded('PL610', 'W-1')}\nhint: somebody else must approve it"],
    ),
    "waiver of one's own, in other letters": (
        [(WAIVERS, "waivers: []", WAIVER.replace("director", "Mａnager\u200b"))],
        [f"{WAIVERS}:8:5: {coded('PL610', 'W-1')}\nhint: somebody else must approve it"],
    ),
    "waiver by whose control it is": (
        [
            (
                WAIVERS,
                "waivers: []",
                WAIVER.replace("owner: manager", "owner: deputy").replace("director", "manager"),
            )
        ],
        [f"{WAIVERS}:8:5: {coded('PL610', 'W-1')}\nhint: somebody else must approve it"],
    ),
    "waiver ends first": (
        [(WAIVERS, "waivers: []", WAIVER.replace("2026-06-29", "2025-12-31"))],
        [f"{WAIVERS}:10:5: {coded('PL214')}"],
    ),
}
DATASETS: dict[str, tuple[list[Change], list[str]]] = {
    **{
        f"files {files}": (
            [(REVIEWS, "files: reviews/*.csv", f"files: {files}")],
            [f"{REVIEWS}:5:1: {coded('PL211')}"],
        )
        for files in ("../*.csv", "/etc/*.csv", "a\\*.csv", ".")
    },
    "zone": (
        [(ALERTS, "zone: UTC", "zone: utc+8")],
        [f"{ALERTS}:7:1: {coded('PL203', 'utc+8')}{_ZONE}"],
    ),
    "zone is a folder": (
        [(ALERTS, "zone: UTC", "zone: America")],
        [f"{ALERTS}:7:1: {coded('PL203', 'America')}{_ZONE}"],
    ),
    "retention": (
        [(REVIEWS, "5 years", "five years")],
        [f"{REVIEWS}:8:1: {coded('PL503', 'five years')}{_DURATION}"],
    ),
    "key": (
        [(REVIEWS, "key: [review_id]", "key: [review]")],
        [f"{REVIEWS}:7:7: {coded('PL204', 'review')}\nhint: did you mean 'reviewer'?"],
    ),
    "labels": (
        [
            (
                ALERTS,
                "",
                "labels: {levl: Level, level: A, count: A, notices: Told, grade: Grade}\n",
            ),
            (ALERTS, "", "value_labels: {count: {high: High}}\n"),
            (ALERTS, "audience]}", "audience], labels: {level: L}}"),
            (REVIEWS, "", "value_labels: {outcome: {accepted: A, rejectd: B, rejected: A}}\n"),
        ],
        [
            f"{ALERTS}:15:113: {coded('PL204', 'level')}\nhint: known: audience, told_at",
            f"{ALERTS}:34:10: {coded('PL204', 'levl')}\nhint: did you mean 'level'?",
            f"{ALERTS}:34:33: {coded('PL791', 'count', 'level', 'A')}\nhint: {_APART}",
            f"{ALERTS}:35:24: {coded('PL790', 'high')}\nhint: known: –",
            f"{REVIEWS}:19:39: {coded('PL790', 'rejectd')}\nhint: did you mean 'rejected'?",
            f"{REVIEWS}:19:51: {coded('PL791', 'rejected', 'accepted', 'A')}\nhint: {_APART}",
        ],
    ),
    "label that is the name of another value": (
        [(REVIEWS, "", "value_labels: {outcome: {accepted: rejected, rejected: R}}\n")],
        [
            f"{REVIEWS}:19:26: {coded('PL962', 'accepted', 'rejected')}\nhint: {_TAKEN}",
        ],
    ),
    "label that looks like another": (
        [(REVIEWS, "", "value_labels: {outcome: {accepted: Good, rejected: ＧＯＯＤ}}\n")],
        [
            f"{REVIEWS}:19:42: {coded('PL940', 'rejected', 'accepted', 'ＧＯＯＤ')}"
            f"\nhint: {_APART}",
        ],
    ),
    "label that looks like the name of another value": (
        [(REVIEWS, "", "value_labels: {outcome: {accepted: Rejected, rejected: R}}\n")],
        [
            f"{REVIEWS}:19:26: {coded('PL941', 'accepted', 'Rejected')}\nhint: {_TAKEN}",
        ],
    ),
    "label of two parts": (
        [(REVIEWS, "", "value_labels: {outcome: {accepted: A × B}}\n")],
        [
            f"{REVIEWS}:19:26: {coded('PL942', 'accepted', 'A × B')}\n"
            "hint: write it without this sign, such as 2x4",
        ],
    ),
    "field that is labelled as another one": (
        [(REVIEWS, "", "labels: {outcome: Review_ID}\n")],
        [f"{REVIEWS}:19:10: {coded('PL941', 'outcome', 'Review_ID')}\nhint: {_TAKEN}"],
    ),
    "label of a control that looks like its other word": (
        [(ALERT, "    parameters:", "    value_labels: {staff: Public}\n    parameters:")],
        [f"{ALERT}:18:20: {coded('PL941', 'staff', 'Public')}\nhint: {_TAKEN}"],
    ),
    "labels of a control that are alike": (
        [(ALERT, "    parameters:", "    value_labels: {staff: A, public: a}\n    parameters:")],
        [f"{ALERT}:18:30: {coded('PL940', 'public', 'staff', 'a')}\nhint: {_APART}"],
    ),
    "heading": (
        [(ALERTS, "{level: severity}", "{levels: severity}")],
        [f"{ALERTS}:9:11: {coded('PL204', 'levels')}\nhint: did you mean 'level'?"],
    ),
    "lookup: dataset": (
        [(ALERTS, "{dataset: reviews, key: [", "{dataset: review, key: [")],
        [f"{ALERTS}:11:21: {coded('PL208', 'review')}\nhint: did you mean 'reviews'?"],
    ),
    "lookup: key": (
        [(ALERTS, "key: [review_id]", "key: [review]")],
        [f"{ALERTS}:11:45: {coded('PL204', 'review')}\nhint: did you mean 'review_id'?"],
    ),
    "lookup: length of the key": (
        [(ALERTS, "key: [review_id]", "key: [review_id, level]")],
        [f"{ALERTS}:11:39: {coded('PL209', 'reviews', '1')}"],
    ),
    "lookup: column": (
        [(ALERTS, "column: outcome", "column: outcomes")],
        [f"{ALERTS}:11:57: {coded('PL204', 'outcomes')}\nhint: did you mean 'outcome'?"],
    ),
    "reference: column": (
        [(ALERTS, "{review_id: {", "{review: {")],
        [f"{ALERTS}:10:14: {coded('PL204', 'review')}\nhint: did you mean 'review_id'?"],
    ),
    "reference: dataset": (
        [(ALERTS, "{dataset: reviews, key: review_id}", "{dataset: review, key: review_id}")],
        [f"{ALERTS}:10:26: {coded('PL208', 'review')}\nhint: did you mean 'reviews'?"],
    ),
    "reference: nested records that are not there": (
        [(ALERTS, "{dataset: reviews, key: review_id}", "{dataset: alerts.notes, key: told_at}")],
        [f"{ALERTS}:10:26: {coded('PL208', 'alerts.notes')}\nhint: did you mean 'alerts.notices'?"],
    ),
    "reference: key": (
        [(ALERTS, "key: review_id}", "key: review}")],
        [f"{ALERTS}:10:44: {coded('PL204', 'review')}\nhint: did you mean 'reviewer'?"],
    ),
    "reference: match": (
        [(ALERTS, "key: review_id}", "key: review_id, match: {plans: level, plan: levels}}")],
        [
            f"{ALERTS}:10:68: {coded('PL204', 'plans')}\nhint: did you mean 'plan'?",
            f"{ALERTS}:10:82: {coded('PL204', 'levels')}\nhint: did you mean 'level'?",
        ],
    ),
    "reference: during": (
        [(ALERTS, "key: review_id}", "key: review_id, during: [since, plan], at: raised_at}")],
        [
            f"{ALERTS}:10:69: {coded('PL204', 'since')}\nhint: known: {REVIEW_COLUMNS}",
            f"{ALERTS}:10:76: {coded('PL215', 'plan')}",
        ],
    ),
    "reference: at": (
        [(ALERTS, "key: review_id}", "key: review_id, during: [reviewed_on], at: level}")],
        [f"{ALERTS}:10:83: {coded('PL215', 'level')}"],
    ),
    "reference: during without at": (
        [(ALERTS, "key: review_id}", "key: review_id, during: [reviewed_on]}")],
        [f"{ALERTS}:10:60: {coded('PL234')}\nhint: such as: at: performed_at"],
    ),
    "reference: at without during": (
        [(ALERTS, "key: review_id}", "key: review_id, at: raised_at}")],
        [
            f"{ALERTS}:10:60: {coded('PL235', 'reviews')}"
            "\nhint: such as: during: [hired_on, left_on]"
        ],
    ),
    "reference: of unlike types": (
        [(ALERTS, "{review_id: {dataset", "{count: {dataset")],
        [
            f"{ALERTS}:10:40: {coded('PL233', 'count', 'number', 'review_id', 'reviews', 'string')}"
            "\nhint: only columns of the same type can have equal values"
        ],
    ),
    "reference: to a list": (
        [(ALERTS, "{dataset: reviews, key: review_id}", "{dataset: alerts, key: tags}")],
        [
            f"{ALERTS}:10:43: {coded('PL233', 'review_id', 'string', 'tags', 'alerts', 'array')}"
            "\nhint: only columns of the same type can have equal values"
        ],
    ),
    "reference: of unlike types, by what is derived": (
        [
            (ALERTS, "{review_id: {dataset", "{grade: {dataset"),
            (ALERTS, "lower(level)", "length(level)"),
        ],
        [
            f"{ALERTS}:10:40: {coded('PL233', 'grade', 'number', 'review_id', 'reviews', 'string')}"
            "\nhint: only columns of the same type can have equal values"
        ],
    ),
    "reference: to itself": (
        [(ALERTS, "{dataset: reviews, key: review_id}", "{dataset: alerts, key: review_id}")],
        [
            f"{ALERTS}:10:43: {coded('PL232', 'review_id')}"
            "\nhint: name another column with 'key', or another dataset"
        ],
    ),
    "reference: of nested records, by a column of the record around them": (
        [(ALERTS, "key: [alert_id, audience]", f"key: [alert_id, audience], references: {NESTED}")],
        [f"{ALERTS}:15:117: {coded('PL204', 'review_id')}\nhint: known: audience, told_at"],
    ),
    "child: path": (
        [(ALERTS, "children:\n", "children:\n  memos: {path: note, key: [alert_id]}\n")],
        [f"{ALERTS}:15:11: {coded('PL204', 'note')}\nhint: did you mean 'notices'?"],
    ),
    "child: key": (
        [(ALERTS, "key: [alert_id, audience]", "key: [alert_id, audiences]")],
        [f"{ALERTS}:15:93: {coded('PL204', 'audiences')}\nhint: did you mean 'audience'?"],
    ),
    "derived: column": (
        [(ALERTS, "grade: lower(level)", "grade: lower(levels)")],
        [f"{ALERTS}:13:3: {coded('PL204', 'levels')}\nhint: did you mean 'level'?"],
    ),
    "derived from what is derived": (
        [(ALERTS, "grade: lower(level)", "grade: lower(level)\n  rank: upper(grade)")],
        [
            (
                f"{ALERTS}:14:3: {coded('PL204', 'grade')}"
                "\nhint: known: alert_id, count, level, outcome, raised_at, review_id, "
                "tags"
            )
        ],
    ),
    "derived: SQL": (
        [(ALERTS, "grade: lower(level)", "grade: (SELECT 1)")],
        [f"{ALERTS}:13:3: {coded('PL407')}"],
    ),
}
CONTROLS: dict[str, tuple[list[Change], list[str]]] = {
    "clause": (
        [(REVIEW, '{"1": 41', '{"1.1": 41')],
        [f"{REVIEW}:11:15: {coded('PL202', '1.1')}\nhint: known: 1"],
    ),
    "kind": (
        [(REVIEW, "check: recurrence", "check: recurrance")],
        [f"{REVIEW}:14:5: {coded('PL301', 'recurrance')}\nhint: did you mean 'recurrence'?"],
    ),
    "input": (
        [events(f"event: {{dataset: reviews}}\n      {EVENTS}")],
        [f"{REVIEW}:16:7: {coded('PL307', 'event')}\nhint: did you mean 'events'?"],
    ),
    "no input": (
        [events(SUBJECTS)],
        [f"{REVIEW}:15:5: {coded('PL312', 'recurrence', 'events')}"],
    ),
    "empty input": (
        [events(f"subjects: []\n      {EVENTS}")],
        [f"{REVIEW}:16:7: {coded('PL312', 'recurrence', 'subjects')}"],
    ),
    "items for records": (
        [events("events: [monday, tuesday]")],
        [f"{REVIEW}:16:7: {coded('PL302')}"],
    ),
    "item twice": (
        [(ALERT, "[staff, public]", "[staff, staff]")],
        [f"{ALERT}:12:7: {coded('PL308')}"],
    ),
    "dataset": (
        [(ALERT, "dataset: alerts.notices", "dataset: alerts.notice")],
        [
            (
                f"{ALERT}:14:11: {coded('PL208', 'alerts.notice')}"
                "\nhint: did you mean 'alerts.notices'?"
            )
        ],
    ),
    "no key": (
        [(ALERT, "{dataset: alerts, key: [alert_id], ", "{dataset: alerts, ")],
        [
            f"{ALERT}:11:7: {coded('PL303')}\nhint: name the columns of the subject",
        ],
    ),
    "no key in a list": (
        [(ALERT, "          key: [alert_id]\n", "")],
        [f"{ALERT}:14:11: {coded('PL303')}\nhint: name the columns of the subject"],
    ),
    "key is a time": (
        [(ALERT, "key: [alert_id], starts", "key: [raised_at], starts")],
        [f"{ALERT}:11:41: {coded('PL309')}"],
    ),
    "key is unknown": (
        [(ALERT, "key: [alert_id], starts", "key: [alert], starts")],
        [f"{ALERT}:11:41: {coded('PL204', 'alert')}\nhint: did you mean 'alert_id'?"],
    ),
    "key without subjects": (
        [events(EVENTS.replace("starts", "key: [plan], starts"))],
        [f"{REVIEW}:16:34: {NO_EFFECT}"],
    ),
    "prefix without subjects": (
        [events(EVENTS.replace("starts", "prefix: p, starts"))],
        [f"{REVIEW}:16:34: {NO_EFFECT}"],
    ),
    "key of another width": (
        [(ALERT, "          key: [alert_id]\n", "          key: [alert_id, audience]\n")],
        [
            f"{ALERT}:15:11: the key is text, text, but that of 'openings' is text\n{KEYS}",
        ],
    ),
    "key of another type": (
        [(ALERT, "key: [alert_id], starts", "key: [count], starts")],
        [f"{ALERT}:15:11: the key is text, but that of 'openings' is integer\n{KEYS}"],
    ),
    "key of another prefix": (
        [(ALERT, "key: [alert_id], starts", "key: [alert_id], prefix: p, starts")],
        [f"{ALERT}:15:11: the key is text, but that of 'openings' is –\n{KEYS}"],
    ),
    "valid and obtained": (
        [
            (REVIEW, "check: recurrence", "check: coverage"),
            (REVIEW, EVERY, "valid_for: {value: 12 months, norm: yearly-review}"),
            events(EVENTS.replace("starts", "valid_from: reviewed_on, starts")),
        ],
        [f"{REVIEW}:16:34: give either 'starts' or 'valid_from'"],
    ),
    "counts and spans": (
        [
            *LEVEL,
            events(
                "readings: {dataset: alerts, starts: raised_at, quantity: count}\n"
                "      spans: {dataset: alerts, starts: raised_at, quantity: count}"
            ),
        ],
        [f"{REVIEW}:18:5: give exactly one of readings, spans"],
    ),
    **{
        f"a share of {value}": (
            [
                (REVIEW, "check: recurrence", "check: share"),
                (REVIEW, EVERY, f"at_least: {{value: {value}}}\n      per: {{value: month}}"),
                events(
                    "records: {dataset: reviews, starts: reviewed_on, good: 'plan IS NOT NULL'}"
                ),
            ],
            [f"{REVIEW}:18:18: {coded('PL662', shown)}"],
        )
        for value, shown in (
            ("0", "0"),
            ("-5", "-5"),
            ("100.5", "100.5"),
            ("0.0000001", "1e-07"),
            ("'95'", "'95'"),
        )
    },
    "a count of none": (
        [*SHARE, (REVIEW, MONTH, f"{MONTH}\n      count: {{value: 0}}")],
        [f"{REVIEW}:20:15: {coded('PL404', 999999999, 0)}"],
    ),
    "a share that differs": (
        [
            *SHARE,
            (REVIEW, "at_least: {value: 95}", "at_least: {value: {a: 95, b: 90}}"),
        ],
        [
            f"{REVIEW}:18:18: {coded('PL318')}"
            "\nhint: name it with 'by' in the selection of the subjects or openings",
            f"{REVIEW}:18:18: {coded('PL666', 'at_least')}"
            "\nhint: write a control for each, and choose its records with 'where'",
        ],
    ),
    "neither openings nor records": (
        [*SHARE, (REVIEW, RECORDS, SUBJECTS.strip())],
        [f"{REVIEW}:17:5: give exactly one of openings, records"],
    ),
    "a limit without openings": (
        [*SHARE, (REVIEW, MONTH, f"{MONTH}\n      limit: {{value: 1 day}}")],
        [
            f"{REVIEW}:17:5: {coded('PL663', 'limit', 'openings')}"
            "\nhint: give both of them or neither"
        ],
    ),
    "openings without closings": (
        [
            *SHARE,
            (REVIEW, RECORDS, OPENINGS),
            (REVIEW, MONTH, f"{MONTH}\n      limit: {{value: 1 day}}"),
        ],
        [f"{REVIEW}:15:5: {coded('PL312', 'share', 'closings')}"],
    ),
    "closings without openings": (
        [
            *SHARE,
            (
                REVIEW,
                RECORDS,
                f"{RECORDS}\n      closings:"
                " {dataset: alerts, key: [alert_id], starts: raised_at}",
            ),
        ],
        [
            f"{REVIEW}:17:7: {coded('PL663', 'closings', 'openings')}"
            "\nhint: give both of them or neither"
        ],
    ),
    "neither good nor met": (
        [*SHARE, (REVIEW, ", good: 'plan IS NOT NULL'", "")],
        [f"{REVIEW}:16:7: give exactly one of good, met"],
    ),
    "nothing is within both bounds": (
        [
            (REVIEW, "check: recurrence", "check: level"),
            (REVIEW, EVERY, "minimum: {value: 3}\n      maximum: {value: 2}"),
            events("readings: {dataset: reviews, starts: reviewed_on}"),
        ],
        [
            f"{REVIEW}:17:5: {coded('PL660', 'maximum', 2, 'minimum', 3)}"
            "\nhint: nothing can be within both: raise the one or lower the other"
        ],
    ),
    "neither bound": (
        [
            (REVIEW, "check: recurrence", "check: level"),
            (REVIEW, EVERY, "valid_for: {value: 1 month}"),
            events("readings: {dataset: reviews, starts: reviewed_on}"),
        ],
        [f"{REVIEW}:17:5: {coded('PL311', 'level', 'minimum')}"],
    ),
    "less than nothing": (
        [
            (REVIEW, "check: recurrence", "check: level"),
            (REVIEW, EVERY, "maximum: {value: -1}"),
            events("readings: {dataset: reviews, starts: reviewed_on}"),
        ],
        [f"{REVIEW}:18:17: {coded('PL661', '-1')}"],
    ),
    "neither counts nor spans": (
        [*LEVEL, events("subjects: {dataset: reviews, key: [plan]}")],
        [f"{REVIEW}:17:5: give exactly one of readings, spans"],
    ),
    "no time": (
        [(ALERT, "          starts: told_at\n", "")],
        [f"{ALERT}:14:11: {coded('PL313', 'starts')}"],
    ),
    "no such role": (
        [(ALERT, "          item: audience\n", "          item: audience\n          by: level\n")],
        [f"{ALERT}:18:11: {coded('PL314', 'by')}\nhint: known: item, starts"],
    ),
    "PL204 ": (
        [(ALERT, "starts: told_at", "starts: told")],
        [f"{ALERT}:16:11: {coded('PL204', 'told')}\nhint: did you mean 'told_at'?"],
    ),
    "no column of times": (
        [(ALERT, "starts: told_at", "starts: audience")],
        [f"{ALERT}:16:11: {coded('PL215', 'audience')}"],
    ),
    "no column of numbers": (
        [
            *LEVEL,
            events("readings: {dataset: alerts, starts: raised_at, quantity: level}"),
        ],
        [f"{REVIEW}:16:54: {coded('PL315', 'level')}"],
    ),
    "SQL": (
        [(REVIEW, "outcome = 'accepted'", "outcome = ")],
        [f"{REVIEW}:16:55: PL415 "],
    ),
    "unknown column in SQL": (
        [(REVIEW, "outcome = 'accepted'", "outcomes = 'accepted' AND pla = plan")],
        [
            f"{REVIEW}:16:55: {coded('PL204', 'outcomes')}\nhint: did you mean 'outcome'?",
            f"{REVIEW}:16:55: {coded('PL204', 'pla')}\nhint: did you mean 'plan'?",
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
        [f"{ALERT}:18:11: {coded('PL410', 'now')}"],
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
        [f"{REVIEW}:17:5: {coded('PL304')}"],
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
        [f"{REVIEW}:19:61: {coded('PL503', 'often')}{_DURATION}"],
    ),
    "unknown": (
        [every(f"{EVERY}\n      evry: {_VALUE}")],
        [f"{REVIEW}:19:7: {coded('PL316', 'evry')}\nhint: did you mean 'every'?"],
    ),
    "name of a class without a value": (
        [
            (
                ALERT,
                "    parameters:",
                "    value_labels:\n      hihg: {en: h, zh: 高}\n    parameters:",
            )
        ],
        [
            f"{ALERT}:19:7: no parameter, prefix or list of items has the value 'hihg'"
            "\nhint: did you mean 'high'?"
        ],
    ),
    "norm": (
        [every("every: {value: 12 months, norm: yearly}")],
        [f"{REVIEW}:18:33: {coded('PL317', 'yearly')}\nhint: did you mean 'yearly-review'?"],
    ),
    "clock over dates": (
        [every("every: {value: 24 hours, norm: yearly-review}")],
        [
            f"{REVIEW}:18:7: 'reviewed_on' is a date, and a date covers no time by the clock\n"
            "hint: give 'every' in days, or name a column that holds a time"
        ],
    ),
    "grace as long as its period": (
        [every("per: {value: month}\n      grace: {value: 1 month}")],
        [f"{REVIEW}:19:7: 'grace' must be shorter than 'per'"],
    ),
    "grace and early as long as the period": (
        [every("per: {value: week}\n      grace: {value: 3 days}\n      early: {value: 4 days}")],
        [f"{REVIEW}:20:7: {coded('PL513', 'grace + early', 'per')}"],
    ),
    "early as long as its turn": (
        [
            every(
                "every: {value: 2 weeks}\n      anchor: {value: 2026-01-05}\n"
                "      early: {value: 14 days}"
            )
        ],
        [f"{REVIEW}:20:7: {coded('PL513', 'early', 'every')}"],
    ),
    "grace where several are needed": (
        [every("per: {value: month}\n      grace: {value: 5 days}\n      at_least: {value: 2}")],
        [f"{REVIEW}:19:7: 'grace' and 'at_least' do not go together: an event serves one period"],
    ),
    "early where several are needed": (
        [every("per: {value: month}\n      early: {value: 5 days}\n      at_least: {value: 2}")],
        [f"{REVIEW}:19:7: {coded('PL514', 'early')}"],
    ),
    "early in hours": (
        [every("per: {value: month}\n      early: {value: 5 hours}")],
        [f"{REVIEW}:19:7: {coded('PL644', 'early', '5 hours')}"],
    ),
    "early without a schedule": (
        [every(f"{EVERY}\n      early: {{value: 5 days}}")],
        [f"{REVIEW}:19:7: {coded('PL643', 'early', 'anchor')}"],
    ),
    "a day without its period": (
        [every(f"{EVERY}\n      by: {{value: 5th}}")],
        [f"{REVIEW}:19:7: {coded('PL643', 'by', 'per')}"],
    ),
    "an anchor for a period": (
        [every("per: {value: month}\n      anchor: {value: 2026-01-05}")],
        [f"{REVIEW}:19:7: {coded('PL643', 'anchor', 'every')}"],
    ),
    "an anchor for hours": (
        [
            every("every: {value: 12 hours}\n      anchor: {value: 2026-01-05}"),
        ],
        [
            f"{REVIEW}:18:7: 'reviewed_on' is a date, and a date covers no time by the clock\n"
            "hint: give 'every' in days, or name a column that holds a time",
            f"{REVIEW}:18:7: {coded('PL644', 'every', '12 hours')}",
        ],
    ),
    "an anchor that is no day": (
        [every(f"{EVERY}\n      anchor: {{value: 5 January}}")],
        [f"{REVIEW}:19:16: {coded('PL645', '5 January')}"],
    ),
    "an anchor in another age": (
        [every(f"{EVERY}\n      anchor: {{value: 1066-10-14}}")],
        [f"{REVIEW}:19:16: {coded('PL645', '1066-10-14')}"],
    ),
    "no day of a period": (
        [every("per: {value: month}\n      by: {value: 5}")],
        [f"{REVIEW}:19:12: {coded('PL641', '5')}{_DAY}"],
    ),
    "a day that no month has": (
        [every("per: {value: month}\n      by: {value: 32nd}")],
        [f"{REVIEW}:19:7: {coded('PL642', '32nd', 'month')}{_DAYS}"],
    ),
    "a weekday of which a month has several": (
        [every("per: {value: month}\n      by: {value: Monday}")],
        [f"{REVIEW}:19:7: {coded('PL642', 'Monday', 'month')}{_DAYS}"],
    ),
    "a number in a week": (
        [every("per: {value: week}\n      by: {value: 5th}")],
        [f"{REVIEW}:19:7: {coded('PL642', '5th', 'week')}{_WEEKDAY}"],
    ),
    "a business day without a calendar": (
        [every("per: {value: month}\n      by: {value: last business day}")],
        [f"{REVIEW}:19:7: {coded('PL501')}{_CALENDAR}"],
    ),
    "values by nothing": (
        [(ALERT, ", by: level", "")],
        [
            (
                f"{ALERT}:19:15: {coded('PL318')}"
                "\nhint: name it with 'by' in the selection of the subjects or openings"
            )
        ],
    ),
    "no values": (
        [(ALERT, "{high: 30 minutes, low: 2 hours}", "{}")],
        [f"{ALERT}:19:15: {coded('FI312', 'limit')}"],
    ),
    "one of the values": (
        [(ALERT, "low: 2 hours", "low: 2")],
        [f"{ALERT}:19:41: {coded('PL403', '2')}"],
    ),
    "no duration": (
        [every("every: {value: -1 days, norm: yearly-review}")],
        [f"{REVIEW}:18:15: {coded('PL508', '-1 days')}"],
    ),
    "no period": (
        [every("per: {value: weekly, norm: yearly-review}")],
        [f"{REVIEW}:18:13: {coded('PL406', 'weekly', PERIODS)}"],
    ),
    "a fiscal year that not every year has": (
        [every("per: {value: {fiscal_year: 02-29}, norm: yearly-review}")],
        [f"{REVIEW}:18:13: {coded('PL640', '02-29')}{_FISCAL}"],
    ),
    "a fiscal year with a year": (
        [every("per: {value: {fiscal_year: 2026-04-01}, norm: yearly-review}")],
        [f"{REVIEW}:18:13: {coded('PL640', '2026-04-01')}{_FISCAL}"],
    ),
    "a fiscal year by its week": (
        [every("per: {value: {fiscal_year: W14-1}, norm: yearly-review}")],
        [f"{REVIEW}:18:13: {coded('PL640', 'W14-1')}{_FISCAL}"],
    ),
    "a fiscal year without its day": (
        [every("per: {value: fiscal_year, norm: yearly-review}")],
        [f"{REVIEW}:18:13: {coded('PL406', 'fiscal_year', PERIODS)}"],
    ),
    "a fiscal year where a duration is expected": (
        [every("every: {value: {fiscal_year: 04-01}, norm: yearly-review}")],
        [f"{REVIEW}:18:15: {coded('PL503', '{fiscal_year: 04-01}')}{_DURATION}"],
    ),
    "grace as long as a week": (
        [every("per: {value: week}\n      grace: {value: 7 days}")],
        [f"{REVIEW}:19:7: 'grace' must be shorter than 'per'"],
    ),
    "no whole number": (
        [every(f"{EVERY}\n      at_least: {{value: 0, norm: yearly-review}}")],
        [f"{REVIEW}:19:18: {coded('PL404', '999999999', '0')}"],
    ),
    "no number": (
        [
            (REVIEW, "check: recurrence", "check: level"),
            events("readings: {dataset: alerts, starts: raised_at, quantity: count}"),
            every("minimum: {value: many, norm: yearly-review}"),
        ],
        [f"{REVIEW}:18:17: PL405 "],
    ),
    "both of which one": (
        [every(f"{EVERY}\n      per: {{value: month, norm: yearly-review}}")],
        [f"{REVIEW}:17:5: {coded('PL305', 'every, per')}"],
    ),
    "none of which one": (
        [(REVIEW, PARAMETERS, "")],
        [f"{REVIEW}:3:5: {coded('PL305', 'every, per')}"],
    ),
    "nothing to lengthen": (
        [every("grace: {value: 1 days, norm: yearly-review}")],
        [
            f"{REVIEW}:17:5: {coded('PL305', 'every, per')}",
            f"{REVIEW}:17:5: {coded('PL319', 'grace')}",
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
        [f"{REVIEW}:17:5: {_FAMILY}", f"{REVIEW}:19:7: {coded('PL501')}{_CALENDAR}"],
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
        [f"{ALERT}:2:5: {coded('PL311', 'deadline', 'limit')}"],
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
            f"{ALERT}:18:5: {coded('PL311', 'cadence', 'every')}",
            f"{ALERT}:19:7: {coded('PL316', 'evry')}\nhint: did you mean 'every'?",
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
    assert [Said(error) for error in draft.errors()] == [f"policy: {coded('PL205')}"]


def test_query_of_a_kind(draft: Draft) -> None:
    kind = "/*\nsummary: {en: A, zh: 甲}\ninputs:\n  events: {label: {en: B, zh: 乙},"
    kind += " holds: happening, effect: harm, population: true, needs: [starts]}"
    kind += "\n*/\nSELECT * FROM secrets\n"
    draft.write("checks/ours.sql", kind)
    assert draft.refused(
        (REVIEW, "check: recurrence", "check: ours"),
        (REVIEW, PARAMETERS, ""),
        events(EVENTS.replace("starts", "key: [plan], starts")),
    ) == [f"checks/ours.sql: {coded('PL417', 'secrets')}"]


def test_all_is_said_at_once(draft: Draft) -> None:
    refused = draft.refused(
        (PLAN, "zone: UTC", "zone: Asia/Chongqing/1"),
        (REVIEWS, "5 years", "ever"),
        (REVIEW, "check: recurrence", "check: other"),
    )
    assert [each.partition(" ")[0] for each in refused] == [f"{PLAN}:7:1:"]
    refused = draft.refused((PLAN, "zone: Asia/Chongqing/1", "zone: UTC"))
    assert [each.partition(" ")[0] for each in refused] == [f"{REVIEW}:14:5:", f"{REVIEWS}:8:1:"]
