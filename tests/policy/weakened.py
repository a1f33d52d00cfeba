"""A policy with something of everything, and edits each of which weakens it."""

from __future__ import annotations

from .conftest import ALERT, ALERTS, PLAN, REVIEW, REVIEWS, SETTINGS, WAIVERS, Change
from .diff_cases import CALENDARS, OFFICE

KIND, EXAMPLES = "checks/steady.sql", "checks/steady.examples.yaml"
TESTS, SIGNERS = "policy/tests/1.yaml", "policy/allowed_signers"
FALSIFY = "policy/falsify.yaml"
CHANGED = "policy/controls/3-altered.yaml"

WHOLE: list[Change] = [
    (PLAN, "zone: UTC", "zone: UTC\nadopted_on: 2026-01-01"),
    (SETTINGS, 'gate = "now"', 'gate = "period"'),
    (WAIVERS, "waivers: []", "waivers:"),
    (
        WAIVERS,
        "",
        "\n  - {id: W-1, control: GV-1, subject: centre, reason: {en: r, zh: 因}, owner: clerk,\n"
        "     approver: boss, from: 2026-10-01, until: 2026-12-31}\n",
    ),
    (REVIEW, "    check: recurrence", "    tags: [yearly]\n    check: recurrence"),
    (
        REVIEW,
        "    parameters:\n",
        "      failures: {dataset: reviews, starts: reviewed_on, where: \"outcome = 'rejected'\"}\n"
        "    parameters:\n      at_least: {value: 2}\n",
    ),
    (
        REVIEW,
        "",
        """\
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
""",
    ),
    (
        ALERT,
        "    parameters:\n",
        "      reopenings: {dataset: alerts, key: [alert_id], starts: raised_at}\n"
        "    parameters:\n",
    ),
    (
        ALERTS,
        "retention:",
        "recording: {happened: [raised_at], within: 2 days, amendable: append_only,"
        ' by: ["clerk@example.org"], signed: true}\nretention:',
    ),
    (ALERTS, "retention: 5 years", "retention: 1250 business days"),
    (ALERTS, "    alert_id: {type: string}", "    alert_id: {type: string, minLength: 2}"),
    (ALERTS, "    count:", "    photo: {type: string, format: attachment}\n    count:"),
    (
        PLAN,
        "",
        '  - id: "2"\n    title: {en: B, zh: 乙}\n    text: {en: B, zh: 乙}\n'
        "    no_control: {en: none, zh: 无}\n",
    ),
]
FILES: dict[str, str] = {
    CALENDARS: OFFICE,
    KIND: """\
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
""",
    EXAMPLES: """\
examples:
  - title: {en: One, zh: 一}
    as_of: "2026-03-01T00:00:00Z"
    parameters: {at_most: 5}
    inputs: {records: [{subject: E1, starts: "2026-02-01T00:00"}]}
    lapses: [[E1, "2026-02-01T00:00", "2026-02-02T00:00"]]
  - title: {en: None, zh: 无}
    as_of: "2026-03-01T00:00:00Z"
    parameters: {at_most: 5}
    inputs: {records: []}
    lapses: []
""",
    TESTS: """\
defaults:
  reviews: {review_id: "R{n}", plan: my-plan, reviewer: clerk, outcome: accepted}
tests:
  - name: reviewed twice
    control: GV-1
    as_of: 2026-12-01
    given: {reviews: [{reviewed_on: "2026-11-01"}, {reviewed_on: "2026-11-02"}]}
    expect: {now: pass, period: pass}
  - name: rejected
    control: GV-1
    as_of: 2026-12-01
    given: {reviews: [{reviewed_on: "2026-11-01", outcome: rejected}]}
    expect: {now: fail, lapses: [{subject: centre, starts: "2026-11-01T00:00"}]}
""",
    FALSIFY: """\
demands:
  - clause: "1"
    says: {en: reviewed, zh: 评审}
    falsifications:
      - broken: {en: nobody reviewed, zh: 无人评审}
        turns: [GV-1]
        edits:
          - remove: {dataset: reviews}
""",
    SIGNERS: "clerk@example.org ssh-ed25519 AAAA\n",
    CHANGED: """\
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
""",
}
GONE = "\0"
"""Stands for the deletion of a file, as what it is replaced by."""

MOVED = "\1"
"""Stands for the move of a file or folder, as what is replaced."""

WAIVER_MORE = (
    "  - {id: W-2, control: AL-1, subject: A1 × staff, reason: {en: r, zh: 因}, owner: clerk,\n"
    "     approver: boss, from: 2026-10-01, until: 2026-12-31}\n"
)
REVISED = (
    "    revisions:\n      - version: 1\n        parameters: {at_least: {value: 2},"
    " every: {value: 12 months, norm: yearly-review}}\n      - version: 2\n"
    "        from: 2026-06-01\n        parameters: {at_least: {value: 2},"
    " every: {value: 5 years, norm: yearly-review}}\n"
)
GIVEN = (
    "    parameters:\n      at_least: {value: 2}\n"
    "      every: {value: 12 months, norm: yearly-review}\n"
)
FAILURES = (
    "      failures: {dataset: reviews, starts: reviewed_on, where: \"outcome = 'rejected'\"}\n"
)
RECORDING = (
    "recording: {happened: [raised_at], within: 2 days, amendable: append_only,"
    ' by: ["clerk@example.org"], signed: true}\n'
)
SECOND = (
    '  - id: "2"\n    title: {en: B, zh: 乙}\n    text: {en: B, zh: 乙}\n'
    "    no_control: {en: none, zh: 无}\n"
)
EVENTS = (
    "  events:\n    label: {en: e, zh: 事}\n    holds: happening\n    effect: help\n"
    "    required: false\n    needs: [starts]\nparameters:\n"
)
EXEMPT = "    not_applicable: {reason: {en: none, zh: 无}, owner: w, until: 2027-12-31}\n"
NONE = "{en: none, zh: 无}"

EDITS: dict[str, tuple[str, list[Change]]] = {
    # Controls and their numbers.
    "longer interval": ("loosened", [(REVIEW, "value: 12 months", "value: 13 months")]),
    "another unit": ("unordered", [(REVIEW, "value: 12 months", "value: 366 days")]),
    "fewer events": ("loosened", [(REVIEW, "at_least: {value: 2}", "at_least: {value: 1}")]),
    "number left out": ("loosened", [(REVIEW, "      at_least: {value: 2}\n", "")]),
    "grace": (
        "loosened",
        [(REVIEW, "at_least: {value: 2}", "grace: {value: 9 days}\n      at_least: {value: 2}")],
    ),
    "later first time": (
        "loosened",
        [(REVIEW, "at_least: {value: 2}", "initial: {value: 5 years}\n      at_least: {value: 2}")],
    ),
    "calendar periods": (
        "unordered",
        [
            (
                REVIEW,
                "      at_least: {value: 2}\n      every: {value: 12 months",
                "      per: {value: year",
            )
        ],
    ),
    "revised in the past": ("loosened", [(REVIEW, GIVEN, REVISED)]),
    "longer limit of a class": ("loosened", [(ALERT, "low: 2 hours", "low: 3 hours")]),
    "longer limit": ("loosened", [(ALERT, "high: 30 minutes", "high: 31 minutes")]),
    "one more class": ("loosened", [(ALERT, "low: 2 hours", "low: 2 hours, none: 9 years")]),
    "limit in business hours": ("unordered", [(ALERT, "low: 2 hours", "low: 1 business day")]),
    "own number": ("loosened", [(REVIEW, "at_most: {value: 5", "at_most: {value: 50")]),
    "severity": ("loosened", [(REVIEW, "severity: high", "severity: medium")]),
    "lowest severity": ("loosened", [(REVIEW, "severity: high", "severity: low")]),
    "tag": ("loosened", [(REVIEW, "    tags: [yearly]\n", "")]),
    "control taken out": ("loosened", [(CHANGED, "", GONE)]),
    "control of incidents taken out": ("loosened", [(ALERT, "", GONE), (ALERTS, "", GONE)]),
    "another clause": (
        "loosened",
        [
            (PLAN, "    no_control: {en: none, zh: 无}\n", ""),
            (ALERT, '{"1": 41edde5ab9b0}', '{"2": 2dbc01efd5a4}'),
        ],
    ),
    "does not apply": (
        "loosened",
        [(REVIEW, "    tags: [yearly]\n", f"    tags: [yearly]\n{EXEMPT}")],
    ),
    "may be empty": (
        "loosened",
        [(REVIEW, "    tags: [yearly]\n", f"    tags: [yearly]\n    may_be_empty: {NONE}\n")],
    ),
    "another check": (
        "unordered",
        [
            (REVIEW, "check: recurrence", "check: coverage"),
            (REVIEW, "      at_least: {value: 2}\n      every:", "      valid_for:"),
        ],
    ),
    # What counts.
    "attachment made a text": ("loosened", [(ALERTS, "string, format: attachment", "string")]),
    "attachment dropped": (
        "loosened",
        [(ALERTS, "    photo: {type: string, format: attachment}\n", "")],
    ),
    "filter dropped": ("unordered", [(REVIEW, ", where: \"outcome = 'accepted'\"", "")]),
    "filter widened": ("unordered", [(REVIEW, "outcome = 'accepted'", "outcome <> ''")]),
    "failures left out": (
        "loosened",
        [
            (
                REVIEW,
                FAILURES,
                "",
            )
        ],
    ),
    "fewer failures": (
        "loosened",
        [(REVIEW, "outcome = 'rejected'", "outcome = 'rejected' and reviewer = 'x'")],
    ),
    "other failures": ("unordered", [(REVIEW, "outcome = 'rejected'", "outcome = 'none'")]),
    "reopenings left out": (
        "loosened",
        [(ALERT, "      reopenings: {dataset: alerts, key: [alert_id], starts: raised_at}\n", "")],
    ),
    "fewer reopenings": (
        "loosened",
        [(ALERT, "starts: raised_at}\n", "starts: raised_at, where: count > 1}\n")],
    ),
    "pauses added": (
        "loosened",
        [
            (
                ALERT,
                "      reopenings:",
                "      pauses: {dataset: alerts, key: [alert_id], starts: raised_at, reason: level,"
                " reasons: [low]}\n      reopenings:",
            ),
            (ALERT, "      limit:", "      paused_at_most: {value: 9 hours}\n      limit:"),
        ],
    ),
    "fewer openings": (
        "unordered",
        [
            (
                ALERT,
                "starts: raised_at, by: level}",
                "starts: raised_at, by: level, where: count > 1}",
            )
        ],
    ),
    "fewer items": ("loosened", [(ALERT, "items: [staff, public]", "items: [staff]")]),
    "other items": ("loosened", [(ALERT, "items: [staff, public]", "items: [staff, press]")]),
    "closed when raised": ("unordered", [(ALERT, "starts: told_at", "starts: raised_at")]),
    "another subject": (
        "unordered",
        [
            (
                ALERT,
                "openings: {dataset: alerts, key: [alert_id], starts: raised_at, by",
                "openings: {dataset: alerts, key: [level], starts: raised_at, by",
            )
        ],
    ),
    "good is everything": ("unordered", [(CHANGED, "good: permitted", "good: permitted or true")]),
    "fewer changes judged": (
        "unordered",
        [(CHANGED, "good: permitted", "good: permitted, where: record <> 'x'")],
    ),
    # Contracts.
    "fewer files": ("unordered", [(REVIEWS, "reviews/*.csv", "reviews/2026*.csv")]),
    "another format": (
        "unordered",
        [(REVIEWS, "format: csv", "format: jsonl"), (REVIEWS, "*.csv", "*.jsonl")],
    ),
    "rows passed over": (
        "loosened",
        [(REVIEWS, "format: csv", "format: csv\nskip: ['^void']")],
    ),
    "an end of tables": (
        "loosened",
        [(REVIEWS, "format: csv", "format: csv\nfooter: '^void'")],
    ),
    "another row of headings": (
        "unordered",
        [(REVIEWS, "format: csv", "format: csv\nheader: 2")],
    ),
    "another key": ("unordered", [(REVIEWS, "key: [review_id]", "key: [review_id, plan]")]),
    "another zone": ("unordered", [(ALERTS, "zone: UTC", "zone: America/Los_Angeles")]),
    "another column": (
        "unordered",
        [(ALERTS, "columns: {level: severity}", "columns: {level: grade_given}")],
    ),
    "other lookup": ("unordered", [(ALERTS, "column: outcome}", "column: reviewer}")]),
    "other derivation": ("unordered", [(ALERTS, "grade: lower(level)", "grade: upper(level)")]),
    "children elsewhere": (
        "unordered",
        [(ALERTS, "key: [alert_id, audience]}", "key: [alert_id, audience, told_at]}")],
    ),
    "kept for less": ("loosened", [(REVIEWS, "retention: 5 years", "retention: 1 day")]),
    "no word on recording": (
        "loosened",
        [
            (
                ALERTS,
                RECORDING,
                "",
            )
        ],
    ),
    "recorded later": ("loosened", [(ALERTS, "within: 2 days", "within: 2 years")]),
    "recorded whenever": ("loosened", [(ALERTS, "within: 2 days, ", "")]),
    "amended freely": ("loosened", [(ALERTS, "append_only", "freely")]),
    "amended with a reason": ("loosened", [(ALERTS, "append_only", "with_reason")]),
    "recorded by anybody": ("loosened", [(ALERTS, ' by: ["clerk@example.org"],', "")]),
    "recorded by others": ("unordered", [(ALERTS, '"clerk@example.org"', '"*@example.org"')]),
    "recorded by one more": (
        "loosened",
        [(ALERTS, '"clerk@example.org"', '"clerk@example.org", "b@c.d"')],
    ),
    "unsigned": ("loosened", [(ALERTS, ", signed: true", "")]),
    "no time of recording": ("loosened", [(ALERTS, "happened: [raised_at], within: 2 days, ", "")]),
    "file may be empty": (
        "loosened",
        [(REVIEWS, "retention:", f"may_be_empty: {NONE}\nretention:")],
    ),
    "column not required": ("loosened", [(REVIEWS, ", reviewer, outcome]", ", outcome]")]),
    "further columns": (
        "loosened",
        [(REVIEWS, "additionalProperties: false", "additionalProperties: true")],
    ),
    "one more value": (
        "loosened",
        [(REVIEWS, "[accepted, rejected]", "[accepted, rejected, so-so]")],
    ),
    "any value": ("loosened", [(REVIEWS, ", enum: [accepted, rejected]", "")]),
    "shorter text": ("loosened", [(ALERTS, "minLength: 2", "minLength: 1")]),
    "any text": ("loosened", [(ALERTS, ', pattern: "^[a-z]+$"', "")]),
    "wider pattern": ("unordered", [(ALERTS, '"^[a-z]+$"', '"^[a-z ]+$"')]),
    "lower minimum": ("loosened", [(ALERTS, "minimum: 0", "minimum: -9")]),
    "more entries": ("loosened", [(ALERTS, "maxItems: 9", "maxItems: 99")]),
    "entries twice": ("loosened", [(ALERTS, ", uniqueItems: true", "")]),
    "a day for a moment": (
        "unordered",
        [
            (
                ALERTS,
                "raised_at: {type: string, format: date-time}",
                "raised_at: {type: string, format: date}",
            )
        ],
    ),
    "other type": ("unordered", [(ALERTS, "count: {type: integer", "count: {type: number")]),
    "notices say less": ("loosened", [(ALERTS, "        required: [audience]\n", "")]),
    # Waivers.
    "waiver": ("loosened", [(WAIVERS, "", WAIVER_MORE)]),
    "longer waiver": ("loosened", [(WAIVERS, "until: 2026-12-31", "until: 2027-01-31")]),
    "earlier waiver": ("loosened", [(WAIVERS, "from: 2026-10-01", "from: 2026-09-01")]),
    "other waiver": (
        "unordered",
        [(WAIVERS, "control: GV-1, subject: centre", "control: GV-2, subject: my-plan")],
    ),
    # Plan.
    "owed later": ("unordered", [(PLAN, "zone: UTC", "zone: Pacific/Kiritimati")]),
    "no holidays": ("unordered", [(CALENDARS, "    holidays: CN\n", "")]),
    "other holidays": ("unordered", [(CALENDARS, "holidays: CN", "holidays: HK")]),
    "adopted later": ("unordered", [(PLAN, "adopted_on: 2026-01-01", "adopted_on: 2026-12-01")]),
    "another subject of the plan": ("unordered", [(PLAN, "zone: UTC", "subject: site\nzone: UTC")]),
    "clause taken out": (
        "loosened",
        [
            (
                PLAN,
                SECOND,
                "",
            )
        ],
    ),
    "clause says less": (
        "unordered",
        [(PLAN, "reviewed every year", "reviewed"), (PLAN, "每年评审一次", "评审")],
    ),
    "clause without a text": (
        "unordered",
        [(PLAN, "\n    text: {en: B, zh: 乙}\n    no_control: {en: none, zh: 无}\n", "\n")],
    ),
    # Settings.
    "gate judges now alone": ("loosened", [(SETTINGS, '"period"', '"now"')]),
    "gate fails on less": ("loosened", [(SETTINGS, 'fail_on = "low"', 'fail_on = "critical"')]),
    "pin": ("loosened", [(SETTINGS, "", 'as_of = "2026-03-01"\n')]),
    "pin with a reason": (
        "loosened",
        [(SETTINGS, "", 'as_of_reason = "A sample."\nas_of = "2026-03-01"\n')],
    ),
    "shorter horizon": ("unordered", [(SETTINGS, "24 months", "1 month")]),
    "longer waivers allowed": ("loosened", [(SETTINGS, "180 days", "90 years")]),
    "other evidence": ("loosened", [(SETTINGS, 'evidence = "evidence"', 'evidence = "records"')]),
    # Check kinds, with what they are tried by.
    "query": ("loosened", [(KIND, "earliest AS starts", "latest AS starts")]),
    "query returns nothing": ("loosened", [(KIND, "FROM records", "FROM records WHERE false")]),
    "query of other texts": ("loosened", [(KIND, "'duty' AS part", "'cover' AS part")]),
    "harm is help": ("loosened", [(KIND, "effect: harm", "effect: help")]),
    "a number by default": ("loosened", [(KIND, "required: true,", "default: 9,")]),
    "higher is stricter": ("loosened", [(KIND, "stricter: lower", "stricter: higher")]),
    "an input more": (
        "loosened",
        [
            (
                KIND,
                "parameters:\n",
                EVENTS,
            )
        ],
    ),
    "new kind in use": (
        "loosened",
        [("checks/idle.sql", KIND, ""), (REVIEW, "check: steady", "check: idle")],
    ),
    "example taken out": (
        "loosened",
        [
            (
                EXAMPLES,
                FILES[EXAMPLES].partition("  - title: {en: None")[0].partition("examples:\n")[2],
                "",
            )
        ],
    ),
    "example expects less": (
        "loosened",
        [(EXAMPLES, 'lapses: [[E1, "2026-02-01T00:00", "2026-02-02T00:00"]]', "lapses: []")],
    ),
    "example is given less": (
        "loosened",
        [(EXAMPLES, '{subject: E1, starts: "2026-02-01T00:00"}', "")],
    ),
    # Policy tests.
    "tests taken out": ("loosened", [(TESTS, "", GONE)]),
    "falsifications taken out": ("loosened", [(FALSIFY, "", GONE)]),
    "falsification edits something else": (
        "loosened",
        [(FALSIFY, "{dataset: reviews}", "{dataset: reviews, where: plan = 'other'}")],
    ),
    "falsification turns nothing": ("loosened", [(FALSIFY, "turns: [GV-1]", "turns: [RC-1]")]),
    "test taken out": (
        "loosened",
        [
            (TESTS, FILES[TESTS].partition("  - name: rejected")[2], ""),
            (TESTS, "  - name: rejected", ""),
        ],
    ),
    "test expects something else": ("loosened", [(TESTS, "now: fail", "now: pass")]),
    "test expects less": (
        "loosened",
        [(TESTS, ', lapses: [{subject: centre, starts: "2026-11-01T00:00"}]', "")],
    ),
    "test without its period": ("loosened", [(TESTS, ", period: pass", "")]),
    "test is given more": ("loosened", [(TESTS, "outcome: rejected}", "outcome: accepted}")]),
    "test of another moment": (
        "loosened",
        [
            (
                TESTS,
                "  - name: rejected\n    control: GV-1\n    as_of: 2026-12-01",
                "  - name: rejected\n    control: GV-1\n    as_of: 2026-12-02",
            )
        ],
    ),
    "test by other defaults": ("loosened", [(TESTS, "reviewer: clerk", "reviewer: boss")]),
    # What lies elsewhere, or has another name.
    "policy elsewhere": (
        "unordered",
        [(SETTINGS, 'policy = "policy"', 'policy = "rules"'), ("policy", MOVED, "rules")],
    ),
    "kinds elsewhere": (
        "unordered",
        [(SETTINGS, 'checks = "checks"', 'checks = "kinds"'), ("checks", MOVED, "kinds")],
    ),
    "kind of another name": (
        "unordered",
        [
            (KIND, MOVED, "checks/calm.sql"),
            (EXAMPLES, MOVED, "checks/calm.examples.yaml"),
            (REVIEW, "check: steady", "check: calm"),
        ],
    ),
    "dataset of another name": (
        "unordered",
        [
            (ALERTS, "id: alerts", "id: alarms"),
            (ALERTS, MOVED, "policy/datasets/alarms.yaml"),
            (ALERT, "      openings: {dataset: alerts", "      openings: {dataset: alarms"),
            (ALERT, "dataset: alerts.notices", "dataset: alarms.notices"),
            (ALERT, "      reopenings: {dataset: alerts", "      reopenings: {dataset: alarms"),
        ],
    ),
    "control of another name": ("loosened", [(ALERT, "id: AL-1", "id: AL-2")]),
    # Whose signatures count.
    "one more signer": ("unordered", [(SIGNERS, "", "boss@example.org ssh-ed25519 BBBB\n")]),
    "another signer": ("unordered", [(SIGNERS, "AAAA", "BBBB")]),
    "no signers": ("unordered", [(SIGNERS, "", GONE)]),
}
"""Name → how it is called, and the edit."""
