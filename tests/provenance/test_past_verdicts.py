"""What was known then: verdicts by commit, and lapses that were covered only later."""

from __future__ import annotations

import json
import shutil

import pytest
from click.testing import CliRunner

import ccpolicy
from ccpolicy.assessment.models import Assessment
from ccpolicy.cli.program import program
from ccpolicy.engine.committed_evidence import CommittedEvidence
from ccpolicy.engine.question import ResolvedRequest
from ccpolicy.errors import EvidenceError
from ccpolicy.git.snapshot import EvidenceCommit
from provenance.conftest import FIRST, SECOND, THIRD, Centre

LATE = "I4,PBX-2,2026-04-08T09:00:00+08:00,\n"


@pytest.fixture
def covered(centre: Centre) -> Centre:
    """The centre, with a record that covers a lapse and came late."""
    centre.write(**{"README.md": "Nothing about evidence.\n"})
    centre.commit("2026-04-14T10:00:00+08:00")
    centre.put(FIRST, SECOND, THIRD, LATE)
    centre.commit("2026-04-18T10:00:00+08:00")
    centre.put(FIRST, SECOND, THIRD, LATE, "I5,PBX-1,2026-04-18T09:00:00+08:00,\n")
    centre.commit("2026-04-19T10:00:00+08:00")
    return centre


def test_a_lapse_that_was_covered_later(covered: Centre) -> None:
    found = covered.control("EM-1", known_at="2026-04-17T00:00:00+08:00")
    [lapse] = found.lapses
    assert (lapse.subject, lapse.starts) == ("PBX-2", "2026-04-12T00:00:00+08:00")
    assert lapse.covered_later is not None
    assert lapse.covered_later.since == "2026-04-12T00:00:00+08:00"
    assert lapse.covered_later.on_file == "2026-04-18T10:00:00+08:00"
    assert lapse.covered_later.commit == covered.git("rev-parse", "HEAD~1")
    assert covered.control("EM-1").lapses == []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "covered since 2026-04-12 00:00 by a record filed 2026-04-18 10:00"),
        ("zh", "自 2026-04-12 00:00 起由 2026-04-18 10:00 归档的记录证明达标"),
    ],
)
def test_reports_say_what_was_covered_later(covered: Centre, language: str, said: str) -> None:
    asked = ["check", str(covered.folder), "--known-at", "2026-04-17T00:00:00+08:00"]
    asked += ["--as-of", "2026-04-20T12:00:00+08:00", "--control", "EM-1", "--lang", language]
    for name in ("text", "markdown"):
        output = CliRunner().invoke(program, [*asked, "--format", name]).output
        assert "".join(said.split()) in "".join(output.split())
    result = json.loads(CliRunner().invoke(program, [*asked, "--format", "json"]).output)
    [lapse] = result["controls"][0]["lapses"]
    assert lapse["covered_later"] == {
        "since": "2026-04-12T00:00:00+08:00",
        "on_file": "2026-04-18T10:00:00+08:00",
        "commit": covered.git("rev-parse", "HEAD~1"),
    }


def test_judging_that_was_broken_off_is_not_lost(
    covered: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = ccpolicy.load(covered.folder)
    whole = repository.history()
    shutil.rmtree(covered.folder / ".git/ccpolicy")
    judged: list[str] = []
    judge = CommittedEvidence.judge

    def interrupted(
        evidence: CommittedEvidence, commit: EvidenceCommit, question: ResolvedRequest
    ) -> Assessment:
        if len(judged) == 2:
            raise KeyboardInterrupt
        judged.append(commit.id)
        return judge(evidence, commit, question)

    monkeypatch.setattr(CommittedEvidence, "judge", interrupted)
    with pytest.raises(KeyboardInterrupt):
        repository.history()
    judged.clear()
    with pytest.raises(KeyboardInterrupt):
        repository.history()
    judged.clear()
    assert repository.history() == whole
    assert judged == [whole.moments[-1].commit]


def test_a_lapse_that_was_covered_in_part(covered: Centre) -> None:
    covered.put(
        FIRST, SECOND, THIRD, LATE.replace("-08T", "-15T"), "I5,PBX-1,2026-04-18T09:00:00+08:00,\n"
    )
    covered.commit("2026-04-19T12:00:00+08:00", more=("--amend",))
    [lapse] = covered.control("EM-1", known_at="HEAD~2").lapses
    assert lapse.covered_later is not None
    assert lapse.covered_later.since == "2026-04-12T00:00:00+08:00"
    # Of what is left uncovered now, only the rest counts.
    covered.git("reset", "--quiet", "--hard", "HEAD~2")
    covered.put(FIRST, SECOND, THIRD, LATE.replace("-08T", "-15T"))
    covered.commit("2026-04-18T10:00:00+08:00")
    [lapse] = covered.control("EM-1", known_at="HEAD~1").lapses
    assert lapse.covered_later is not None
    assert lapse.covered_later.since == "2026-04-15T09:00:00+08:00"


def test_a_lapse_that_nothing_covers_yet(centre: Centre) -> None:
    [lapse] = centre.control("EM-1", known_at="HEAD").lapses
    assert lapse.covered_later is None


def test_the_commit_that_changed_a_verdict_is_named(covered: Centre) -> None:
    repository = ccpolicy.load(covered.folder)
    found = repository.history(
        request=ccpolicy.EvaluationRequest(as_of="2026-04-20T12:00:00+08:00")
    )
    ids = [each.commit for each in found.moments]
    # The commit that changed no evidence is not among them.
    expected = covered.git("rev-list", "--reverse", "HEAD", "--", "evidence").split()
    assert ids == expected
    changed = {
        each.commit: [(c.control, c.before, c.after) for c in each.changed if c.control == "EM-1"]
        for each in found.moments
        if any(c.control == "EM-1" for c in each.changed)
    }
    assert changed == {covered.git("rev-parse", "HEAD~1"): [("EM-1", "fail", "pass")]}


def test_each_commit_is_judged_at_its_own_moment(covered: Centre) -> None:
    found = ccpolicy.load(covered.folder).history()
    assert [each.as_of for each in found.moments] == [each.committed_at for each in found.moments]
    assert found.moments[0].verdicts["EM-1"] == "pass"


def test_a_range_and_what_was_judged_before(covered: Centre) -> None:
    repository = ccpolicy.load(covered.folder)
    whole = repository.history()
    part = repository.history("HEAD~2", "HEAD~1")
    assert [each.commit for each in part.moments] == [covered.git("rev-parse", "HEAD~1")]
    assert repository.history() == whole
    shutil.rmtree(covered.folder / ".git/ccpolicy")
    assert repository.history() == whole
    with pytest.raises(EvidenceError, match="is not a descendant of"):
        repository.history("HEAD", "HEAD~1")


def test_the_command(covered: Centre) -> None:
    def run(*arguments: str) -> str:
        result = CliRunner().invoke(program, ["history", str(covered.folder), *arguments])
        assert result.exit_code == 0, result.output
        return result.output

    text = run("--as-of", "2026-04-20T12:00:00+08:00")
    assert "EM-1 Inspected: FAIL → PASS" in text
    assert covered.git("rev-parse", "HEAD~1")[:12] in text
    assert len(json.loads(run("--format", "json"))["moments"]) == 5
    assert "EM-1 按期巡检" in run("--as-of", "2026-04-20T12:00:00+08:00", "--lang", "zh")
