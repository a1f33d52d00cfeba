"""A new repository is written in the languages, zone and words of who asks for it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click
import pytest
import yaml

import ccpolicy
from ccpolicy.draft.one_language import in_languages
from cli.conftest import Run
from small_centre import lay

ROOT = Path(__file__).parents[2]
TEXTS = """\
# of both
title: {en: "One: two", zh: 一}  # behind
rule:
  en: >-
    Folded
    text.
  zh: 折行。  # beside
list:
  - {en: a, zh: 甲}
  - reason:
      en: Why.
      zh: 为何。
owner: manager
"""


def test_texts_of_one_language() -> None:
    both = yaml.safe_load(TEXTS)
    for language in ("en", "zh"):
        found = in_languages(TEXTS, [language], ["en", "zh"])
        assert yaml.safe_load(found) == {
            "title": both["title"][language],
            "rule": both["rule"][language],
            "list": [both["list"][0][language], {"reason": both["list"][1]["reason"][language]}],
            "owner": "manager",
        }
        assert "# of both" in found
        assert "# behind" in found
    assert in_languages(TEXTS, ["zh", "en"], ["en", "zh"]) == TEXTS


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("pack", ["fire", "bare"])
def test_packs_pass_their_tests(run: Run, tmp_path: Path, pack: str, language: str) -> None:
    folder = tmp_path / "new"
    made = run("init", folder, "--pack", pack, "--languages", language, "--zone", "Europe/Berlin")
    assert made.exit_code == 0, made.output
    assert run("lint", folder).exit_code == 0, run("lint", folder).output
    assert run("test", "--require-all", folder).exit_code == 0, run("test", folder).output
    assert run("check", folder).exit_code == 0
    plan = ccpolicy.load(folder).plan
    assert (plan.languages, plan.zone) == ([language], "Europe/Berlin")
    other = re.compile(rf"\b{'zh' if language == 'en' else 'en'}: ")
    policy = [*(folder / "policy").rglob("*.yaml")]
    assert [each for each in policy if other.search(each.read_text("utf-8"))] == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_shipped_plan_in_one_language(run: Run, tmp_path: Path, language: str) -> None:
    folder = tmp_path / "new"
    assert run("init", folder, "--languages", language, "--name", "Ours: all").exit_code == 0
    assert run("lint", folder).exit_code == 0, run("lint", folder).output
    assert run("test", "--control", "EM-1", folder).exit_code == 0
    plan = ccpolicy.load(folder).plan
    assert plan.title.root == {language: "Ours: all"}


def test_words_calendar_and_pipelines(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    made = run(
        *("init", folder, "--pack", "fire", "--name", "安全 plan", "--subject", "clinic"),
        *("--calendar", "DE-BY", "--languages", "zh,en", "--ci", "github", "--ci", "gitlab"),
    )
    assert made.exit_code == 0, made.output
    policy = ccpolicy.load(folder)
    assert policy.plan.title.root == {"zh": "安全 plan", "en": "安全 plan"}
    assert (policy.plan.subject, policy.plan.languages) == ("clinic", ["zh", "en"])
    assert policy.policy.calendars["office"].holidays == "DE-BY"
    assert run("test", folder).exit_code == 0
    for guide, name in (
        ("github", ".github/workflows/compliance.yml"),
        ("gitlab", ".gitlab-ci.yml"),
    ):
        text = (ROOT / f"docs/pipeline/{guide}.md").read_text("utf-8")
        block = text.partition("```yaml\n")[2].partition("```")[0]
        written = (folder / name).read_text("utf-8")
        assert written.replace("PATH: .", "PATH: compliance") == block
    template = (ROOT / "ci/gitlab/ccpolicy.yml").read_text("utf-8")
    assert (folder / "ci/ccpolicy.yml").read_text("utf-8") == template


def test_evidence_is_taken_over_and_drafted(run: Run, tmp_path: Path) -> None:
    files = {
        "faults 2025.csv": "fault_id,found_on\nF1,2025-03-01\nF2,2025-04-01\n",
        "faults 2026.csv": "fault_id,found_on\nF3,2026-03-01\n",
        "rooms.csv": "room;size\nA;1\nB;2\n",
    }
    lay(tmp_path, files)
    folder = tmp_path / "new"
    options = [part for name in files for part in ("--from", tmp_path / name)]
    made = run("init", folder, "--pack", "bare", *options)
    assert made.exit_code == 0, made.output
    assert made.stdout.count("Next: ") == 1
    assert f"Next: ccpolicy preview faults {folder}\n" in made.stdout
    assert "The records begin on 2025-03-01, " in " ".join(made.stdout.split())
    datasets = ccpolicy.load(folder).datasets
    assert [datasets[each].files for each in ("faults", "rooms")] == ["faults/*.csv", "rooms/*.csv"]
    assert run("preview", "faults", folder).exit_code == 0


def test_what_is_taken_over_stands_alone(run: Run, tmp_path: Path) -> None:
    lay(tmp_path, {"faults.csv": "fault_id,found_on\nF1,2025-03-01\nF2,2025-04-01\n"})
    folder = tmp_path / "new"
    made = run(
        *("init", folder, "--pack", "bare", "--from", tmp_path / "faults.csv"),
        *("--effective-on", "2025-03-01", "--name", "City Clinic"),
    )
    assert made.exit_code == 0, made.output
    assert "The records begin" not in made.stdout
    plan = ccpolicy.load(folder).plan
    assert (plan.id, plan.effective_on.isoformat()) == ("city-clinic", "2025-03-01")
    reviews = (folder / "evidence/reviews/reviews.csv").read_text("utf-8")
    assert reviews == "review_id,plan,reviewed_on,reviewer,outcome\n"
    assert "plan: city-clinic," in (folder / "policy/tests/1-review.yaml").read_text("utf-8")
    assert run("check", folder).exit_code != 0  # nobody reviewed the plan since
    assert run("test", folder).exit_code == 0


def test_a_pack_has_no_record_beside_those_taken_over(run: Run, tmp_path: Path) -> None:
    drills = "Held on,Minutes\n2026-01-13,9\n2026-04-13,8\n"
    lay(tmp_path, {"drills.csv": drills, "Drills 2025.csv": drills.replace("Minutes", "Took")})
    folder = tmp_path / "new"
    taken = ("--from", tmp_path / "drills.csv", "--from", tmp_path / "Drills 2025.csv")
    made = run("init", folder, "--pack", "fire", *taken)
    assert made.exit_code == 0, made.output
    said = " ".join(made.stdout.split())
    assert "'drills_2' stands beside 'drills', which was there" in said
    for path in (folder / "evidence").glob("*.csv"):
        assert len(path.read_text("utf-8").splitlines()) == 1, path
    judged = run("check", folder)
    assert judged.exit_code == 1
    assert " 0 pass" in judged.stdout
    assert "EV141" in judged.output
    assert "ccpolicy draft control KIND --dataset NAME" in " ".join(judged.output.split())


def test_references_among_what_is_taken_over(run: Run, tmp_path: Path) -> None:
    files = {
        "incidents.csv": "No,Opened,What\n1,2026-01-09,Smoke\n2,2026-03-03,Power\n",
        "talks.csv": "Staff no,Held on\nS1,2026-01-13\nS2,2026-01-13\nS1,2026-02-13\n",
        "staff.csv": "Staff no,Name\nS1,A\nS2,B\n",
        "drills.csv": "No,Held on\n1,2026-01-13\n2,2026-02-13\n3,2026-03-13\n4,2026-04-13\n",
    }
    lay(tmp_path, files)
    options = [part for name in files for part in ("--from", tmp_path / name)]
    made = run("init", tmp_path / "new", "--pack", "bare", *options)
    assert made.exit_code == 0, made.output
    datasets = ccpolicy.load(tmp_path / "new").datasets
    assert {each: datasets[each].key for each in ("incidents", "drills", "staff")} == {
        "incidents": ["no"],
        "drills": ["no"],
        "staff": ["staff_no"],
    }
    found = {
        (name, column, each.dataset)
        for name, dataset in datasets.items()
        for column, each in dataset.references.items()
    }
    assert found == {("talks", "staff_no", "staff")}


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--languages", "de"], "US441"),
        (["--zone", "UTC"], "US442"),
        (["--pack", "bare", "--calendar", "CN"], "US443"),
        (["--pack", "bare", "--effective-on", "1.1.2026"], "US444"),
        (["--pack", "fire", "--zone", "Mars"], "PL203"),
        (["--pack", "fire", "--calendar", "XX"], "PL"),
        (["--pack", "bare", "--from", "nothing.csv"], "FI120"),
    ],
)
def test_what_cannot_be_leaves_nothing(
    run: Run, tmp_path: Path, options: list[str], code: str
) -> None:
    result = run("init", tmp_path / "new", *options)
    assert result.exit_code == 2
    assert f"{code}" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_terminal_is_asked(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ccpolicy.cli import init

    answers = iter(["fire", "Ours", "zh", "Asia/Shanghai", "clinic", "", "none"])
    monkeypatch.setattr(click, "prompt", lambda *_, **__: next(answers))
    monkeypatch.setattr(init, "_is_terminal", lambda: True)
    assert run("init", tmp_path / "new").exit_code == 0
    plan = ccpolicy.load(tmp_path / "new").plan
    assert (plan.title.root, plan.zone, plan.subject) == ({"zh": "Ours"}, "Asia/Shanghai", "clinic")


def test_a_matrix_in_a_file_for_each_year_is_one_dataset(run: Run, tmp_path: Path) -> None:
    head, rows = "Extinguisher,Spot,Jan,Feb,Mar\n", "FE-01,hall,√,√,√\nFE-02,attic,√,√,√\n"
    files = {f"ok {year}.csv": head + rows for year in (2025, 2026)}
    titles = {"甲.csv": "2022年检查,,,,\n", "乙.csv": "2023年检查,,,,\n"}
    files |= {name: title + head + rows for name, title in titles.items()}
    lay(tmp_path, files)
    for names, first in [
        (["ok 2025.csv", "ok 2026.csv"], "2025-01-01"),
        (["甲.csv", "乙.csv"], "2022-01-01"),
    ]:
        folder = tmp_path / first
        taken = [part for name in names for part in ("--from", tmp_path / name)]
        made = run("init", folder, "--pack", "bare", *taken)
        assert made.exit_code == 0, made.output
        assert f"The records begin on {first}, " in " ".join(made.stdout.split())
        [dataset] = ccpolicy.load(folder).datasets.keys() - {"reviews"}
        assert ccpolicy.load(folder).datasets[dataset].key == ["extinguisher", "month"]
        shown = json.loads(run("preview", dataset, folder, "--format", "json").stdout)
        assert [each["count"] for each in shown["tables"]] == [4, 12]


def test_what_is_refused_is_named_as_it_was_given(run: Run, tmp_path: Path) -> None:
    lay(tmp_path, {"same.csv": "a,b\nx,1\nx,1\n"})
    refused = run("init", tmp_path / "new", "--pack", "bare", "--from", tmp_path / "same.csv")
    assert "US420 " in refused.stderr
    assert f"{tmp_path / 'same.csv'}: " in refused.stderr
    assert ".new." not in refused.stderr


def test_the_rows_of_a_matrix_are_those_of_a_register(run: Run, tmp_path: Path) -> None:
    ids = [f"FE-{n}" for n in range(6)]
    register = "No.,Location\n" + "".join(f"{each},Floor {each[-1]}\n" for each in ids)
    rounds = "Unit,Jan,Feb,Mar\n" + "".join(f"{each},√,√,√\n" for each in ids)
    lay(tmp_path, {"bottles.csv": register, "rounds 2026.csv": rounds})
    taken = ("--from", tmp_path / "bottles.csv", "--from", tmp_path / "rounds 2026.csv")
    folder = tmp_path / "new"
    assert run("init", folder, "--pack", "bare", *taken).exit_code == 0
    asked = ("draft", "control", "recurrence", "--dataset", "rounds", "--repository", folder)
    drafted = run(*asked).stdout
    assert '      subjects: {dataset: bottles, key: ["no"]}' in drafted
    assert "events: {dataset: rounds, key: [unit], starts: month" in drafted
