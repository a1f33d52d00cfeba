"""Reading the tests of a policy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import ccpolicy
from ccpolicy.errors import CcpolicyError
from ccpolicy.files.policy_files import FolderFiles
from ccpolicy.policy.tests import LocatedTest, load_cases, sources
from message_text import coded
from small_centre import lay

HEAD = "tests:\n  - name: a\n    control: EM-1\n    as_of: '2026-11-20'\n    expect: {now: pass}\n"


def cases(folder: Path, text: str, name: str = "3.yaml") -> list[LocatedTest]:
    (folder / "policy/tests").mkdir(exist_ok=True)
    (folder / "policy/tests" / name).write_text(text, "utf-8")
    return load_cases(FolderFiles(folder), ccpolicy.load(folder).policy)


def records(folder: Path, given: str, defaults: str = "{}") -> Any:
    text = f"defaults: {{assets: {defaults}}}\n{HEAD}    given: {{assets: {given}}}\n"
    [found] = cases(folder, text)
    return found.records["assets"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return lay(tmp_path / "centre")


@pytest.mark.parametrize(
    ("given", "defaults", "found"),
    [
        ("[{}, {}]", "{asset_id: 'A{n:03}'}", [{"asset_id": "A001"}, {"asset_id": "A002"}]),
        ("[{asset_id: B}, {}]", "{asset_id: 'A{n}'}", [{"asset_id": "B"}, {"asset_id": "A2"}]),
        ("[{asset_id: null}]", "{asset_id: A, commissioned_on: x}", [{"commissioned_on": "x"}]),
        ("[{}]", "{asset_id: '{m} {n:00}', count: 3}", [{"asset_id": "{m} {n:00}", "count": 3}]),
        ("[]", "{asset_id: A}", []),
    ],
)
def test_defaults(folder: Path, given: str, defaults: str, found: object) -> None:
    assert records(folder, given, defaults) == found


def test_every_file_is_read_in_order(folder: Path) -> None:
    second = HEAD.replace("name: a", "name: b")
    cases(folder, f"{second}    given: {{}}\n", "b.yaml")
    found = cases(folder, f"{HEAD}    given: {{}}\n", "a.yml")
    assert [each.case.name for each in found] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{HEAD}    given: {{other: []}}\n", "3.yaml:6:13: PL115 "),
        (f"{HEAD}    given: {{assets: [1]}}\n", "3.yaml:6:22: "),
        (f"{HEAD}    given: {{}}\n    waivers: [{{subject: A}}]\n", "3.yaml:7:15: "),
        (f"{HEAD}    given: {{}}\n    waivers: [{{subject: A, from: x, until: y}}]\n", ":7:"),
        (HEAD, coded("FI302", "given")),
        ("tests: []\n", f"3.yaml:1:1: {coded('FI312', 'tests')}"),
        ("", "3.yaml"),
        (f"{HEAD}    given: {{}}\n".replace("now: pass", "now: pass, lapses: [{}]"), "'subject'"),
    ],
)
def test_mistakes(folder: Path, text: str, said: str) -> None:
    with pytest.raises(CcpolicyError) as failure:
        cases(folder, text)
    assert "policy/tests/3.yaml" in failure.value.diagnostics()
    assert said in failure.value.diagnostics()


def test_a_link_out_of_the_repository_is_not_read(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text(f"{HEAD}    given: {{}}\n", "utf-8")
    (folder / "policy/tests").mkdir()
    (folder / "policy/tests/3.yaml").symlink_to(tmp_path / "outside.yaml")
    with pytest.raises(CcpolicyError) as failure:
        load_cases(FolderFiles(folder), ccpolicy.load(folder).policy)
    assert "lies outside the repository" in failure.value.diagnostics()


def test_sources_are_those_of_every_input_and_what_these_rest_on() -> None:
    content = ccpolicy.load(Path(__file__).parents[2]).policy
    assert sources(content, "IR-4") == ["team_roles", "team", "staff", "sites"]
    assert sources(content, "GV-2") == ["recordings"]
    assert {"inspections", "assets", "staff", "sites"} <= {*sources(content, "GV-3")}
