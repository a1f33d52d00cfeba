"""The pictures of the documentation show the program and the report as they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

import pictures

HINT = "run: python tools/pictures.py, and python tools/pictures.py report"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    return pictures.write_report(tmp_path_factory.mktemp("report")).read_text("utf-8")


def test_no_other_pictures() -> None:
    names = {path.name for path in pictures.PICTURES.iterdir()}
    assert names == {*pictures.COMMANDS, *pictures.SCREENSHOTS}


@pytest.mark.parametrize("name", pictures.COMMANDS)
def test_terminal(name: str) -> None:
    kept = (pictures.PICTURES / name).read_text("utf-8")
    assert kept == pictures.terminal_picture(pictures.COMMANDS[name]), HINT


@pytest.mark.parametrize("name", pictures.SCREENSHOTS)
def test_report(name: str, report: str) -> None:
    screenshot = pictures.SCREENSHOTS[name]
    with Image.open(pictures.PICTURES / name) as kept:
        assert kept.size == (screenshot.width, screenshot.height)
        assert kept.info[pictures.SOURCE] == pictures.source_digest(report, screenshot), HINT


def test_changed_words_and_styles_are_seen(report: str) -> None:
    cover = pictures.SCREENSHOTS["report-cover-en-light.png"]
    digest = pictures.source_digest(report, cover)
    assert pictures.source_digest(report.replace("Made by", "Written by"), cover) != digest
    assert pictures.source_digest(report.replace("</style>", "p{}</style>", 1), cover) != digest


def test_wide_characters_take_two_cells() -> None:
    [text] = pictures._texts("\x1b[1;31m备份\x1b[0m", 0)
    assert 'textLength="33.6"' in text
    assert 'fill="#ff7b72"' in text
    assert 'font-weight="bold"' in text


def test_pictures_are_small() -> None:
    assert sum(path.stat().st_size for path in Path(pictures.PICTURES).iterdir()) < 600_000
