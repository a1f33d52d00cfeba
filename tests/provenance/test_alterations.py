"""Which records that were on file at a base were altered since, and whether that was permitted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ccpolicy.api import compare
from ccpolicy.assessment.alterations import Alteration, Altered
from ccpolicy.cli.program import program
from provenance.conftest import AS_OF, FILES, FIRST, INSPECTIONS, SECOND, STRANGER, THIRD, Centre

SOON = "2026-04-13T10:00:00+08:00"
LATER = "2026-04-15T10:00:00+08:00"
FOURTH = "I4,PBX-2,2026-04-12T09:00:00+08:00,\n"
FORGED = SECOND.replace("-12T", "-28T")
CONTRACT = "policy/datasets/inspections.yaml"
ROLE = "facilities@centre.example"


@pytest.fixture
def base(centre: Centre) -> str:
    """The commit that changes are compared with."""
    return centre.git("rev-parse", "HEAD")


def altered(centre: Centre, base: str, head: str | None = "HEAD") -> Altered:
    found = compare(centre.folder, base, head, AS_OF).altered
    assert found is not None
    return found


def told(found: Altered) -> list[tuple[str, str, bool]]:
    return [(each.record, each.what, each.permitted) for each in found.records]


def columns(found: Alteration) -> list[tuple[str, str | None, str | None]]:
    return [(each.name, each.before, each.after) for each in found.columns]


def diff(centre: Centre, *arguments: str) -> tuple[int, str]:
    """Run the command, and return how it ended and what it said."""
    run = CliRunner().invoke(
        program, ["diff", "--path", str(centre.folder), *arguments], env={"LANG": "C.UTF-8"}
    )
    return run.exit_code, run.output


def allow(centre: Centre, amendable: str) -> None:
    text = FILES[CONTRACT].replace("append_only", amendable)
    centre.write(**{CONTRACT: text})


def test_amended_and_deleted(centre: Centre, base: str) -> None:
    centre.put(FIRST, FORGED, THIRD)
    first = centre.commit(SOON)
    centre.put(FIRST.replace(",\n", ",ok\n"), FORGED)
    second = centre.commit(LATER, by=STRANGER)
    found = altered(centre, base)
    assert told(found) == [
        ("I1", "amended", False),
        ("I2", "amended", False),
        ("I3", "deleted", False),
    ]
    assert [each.commit for each in found.records] == [second, first, second]
    assert [each.author for each in found.records] == [STRANGER, ROLE, STRANGER]
    assert {each.file for each in found.records} == {INSPECTIONS}
    assert {each.dataset for each in found.records} == {"inspections"}
    assert columns(found.records[0]) == [("note", None, "ok")]
    assert columns(found.records[1]) == [
        ("performed_at", "2026-03-12T09:00:00+08:00", "2026-03-28T09:00:00+08:00")
    ]
    assert columns(found.records[2])[0] == ("id", "I3", None)
    assert (found.count, found.not_permitted, found.against_contract) == (3, 3, True)
    assert altered(centre, base, first).count == 1


def test_appended_alone_and_nothing_is_said(centre: Centre, base: str) -> None:
    silent = diff(centre, base, "--as-of", AS_OF)[1]
    centre.put(FIRST, SECOND, THIRD, FOURTH)
    for _ in range(2):
        found = altered(centre, base, None)
        assert (found.count, found.against_contract, found.unfollowed) == (0, False, [])
        assert diff(centre, base, "--fail-on", "altered", "--as-of", AS_OF) == (0, silent)
        centre.commit(LATER)


def test_a_record_of_the_change_itself_may_be_amended(centre: Centre, base: str) -> None:
    centre.put(FIRST, SECOND, THIRD, FOURTH)
    centre.commit(SOON)
    centre.put(FIRST, SECOND, THIRD, FOURTH.replace(",\n", ",ok\n"))
    centre.commit(LATER)
    assert altered(centre, base).count == 0
    assert altered(centre, "HEAD~1").count == 1


def test_amended_and_put_back(centre: Centre, base: str) -> None:
    centre.put(FIRST, FORGED)
    centre.commit(SOON)
    assert altered(centre, base).count == 2
    centre.put(FIRST, SECOND, THIRD)
    centre.commit(LATER)
    assert altered(centre, base).count == 0


def test_not_committed(centre: Centre, base: str) -> None:
    centre.put(FIRST, FORGED, THIRD)
    centre.commit(SOON)
    centre.put(FIRST, FORGED.replace(",\n", ",ok\n"))
    found = altered(centre, base, None)
    assert told(found) == [("I2", "amended", False), ("I3", "deleted", False)]
    assert {(each.commit, each.author, each.uncommitted) for each in found.records} == {
        (None, None, True)
    }
    assert "not committed; the contract does not permit it" in " ".join(
        diff(centre, base)[1].split()
    )
    assert [each.uncommitted for each in altered(centre, base).records] == [False]


def test_moved(centre: Centre, base: str) -> None:
    (centre.folder / INSPECTIONS).unlink()
    centre.put(THIRD, FIRST, file="evidence/inspections/old/a.csv")
    centre.put(SECOND, file="evidence/inspections/b.csv")
    for head in (None, "HEAD"):
        assert altered(centre, base, head).count == 0
        centre.commit(LATER)
    centre.git("mv", "evidence/inspections/b.csv", "evidence/b.csv")
    assert told(altered(centre, base, None)) == [("I2", "deleted", False)]


def test_permitted_with_a_reason(centre: Centre) -> None:
    allow(centre, "with_reason")
    base = centre.commit(SOON)
    centre.put(FIRST, FORGED, THIRD)
    centre.commit(LATER, "Mend\n\nReason: a wrong day")
    found = altered(centre, base)
    assert told(found) == [("I2", "amended", True)]
    assert found.records[0].reason == "a wrong day"
    assert (found.not_permitted, found.against_contract) == (0, False)
    assert diff(centre, base, "--fail-on", "altered")[0] == 0
    centre.put(FIRST.replace("PBX-1", "PBX-2"), FORGED.replace("-28T", "-27T"), THIRD)
    centre.commit(LATER, "Mend\n\nReason: a wrong name", by=STRANGER)
    assert told(altered(centre, base)) == [("I1", "amended", False), ("I2", "amended", False)]


def test_one_reason_does_not_cover_what_was_changed_without(centre: Centre) -> None:
    allow(centre, "with_reason")
    base = centre.commit(SOON)
    centre.put(FIRST, FORGED, THIRD)
    centre.commit(LATER)
    centre.put(FIRST, FORGED.replace("-28T", "-27T"), THIRD)
    centre.commit(LATER, "Mend\n\nReason: a wrong day")
    assert told(altered(centre, base)) == [("I2", "amended", False)]
    assert told(altered(centre, "HEAD~1")) == [("I2", "amended", True)]


def test_what_was_empty_may_be_filled_in(centre: Centre) -> None:
    allow(centre, "with_reason")
    base = centre.commit(SOON)
    centre.put(FIRST, SECOND.replace(",\n", ",ok\n"), THIRD)
    assert told(altered(centre, base, None)) == [("I2", "amended", True)]


def test_the_contract_of_the_base_counts(centre: Centre, base: str) -> None:
    allow(centre, "freely")
    centre.put(FIRST, FORGED, THIRD)
    centre.commit(LATER, "All at once\n\nReason: none")
    assert told(altered(centre, base)) == [("I2", "amended", False)]
    assert diff(centre, base, "--fail-on", "altered")[0] == 1
    text = FILES[CONTRACT].replace("inspections/**/*.csv", "elsewhere/*.csv")
    centre.write(**{CONTRACT: text})
    centre.git("mv", "evidence/inspections", "evidence/elsewhere")
    centre.commit(LATER)
    assert [each.what for each in altered(centre, base).records] == ["deleted"] * 3
    centre.write(**{"ccpolicy.toml": 'evidence = "records"\n'})
    centre.git("mv", "evidence", "records")
    for head in (None, "HEAD"):
        assert [each.what for each in altered(centre, base, head).records] == ["deleted"] * 3
        centre.commit(LATER)


def test_a_commit_dated_into_the_future_outlives_no_retention(centre: Centre, base: str) -> None:
    centre.put(FIRST, SECOND)
    centre.commit("2099-04-15T10:00:00+08:00")
    assert told(altered(centre, base)) == [("I3", "deleted", False)]


def test_another_record_under_the_same_key(centre: Centre, base: str) -> None:
    centre.put(FIRST, SECOND, THIRD, FORGED)
    for head in (None, "HEAD"):
        found = altered(centre, base, head)
        assert told(found) == [("I2", "duplicated", False)]
        assert ("performed_at", None, "2026-03-28T09:00:00+08:00") in columns(found.records[0])
        centre.commit(LATER)


def test_a_file_that_cannot_be_read(centre: Centre, base: str) -> None:
    centre.write(**{INSPECTIONS: "id,asset_id\nI1\n"})
    for head in (None, "HEAD"):
        found = altered(centre, base, head)
        assert (found.count, found.unreadable, found.against_contract) == (0, [INSPECTIONS], True)
        centre.commit(LATER)
    assert diff(centre, base, "--fail-on", "altered")[0] == 1


def test_datasets_that_are_not_followed(centre: Centre, base: str) -> None:
    assets = "evidence/assets/assets.csv"
    centre.write(**{assets: FILES[assets].replace("PBX-1", "PBX-9")})
    centre.write(**{"evidence/assets/more.csv": FILES[assets]})
    for head in (None, "HEAD"):
        found = altered(centre, base, head)
        [dataset] = found.unfollowed
        assert (dataset.dataset, dataset.count, dataset.files) == ("assets", 1, [assets])
        assert (found.count, found.against_contract) == (0, False)
        assert f"1 file changed: {assets}" in " ".join(diff(centre, base)[1].split())
        centre.commit(LATER)
    assert diff(centre, base, "--fail-on", "altered")[0] == 0


def test_a_contract_that_comes_too_late(centre: Centre) -> None:
    text = FILES[CONTRACT]
    centre.write(**{CONTRACT: text[: text.index("recording:")] + text[text.index("record:\n") :]})
    base = centre.commit(SOON)
    centre.write(**{CONTRACT: text})
    centre.put(FIRST, FORGED, THIRD)
    centre.commit(LATER)
    found = altered(centre, base)
    assert found.count == 0
    assert [(each.dataset, each.count) for each in found.unfollowed] == [("inspections", 1)]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_shallow_clone(centre: Centre, base: str, tmp_path: Path, language: str) -> None:
    centre.write(**{CONTRACT: FILES[CONTRACT].replace("7 days", "8 days")})
    centre.put(FIRST, FORGED, THIRD)
    centre.commit(LATER)
    folder = tmp_path / "shallow"
    centre.git("clone", "--quiet", "--depth=2", centre.folder.as_uri(), str(folder))
    clone = Centre(folder)
    result = compare(folder, base, "HEAD")
    assert result.loosened
    assert result.altered is not None
    assert result.altered.reason is not None
    assert "shallow" in result.altered.reason.text("en")
    assert result.altered.against_contract
    code, text = diff(clone, base, "--lang", language)
    words = {"en": "Unknown which records were altered", "zh": "无法判断哪些记录被改动"}
    assert (code, words[language] in text) == (0, True)
    assert diff(clone, base, "--fail-on", "altered")[0] == 1


def test_evidence_in_a_repository_of_its_own(centre: Centre, base: str) -> None:
    own = Centre(centre.folder / "evidence")
    own.git("init", "--quiet")
    own.commit(LATER)
    found = altered(centre, base, None)
    assert found.reason is not None
    assert "unknown revision" in found.reason.text("en")
    assert found.against_contract


def test_what_a_branch_has_not_seen_is_not_deleted(centre: Centre, base: str) -> None:
    centre.git("switch", "--quiet", "--create=branch")
    centre.put(FIRST, FORGED, THIRD)
    centre.commit(LATER)
    centre.git("switch", "--quiet", "main")
    centre.put(FIRST.replace(",\n", ",ok\n"), SECOND, THIRD, FOURTH)
    centre.write(**{"evidence/assets/assets.csv": "asset_id,since\nPBX-1,2026-03-01\n"})
    centre.commit(LATER)
    found = altered(centre, "main", "branch")
    assert told(found) == [("I2", "amended", False)]
    assert (found.builds_on_base, found.parted_at, found.unfollowed) == (False, base, [])
    assert altered(centre, base, "branch").builds_on_base
    assert f"main and this history diverged at {base[:12]}" in diff(centre, "main", "branch")[
        1
    ].replace("\n  ", " ")


def test_in_a_branch_that_was_merged(centre: Centre, base: str) -> None:
    centre.git("switch", "--quiet", "--create=branch", "HEAD~1")
    centre.put(FIRST, FORGED)
    made = centre.commit(SOON)
    centre.git("switch", "--quiet", "main")
    centre.git("merge", "--quiet", "--no-commit", "--strategy=ours", "branch")
    centre.put(FIRST, FORGED, THIRD)
    centre.commit(LATER, "Merge")
    found = altered(centre, base)
    assert told(found) == [("I2", "amended", False)]
    assert [each.commit for each in found.records] == [made]


def test_a_commit_that_was_written_anew(centre: Centre, base: str) -> None:
    """The record came to be on file with the commit that is replaced, and so has no change."""
    centre.put(FIRST, SECOND, THIRD.replace("-02T", "-03T"))
    centre.git("add", "--all")
    centre.git("commit", "--quiet", "--amend", "--no-edit")
    found = altered(centre, base)
    assert told(found) == [("I3", "amended", False)]
    assert found.records[0].commit == centre.git("rev-parse", "HEAD")


def test_a_history_that_shares_nothing(centre: Centre, base: str) -> None:
    centre.git("checkout", "--quiet", "--orphan", "other")
    centre.put(FIRST, FORGED)
    centre.commit(LATER)
    found = altered(centre, base)
    assert told(found) == [("I2", "amended", False), ("I3", "deleted", False)]
    assert (found.builds_on_base, found.parted_at) == (False, None)
    text = " ".join(diff(centre, base, "HEAD")[1].split())
    assert f"shares no commit with that of {base}" in text
    assert "not in any commit" in text


def test_more_than_are_listed(centre: Centre) -> None:
    rows = [f"N{number:03},PBX-1,2026-03-10T09:00:00+08:00,\n" for number in range(203)]
    allow(centre, "with_reason")
    centre.put(*rows)
    base = centre.commit(SOON)
    centre.put(*(row.replace("T09", "T10") for row in rows[:202]))
    centre.commit(LATER, "Mend\n\nReason: the clock was slow")
    centre.put(*(row.replace("T09", "T10") for row in rows[:201]), rows[201].replace("T09", "T11"))
    centre.commit(LATER)
    found = altered(centre, base)
    assert (found.count, found.not_permitted, len(found.records)) == (203, 1, 200)
    assert told(found)[:3] == [
        ("N201", "amended", False),
        ("N000", "amended", True),
        ("N001", "amended", True),
    ]
    assert "and 3 more" in diff(centre, base)[1]


def test_nested_records_and_what_no_text_can_hold(centre: Centre) -> None:
    contract = """\
id: incidents
title: {en: Incidents, zh: 事件}
owner: facilities
files: incidents/*.json
format: json
key: [id]
retention: 5 years
children:
  notices:
    path: notices
    key: [id, audience]
    recording: {happened: [], amendable: append_only}
record:
  type: object
  additionalProperties: false
  required: [id]
  properties:
    id: {type: string}
    note: {type: string}
    notices:
      type: array
      items:
        type: object
        additionalProperties: false
        required: [audience]
        properties:
          audience: {type: string}
          by: {type: string}
"""
    file = "evidence/incidents/1.json"

    def put(by: str, note: str = "") -> None:
        record = {"id": "A", "note": note, "notices": [{"audience": "staff", "by": by}]}
        centre.write(**{file: json.dumps([record])})

    centre.write(**{"policy/datasets/incidents.yaml": contract})
    put("one")
    base = centre.commit(SOON)
    put("one", note="amended, and nobody follows it")
    assert [(each.dataset, each.files) for each in altered(centre, base, None).unfollowed] == [
        ("incidents", [file])
    ]
    put("\ud800")
    assert altered(centre, base, None).unreadable == [file]
    put("\x1b[31m\u202etwo")
    found = altered(centre, base, None)
    assert [each.dataset for each in found.records] == ["incidents.notices"]
    assert columns(found.records[0]) == [("by", "one", "\x1b[31m\u202etwo")]
    for name in ("text", "markdown"):
        text = diff(centre, base, "--format", name)[1]
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "x1b" in text


def test_both_at_once(centre: Centre, base: str) -> None:
    allow(centre, "freely")
    both = ("--fail-on", "altered", "--fail-on", "loosened")
    assert diff(centre, base, "--fail-on", "altered")[0] == 0
    assert diff(centre, base, *both)[0] == 1
    centre.write(**{CONTRACT: FILES[CONTRACT]})
    assert diff(centre, base, *both)[0] == 0
    centre.put(FIRST, SECOND)
    assert diff(centre, base, *both)[0] == 1
    assert diff(centre, base, "--fail-on", "loosened")[0] == 0
    found = json.loads(diff(centre, base, "--format", "json")[1])["altered"]
    assert (found["count"], found["not_permitted"]) == (1, 1)
