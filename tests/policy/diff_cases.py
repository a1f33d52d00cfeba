"""Changes of a policy, each with what is to be said of it."""

from __future__ import annotations

from .conftest import ALERT, ALERTS, PLAN, REVIEW, REVIEWS, SETTINGS, WAIVERS

WAIVER = """\
  - {id: W-1, control: GV-1, subject: centre, reason: {en: r, zh: 因}, owner: clerk,
     approver: boss, from: 2026-10-01, until: 2026-12-31}
"""


PIN = 'as_of = "2026-11-20T00:00:00Z"\nas_of_reason = "A sample."\n'
EVERY, LIMIT = "longest time from one event to the next, every", "time allowed, limit"
CALENDARS = "policy/calendars.yaml"
OFFICE = """\
calendars:
  - id: office
    weekend: [saturday, sunday]
    holidays: CN
"""
YEAR = "      every: {value: 12 months, norm: yearly-review}"
HALF = "{value: {high: 30 minutes, low: 2 hours}, norm: yearly-review}"


def revised(day: str, value: str) -> str:
    return f"""\
    revisions:
      - version: 1
        parameters: {{at_least: {{value: 2}}, every: {{value: 12 months, norm: yearly-review}}}}
      - version: 2
        from: {day}
        parameters: {{at_least: {{value: 2}}, every: {{value: {value}, norm: yearly-review}}}}
"""


REOPENED = (
    "      reopenings: {dataset: alerts, key: [alert_id], starts: raised_at}\n    parameters:\n"
)
WRITTEN = '{"dataset": "alerts", "key": ["alert_id"], "starts": "raised_at"} (history)'
BOTH = "    parameters:\n      at_least: {value: 2}\n" + YEAR + "\n"

_DAYS = "    holidays: CN\n"
_CALENDAR_CASES: dict[str, tuple[list[tuple[str, str, str]], list[str]]] = {
    "a closed day": (
        [(CALENDARS, _DAYS, _DAYS + "    closed: [{day: 2026-11-19, reason: move}]\n")],
        ["loosened office: the day 2026-11-19: None → closed (history)"],
    ),
    "a closed day to come": (
        [(CALENDARS, _DAYS, _DAYS + "    closed: [{day: 2026-11-23, reason: move}]\n")],
        ["loosened office: the day 2026-11-23: None → closed"],
    ),
    "a closed day that was not worked": (
        [(CALENDARS, _DAYS, _DAYS + "    closed: [{day: 2026-11-21, reason: move}]\n")],
        ["neutral office: the day 2026-11-21: None → closed"],
    ),
    "a worked day": (
        [(CALENDARS, _DAYS, _DAYS + "    worked: [{day: 2026-11-14, reason: move}]\n")],
        ["tightened office: the day 2026-11-14: None → worked (history)"],
    ),
    "a longer weekend": (
        [(CALENDARS, "[saturday, sunday]", "[friday, saturday, sunday]")],
        ["loosened office: the weekend: saturday, sunday → friday, saturday, sunday (history)"],
    ),
    "a shorter weekend": (
        [(CALENDARS, "[saturday, sunday]", "[sunday]")],
        ["tightened office: the weekend: saturday, sunday → sunday (history)"],
    ),
    "another weekend": (
        [(CALENDARS, "[saturday, sunday]", "[friday, saturday]")],
        ["unordered office: the weekend: saturday, sunday → friday, saturday (history)"],
    ),
    "other holidays": (
        [(CALENDARS, "CN", "GB-SCT")],
        ["unordered office: the holidays: CN → GB-SCT (history)"],
    ),
    "a year written out": (
        [(CALENDARS, _DAYS, _DAYS + "    written_years: [2027]\n")],
        ["unordered office: the written_years: None → 2027 (history)"],
    ),
    "a zone": (
        [(CALENDARS, _DAYS, _DAYS + "    zone: Asia/Tokyo\n")],
        ["unordered office: the zone: None → Asia/Tokyo (history)"],
    ),
    "a title": (
        [(CALENDARS, _DAYS, _DAYS + "    title: Office\n")],
        ["neutral office: the title"],
    ),
}
"""Changes of a calendar on which the review counts from now on."""

CASES: dict[str, tuple[list[tuple[str, str, str]], list[str]]] = {
    "a calendar that the control names": (
        [(REVIEW, "    check: recurrence", "    calendar: office\n    check: recurrence")],
        ["neutral GV-1: the calendar on which business time counts: None → office"],
    ),
    # The numbers of a control.
    "shorter": (
        [(REVIEW, "value: 12 months", "value: 6 months")],
        [f"tightened GV-1: {EVERY}: 12 months → 6 months (history)"],
    ),
    "longer": (
        [(REVIEW, "value: 12 months", "value: 13 months")],
        [f"loosened GV-1: {EVERY}: 12 months → 13 months (history)"],
    ),
    "days for months": (
        [(REVIEW, "value: 12 months", "value: 365 days")],
        [f"unordered GV-1: {EVERY}: 12 months → 365 days (history)"],
    ),
    "other words": ([(REVIEW, "value: 12 months", "value: 1 year")], []),
    "fewer": (
        [(REVIEW, "at_least: {value: 2}", "at_least: {value: 1}")],
        ["loosened GV-1: number of events in that time, at_least: 2 → 1 (history)"],
    ),
    "default": (
        [(REVIEW, "      at_least: {value: 2}\n", "")],
        ["loosened GV-1: number of events in that time, at_least: 2 → 1 (history)"],
    ),
    "grace": (
        [(REVIEW, YEAR, YEAR + "\n      grace: {value: 1 day, norm: yearly-review}")],
        [
            "loosened GV-1: extra time that is not yet late, grace: None → 1 day (history)",
        ],
    ),
    "period for a duration": (
        [(REVIEW, "every: {value: 12 months", "per: {value: year")],
        [
            f"unordered GV-1: {EVERY}: 12 months → None (history)",
            "unordered GV-1: calendar period that each needs its events, per: None → year"
            " (history)",
        ],
    ),
    "both ways": (
        [
            (REVIEW, "value: 12 months", "value: 13 months"),
            (REVIEW, "at_least: {value: 2}", "at_least: {value: 3}"),
        ],
        [
            f"loosened GV-1: {EVERY}: 12 months → 13 months (history)",
            "tightened GV-1: number of events in that time, at_least: 2 → 3 (history)",
        ],
    ),
    "one class": (
        [(ALERT, "low: 2 hours", "low: 3 hours")],
        [f"loosened AL-1: {LIMIT} (low): 2 hours → 3 hours (history)"],
    ),
    "a class more": (
        [(ALERT, "low: 2 hours", "low: 2 hours, other: 1 hour")],
        ["loosened AL-1: classes that have values of their own: None → other (history)"],
    ),
    "a class less": (
        [(ALERT, ", low: 2 hours", "")],
        ["unordered AL-1: classes that have values of their own: low → None (history)"],
    ),
    "one value for all": (
        [(ALERT, "{high: 30 minutes, low: 2 hours}", "1 hour")],
        [
            f"loosened AL-1: {LIMIT} (high): 30 minutes → 1 hour (history)",
            f"tightened AL-1: {LIMIT} (low): 2 hours → 1 hour (history)",
            "loosened AL-1: classes that have values of their own: high, low → None (history)",
        ],
    ),
    "another norm": (
        [(ALERT, ", norm: yearly-review", "")],
        ["neutral AL-1: the norms behind the parameters"],
    ),
    # Revisions.
    "revised in the future": (
        [(REVIEW, BOTH, revised("2027-01-01", "6 months"))],
        [f"tightened GV-1: {EVERY}, from 2027-01-01 on: 12 months → 6 months"],
    ),
    "revised in the past": (
        [(REVIEW, BOTH, revised("2026-11-20", "2 years"))],
        [f"loosened GV-1: {EVERY}, from 2026-11-20 on: 12 months → 2 years (history)"],
    ),
    "revised in name alone": ([(REVIEW, BOTH, revised("2026-01-01", "1 year"))], []),
    # What counts.
    "predicate": (
        [(REVIEW, "outcome = 'accepted'", "outcome <> 'rejected'")],
        [
            "unordered GV-1: events: where: outcome = 'accepted' → outcome <> 'rejected' (history)",
        ],
    ),
    "predicate dropped": (
        [(REVIEW, """, where: "outcome = 'accepted'\"""", "")],
        ["unordered GV-1: events: where: outcome = 'accepted' → None (history)"],
    ),
    "key": (
        [(ALERT, "key: [alert_id], starts", "key: [level], starts")],
        ["unordered AL-1: openings: key: alert_id → level (history)"],
    ),
    "one more selection": (
        [
            (
                ALERT,
                "          item: audience\n",
                "          item: audience\n        - dataset: alerts.notices\n      "
                "    key: [alert_id]\n          starts: raised_at\n          item:"
                " audience\n",
            ),
        ],
        [
            "unordered AL-1: closings: records that count: None →"
            ' {"dataset": "alerts.notices", "key": ["alert_id"], "starts": "raised_at",'
            ' "item": "audience"} (history)',
        ],
    ),
    "reopenings": (
        [(ALERT, "    parameters:\n", REOPENED)],
        ["tightened AL-1: reopenings: records that count: None → " + WRITTEN],
    ),
    "an item less": (
        [(ALERT, "[staff, public]", "[staff]")],
        ["loosened AL-1: items: public is no longer asked for (history)"],
    ),
    "an item more": (
        [(ALERT, "[staff, public]", "[public, staff, press]")],
        ["tightened AL-1: items: press is asked for as well (history)"],
    ),
    "no items": (
        [(ALERT, "      items: [staff, public]\n", ""), (ALERT, "          item: audience\n", "")],
        [
            "unordered AL-1: the input items: staff, public → None (history)",
            "unordered AL-1: closings: item: audience → None (history)",
        ],
    ),
    "check kind": (
        [
            (REVIEW, "check: recurrence", "check: coverage"),
            (REVIEW, "      at_least: {value: 2}\n", ""),
            (REVIEW, "every: {", "valid_for: {"),
        ],
        ["unordered GV-1: the check kind: recurrence → coverage (history)"],
    ),
    # A control beside its rule.
    "severity lowered": (
        [(REVIEW, "severity: high", "severity: medium")],
        ["loosened GV-1: the severity: high → medium"],
    ),
    "severity raised": (
        [(REVIEW, "severity: high", "severity: critical")],
        ["tightened GV-1: the severity: high → critical"],
    ),
    "words": (
        [
            (REVIEW, "en: Plan reviewed,", "en: The plan is reviewed,"),
            (REVIEW, "owner: {en: manager, zh: 经理}", "owner: head"),
        ],
        ["neutral GV-1: the title", "neutral GV-1: the owner"],
    ),
    "names of tags and classes": (
        [
            (
                ALERT,
                "    parameters:",
                "    value_labels:\n      high: {en: h, zh: 高}\n    parameters:",
            ),
        ],
        ["neutral AL-1: the value_labels"],
    ),
    "tag": (
        [(REVIEW, "    check: recurrence", "    tags: [yearly]\n    check: recurrence")],
        ["tightened GV-1: has the tag yearly as well"],
    ),
    "may be empty": (
        [
            (
                ALERT,
                "    check: deadline",
                "    may_be_empty: {en: none, zh: 无}\n    check: deadline",
            )
        ],
        ["loosened AL-1: may be empty now"],
    ),
    "does not apply": (
        [
            (
                ALERT,
                "    check: deadline",
                "    not_applicable: {reason: {en: none, zh: 无}, owner: w, until:"
                " 2026-12-31}\n    check: deadline",
            )
        ],
        ["loosened AL-1: said not to apply, up to: None → 2026-12-31"],
    ),
    # Clauses.
    "clause reviewed": (
        [(ALERT, "41edde5ab9b0", "'000000000000'")],
        ["neutral AL-1: reviewed against clause 1 anew"],
    ),
    "clause changed": (
        [(PLAN, "The plan is reviewed every year", "The plan is reviewed")],
        ["unordered my-plan: clause 1 says something else"],
    ),
    "clause added": (
        [
            (
                PLAN,
                "",
                '  - {id: "2", title: {en: T, zh: 题}, text: {en: t, zh: 文},'
                " no_control: {en: none, zh: 无}}\n",
            )
        ],
        [
            "tightened my-plan: clause 2 is new",
            "loosened my-plan: clause 2 need not have a control",
        ],
    ),
    "clause linked": (
        [
            (PLAN, "", '  - {id: "2", title: {en: T, zh: 题}, text: {en: t, zh: 文}}\n'),
            (ALERT, 'clauses: {"1": 41edde5ab9b0}', 'clauses: {"2": 41edde5ab9b0}'),
        ],
        [
            "loosened AL-1: no longer stands behind clause 1",
            "tightened AL-1: stands behind clause 2 as well",
            "tightened my-plan: clause 2 is new",
        ],
    ),
    # Waivers.
    "waiver taken out": (
        [(WAIVERS, f"waivers:\n{WAIVER}", "waivers: []")],
        [
            "tightened W-1: centre is no longer waived for GV-1:"
            " 2026-10-01/2026-12-31 → None (history)"
        ],
    ),
    "waiver added": (
        [
            (
                WAIVERS,
                WAIVER,
                WAIVER + WAIVER.replace("W-1", "W-2").replace("2026-10-01", "2026-12-01"),
            )
        ],
        ["loosened W-2: centre is waived for GV-1: None → 2026-12-01/2026-12-31"],
    ),
    "waiver lengthened": (
        [(WAIVERS, "2026-12-31", "2027-01-31")],
        ["loosened W-1: stands until: 2026-12-31 → 2027-01-31"],
    ),
    "waiver shortened": (
        [(WAIVERS, "2026-12-31", "2026-11-01")],
        ["tightened W-1: stands until: 2026-12-31 → 2026-11-01 (history)"],
    ),
    "waiver from earlier on": (
        [(WAIVERS, "2026-10-01", "2026-09-01")],
        ["loosened W-1: stands from: 2026-10-01 → 2026-09-01 (history)"],
    ),
    "waiver from later on": (
        [(WAIVERS, "2026-10-01", "2026-12-01")],
        ["tightened W-1: stands from: 2026-10-01 → 2026-12-01 (history)"],
    ),
    "waiver for something else": (
        [(WAIVERS, "subject: centre", "subject: site")],
        ["unordered W-1: what it accepts: GV-1: centre → GV-1: site (history)"],
    ),
    "waiver in other words": (
        [(WAIVERS, "approver: boss", "approver: chief")],
        ["neutral W-1: the approver"],
    ),
    # Contracts.
    "column optional": (
        [(REVIEWS, "reviewed_on, reviewer, outcome]", "reviewed_on, outcome]")],
        ["loosened reviews: reviewer is no longer required (history)"],
    ),
    "column required": (
        [(ALERTS, "required: [alert_id, raised_at]", "required: [alert_id, raised_at, level]")],
        ["tightened alerts: level is required now (history)"],
    ),
    "nested column required": (
        [(ALERTS, "required: [audience]", "required: [audience, told_at]")],
        ["tightened alerts: told_at is required now (history)"],
    ),
    "enum widened": (
        [(REVIEWS, "[accepted, rejected]", "[rejected, accepted, none]")],
        [
            'loosened reviews: enum of outcome: ["accepted", "rejected"] →'
            ' ["rejected", "accepted", "none"] (history)'
        ],
    ),
    "enum narrowed": (
        [(REVIEWS, "[accepted, rejected]", "[accepted]")],
        ['tightened reviews: enum of outcome: ["accepted", "rejected"] → ["accepted"] (history)'],
    ),
    "labels": (
        [
            (REVIEWS, "", "labels: {outcome: {en: Outcome, zh: 结论}}\n"),
            (REVIEWS, "", "value_labels: {outcome: {accepted: {en: Accepted, zh: 通过}}}\n"),
            (ALERTS, "audience]}", "audience], labels: {audience: {en: Told, zh: 通报对象}}}"),
        ],
        [
            "neutral alerts: the labels",
            "neutral reviews: the labels",
            "neutral reviews: the value_labels",
        ],
    ),
    "enum dropped": (
        [(REVIEWS, "{type: string, enum: [accepted, rejected]}", "{type: string}")],
        ['loosened reviews: enum of outcome: ["accepted", "rejected"] → None (history)'],
    ),
    "pattern dropped": (
        [(ALERTS, '{type: string, pattern: "^[a-z]+$"}', "{type: string}")],
        ["loosened alerts: pattern of level: ^[a-z]+$ → None (history)"],
    ),
    "pattern changed": (
        [(ALERTS, "^[a-z]+$", "^[a-z]*$")],
        ["unordered alerts: pattern of level: ^[a-z]+$ → ^[a-z]*$ (history)"],
    ),
    "bound lowered": (
        [(ALERTS, "minimum: 0", "minimum: -1")],
        ["loosened alerts: minimum of count: 0 → -1 (history)"],
    ),
    "bound added": (
        [(ALERTS, "minimum: 0", "minimum: 0, maximum: 5")],
        ["tightened alerts: maximum of count: None → 5 (history)"],
    ),
    "bound raised": (
        [(ALERTS, "maxItems: 9", "maxItems: 10")],
        ["loosened alerts: maxItems of tags: 9 → 10 (history)"],
    ),
    "unique no longer": (
        [(ALERTS, ", uniqueItems: true", "")],
        ["loosened alerts: uniqueItems of tags: true → None (history)"],
    ),
    "items of a list": (
        [(ALERTS, "items: {type: string}", "items: {type: string, minLength: 1}")],
        ["tightened alerts: minLength of tags: None → 1 (history)"],
    ),
    "type": (
        [(ALERTS, "count: {type: integer, minimum: 0}", "count: {type: number, minimum: 0}")],
        ["unordered alerts: type of count: integer → number (history)"],
    ),
    "column added": (
        [(REVIEWS, "    outcome: {", "    note: {type: string}\n    outcome: {")],
        ["loosened reviews: note is new (history)"],
    ),
    "column added to an open record": (
        [(ALERTS, "    level: {", "    note: {type: string}\n    level: {")],
        ["unordered alerts: note is new (history)"],
    ),
    "column added to a record that is closed with it": (
        [
            (
                ALERTS,
                "  type: object\n  required: [alert_id",
                "  type: object\n  additionalProperties: false\n  required: [alert_id",
            ),
            (ALERTS, "    level: {", "    note: {type: string}\n    level: {"),
        ],
        [
            "tightened alerts: columns that are not described here (history)",
            "unordered alerts: note is new (history)",
        ],
    ),
    "column taken out": (
        [(ALERTS, "    count: {type: integer, minimum: 0}\n", "")],
        ["loosened alerts: count is taken out (history)"],
    ),
    "further columns": (
        [(REVIEWS, "additionalProperties: false", "additionalProperties: true")],
        ["loosened reviews: columns that are not described here (history)"],
    ),
    "no further columns": (
        [
            (
                ALERTS,
                "  type: object\n  required: [alert_id",
                "  type: object\n  additionalProperties: false\n  required: [alert_id",
            )
        ],
        ["tightened alerts: columns that are not described here (history)"],
    ),
    "files": (
        [(REVIEWS, "files: reviews/*.csv", "files: reviews/2026.csv")],
        ["unordered reviews: files of the records: reviews/*.csv → reviews/2026.csv (history)"],
    ),
    "day of adoption": (
        [(PLAN, "zone: UTC", "zone: UTC\nadopted_on: 2026-12-01")],
        ["unordered my-plan: adopted_on of the plan: None → 2026-12-01"],
    ),
    "how records are put on file": (
        [(ALERTS, "retention:", "recording: {amendable: append_only}\nretention:")],
        [
            "tightened alerts: recording of the records: None → "
            '{"amendable": "append_only"} (history)'
        ],
    ),
    "key of the records": (
        [
            (REVIEWS, "key: [review_id]", "key: [review_id]"),
            (ALERTS, "key: [alert_id, audience]", "key: [alert_id, audience, told_at]"),
        ],
        [
            'unordered alerts: children of the records: {"notices": {"path":'
            ' "notices", "key": ["alert_id", "audience"]}} → {"notices": {"path":'
            ' "notices", "key": ["alert_id", "audience", "told_at"]}} (history)'
        ],
    ),
    "derived": (
        [(ALERTS, "grade: lower(level)", "grade: upper(level)")],
        [
            'unordered alerts: derive of the records: {"grade": "lower(level)"} →'
            ' {"grade": "upper(level)"} (history)'
        ],
    ),
    "looked up": (
        [(ALERTS, "column: outcome", "column: reviewer")],
        [
            'unordered alerts: lookups of the records: {"outcome": {"dataset":'
            ' "reviews", "key": ["review_id"], "column": "outcome"}} → {"outcome":'
            ' {"dataset": "reviews", "key": ["review_id"], "column": "reviewer"}}'
            " (history)"
        ],
    ),
    "no longer a reference": (
        [(ALERTS, "references: {review_id: {dataset: reviews, key: review_id}}\n", "")],
        ["loosened alerts: what review_id refers to: reviews.review_id → None (history)"],
    ),
    "a new reference": (
        [(ALERTS, "references: {", "references: {level: {dataset: reviews, key: plan}, ")],
        ["tightened alerts: what level refers to: None → reviews.plan (history)"],
    ),
    "a new reference after one that stays": (
        [(ALERTS, "review_id}}\n", "review_id}, level: {dataset: reviews, key: plan}}\n")],
        ["tightened alerts: what level refers to: None → reviews.plan (history)"],
    ),
    "files need be there": (
        [(ALERTS, "review_id: {type: string}", "review_id: {type: string, format: attachment}")],
        ["tightened alerts: format of review_id: None → attachment (history)"],
    ),
    "files of a list, instead of a pattern": (
        [(ALERTS, "items: {type: string}, m", "items: {type: string, format: attachment}, m")],
        ["tightened alerts: format of tags: None → attachment (history)"],
    ),
    "a reference to what was in force": (
        [(ALERTS, "key: review_id}", "key: review_id, during: [reviewed_on], at: raised_at}")],
        [
            "tightened alerts: what review_id refers to: reviews.review_id →"
            " reviews.review_id, reviewed_on @ raised_at (history)"
        ],
    ),
    "a reference that must match more": (
        [(ALERTS, "key: review_id}", "key: review_id, match: {plan: level}}")],
        [
            "tightened alerts: what review_id refers to: reviews.review_id →"
            " reviews.review_id (plan = level) (history)"
        ],
    ),
    "a reference elsewhere": (
        [(ALERTS, "{dataset: reviews, key: review_id}", "{dataset: reviews, key: plan}")],
        ["unordered alerts: what review_id refers to: reviews.review_id → reviews.plan (history)"],
    ),
    "a reference of nested records": (
        [
            (
                ALERTS,
                "key: [alert_id, audience]",
                "key: [alert_id, audience], references: {audience: {dataset: reviews, key: plan}}",
            )
        ],
        ["tightened alerts: what notices/audience refers to: None → reviews.plan (history)"],
    ),
    "zone of the records": (
        [(ALERTS, "zone: UTC", "zone: Asia/Shanghai")],
        ["unordered alerts: zone of the records: UTC → Asia/Shanghai (history)"],
    ),
    "an empty mark of all columns": (
        [(ALERTS, "columns: {level: severity}", "columns: {level: severity}\nempty: '-'")],
        ['unordered alerts: empty of the records: None → ["-"] (history)'],
    ),
    "a way of reading": (
        [(ALERTS, "{level: severity}", "{level: severity, raised_at: {time: epoch}}")],
        [
            'unordered alerts: how raised_at is written on file: {"from": "raised_at"} →'
            ' {"from": "raised_at", "time": ["epoch"]} (history)'
        ],
    ),
    "kept shorter": (
        [(REVIEWS, "retention: 5 years", "retention: 3 years")],
        ["loosened reviews: how long records are kept: 5 years → 3 years"],
    ),
    "kept longer": (
        [(REVIEWS, "retention: 5 years", "retention: 7 years")],
        ["tightened reviews: how long records are kept: 5 years → 7 years"],
    ),
    "kept otherwise": (
        [(REVIEWS, "retention: 5 years", "retention: 1826 days")],
        ["unordered reviews: how long records are kept: 5 years → 1826 days"],
    ),
    "file may be empty": (
        [(REVIEWS, "retention:", "may_be_empty: {en: none, zh: 无}\nretention:")],
        ["loosened reviews: may be empty now"],
    ),
    "words of a dataset": (
        [(REVIEWS, "owner: {en: manager, zh: 经理}", "owner: boss")],
        ["neutral reviews: the owner"],
    ),
    # Settings and plan.
    "gate": (
        [(SETTINGS, '"period"', '"now"')],
        ["loosened ccpolicy.toml: the setting 'gate': period → now"],
    ),
    "fail on more": (
        [(SETTINGS, 'fail_on = "medium"', 'fail_on = "low"')],
        ["tightened ccpolicy.toml: the setting 'fail_on': medium → low"],
    ),
    "fail on less": (
        [(SETTINGS, 'fail_on = "medium"', 'fail_on = "high"')],
        ["loosened ccpolicy.toml: the setting 'fail_on': medium → high"],
    ),
    "pin": (
        [(SETTINGS, 'as_of = "2026-11-20T00:00:00Z"', 'as_of = "2026-11-21T00:00:00Z"')],
        [
            "loosened ccpolicy.toml: the setting 'as_of': 2026-11-20T00:00:00Z →"
            " 2026-11-21T00:00:00Z (history)"
        ],
    ),
    "no pin": (
        [(SETTINGS, PIN, "")],
        [
            "tightened ccpolicy.toml: the setting 'as_of': 2026-11-20T00:00:00Z → None (history)",
            "neutral ccpolicy.toml: the setting 'as_of_reason': A sample. → None",
        ],
    ),
    "evidence folder": (
        [(SETTINGS, 'evidence = "evidence"', 'evidence = "records"')],
        ["loosened ccpolicy.toml: the setting 'evidence': evidence → records (history)"],
    ),
    "files are ignored": (
        [(SETTINGS, "", '[[ignore]]\nfiles = "*.pdf"\nreason = {en = "a", zh = "甲"}\n')],
        ["loosened ccpolicy.toml: files are ignored: *.pdf (history)"],
    ),
    "horizon": (
        [(SETTINGS, 'horizon = "24 months"', 'horizon = "14 days"')],
        ["unordered ccpolicy.toml: the setting 'horizon': 24 months → 14 days (history)"],
    ),
    "horizon in other words": (
        [(SETTINGS, 'horizon = "24 months"', 'horizon = "2 years"')],
        ["neutral ccpolicy.toml: the setting 'horizon': 24 months → 2 years"],
    ),
    "folder of check kinds": (
        [(SETTINGS, 'checks = "checks"', 'checks = "kinds"')],
        ["unordered ccpolicy.toml: the setting 'checks': checks → kinds (history)"],
    ),
    "due soon": (
        [(SETTINGS, 'due_soon = "14 days"', 'due_soon = "7 days"')],
        ["neutral ccpolicy.toml: the setting 'due_soon': 14 days → 7 days"],
    ),
    "longest waiver": (
        [(SETTINGS, 'longest_waiver = "180 days"', 'longest_waiver = "1 year"')],
        ["loosened ccpolicy.toml: the setting 'longest_waiver': 180 days → 1 year"],
    ),
    "zone": (
        [(PLAN, "zone: UTC", "zone: Asia/Shanghai")],
        ["unordered my-plan: zone of the plan: UTC → Asia/Shanghai (history)"],
    ),
    "calendar": (
        [(PLAN, "\ncalendar: office", "")],
        ["unordered my-plan: calendar of the plan: office → None (history)"],
    ),
    **{
        name: (
            [(REVIEW, "value: 12 months", "value: 300 business days"), *changes],
            [
                f"unordered GV-1: {EVERY}: 12 months → 300 business days (history)",
                *expected,
            ],
        )
        for name, (changes, expected) in _CALENDAR_CASES.items()
    },
    "version": ([(PLAN, 'version: "1.0"', 'version: "1.1"')], ["neutral my-plan: the version"]),
}
