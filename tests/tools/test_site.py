"""The site has every page in both languages, and nothing on it asks another host."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

import docs_site as site

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
CONFIG = re.sub(r"!!python\S*", "", (ROOT / "mkdocs.yml").read_text("utf-8"))


def listed(nav: list[Any]) -> list[str]:
    """List the pages of a menu."""
    return [
        page
        for each in nav
        for page in ([each] if isinstance(each, str) else listed(next(iter(each.values()))))
    ]


def test_the_menu_has_every_page_and_every_page_both_languages() -> None:
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    chinese = {page for page in pages if page.endswith(".zh.md")}
    menu = listed(yaml.safe_load(CONFIG)["nav"])
    assert sorted(menu) == sorted(pages - chinese)
    assert {page.replace(".zh.md", ".md") for page in chinese} == pages - chinese


def test_fonts_and_scripts_are_its_own() -> None:
    config = yaml.safe_load(CONFIG)
    assert config["strict"] is True
    assert config["theme"]["font"] is False
    assert not {"extra_css", "extra_javascript", "repo_url"} & config.keys()


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ('<script src="https://cdn.example/x.js">', ["https://cdn.example/x.js"]),
        ('<link rel="stylesheet" href="//fonts.example/f.css">', ["//fonts.example/f.css"]),
        ('<img src="http://pixel.example/1.png">', ["http://pixel.example/1.png"]),
        ('<a href="https://docs.example/">to read</a><img src="report/cover.png">', []),
    ],
)
def test_requests_to_other_hosts_are_found(html: str, found: list[str]) -> None:
    assert site.foreign_requests(html) == found


def test_links_out_of_the_documentation_are_texts() -> None:
    page = SimpleNamespace(file=SimpleNamespace(src_uri="pipeline/gitlab.zh.md"))
    text = "# A\n\n[English](gitlab.md)\n\n[x](../../ci/x.yml) [y](../columns.zh.md#z)\n"
    assert site.on_page_markdown(text, page) == "# A\n\nx [y](../columns.zh.md#z)\n"


def test_chinese_is_found_by_its_characters() -> None:
    index = {
        "config": {"separator": "x", "pipeline": ["stopWordFilter"]},
        "docs": [{"location": "zh/a.html", "title": "工作日", "text": "六天 weekend"}],
    }
    made = site.searchable(index)
    assert made["docs"][0]["title"].split(site.BETWEEN) == ["工", "作", "日"]
    assert re.split(made["config"]["separator"], made["docs"][0]["text"]) == ["六", "天", "weekend"]
    assert site.searchable(made) == made
