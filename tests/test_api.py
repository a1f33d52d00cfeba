"""The public interface is what docs/api.md says, and its examples run."""

from __future__ import annotations

import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import ccpolicy
from ccpolicy.cli.program import program

ROOT = Path(__file__).parents[1]
PAGES = ("docs/api.md", "docs/api.zh.md")
FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FAILING = ROOT / "src/ccpolicy/examples/failing"


def examples(page: str) -> list[str]:
    return FENCE.findall((ROOT / page).read_text("utf-8"))


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in the shipped repository, and make a bundle."""
    monkeypatch.chdir(ROOT)
    file = tmp_path / "2026-q3.zip"
    assert CliRunner().invoke(program, ["bundle", str(FAILING), "-o", str(file)]).exit_code == 0
    return file


def test_examples_run(bundle: Path) -> None:
    found = [each.replace(bundle.name, str(bundle)) for each in examples(PAGES[0])]
    assert len(found) > 4
    globs: dict[str, object] = {}
    test = doctest.DocTestParser().get_doctest("\n".join(found), globs, PAGES[0], PAGES[0], 0)
    said: list[str] = []
    failed, tried = doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    assert not failed, "".join(said)
    assert tried > 15


def test_both_languages_show_the_same() -> None:
    assert examples(PAGES[0]) == examples(PAGES[1])


@pytest.mark.parametrize("page", PAGES)
def test_every_public_name_is_documented(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    for name in ccpolicy.__all__:
        assert name == "__version__" or f"`{name}" in text
        assert getattr(ccpolicy, name).__doc__


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="Nothing"):
        ccpolicy.Nothing  # noqa: B018


def test_importing_it_imports_nothing_else() -> None:
    code = (
        "import sys, ccpolicy; ccpolicy.CcpolicyError;"
        "print(sorted({'click', 'duckdb', 'pydantic', 'yaml'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
