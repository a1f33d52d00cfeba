"""Who put which record on file, and when, however files, rows and histories move."""

from __future__ import annotations

import datetime
import random
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

import ccpolicy
from ccpolicy.policy.calendars import business_calendar, calendar_name
from ccpolicy.provenance.file_versions import FileVersionReader, KeyedContent
from ccpolicy.provenance.read import ProvenanceRequest, read_provenance
from ccpolicy.store import open_store
from ccpolicy.time.calendar import Calendar, instant
from provenance.conftest import (
    AS_OF,
    FILES,
    FIRST,
    HEADER,
    INSPECTIONS,
    ROLE,
    SECOND,
    THIRD,
    Centre,
)

LATE = "2026-04-15T10:00:00+08:00"


def statuses(centre: Centre) -> dict[str, str]:
    return {each.id: each.now for each in centre.check().controls}


def late(centre: Centre) -> list[str]:
    return [lapse.subject for lapse in centre.control("GV-2").lapses]


def changed(centre: Centre) -> list[str]:
    return [lapse.subject for lapse in centre.control("GV-4").lapses]


def test_records_that_are_on_file_in_time(centre: Centre) -> None:
    assert late(centre) == []
    assert centre.control("GV-2").subjects.total == 3
    assert centre.control("GV-4").now == "not_applicable"


def test_a_late_record_lapses_until_it_is_on_file(centre: Centre) -> None:
    centre.put(FIRST, SECOND, THIRD, "I4,PBX-2,2026-04-01T09:00:00+08:00,\n")
    centre.commit(LATE)
    [lapse] = centre.control("GV-2").lapses
    assert lapse.subject == "inspections × I4 × performed_at"
    # Seven days after 1 April end with 8 April.
    assert (lapse.starts, lapse.ends) == ("2026-04-09T00:00:00+08:00", LATE)
    assert lapse.opened_by == f"{INSPECTIONS}:5"


def test_times_are_read_as_the_contract_says(empty: Centre) -> None:
    contract = "policy/datasets/inspections.yaml"
    written = 'columns:\n  performed_at: {time: "%d.%m.%Y %H:%M", zone: Asia/Shanghai}\n'
    empty.write(**{contract: FILES[contract] + written})
    first = "I1,PBX-1,10.03.2026 09:00,\n"
    empty.put(first)
    empty.commit("2026-03-11T10:00:00+08:00")
    empty.put(first, "I4,PBX-2,01.04.2026 09:00,\n")
    empty.commit(LATE)
    [lapse] = empty.control("GV-2").lapses
    assert lapse.subject == "inspections × I4 × performed_at"
    assert (lapse.starts, lapse.ends) == ("2026-04-09T00:00:00+08:00", LATE)


def test_files_may_be_renamed_split_and_sorted_anew(centre: Centre) -> None:
    (centre.folder / INSPECTIONS).unlink()
    centre.put(THIRD, FIRST, file="evidence/inspections/old/a.csv")
    centre.put(SECOND, file="evidence/inspections/b.csv")
    centre.commit(LATE, "Move")
    assert late(centre) == changed(centre) == []
    assert centre.control("GV-2").subjects.passed == 3


@pytest.mark.parametrize(
    "text",
    [
        "﻿" + HEADER + FIRST + SECOND + THIRD,
        (HEADER + FIRST + SECOND + THIRD).replace("\n", "\r\n"),
        (HEADER + FIRST + SECOND + THIRD).removesuffix("\n"),
        HEADER + FIRST.replace("I1", '"I1"') + SECOND + THIRD,
        "".join(
            ",".join([*row.split(",")[3:], *row.split(",")[:3]]).replace("\n", "") + "\n"
            for row in (HEADER, FIRST, SECOND, THIRD)
        ),
    ],
    ids=["marked", "returns", "unended", "quoted", "columns"],
)
def test_another_writing_of_the_same_records_changes_nothing(centre: Centre, text: str) -> None:
    (centre.folder / INSPECTIONS).write_text(text, encoding="utf-8", newline="")
    centre.commit(LATE, "Saved by another program")
    assert late(centre) == changed(centre) == []
    assert centre.control("GV-2").subjects.passed == 3


def test_a_merge_brings_records_from_the_day_of_their_own_commit(centre: Centre) -> None:
    centre.git("switch", "--quiet", "--create=branch", "HEAD~1")
    centre.put(FIRST, SECOND, file="evidence/inspections/2026.csv")
    centre.put("I4,PBX-2,2026-04-01T09:00:00+08:00,\n", file="evidence/inspections/more.csv")
    centre.commit("2026-04-04T10:00:00+08:00")
    centre.git("switch", "--quiet", "main")
    merge(centre, "branch", LATE)
    assert late(centre) == changed(centre) == []
    assert centre.control("GV-2").subjects.total == 4


def merge(centre: Centre, branch: str, when: str, *more: str) -> None:
    centre.git(
        "merge",
        "--quiet",
        "--no-ff",
        "--no-edit",
        *more,
        branch,
        GIT_AUTHOR_DATE=when,
        GIT_COMMITTER_DATE=when,
    )


def test_a_merge_that_gives_up_a_record_deletes_it(centre: Centre) -> None:
    centre.git("switch", "--quiet", "--create=branch")
    centre.put(FIRST, SECOND, THIRD, "I4,PBX-2,2026-04-04T09:00:00+08:00,\n")
    centre.commit("2026-04-05T10:00:00+08:00")
    centre.git("switch", "--quiet", "main")
    centre.write(**{"README.md": "Something else.\n"})
    centre.commit("2026-04-06T10:00:00+08:00")
    merge(centre, "branch", LATE, "--strategy=ours")
    assert changed(centre) == ["inspections × I4"]


def test_a_merge_that_brings_old_content_back_amends(centre: Centre) -> None:
    centre.put(FIRST, SECOND, THIRD.replace(",\n", ",dirty\n"))
    centre.commit("2026-04-04T10:00:00+08:00", "Finding noted")
    centre.git("switch", "--quiet", "--create=branch", "HEAD~1")
    centre.write(**{"README.md": "Something else.\n"})
    centre.commit("2026-04-05T10:00:00+08:00")
    merge(centre, "main", LATE, "--strategy=ours")
    lapses = centre.control("GV-4").lapses
    # Once when the note was made, and once more when the merge undid it: one subject, one lapse.
    assert [each.subject for each in lapses] == ["inspections × I3"]
    changes = evidence_changes(centre)
    assert [each["commit"] for each in changes if '"note"' not in str(each["after"])] == [
        centre.git("rev-parse", "HEAD")
    ]


def evidence_changes(centre: Centre) -> list[dict[str, Any]]:
    return rows(centre, "evidence_changes")


def rows(centre: Centre, table: str) -> list[dict[str, Any]]:
    """Return what git knows, each record with its place."""
    repository = ccpolicy.load(centre.folder)
    policy = repository.policy
    with TemporaryDirectory() as scratch, open_store() as store:
        found = read_provenance(
            ProvenanceRequest(
                root=centre.folder,
                evidence="evidence",
                policy=["ccpolicy.toml", "policy", "checks"],
                datasets=repository.datasets,
                calendar=Calendar(
                    repository.zone, business_calendar(policy, calendar_name(policy))
                ),
                adopted=instant(datetime.datetime(2026, 1, 1, tzinfo=repository.zone)),
                as_of=instant(datetime.datetime.fromisoformat(AS_OF)),
                signers=centre.folder / "policy",
                scratch=Path(scratch),
            ),
            store,
        )
        assert found.tables is not None
        filled = found.tables[table]
        query = f'FROM "{filled.relation}" ORDER BY ordinal'
        names = store.describe(query)
        made = [dict(zip(names, row, strict=True)) for row in store.run(query)]
        places = filled.source.locate([row["ordinal"] for row in made])
        return [{**row, "place": str(places[row["ordinal"]])} for row in made]


def test_a_record_that_comes_back_is_restored(centre: Centre) -> None:
    centre.put(FIRST, THIRD)
    centre.commit("2026-04-10T10:00:00+08:00", "Delete")
    centre.put(FIRST, SECOND, THIRD)
    centre.commit(LATE, "Bring it back")
    assert [each["change"] for each in evidence_changes(centre)] == ["deleted", "restored"]
    assert late(centre) == ["inspections × I2 × performed_at"]


def test_a_file_that_nobody_can_read_for_a_while_changes_nothing(centre: Centre) -> None:
    good = (centre.folder / INSPECTIONS).read_text("utf-8")
    (centre.folder / INSPECTIONS).write_text(good + "I4;PBX-2\n", encoding="utf-8")
    centre.commit("2026-04-05T10:00:00+08:00", "Broken")
    (centre.folder / INSPECTIONS).write_text(good, encoding="utf-8")
    centre.commit(LATE, "Mended")
    for _ in range(2):  # afresh, and from the cache
        assert late(centre) == changed(centre) == []
        assert centre.control("GV-2").subjects.passed == 3


def test_a_reason_is_read_from_the_message(centre: Centre) -> None:
    path = "policy/datasets/inspections.yaml"
    text = (centre.folder / path).read_text("utf-8").replace("append_only", "with_reason")
    centre.write(**{path: text})
    centre.commit("2026-04-04T10:00:00+08:00", "Other rules")
    centre.put(FIRST, SECOND.replace("PBX-2", "PBX-1"), THIRD)
    centre.commit(LATE, "Wrong asset\n\nReason: misread the label")
    assert changed(centre) == []
    [change] = evidence_changes(centre)
    assert change["reason"] == "misread the label"
    # What was left empty may be filled in without one; what was there may not be changed.
    centre.put(FIRST, SECOND.replace("PBX-2", "PBX-1"), THIRD.replace(",\n", ",clean\n"))
    centre.commit("2026-04-16T10:00:00+08:00", "Add")
    assert changed(centre) == []
    centre.put(FIRST, SECOND.replace("PBX-2", "PBX-1"), THIRD.replace(",\n", ",dirty\n"))
    centre.commit("2026-04-17T10:00:00+08:00", "Change")
    assert changed(centre) == ["inspections × I3"]


def test_a_key_that_stands_twice_is_unknown_and_counted(centre: Centre) -> None:
    centre.put(FIRST, SECOND, THIRD, FIRST.replace("-10T", "-11T"))
    centre.commit(LATE)
    copies = {row["record"]: row["copies"] for row in rows(centre, "recordings")}
    assert copies == {"I1": 2, "I2": 1, "I3": 1}
    assert statuses(centre)["EM-1"] == "unknown"


def test_what_happened_before_adoption_is_not_owed(centre: Centre) -> None:
    plan = (centre.folder / "policy/plan.yaml").read_text("utf-8")
    centre.write(**{"policy/plan.yaml": plan + "adopted_on: 2026-03-11\n"})
    # I1 was put on file that day, whatever its own date says.
    assert centre.control("GV-2").subjects.total == 3
    centre.write(**{"policy/plan.yaml": plan + "adopted_on: 2026-03-12\n"})
    assert centre.control("GV-2").subjects.total == 2
    centre.write(**{"policy/plan.yaml": plan + "adopted_on: 2026-05-01\n"})
    result = centre.check()
    assert result.provenance is None
    assert {each.id: each.now for each in result.controls}["GV-2"] == "not_applicable"


def test_records_nested_in_documents(centre: Centre) -> None:
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
children:
  notices:
    path: notices
    key: [incident_id, notice_id]
    recording: {happened: [sent_at], within: 1 hours, amendable: append_only}
record:
  type: object
  additionalProperties: false
  required: [incident_id]
  properties:
    incident_id: {type: string}
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
            "evidence/incidents/1.json": """[{"incident_id": "A", "notices": [
{"notice_id": "1", "sent_at": "2026-04-03T09:30:00+08:00"},
{"notice_id": "2", "sent_at": "2026-04-03T09:00:00+08:00"}]}]""",
        }
    )
    centre.commit("2026-04-03T10:15:00+08:00")
    assert late(centre) == ["incidents.notices × A × 2 × sent_at"]
    [lapse] = centre.control("GV-2").lapses
    assert lapse.opened_by == "evidence/incidents/1.json:1#notices/1"


def test_records_that_share_a_line(centre: Centre) -> None:
    """Each is told of at its own place, as other controls tell of it."""
    path = "policy/datasets/inspections.yaml"
    text = (centre.folder / path).read_text("utf-8")
    centre.write(
        **{
            path: text.replace("**/*.csv", "*.json").replace("format: csv", "format: json"),
            "evidence/inspections/x.json": '[{"id": "I1", "asset_id": "PBX-1",'
            ' "performed_at": "2026-03-10T09:00:00+08:00"}, {"id": "I2", "asset_id": "PBX-2",'
            ' "performed_at": "2026-03-12T09:00:00+08:00"}]',
        }
    )
    centre.commit(LATE)
    places = {lapse.subject: lapse.opened_by for lapse in centre.control("EM-1").lapses}
    assert places == {
        "PBX-1": "evidence/inspections/x.json:1#0",
        "PBX-2": "evidence/inspections/x.json:1#1",
    }
    assert [row["place"] for row in rows(centre, "recordings")] == list(places.values())


def cache(centre: Centre) -> Path:
    [folder] = (centre.folder / ".git/ccpolicy").iterdir()
    return folder


def test_the_cache_is_extended_and_never_outlives_a_rewrite(centre: Centre) -> None:
    assert late(centre) == []
    before = (cache(centre) / "head.json").read_bytes()
    assert late(centre) == []
    assert (cache(centre) / "head.json").read_bytes() == before
    centre.put(FIRST, SECOND, THIRD, "I4,PBX-2,2026-04-01T09:00:00+08:00,\n")
    centre.commit(LATE)
    assert late(centre) == ["inspections × I4 × performed_at"]
    assert (cache(centre) / "head.json").read_bytes() != before
    # History is written anew without what was there.
    centre.git("reset", "--quiet", "--hard", "HEAD~2")
    centre.put(FIRST, SECOND, THIRD)
    centre.commit("2026-04-14T10:00:00+08:00")
    assert late(centre) == ["inspections × I3 × performed_at"]
    found = rows(centre, "recordings")
    shutil.rmtree(cache(centre))
    assert rows(centre, "recordings") == found


@pytest.mark.parametrize("name", ["head.json", "*.parquet"])
@pytest.mark.parametrize("damage", [b"", b"{}", b"0" * 64 + b"\n{}"])
def test_a_damaged_cache_is_read_anew(centre: Centre, name: str, damage: bytes) -> None:
    assert late(centre) == []
    found = rows(centre, "recordings")
    for file in cache(centre).glob(name):
        file.write_bytes(damage)
    assert rows(centre, "recordings") == found
    assert len((cache(centre) / "head.json").read_bytes()) > 100


def test_branches_that_began_before_the_cache_was_made(centre: Centre) -> None:
    """A merge of an older branch extends the cache and gives what a fresh reading gives."""
    centre.git("switch", "--quiet", "--create=branch", "HEAD~1")
    centre.put("I4,PBX-2,2026-04-01T09:00:00+08:00,\n", file="evidence/inspections/more.csv")
    centre.commit("2026-04-14T10:00:00+08:00")
    centre.git("switch", "--quiet", "main")
    assert late(centre) == []
    merge(centre, "branch", LATE)
    extended = late(centre), rows(centre, "recordings")
    shutil.rmtree(centre.folder / ".git/ccpolicy")
    assert extended == (late(centre), rows(centre, "recordings"))
    assert extended[0] == ["inspections × I4 × performed_at"]


def test_the_same_change_on_two_sides_is_on_file_since_the_earlier(centre: Centre) -> None:
    late_record = "I4,PBX-2,2026-04-01T09:00:00+08:00,\n"
    centre.git("switch", "--quiet", "--create=branch")
    centre.put(FIRST, SECOND, THIRD, late_record)
    centre.commit("2026-04-04T10:00:00+08:00")
    centre.git("switch", "--quiet", "main")
    centre.write(**{"README.md": "Something else.\n"})
    centre.put(FIRST, SECOND, THIRD, late_record)
    centre.commit("2026-04-14T10:00:00+08:00", "Picked from the branch")
    assert late(centre) == ["inspections × I4 × performed_at"]
    merge(centre, "branch", LATE)
    assert late(centre) == changed(centre) == []


def tangled(centre: Centre, seed: int) -> list[str]:
    """Grow a history of branches and merges, in which both sides change the same records."""
    pick = random.Random(seed)
    held: list[dict[str, str]] = [{}]
    parents: list[list[int]] = [[]]
    stream = []
    for mark in range(1, 16):
        before = pick.sample(
            range(max(1, mark - 4), mark), min(mark - 1, pick.choice([1, 1, 2, 2, 3]))
        )
        rows = dict(held[before[0]]) if before else {}
        for other in before[1:]:
            for key in sorted({*rows, *held[other]}):
                side = pick.choice([rows, held[other]])
                rows = {**rows, key: side[key]} if key in side else without(rows, key)
        for key in pick.sample(["A", "B"], pick.choice([0, 1, 1])):
            if pick.random() < 0.3:
                rows = without(rows, key)
            else:
                day, note = pick.choice(["10", "11"]), pick.choice(["", "clean"])
                rows[key] = f"{key},PBX-1,2026-03-{day}T09:00:00+08:00,{note}\n"
        held.append(rows)
        parents.append(before)
        at = 1773200000 + pick.randrange(20) * 3600
        text = (HEADER + "".join(rows[key] for key in sorted(rows))).encode()
        file = pick.choice(["a", "b"]) if pick.random() < 0.2 else "a"
        lines = [f"commit refs/heads/c{mark}", f"mark :{mark}"]
        lines += [f"committer x <{ROLE}> {at} +0000", "data 0"]
        lines += [f"{'merge' if n else 'from'} :{each}" for n, each in enumerate(before)]
        lines += ["deleteall", f"M 100644 inline evidence/inspections/{file}.csv"]
        stream.append("\n".join(lines).encode() + b"\ndata %d\n%s\n" % (len(text), text))
    subprocess.run(
        ["git", "fast-import", "--quiet"], cwd=centre.folder, input=b"".join(stream), check=True
    )
    return [centre.git("rev-parse", f"c{mark}") for mark in range(1, 16)]


def without(rows: dict[str, str], key: str) -> dict[str, str]:
    return {name: row for name, row in rows.items() if name != key}


@pytest.mark.parametrize("seed", [5, 7, 8, 10])
def test_what_is_read_on_is_what_is_read_afresh(centre: Centre, seed: int) -> None:
    """Whatever was read before, the same history tells the same."""
    tangled(centre, seed)
    contracts = {name: (centre.folder / name).read_text("utf-8") for name in FILES}
    before = {centre.git("rev-parse", f"c{mark}"): mark for mark in range(1, 16)}
    centre.git("checkout", "--quiet", "--force", "c15")
    line = centre.git("rev-list", "HEAD").split()
    found = {}
    for first in ["", *(each for each in line if before[each] in (5, 8, 11, 13))]:
        shutil.rmtree(centre.folder / ".git/ccpolicy", ignore_errors=True)
        for each in filter(None, (first, "c15")):
            centre.git("checkout", "--quiet", "--force", each)
            centre.write(**contracts)
            found[first] = rows(centre, "recordings"), rows(centre, "evidence_changes")
            for name in contracts:
                (centre.folder / name).unlink()
    assert all(each == found[""] for each in found.values())


def test_dates_and_languages_of_the_machine_change_nothing(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    expected = centre.check()
    for zone, language in (("America/New_York", "zh_CN.UTF-8"), ("Asia/Tokyo", "C")):
        monkeypatch.setenv("TZ", zone)
        monkeypatch.setenv("LANG", language)
        monkeypatch.setenv("LC_ALL", language)
        time.tzset()
        assert centre.check() == expected
    monkeypatch.undo()
    time.tzset()


def test_the_settings_of_a_user_change_nothing(centre: Centre, tmp_path: Path) -> None:
    expected = centre.check()
    for name, value in (
        ("log.showSignature", "true"),
        ("diff.renames", "copies"),
        ("core.quotePath", "false"),
        ("core.abbrev", "4"),
        ("color.ui", "always"),
        ("core.pager", "false"),
    ):
        centre.git("config", name, value)
    assert centre.check() == expected


def test_a_file_that_cannot_be_read_is_tried_once(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = "evidence/inspections/broken.csv"
    fourth = "I4,PBX-1,2026-04-04T09:00:00+08:00,\n"
    centre.write(**{broken: f"{HEADER}{fourth.strip()},too,many\n"})
    centre.commit("2026-04-05T10:00:00+08:00")
    for day in (6, 7, 8, 9):
        centre.put(FIRST, SECOND, THIRD, f"I{day},PBX-2,2026-04-0{day}T08:00:00+08:00,\n")
        centre.commit(f"2026-04-0{day}T10:00:00+08:00")
    tried = []
    items = FileVersionReader.items

    def counted(self: FileVersionReader, path: str, content: bytes) -> list[KeyedContent]:
        tried.append(content)
        return items(self, path, content)

    monkeypatch.setattr(FileVersionReader, "items", counted)
    assert not [each for each in rows(centre, "recordings") if each["record"] == "I4"]
    assert sum(b"too,many" in each for each in tried) == 1
    # Once it is mended its record is on file, and no sooner.
    centre.put(fourth, file=broken)
    centre.commit("2026-04-10T10:00:00+08:00")
    [found] = [each for each in rows(centre, "recordings") if each["record"] == "I4"]
    assert found["commit"] == centre.git("rev-parse", "HEAD")
