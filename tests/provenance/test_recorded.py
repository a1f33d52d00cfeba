"""What a result tells of the records that it names: who put them on file, and what was changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ccpolicy.assessment.models import Recorded
from ccpolicy.checks.portable import unportable_query
from ccpolicy.cli.program import program
from ccpolicy.engine.relations import CITED_RECORD
from provenance.conftest import AS_OF, FIRST, INSPECTIONS, ROLE, SECOND, STRANGER, THIRD, Centre
from provenance.test_attacks import LATER, Signing
from provenance.test_records import merge
from recording_store import record

FOURTH = "I4,PBX-2,2026-04-01T09:00:00+08:00,\n"


def recorded(centre: Centre, **asked: Any) -> list[Recorded]:
    found = centre.check(**asked).provenance
    assert found is not None
    return found.recorded


def shown(centre: Centre, *options: str) -> str:
    """Run `ccpolicy check`, and return what it says, on one line."""
    asked = ["check", str(centre.folder), "--as-of", AS_OF, *options]
    return " ".join(CliRunner().invoke(program, asked).output.split())


def test_a_late_record_tells_who_put_it_on_file(centre: Centre) -> None:
    centre.git("switch", "--quiet", "--create=branch")
    centre.put(FOURTH, file="evidence/inspections/more.csv")
    head = centre.commit("2026-04-12T10:00:00+08:00", by=STRANGER)
    centre.git("switch", "--quiet", "main")
    merge(centre, "branch", LATER)
    place = "evidence/inspections/more.csv:2"
    [told] = [each for each in recorded(centre) if each.place == place]
    assert told == Recorded(
        place=place,
        event="performed_at",
        change=None,
        recorded_at="2026-04-12T10:00:00+08:00",
        merged_at=LATER,
        commit=head,
        author=STRANGER,
        committer=STRANGER,
        signature="none",
        reason=None,
        before=None,
        after=None,
    )


def test_so_does_the_record_of_another_control(centre: Centre) -> None:
    """The inspection whose cover ran out is named by no control about git."""
    place = f"{INSPECTIONS}:3"
    [lapse] = centre.control("EM-1").lapses
    assert lapse.opened_by == place
    assert [each.commit for each in recorded(centre) if each.place == place] == [
        centre.git("rev-parse", "HEAD~1")
    ]


def test_an_amendment_tells_both_versions(centre: Centre) -> None:
    centre.put(FIRST, SECOND.replace("PBX-2", "PBX-1"), THIRD)
    centre.commit(LATER, "Wrong\n\nReason: misread", by=STRANGER)
    [told] = [each for each in recorded(centre) if each.change]
    assert (told.change, told.author, told.recorded_at, told.reason) == (
        "amended",
        STRANGER,
        LATER,
        "misread",
    )
    assert json.loads(told.before or "")["asset_id"] == "PBX-2"
    assert json.loads(told.after or "")["asset_id"] == "PBX-1"


def test_what_is_not_committed_tells_nobody(centre: Centre) -> None:
    centre.put(FIRST, THIRD, FOURTH)
    found = {(each.change, each.event): each for each in recorded(centre) if not each.commit}
    assert found.keys() == {("deleted", None), (None, "performed_at")}
    assert all(
        (each.author, each.committer, each.recorded_at, each.merged_at) == (None,) * 4
        and each.signature == "uncommitted"
        for each in found.values()
    )


def test_a_record_nested_in_a_document_tells_of_both(centre: Centre) -> None:
    centre.write(
        **{
            "policy/datasets/incidents.yaml": """\
id: incidents
title: {en: Incidents, zh: 事故}
owner: operations
files: incidents/*.json
format: json
key: [incident_id]
retention: 5 years
recording: {happened: [opened_at], within: 1 days, amendable: append_only}
children:
  notices:
    path: notices
    key: [incident_id, notice_id]
    recording: {happened: [sent_at], within: 1 hours, amendable: append_only}
record:
  type: object
  additionalProperties: false
  required: [incident_id, opened_at]
  properties:
    incident_id: {type: string}
    opened_at: {type: string, format: date-time}
    notices:
      type: array
      items:
        type: object
        additionalProperties: false
        required: [notice_id, sent_at]
        properties:
          notice_id: {type: string}
          sent_at: {type: string, format: date-time}
""",
            "policy/controls/2.yaml": (centre.folder / "policy/controls/1.yaml")
            .read_text("utf-8")
            .partition("  - id: GV-2")[0]
            .replace("EM-1", "IR-1")
            .replace("recurrence", "record")
            .partition("    inputs:")[0]
            + """\
    inputs:
      records:
        {dataset: incidents.notices, key: [incident_id], starts: sent_at, good: notice_id = '0'}
""",
            "evidence/incidents/1.json": """[{"incident_id": "A",
"opened_at": "2026-04-03T09:00:00+08:00", "notices": [
{"notice_id": "1", "sent_at": "2026-04-03T09:30:00+08:00"}]}]""",
        }
    )
    centre.commit("2026-04-03T10:15:00+08:00")
    place = "evidence/incidents/1.json:1#notices/0"
    assert [each.event for each in recorded(centre, controls=["IR-1", "GV-2"])] == [
        "opened_at",
        "sent_at",
    ]
    assert {each.place for each in recorded(centre, controls=["IR-1", "GV-2"])} == {place}


def test_the_state_of_a_signature_is_told(empty: Centre) -> None:
    signing = Signing(empty)
    signing.commit("2026-03-11T10:00:00+08:00", signing.unlisted)
    assert {each.signature for each in recorded(empty)} == {"unlisted"}
    assert "signed by a key that is NOT LISTED for it" in shown(empty, "-v")
    assert "签名密钥不在名单之列" in shown(empty, "-v", "--lang", "zh").replace(" ", "")


def test_no_history_tells_nothing(empty: Centre) -> None:
    assert recorded(empty) == []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", f"{INSPECTIONS}:3: amended 2026-04-15 10:00 by {STRANGER}, commit "),
        ("zh", f"{INSPECTIONS}:3：已修改，2026-04-15 10:00，{STRANGER}，提交"),
    ],
)
def test_text_tells_it(centre: Centre, language: str, said: str) -> None:
    centre.put(FIRST, SECOND.replace("PBX-2", "PBX-1"), THIRD)
    centre.commit(LATER, by=STRANGER)
    text = shown(centre, "-v", "--lang", language, "--control", "GV-4")
    assert said.replace(" ", "") in text.replace(" ", "")
    assert '"asset_id":"PBX-2"' in text.replace(" ", "")
    assert STRANGER not in shown(centre, "--lang", language, "--control", "GV-4")


def test_html_tells_it(centre: Centre, tmp_path: Path) -> None:
    centre.put(FIRST, SECOND, THIRD, FOURTH)
    head = centre.commit(LATER)
    target = tmp_path / "report.html"
    shown(centre, "--report", f"html={target}")
    page = target.read_text("utf-8")
    assert f"<code>performed_at</code> 2026-04-15 10:00 {ROLE} <code>{head[:12]}</code>" in page


def test_html_tells_what_was_covered_later(centre: Centre, tmp_path: Path) -> None:
    centre.put(FIRST, SECOND, THIRD, "I4,PBX-2,2026-04-08T09:00:00+08:00,\n")
    head = centre.commit("2026-04-18T10:00:00+08:00")
    target = tmp_path / "report.html"
    shown(centre, "--known-at", "2026-04-17T00:00:00+08:00", "--report", f"html={target}")
    page = target.read_text("utf-8")
    assert "covered since 2026-04-12 00:00 by a record filed 2026-04-18 10:00" in page
    assert f"<code>{head[:12]}</code></span>" in page


def test_what_is_asked_of_git_is_portable(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    stores = record(monkeypatch)
    assert recorded(centre, appendix=True)
    [store] = stores
    columns = store.columns[CITED_RECORD.name]
    assert list(columns.items()) == list(CITED_RECORD.columns.items())
    assert [each for query in store.queries for each in unportable_query("engine", query)] == []
