"""Which way a contract goes that says how records are put on file."""

from __future__ import annotations

import pytest

from ccpolicy.policy.dataset import Recording
from ccpolicy.policy.diff.recording import recording_direction

BASE = {"happened": ["raised_at"], "within": "7 days", "amendable": "with_reason", "by": ["a@x"]}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"amendable": "freely"}, "loosened"),
        ({"amendable": "append_only"}, "tightened"),
        ({"within": "8 days"}, "loosened"),
        ({"within": "24 hours"}, "tightened"),
        ({"within": None}, "loosened"),
        ({"happened": []}, "loosened"),
        ({"happened": ["raised_at", "repaired_at"]}, "tightened"),
        ({"happened": ["repaired_at"]}, "unordered"),
        ({"by": []}, "loosened"),
        ({"by": ["a@x", "b@x"]}, "loosened"),
        ({"by": ["b@x"]}, "unordered"),
        ({"signed": True}, "tightened"),
        ({"signed": True, "within": "8 days"}, "unordered"),
        ({"within": "7 days", "by": ["a@x", "a@x"]}, "neutral"),
    ],
)
def test_direction(changed: dict[str, object], expected: str) -> None:
    before = Recording.model_validate(BASE)
    after = Recording.model_validate({**BASE, **changed})
    assert recording_direction(before, after) == expected
    back = {"loosened": "tightened", "tightened": "loosened"}.get(expected, expected)
    assert recording_direction(after, before) == back


def test_a_contract_that_is_new_or_gone() -> None:
    contract = Recording.model_validate(BASE)
    assert recording_direction(None, contract) == "tightened"
    assert recording_direction(contract, None) == "loosened"
