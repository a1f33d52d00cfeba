"""A small policy that is in order, and ways to spoil it."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

import ccpolicy
from ccpolicy.draft.new_repository import fill_dates
from ccpolicy.errors import PolicyError, PolicyErrors
from message_text import Said

PLAN = "policy/plan.yaml"
NORMS = "policy/norms.yaml"
WAIVERS = "policy/waivers.yaml"
REVIEW = "policy/controls/1-review.yaml"
ALERT = "policy/controls/2-alert.yaml"
REVIEWS = "policy/datasets/reviews.yaml"
ALERTS = "policy/datasets/alerts.yaml"
SETTINGS = "ccpolicy.toml"

SAMPLE = Path(ccpolicy.__file__).parent / "packs" / "bare"
WRITTEN = {
    ALERT: """\
controls:
  - id: AL-1
    title: {en: Alerts told, zh: 告警已通报}
    rule: {en: Each audience is told in time., zh: 按时通报各方。}
    remediation: {en: Tell it., zh: 立即通报。}
    clauses: {"1": 41edde5ab9b0}
    severity: low
    owner: manager
    check: deadline
    inputs:
      openings: {dataset: alerts, key: [alert_id], starts: raised_at, by: level}
      items: [staff, public]
      closings:
        - dataset: alerts.notices
          key: [alert_id]
          starts: told_at
          item: audience
    parameters:
      limit: {value: {high: 30 minutes, low: 2 hours}, norm: yearly-review}
""",
    ALERTS: """\
id: alerts
title: {en: Alerts, zh: 告警}
owner: manager
files: alerts/*.json
format: json
key: [alert_id]
zone: UTC
retention: 5 years
columns: {level: severity}
references: {review_id: {dataset: reviews, key: review_id}}
lookups: {outcome: {dataset: reviews, key: [review_id], column: outcome}}
derive:
  grade: lower(level)
children:
  notices: {path: notices, value_labels: {audience: {staff: S, public: P}}, key: [alert_id, audience]}
record:
  type: object
  required: [alert_id, raised_at]
  properties:
    alert_id: {type: string}
    review_id: {type: string}
    raised_at: {type: string, format: date-time}
    level: {type: string, pattern: "^[a-z]+$"}
    count: {type: integer, minimum: 0}
    tags: {type: array, items: {type: string}, maxItems: 9, uniqueItems: true}
    notices:
      type: array
      items:
        type: object
        required: [audience]
        properties:
          audience: {type: string, title: Who is told}
          told_at: {type: string, format: date-time}
""",  # noqa: E501 - one line less moves all places
}
"""What stands beside the sample: nested records, a reference, a lookup, a derived column."""

_LABELS = re.compile(r"^(?:value_)?labels:\n(?:  .*\n)+", re.MULTILINE)
"""They have tests of their own."""
Change = tuple[str, str, str]
"""A file, what is replaced in it, and by what; what is replaced may be nothing: the end."""


@dataclass(frozen=True)
class Draft:
    """A policy repository that tests change."""

    root: Path

    def change(self, *changes: Change) -> None:
        for name, old, new in changes:
            path = self.root / name
            text = path.read_text("utf-8")
            assert not old or text.count(old) == 1, (name, old)
            path.write_text(text.replace(old, new) if old else text + new, "utf-8")

    def write(self, name: str, content: str | bytes) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def findings(self) -> list[Said]:
        """Lint, and return each finding's place, message and hint."""
        return [
            Said(f"{found.locator}: {found.message.coded()}\n{found.hint.text()}")
            for found in ccpolicy.load(self.root).lint()
        ]

    def errors(self) -> list[PolicyError]:
        """Lint, and return what cannot be."""
        try:
            ccpolicy.load(self.root).lint()
        except PolicyErrors as failure:
            return failure.errors
        except PolicyError as failure:
            return [failure]
        return []

    def refused(self, *changes: Change) -> list[Said]:
        """Change the policy, and return what is refused then; in Chinese, too, it can be said."""
        self.change(*changes)
        errors = self.errors()
        for error in errors:
            assert error.diagnostics("zh")
        return [Said(error) for error in errors]


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    draft = Draft(tmp_path / "policy-of-ours")
    today = datetime.datetime.now(datetime.UTC).date()
    for path in SAMPLE.rglob("*"):
        if path.is_file():
            text = _LABELS.sub("", fill_dates(path.read_text("utf-8"), today))
            draft.write(path.relative_to(SAMPLE).as_posix(), text)
    for name, text in WRITTEN.items():
        draft.write(name, text)
    return draft
