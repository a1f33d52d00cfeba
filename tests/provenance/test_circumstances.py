"""Where evidence may lie, and what is said when git knows nothing of it."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from ccpolicy.errors import CcpolicyError, EvidenceError
from provenance.conftest import FIRST, HEADER, SECOND, THIRD, Centre


def judged(centre: Centre) -> tuple[str, str, str | None]:
    """Return what is said of the provenance, of GV-2, and the commit that was judged."""
    result = centre.check()
    assert result.provenance is not None
    [control] = [each for each in result.controls if each.id == "GV-2"]
    if result.provenance.reason:
        assert result.provenance.reason in [each.message for each in control.problems]
        assert control.problems[0].hint
    return result.provenance.state, control.now, result.provenance.commit


def test_no_repository(empty: Centre) -> None:
    import shutil

    shutil.rmtree(empty.folder / ".git")
    assert judged(empty) == ("no_repository", "unknown", None)
    for refused in ({"require_clean": True}, {"expect_ancestor": "HEAD"}, {"known_at": "HEAD"}):
        with pytest.raises(EvidenceError, match="GI102"):
            empty.check(**refused)


def test_no_commit(empty: Centre) -> None:
    assert judged(empty) == ("no_commit", "unknown", None)


def test_no_git(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "git", None)
    assert judged(centre) == ("no_git", "unknown", None)


ROWS = """\
id: rows
title: {en: Rows, zh: 行}
owner: facilities
source: {store: warehouse, table: ops.rows}
key: [id]
retention: 5 years
record: {type: object, properties: {id: {type: string}}}
"""


def test_rows_of_a_table_are_not_missed_in_git_unless_they_are_to_be_recorded(
    centre: Centre,
) -> None:
    tables = {"ccpolicy.toml": '[stores.warehouse]\nkind = "postgres"\n'}
    centre.write(**tables, **{"policy/datasets/rows.yaml": ROWS})
    assert judged(centre)[:2] == ("known", "pass")
    centre.write(**{"policy/datasets/rows.yaml": f"{ROWS}recording: {{amendable: append_only}}\n"})
    control = centre.control("GV-2")
    assert control.now == "unknown"
    assert [each.code for each in control.problems] == ["EV732"]


def test_shallow_clone(centre: Centre, tmp_path: Path) -> None:
    centre.git("clone", "--quiet", "--depth=1", centre.folder.as_uri(), str(tmp_path / "shallow"))
    assert judged(Centre(tmp_path / "shallow")) == ("shallow", "unknown", None)


def test_partial_clone(centre: Centre, tmp_path: Path) -> None:
    centre.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "partial"
    centre.git("clone", "--quiet", "--filter=blob:none", centre.folder.as_uri(), str(clone))
    assert judged(Centre(clone)) == ("partial", "unknown", None)


def test_detached_head(centre: Centre) -> None:
    head = centre.git("rev-parse", "HEAD~1")
    centre.git("switch", "--quiet", "--detach", head)
    assert judged(centre) == ("known", "pass", head)


def test_another_working_tree(centre: Centre, tmp_path: Path) -> None:
    centre.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "other"), "HEAD~1")
    head = centre.git("rev-parse", "HEAD~1")
    assert judged(Centre(tmp_path / "other")) == ("known", "pass", head)


def test_evidence_in_a_submodule(centre: Centre, tmp_path: Path) -> None:
    """The repository that holds the evidence is the one that knows."""
    outer = Centre(tmp_path / "outer")
    for name in ("policy", "ccpolicy.toml"):
        path = centre.folder / name
        files = path.rglob("*") if path.is_dir() else [path]
        for each in files:
            if each.is_file():
                outer.write(**{str(each.relative_to(centre.folder)): each.read_text("utf-8")})
    inner = Centre(tmp_path / "inner")
    inner.write(
        **{
            "assets/assets.csv": "asset_id,since\nPBX-1,2026-03-01\nPBX-2,2026-03-01\n",
            "inspections/a.csv": HEADER + FIRST + SECOND,
        }
    )
    inner.git("init", "--quiet")
    head = inner.commit("2026-03-13T10:00:00+08:00")
    outer.git("init", "--quiet")
    outer.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.folder),
        "evidence",
    )  # fmt: skip
    outer.commit("2026-03-14T10:00:00+08:00")
    assert judged(outer) == ("known", "pass", head)


def test_a_policy_repository_inside_a_larger_one(centre: Centre, tmp_path: Path) -> None:
    outer = Centre(tmp_path / "outer")
    (tmp_path / "outer").mkdir()
    centre.folder.rename(tmp_path / "outer" / "计划")
    import shutil

    shutil.rmtree(tmp_path / "outer" / "计划" / ".git")
    outer.git("init", "--quiet")
    head = outer.commit("2026-04-03T10:00:00+08:00")
    inside = Centre(tmp_path / "outer" / "计划")
    # All that was due before is late: it was put on file at once.
    assert judged(inside) == ("known", "pass", head)
    assert len(inside.control("GV-2").lapses) == 2


@pytest.mark.parametrize("name", ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"])
def test_from_within_a_hook_of_another_repository(
    centre: Centre, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Centre(tmp_path / "other")
    other.write(**{"a.txt": "x"})
    other.git("init", "--quiet")
    other.commit("2026-01-01T10:00:00+08:00")
    monkeypatch.setenv(name, str(other.folder / ".git"))
    monkeypatch.chdir(other.folder)
    assert centre.check().provenance is not None
    assert judged(centre)[0] == "known"
    monkeypatch.delenv(name)
    assert judged(centre)[2] == centre.git("rev-parse", "HEAD")


def test_a_cache_that_cannot_be_written(centre: Centre) -> None:
    (centre.folder / ".git/ccpolicy").write_text("in the way", encoding="utf-8")
    assert judged(centre)[0] == "known"


def test_git_is_left_alone_where_nothing_rests_on_it(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "git", None)
    result = centre.check(controls=["EM-1"])
    assert result.provenance is None


def test_known_at_a_revision_and_at_a_moment(centre: Centre) -> None:
    late = "I4,PBX-2,2026-04-01T09:00:00+08:00,\n"
    before = centre.git("rev-parse", "HEAD")
    centre.put(FIRST, SECOND, THIRD, late)
    centre.commit("2026-04-19T10:00:00+08:00")
    assert centre.control("EM-1").now == "pass"
    for asked in (before, "HEAD~1", "2026-04-18T00:00:00+08:00"):
        result = centre.check(known_at=asked)
        assert result.provenance is not None
        assert (result.provenance.commit, result.provenance.known_at) == (before, asked)
        assert {each.id: each.now for each in result.controls}["EM-1"] == "fail"
    with pytest.raises(EvidenceError, match="GI207"):
        centre.check(known_at="2026-01-01T00:00:00Z")
    with pytest.raises(CcpolicyError, match="US304"):
        centre.check(known_at="2026-04-18T00:00:00")


def test_known_at_a_day_is_its_end_in_the_zone(centre: Centre) -> None:
    before = centre.git("rev-parse", "HEAD")
    centre.put(FIRST, SECOND, THIRD, "I4,PBX-2,2026-04-01T09:00:00+08:00,\n")
    after = centre.commit("2026-04-19T23:30:00+08:00")
    for day, head in (("2026-04-18", before), ("2026-04-19", after)):
        result = centre.check(known_at=day)
        assert result.provenance is not None
        assert result.provenance.commit == head, day


def test_a_clock_set_back(centre: Centre) -> None:
    """By it, what is overdue is not due yet; five minutes are nobody's fault."""
    present = datetime.datetime.now(datetime.UTC)
    for minutes, refused in ((4, False), (6, True)):
        ahead = present + datetime.timedelta(minutes=minutes)
        centre.commit(ahead.isoformat())
        asking: list[dict[str, Any]] = [{}, {"controls": ["EM-1"], "provenance": True}]
        for asked in (*asking, {"known_at": "HEAD"}):
            if refused:
                with pytest.raises(EvidenceError, match="US380"):
                    centre.check(as_of=None, **asked)
            else:
                centre.check(as_of=None, **asked)
    centre.check(as_of=present.isoformat())
    # A commit by a right clock makes it good.
    centre.commit(present.isoformat())
    centre.check(as_of=None)
