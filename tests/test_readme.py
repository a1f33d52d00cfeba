"""The READMEs show what happens, and what they tell the reader to do works as they say."""

from __future__ import annotations

import importlib.util
import re
import runpy
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from ccpolicy.cli.program import program

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.zh.md")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def blocks(name: str) -> Iterator[tuple[str, str, str]]:
    """Yield language, the paragraph before, and text of every block."""
    text = read(name)
    for found in FENCE.finditer(text):
        yield found[1], text[: found.start()].rstrip().rpartition("\n")[2], found[2]


def test_languages_have_the_same_blocks() -> None:
    def code(name: str) -> list[tuple[str, str]]:
        return [
            (language, re.sub(r" +#.*", "", text))
            for language, _, text in blocks(name)
            if language != "console"
        ]

    assert code("README.md") == code("README.zh.md")


@pytest.mark.parametrize("name", READMES)
def test_opens_with_the_two_commands(name: str) -> None:
    language, _, text = next(blocks(name))
    assert language == "sh"
    assert [line.partition("#")[0].strip() for line in text.splitlines()] == [
        "make check",
        "make test",
    ]


@pytest.mark.parametrize("name", READMES)
def test_shows_what_the_terminal_shows(name: str) -> None:
    spec = importlib.util.spec_from_file_location("readme", ROOT / "tools" / "readme.py")
    assert spec
    assert spec.loader
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.refreshed(read(name)) == read(name), "run: python tools/readme.py"


@pytest.mark.parametrize("name", READMES)
def test_links_lead_somewhere(name: str) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", read(name))
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_a_reader_can_follow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    ended: list[tuple[str, int]] = []
    for language, before, text in list(blocks("README.md"))[1:]:
        match language:
            case "sh":
                ended += run(text, monkeypatch)
            case "yaml" | "csv" | "sql":
                path = Path(re.findall(r"`([^`]+/[^`]+)`", before)[-1])
                path.parent.mkdir(exist_ok=True)
                known = path.read_text("utf-8") if "append" in before.lower() else ""
                path.write_text(known + text, "utf-8")
            case "python":
                (tmp_path / "check.py").write_text(text, "utf-8")
                monkeypatch.chdir(tmp_path)
                runpy.run_path("check.py")
                assert capsys.readouterr().out.endswith("True\n")
    assert [code for command, code in ended if command == "check"] == [1, 0, 0, 1]
    assert [code for command, code in ended if command != "check"] == [0, 0, 0, 0, 0]


def run(text: str, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Run the commands of a block; return each with its exit code."""
    ended = []
    for line in text.splitlines():
        match shlex.split(line):
            case ["cd", folder]:
                monkeypatch.chdir(folder)
            case ["ccpolicy", *arguments]:
                result = CliRunner().invoke(program, arguments)
                ended.append((arguments[0], result.exit_code))
    return ended
