"""What lint finds doubtful though it can be judged."""

from __future__ import annotations

import pytest

from message_text import coded

from .conftest import (
    ALERT,
    ALERTS,
    NORMS,
    PLAN,
    REVIEW,
    REVIEWS,
    SETTINGS,
    WAIVERS,
    WRITTEN,
    Change,
    Draft,
)

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
DATED = "told_at: {type: string, format: date}"
REASON = 'as_of_reason = "A sample."\n'
PINNED: Change = (SETTINGS, "", f'as_of = "2026-06-29"\n{REASON}')
TOLD_ON_A_DAY: Change = (ALERTS, "told_at: {type: string, format: date-time}", DATED)
WAIVED: Change = (WAIVERS, "waivers: []", WAIVER)


def _waiver(name: str, first: str, last: str) -> str:
    """Write another waiver of the same subject."""
    waiver = WAIVER.partition("\n")[2].replace("W-1", name)
    return waiver.replace("2026-01-01", first).replace("2026-06-29", last)


def _exempt(until: str) -> Change:
    decision = f"{{reason: {{en: A, zh: 甲}}, owner: manager, until: {until}}}"
    return REVIEW, "    clauses:", f"    not_applicable: {decision}\n    clauses:"


CASES: dict[str, tuple[list[Change], list[str]]] = {
    "nothing": ([], []),
    "what a draft left": (
        [
            (REVIEW, "    clauses:", "    # ? Which?\n    # ? And how?\n    clauses:"),
            (ALERT, "{en: Tell it., zh: 立即通报。}", '{en: "…", zh: "…"}'),
        ],
        [
            f"{REVIEW}:11:1: {coded('LN304', '2')}\nanswer what '# ?' asks, then take the line out",
            f"{ALERT}:5:19: {coded('LN303', '2')}"
            "\nwrite them: a draft leaves what only people can say",
        ],
    ),
    "clause without a control": (
        [(PLAN, "", '  - id: "2"\n    title: {en: A, zh: 甲}\n    text: {en: B, zh: 乙}\n')],
        [
            (
                f"{PLAN}:15:5: {coded('LN101', '2')}"
                "\nadd a control, or say why there is none with 'no_control'"
            )
        ],
    ),
    "heading": ([(PLAN, "", '  - id: "2"\n    title: {en: A, zh: 甲}\n')], []),
    "clause with a reason": (
        [
            (
                PLAN,
                "",
                '  - id: "2"\n    title: {en: A, zh: 甲}\n    text: {en: B, zh: 乙}\n'
                "    no_control: {en: Said elsewhere, zh: 另有规定}\n",
            )
        ],
        [],
    ),
    "control and a reason for none": (
        [(PLAN, "", "    no_control: {en: Said elsewhere, zh: 另有规定}\n")],
        [f"{PLAN}:10:5: {coded('LN102', '1')}\ntake out 'no_control'"],
    ),
    "clause has changed": (
        [(REVIEW, "41edde5ab9b0", "41edde5ab9b1")],
        [(f"{REVIEW}:11:15: {coded('LN108', '1')}\nreview the control, then write: 41edde5ab9b0")],
    ),
    "a day that not every month has": (
        [
            (
                REVIEW,
                "every: {value: 12 months,",
                "by: {value: 31st, norm: yearly-review}\n      per: {value: month,",
            )
        ],
        [
            f"{REVIEW}:18:7: {coded('LN220', 'month', '31st')}\nwhere one has none, the last such"
            " day before its end counts; if that is meant, write so: 'last day', 'last Monday'"
        ],
    ),
    "a day that not every year has": (
        [
            (
                REVIEW,
                "every: {value: 12 months,",
                "by: {value: 02-29, norm: yearly-review}\n      per: {value: year,",
            )
        ],
        [
            f"{REVIEW}:18:7: {coded('LN220', 'year', '02-29')}\nin a year without it 28 February"
            " counts; for one date every year write '02-28' or '03-01'"
        ],
    ),
    "parameter without a norm": (
        [(REVIEW, ", norm: yearly-review", "")],
        [
            (
                f"{REVIEW}:18:7: {coded('LN109', 'every')}"
                "\ncite a norm of policy/norms.yaml; an internal decision can be one"
            )
        ],
    ),
    "revision without a norm": (
        [
            (
                REVIEW,
                "    parameters:\n      every: {value: 12 months, norm: yearly-review}",
                "    revisions:\n      - version: 1\n        parameters:\n"
                "          every: {value: 12 months, norm: yearly-review}\n"
                "      - version: 2\n        from: 2026-01-01\n        parameters:\n"
                "          every: {value: 6 months}",
            )
        ],
        [
            (
                f"{REVIEW}:24:11: {coded('LN109', 'every')}"
                "\ncite a norm of policy/norms.yaml; an internal decision can be one"
            )
        ],
    ),
    "norm without a parameter": (
        [
            (
                NORMS,
                "",
                "  - {id: idle, title: {en: A, zh: 甲}, source: B, grade: memory}\n",
            )
        ],
        [
            (
                f"{NORMS}:7:6: {coded('LN103', 'idle')}"
                "\ntake it out, or name it where it is the reason"
            )
        ],
    ),
    "waiver in order": ([PINNED, WAIVED], []),
    "waiver has expired": (
        [WAIVED, (SETTINGS, "", f'as_of = "2026-06-30"\n{REASON}')],
        [
            (
                f"{WAIVERS}:10:5: {coded('LN105', 'W-1')}"
                "\nit still explains the past; take it out once that is no longer "
                "audited"
            )
        ],
    ),
    "waiver of just the longest": ([WAIVED, PINNED], []),
    "waivers that follow one another": (
        [WAIVED, PINNED, (WAIVERS, "", _waiver("W-2", "2026-06-30", "2026-07-01"))],
        [
            f"{WAIVERS}:19:5: {coded('LN321', 'GV-1', 'centre', 182)}"
            "\nthe longest is 180 days: correct what lapses, or change the rule"
        ],
    ),
    "waivers with a day between them": (
        [WAIVED, PINNED, (WAIVERS, "", _waiver("W-2", "2026-07-01", "2026-07-02"))],
        [],
    ),
    "a waiver within another": (
        [WAIVED, PINNED, (WAIVERS, "", _waiver("W-2", "2026-02-01", "2026-06-29"))],
        [],
    ),
    "not applicable for a year": ([PINNED, _exempt("2027-06-30")], []),
    "not applicable for ever": (
        [PINNED, _exempt("2199-12-31")],
        [
            f"{REVIEW}:11:62: {coded('LN320', '2199-12-31')}"
            "\nend it within a year, and decide anew then"
        ],
    ),
    "waiver for nobody": (
        [WAIVED, PINNED, (WAIVERS, "subject: centre", "subject: center")],
        [
            f"{WAIVERS}:5:5: {coded('LN113', 'W-1', 'center', 'GV-1')}"
            "\nwrite the subject exactly as JSON and CSV name it: centre"
        ],
    ),
    "waiver for a key alone where items follow": (
        [WAIVED, PINNED, (WAIVERS, "GV-1\n    subject: centre", "AL-1\n    subject: A1")],
        [
            f"{WAIVERS}:5:5: {coded('LN113', 'W-1', 'A1', 'AL-1')}"
            "\nwrite the subject exactly as JSON and CSV name it: <alert_id> × public"
        ],
    ),
    "waiver for an item that is not asked for": (
        [WAIVED, PINNED, (WAIVERS, "GV-1\n    subject: centre", "AL-1\n    subject: A1 × press")],
        [
            f"{WAIVERS}:5:5: {coded('LN113', 'W-1', 'A1 × press', 'AL-1')}"
            "\nwrite the subject exactly as JSON and CSV name it: <alert_id> × public"
        ],
    ),
    "waiver for a subject by its label": (
        [WAIVED, PINNED, (WAIVERS, "GV-1\n    subject: centre", "AL-1\n    subject: A1 × S")],
        [
            f"{WAIVERS}:5:5: {coded('LN113', 'W-1', 'A1 × S', 'AL-1')}"
            "\nwrite the subject exactly as JSON and CSV name it: A1 × staff"
        ],
    ),
    "an item without a label": (
        [(ALERTS, "{staff: S, public: P}", "{public: P}")],
        [
            f"{ALERT}:12:7: {coded('PL926', 'staff')}"
            "\nsay under 'value_labels' what it is called in en, zh"
        ],
    ),
    "an item with a label of the control": (
        [
            (ALERTS, "{staff: S, public: P}", "{public: P}"),
            (ALERT, "", "    value_labels: {staff: {en: staff, zh: 员工}}\n"),
        ],
        [],
    ),
    "a word of a prefix without a label": (
        [
            (ALERT, "starts: raised_at, by: level}", 'starts: raised_at, prefix: "alert × "}'),
            (ALERT, "starts: told_at", 'starts: told_at\n          prefix: "alert × "'),
            (ALERT, "{high: 30 minutes, low: 2 hours}", "30 minutes"),
        ],
        [
            f"{ALERT}:11:7: {coded('PL926', 'alert')}"
            "\nsay under 'value_labels' what it is called in en, zh"
        ],
    ),
    "a subject of the plan's own without a label": (
        [(PLAN, "owner:", "subject: hospital\nowner:")],
        [
            f"{PLAN}:8:1: {coded('PL926', 'hospital')}"
            "\nsay under 'subject_label' what it is called in en, zh"
        ],
    ),
    "a description in one language": (
        [
            (ALERTS, "review_id: {type: string}", "review_id: {type: string, description: Why.}"),
            (ALERTS, "title: Who is told}", "description: Who is told.}"),
            (ALERTS, "", "descriptions: {review_id: {en: Why., zh: 缘由。}}\n"),
        ],
        [
            f"{ALERTS}:32:36: {coded('PL927', 'audience')}"
            "\nwrite it under 'children.notices.descriptions', in en, zh"
        ],
    ),
    "another field is described in both": (
        [
            (ALERTS, "review_id: {type: string}", "review_id: {type: string, description: Why.}"),
            (ALERTS, "", "descriptions: {count: {en: How many., zh: 几次。}}\n"),
        ],
        [
            f"{ALERTS}:21:31: {coded('PL927', 'review_id')}"
            "\nwrite it under 'descriptions', in en, zh"
        ],
    ),
    "waiver for an item": (
        [
            WAIVED,
            PINNED,
            (WAIVERS, "GV-1\n    subject: centre", "AL-1\n    subject: A × 1 × staff"),
        ],
        [],
    ),
    "pin without a reason": (
        [(SETTINGS, "", 'as_of = "2026-06-29"\n')],
        [
            f"{SETTINGS}:10:1: {coded('LN112')}"
            "\nwrite 'as_of_reason', or take 'as_of' out: what has happened since is not judged"
        ],
    ),
    "a date cannot prove a limit of hours": (
        [TOLD_ON_A_DAY],
        [
            f"{ALERT}:19:7: 'told_at' is a date, which cannot prove 'limit'\n"
            "what is dated counts from the end of its day; name a column that holds a time, or give"
            " 'limit' in days"
        ],
    ),
    "a date proves a limit of days": (
        [
            TOLD_ON_A_DAY,
            (ALERT, "{high: 30 minutes, low: 2 hours}", "{high: 1 day, low: 2 days}"),
        ],
        [],
    ),
    "a period and another beginning": (
        [
            (
                REVIEW,
                "every: {value: 12 months",
                "initial: {value: 9 days, norm: yearly-review}\n      per: {value: month",
            )
        ],
        [
            f"{REVIEW}:18:7: 'initial' sets the first due date, and the first 'per' does not\n"
            "delete 'initial' if the first is due by the end of the period"
        ],
    ),
    "by place": (
        [(REVIEW, ", norm: yearly-review", ""), (REVIEW, "41edde5ab9b0", "41edde5ab9b1")],
        [
            (
                f"{REVIEW}:11:15: {coded('LN108', '1')}"
                "\nreview the control, then write: 41edde5ab9b0"
            ),
            (
                f"{REVIEW}:18:7: {coded('LN109', 'every')}"
                "\ncite a norm of policy/norms.yaml; an internal decision can be one"
            ),
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_found_with_its_place(case: str, draft: Draft) -> None:
    changes, expected = CASES[case]
    draft.change(*changes)
    assert draft.findings() == expected


def test_dataset_that_no_control_uses(draft: Draft) -> None:
    other = WRITTEN[ALERTS].replace("id: alerts", "id: others")
    draft.write("policy/datasets/others.yaml", other)
    assert draft.findings() == [
        (
            f"policy/datasets/others.yaml:1:1: {coded('LN104', 'others')}"
            "\nuse it in a control, or take it out"
        )
    ]


def _seems(place: str, column: str, dataset: str, key: str) -> str:
    line = f"{column}: {{dataset: {dataset}, key: {key}}}"
    return f"{place}: {coded('LN130', column, dataset)}\nadd to its 'references': {line}"


LOOKUP = "lookups: {outcome: {dataset: reviews, key: [review_id], column: outcome}}\n"
REFERENCE = "references: {review_id: {dataset: reviews, key: review_id}}\n"
LOOKALIKES: dict[str, tuple[list[Change], list[str]]] = {
    "the name of a key": (
        [(ALERTS, REFERENCE, ""), (ALERTS, LOOKUP, "")],
        [_seems(f"{ALERTS}:19:5", "review_id", "reviews", "review_id")],
    ),
    "a common name": (
        [
            (ALERTS, REFERENCE, ""),
            (ALERTS, LOOKUP, ""),
            (ALERTS, "    review_id: {type: string}", "    date: {type: string}"),
            (REVIEWS, "key: [review_id]", "key: [date]"),
            (REVIEWS, "[review_id, plan", "[date, plan"),
            (REVIEWS, "review_id: {", "date: {"),
        ],
        [],
    ),
    "what is looked up": ([(ALERTS, REFERENCE, "")], []),
    "a subject": (
        [
            (ALERTS, REFERENCE, ""),
            (ALERTS, LOOKUP, ""),
            (
                ALERT,
                "openings: {dataset: alerts, key: [alert_id], starts: raised_at, by: level}",
                "openings: {dataset: reviews, key: [review_id], starts: reviewed_on}",
            ),
            (ALERT, "dataset: alerts.notices", "dataset: alerts"),
            (ALERT, "          key: [alert_id]", "          key: [review_id]"),
            (ALERT, "starts: told_at", "starts: raised_at"),
            (ALERT, "item: audience", "item: level"),
            (ALERT, "value: {high: 30 minutes, low: 2 hours}", "value: 2 days"),
            (ALERT, "", "    value_labels: {staff: S, public: P}\n"),
        ],
        [],
    ),
    "the name of a key of another type": (
        [
            (ALERTS, REFERENCE, ""),
            (ALERTS, LOOKUP, ""),
            (ALERTS, "    review_id: {type: string}", "    review_id: {type: integer}"),
        ],
        [],
    ),
    "the pattern of a key": (
        [
            (REVIEWS, "review_id: {type: string", 'review_id: {type: string, pattern: "^R[0-9]+$"'),
            (
                ALERTS,
                "told_at: {type: string, format: date-time}",
                'asked: {type: string, pattern: "^R[0-9]+$"}',
            ),
            (
                ALERTS,
                "audience: {type: string, title: Who is told}",
                "audience: {type: string}\n          told_at: {type: string, format: date-time}",
            ),
            (
                ALERTS,
                "tags: {type: array, items: {type: string}",
                'tags: {type: array, items: {type: string, pattern: "^R[0-9]+$"}',
            ),
        ],
        [
            _seems(f"{ALERTS}:25:5", "tags", "reviews", "review_id"),
            _seems(f"{ALERTS}:34:11", "asked", "reviews", "review_id"),
        ],
    ),
    "a pattern that many things have": (
        [
            (REVIEWS, "review_id: {type: string", 'review_id: {type: string, pattern: "^[a-z]+$"'),
        ],
        [],
    ),
    "the id of nested records": (
        [
            (REVIEWS, "key: [review_id]", "key: [audience]"),
            (REVIEWS, "review_id: {", "audience: {"),
            (REVIEWS, "review_id, ", "audience, "),
            (ALERTS, REFERENCE, ""),
            (ALERTS, LOOKUP, ""),
        ],
        [],
    ),
    "a key beside which times stand": (
        [
            (REVIEWS, "key: [review_id]", "key: [review_id, reviewed_on]"),
            (ALERTS, REFERENCE, ""),
            (ALERTS, LOOKUP, ""),
        ],
        [_seems(f"{ALERTS}:19:5", "review_id", "reviews", "review_id")],
    ),
}


@pytest.mark.parametrize("case", LOOKALIKES)
def test_columns_that_seem_to_refer(case: str, draft: Draft) -> None:
    changes, expected = LOOKALIKES[case]
    draft.change(*changes)
    found = [each for each in draft.findings() if "LN104" not in each]
    assert found == expected


def test_a_key_of_one_column_goes_before_one_with_times_beside_it(draft: Draft) -> None:
    """So does it for the column in the dataset with times."""
    text = (draft.root / REVIEWS).read_text("utf-8").replace("id: reviews", "id: others")
    text = text.replace("key: [review_id]", "key: [review_id, reviewed_on]")
    draft.write("policy/datasets/others.yaml", text)
    draft.change((ALERTS, REFERENCE, ""), (ALERTS, LOOKUP, ""))
    found = [each for each in draft.findings() if "LN104" not in each]
    assert found[0] == _seems(f"{ALERTS}:19:5", "review_id", "reviews", "review_id")
    assert [each.rpartition("add to")[2] for each in found] == [
        " its 'references': review_id: {dataset: reviews, key: review_id}"
    ] * 2


def test_dataset_that_is_referred_to_is_used(draft: Draft) -> None:
    text = (draft.root / REVIEWS).read_text("utf-8")
    draft.write("policy/datasets/others.yaml", text.replace("id: reviews", "id: others"))
    draft.change(
        (ALERTS, "{dataset: reviews, key: review_id}", "{dataset: others, key: review_id}")
    )
    assert draft.findings() == []


def test_dataset_that_is_looked_up_is_used(draft: Draft) -> None:
    draft.change((REVIEW, "dataset: reviews", "dataset: others"))
    text = (draft.root / "policy/datasets/reviews.yaml").read_text("utf-8")
    draft.write("policy/datasets/others.yaml", text.replace("id: reviews", "id: others"))
    assert draft.findings() == []
