"""What readers call the subjects of controls."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

import ccpolicy
from ccpolicy.assessment.subject_text import labels_of, subject_label, subject_text
from ccpolicy.draft.new_repository import fill_dates
from ccpolicy.policy import load_policy
from ccpolicy.policy.language_checks import untranslated
from ccpolicy.policy.subject_names import (
    labelled_name,
    listed_items,
    prefix_words,
    subject_labels,
)
from ccpolicy.texts import Text

from .conftest import ALERT, ALERTS, PLAN, REVIEWS, Draft

ROOT = Path(__file__).parents[2]
SHIPPED = (ROOT, ROOT / "src/ccpolicy/examples/failing")


def _shown(draft: Draft, control: str, name: str, language: str = "zh") -> str:
    policy = ccpolicy.load(draft.root).policy
    labels = subject_labels(policy, policy.controls[control])
    return subject_text(labels, name).text(language)


def test_no_constant_word_of_a_shipped_subject_lacks_a_label() -> None:
    """Read by each language of the plan: words of prefixes, listed items, the plan's own."""
    seen: set[str] = set()
    for root in SHIPPED:
        policy = load_policy(root)
        assert policy.plan.languages == ["en", "zh"]
        assert list(untranslated(policy)) == []
        for control in policy.controls.values():
            labels = subject_labels(policy, control)
            kind = policy.kinds[control.check]
            selections = [each for name in kind.inputs for each in control.selections(name)]
            words = [word for each in selections for word in prefix_words(each)]
            for word in [*words, *listed_items(policy, control)]:
                found = [each[word] for each in labels if word in each]
                assert found, (control.id, word)
                assert all({"en", "zh"} <= each.root.keys() for each in found), (control.id, word)
                seen.add(word)
    assert {"register", "sessions_not_fixed", "misoperation"} <= seen


@pytest.mark.parametrize("pack", ["fire", "bare"])
def test_packs_label_theirs(pack: str, tmp_path: Path) -> None:
    shipped = Path(ccpolicy.__file__).parent / "packs" / pack
    for path in shipped.rglob("*.*"):
        copy = tmp_path / path.relative_to(shipped)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(fill_dates(path.read_text("utf-8"), datetime.date(2026, 1, 1)), "utf-8")
    assert list(untranslated(load_policy(tmp_path))) == []


def test_items_are_called_as_their_column_calls_them(draft: Draft) -> None:
    draft.change((ALERTS, "staff: S,", "staff: {en: Staff, zh: 员工},"))
    assert _shown(draft, "AL-1", "A1 × staff") == "A1 × 员工"
    assert _shown(draft, "AL-1", "A1 × staff", "en") == "A1 × Staff"
    assert _shown(draft, "AL-1", "A1 × nobody") == "A1 × nobody"


def test_an_item_is_no_key(draft: Draft) -> None:
    """An alert whose own id is that of an item keeps its id."""
    draft.change((ALERTS, "staff: S,", "staff: {en: Staff, zh: 员工},"))
    assert _shown(draft, "AL-1", "staff × staff") == "staff × 员工"


def test_the_plan_is_called_by_its_label(draft: Draft) -> None:
    assert _shown(draft, "GV-1", "centre") == "中心"
    draft.change((PLAN, "owner:", "subject: site\nsubject_label: {en: Site, zh: 基地}\nowner:"))
    assert _shown(draft, "GV-1", "site") == "基地"


def test_a_value_that_two_columns_call_otherwise_keeps_its_name(draft: Draft) -> None:
    draft.change(
        (ALERTS, "staff: S,", "staff: {en: Staff, zh: 员工},"),
        (ALERTS, "", "value_labels: {level: {staff: Other, public: P}}\n"),
        (
            ALERT,
            "          item: audience\n",
            "          item: audience\n        - {dataset: alerts, key: [alert_id],"
            " starts: raised_at, item: level}\n",
        ),
    )
    assert _shown(draft, "AL-1", "A1 × staff") == "A1 × staff"
    assert _shown(draft, "AL-1", "A1 × public") == "A1 × P"


def test_a_key_is_called_as_the_register_that_it_refers_to_calls_it(draft: Draft) -> None:
    draft.change(
        (REVIEWS, "", "value_labels: {review_id: {R1: {en: One, zh: 甲}}}\n"),
        (ALERT, "key: [alert_id], starts: raised_at", "key: [review_id], starts: raised_at"),
        (ALERT, "          key: [alert_id]", "          key: [review_id]"),
    )
    assert _shown(draft, "AL-1", "R1 × staff") == "甲 × S"


def test_labels_are_read_back_to_the_name() -> None:
    labels = [{"register": Text({"en": "Register", "zh": "清单"})}, {}]
    assert labelled_name(labels, "清单 × A1") == "register × A1"
    assert labelled_name(labels, "Register × A1 × x") == "register × A1 × x"
    assert subject_label(labels, "A1 × register") is None


def test_only_labels_that_names_need_go_along() -> None:
    register, other = Text({"zh": "清单"}), Text({"zh": "其他"})
    labels = [{"register": register, "other": other}, {"other": other}]
    assert labels_of(labels, ["register × A1"]) == [{"register": register}, {}]
    assert labels_of(labels, ["A1"]) == []


def _codes(draft: Draft) -> list[tuple[str, str]]:
    return [(str(e.locator).partition(":")[0], e.message.code) for e in draft.errors()]


@pytest.mark.parametrize(
    ("labels", "code"),
    [
        ("{staff: public}", "PL962"),
        ("{staff: {en: Staff, zh: public}}", "PL962"),
        ("{staff: Ｐｕｂｌｉｃ}", "PL962"),
        ('{staff: "pub\\u200blic"}', "PL962"),
        ("{staff: One, public: One}", "PL791"),
        ("{staff: Café, public: 'CAFE\u0301'}", "PL791"),
        ("{staff: STAFF, public: Public}", None),
    ],
)
def test_labels_of_a_control_tell_its_items_apart(
    draft: Draft, labels: str, code: str | None
) -> None:
    """With one of these a subject that fails would be shown as another one."""
    draft.change((ALERT, "    severity: low\n", f"    severity: low\n    value_labels: {labels}\n"))
    assert _codes(draft) == ([(ALERT, code)] if code else [])


@pytest.mark.parametrize(
    ("label", "codes"),
    [
        ("PUBLIC", [(ALERTS, "PL962")]),
        ("Ｐublic", [(ALERTS, "PL962")]),
        ("P\u200b", [(ALERTS, "PL791")]),
        ("Staff", []),
    ],
)
def test_labels_of_a_contract_that_look_alike(
    draft: Draft, label: str, codes: list[tuple[str, str]]
) -> None:
    draft.change((ALERTS, "staff: S,", f'staff: "{label}",'))
    assert _codes(draft) == codes


@pytest.mark.parametrize(("label", "code"), [("Alpha", "PL791"), ("A1", "PL962"), ("Beta", None)])
def test_two_registers_of_one_control_tell_their_subjects_apart(
    draft: Draft, label: str, code: str | None
) -> None:
    draft.change(
        (ALERTS, "", "value_labels: {alert_id: {A1: Alpha}}\n"),
        (REVIEWS, "", f"value_labels: {{review_id: {{R1: {label}}}}}\n"),
        (
            ALERT,
            "      openings: {dataset: alerts, key: [alert_id], starts: raised_at, by: level}\n",
            "      openings:\n"
            "        - {dataset: alerts, key: [alert_id], starts: raised_at, by: level}\n"
            "        - {dataset: alerts, key: [review_id], starts: raised_at, by: level}\n",
        ),
    )
    assert _codes(draft) == ([(ALERT, code)] if code else [])
