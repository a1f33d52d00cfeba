"""Evidence written out as documents is judged as it is on file, and edits reach nested records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import ccpolicy
from ccpolicy.api import Repository
from ccpolicy.engine.edited_evidence import RecordedEvidence, read_recorded, records_on_file
from ccpolicy.engine.falsification import Trial, TurnedControl
from ccpolicy.errors import PolicyError
from ccpolicy.files.yaml_document import YamlDocument
from ccpolicy.policy import Policy, check_policy
from ccpolicy.policy.falsifications import Falsification, LocatedFalsification
from ccpolicy.policy.file_reader import EntryPlace
from ccpolicy.shipped import shipped_folder
from shipped_sample import assessment

PLACE = EntryPlace(YamlDocument("falsify.yaml", {}, {}), ())
EVIDENCE = RecordedEvidence(
    records={"incidents": {1: {"incident_id": "I-1"}, 2: {"incident_id": "I-2"}}},
    items={"incidents.notices": {5: {"notice_id": "N1"}, 6: {"notice_id": "N2"}}},
    nested={"incidents.notices": {5: (1, "notices"), 6: (1, "notices")}},
    chosen={("edits", 0): [5], ("edits", 1): [5, 6]},
    invalid=frozenset(),
)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return ccpolicy.load(shipped_folder()).policy


PAGED = {"channel": "page", "recipient": "N2"}


def edited(policy: Policy, *edits: dict[str, Any]) -> list[dict[str, Any]]:
    given = {"broken": "b", "turns": ["IR-1"], "edits": list(edits)}
    falsification = Falsification.model_validate(given)
    located = LocatedFalsification(None, falsification, PLACE)  # type: ignore[arg-type]
    return EVIDENCE.edited(policy, located)["incidents"]


def test_nested_records_are_edited_in_those_around_them(policy: Policy) -> None:
    notice = {"incident_id": "I-2", "notice_id": "N1", "channel": "call"}
    found = edited(
        policy,
        {"remove": {"dataset": "incidents.notices"}},
        {
            "change": {
                "dataset": "incidents.notices",
                "set": {"channel": "page"},
                "take": {"recipient": "notice_id"},
            }
        },
        {"add": {"dataset": "incidents.notices", "records": [notice]}},
        {"add": {"dataset": "incidents", "records": [{"incident_id": "I-3"}]}},
    )
    assert found == [
        {"incident_id": "I-1", "notices": [{**PAGED, "notice_id": "N2"}]},
        {"incident_id": "I-2", "notices": [{"notice_id": "N1", "channel": "call"}]},
        {"incident_id": "I-3"},
    ]
    assert EVIDENCE.records["incidents"][2] == {"incident_id": "I-2"}, "the next begins anew"


def test_a_nested_record_needs_one_around_it(policy: Policy) -> None:
    notice = {"incident_id": "I-9", "notice_id": "N1"}
    with pytest.raises(PolicyError) as failure:
        edited(policy, {"add": {"dataset": "incidents.notices", "records": [notice]}})
    assert failure.value.message.code == "PL865"


def test_what_is_written_out_is_judged_as_what_is_on_file(tmp_path: Path, policy: Policy) -> None:
    """Whatever format it was read from; only what git fills is not there."""
    names = [each for each in policy.datasets if policy.datasets[each].format != "git"]
    evidence = read_recorded(policy, names, [], lambda store: check_policy(policy, store))
    request = ccpolicy.EvaluationRequest()
    trial = Trial(
        policy,
        evidence,
        records_on_file(evidence, names),
        tmp_path,
        lambda edited: Repository(edited).check(request),
    )
    expected = [each for each in assessment().controls if each.id not in ("GV-2", "GV-4")]
    found = trial.judge([each.id for each in expected], {})
    assert [_said(each) for each in found] == [_said(each) for each in expected]


def _said(control: Any) -> object:
    lapses = [(each.subject, each.starts, each.ends, each.waived_by) for each in control.lapses]
    return control.id, control.now, control.period, control.subjects, lapses


def test_a_shorter_lapse_is_none_where_clocks_go_back() -> None:
    """As texts its beginning comes before that of the longer one."""
    control = assessment().controls[0]
    lapse = next(each for one in assessment().controls for each in one.lapses)

    def lapsing(starts: str) -> Any:
        own = lapse.model_copy(update={"starts": starts, "ends": None, "waived_by": None})
        return control.model_copy(update={"lapses": [own]})

    longer, shorter = "2026-10-25T02:30:00+02:00", "2026-10-25T02:15:00+01:00"
    assert not TurnedControl(lapsing(longer), lapsing(shorter)).turned
    assert TurnedControl(lapsing(shorter), lapsing(longer)).turned
