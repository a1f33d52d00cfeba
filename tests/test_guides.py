"""What the guides tell their readers to type works as they say, in both languages."""

from __future__ import annotations

import re
import runpy
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from ccpolicy.cli.program import program

GUIDES = Path(__file__).parents[1] / "docs" / "guides"
NAMES = ("compliance-officer", "supervisor", "auditor", "engineer")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"(?:exit code|退出码) (\d)")


def blocks(name: str) -> Iterator[tuple[str, str, str]]:
    """Yield language, the paragraph before, and text of every block."""
    text = (GUIDES / name).read_text("utf-8")
    for found in FENCE.finditer(text):
        yield found[1], text[: found.start()].rstrip().rpartition("\n")[2], found[2]


def commands(name: str) -> list[str]:
    """List the commands of a guide without their comments."""
    text = "".join(text for language, _, text in blocks(name) if language in ("sh", "python"))
    return [line.partition(" #")[0].rstrip() for line in text.splitlines()]


@pytest.mark.parametrize("name", NAMES)
def test_languages_have_the_same_commands(name: str) -> None:
    assert commands(f"{name}.md") == commands(f"{name}.zh.md") != []


# Only this one has other files in Chinese.
@pytest.mark.parametrize("name", [*(f"{name}.md" for name in NAMES), "compliance-officer.zh.md"])
def test_a_reader_can_follow(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8" if name.endswith(".zh.md") else "en_US.UTF-8")
    for language, before, text in blocks(name):
        match language:
            case "sh":
                run(text, monkeypatch)
            case "python":
                Path("guide.py").write_text(text, "utf-8")
                runpy.run_path("guide.py")
            case _:
                path = Path(re.findall(r"`([\w./-]+\.\w+)`", before)[-1])
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text((path.read_text("utf-8") if path.exists() else "") + text, "utf-8")


def run(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the commands of a block; each ends with the exit code that stands beside it."""
    for line in text.splitlines():
        expected = CODE.search(line)
        match shlex.split(line, comments=True):
            case ["cd", folder]:
                monkeypatch.chdir(folder)
            case ["mkdir", "-p", folder]:
                Path(folder).mkdir(parents=True)
            case ["ccpolicy", *arguments]:
                result = CliRunner().invoke(program, arguments)
                assert result.exit_code == int(expected[1] if expected else 0), (
                    line,
                    result.output,
                )
