"""Makes the site of the documentation: a hook of MkDocs, and what is done once it has built.

`python tools/docs_site.py FOLDER` makes Chinese searchable, and refuses what would ask another
host.
"""

from __future__ import annotations

import json
import posixpath
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

_SWITCH = re.compile(r"^\[(?:English|中文)\]\([\w./-]+\.md\)\n\n", re.MULTILINE)
_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\((\.\.?/[^):#]+)(?:#[^)]*)?\)")
_HAN = re.compile(r"(?<=[\u4e00-\u9fff])(?=[\u4e00-\u9fff])")
BETWEEN = "\u200b"
"""Stands between words in the search index where no space does; nobody sees it."""


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Leave out the link to the other language, which the site's head has, and links out of it."""
    folder = posixpath.dirname(page.file.src_uri)

    def inside(link: re.Match[str]) -> str:
        leads_out = posixpath.normpath(posixpath.join(folder, link[2])).startswith("..")
        return link[1] if leads_out else link[0]

    return _LINK.sub(inside, _SWITCH.sub("", markdown))


def searchable(index: dict[str, Any]) -> dict[str, Any]:
    """Return a search index in which each Chinese character is found by itself.

    Chinese has no spaces, so that a sentence would be one word; what reads sentences has no wheels.
    """
    # Stop words are characters here, and all characters of a question must be found.
    config = {
        **index["config"],
        "pipeline": [],
        "separator": rf"[\s{BETWEEN}\-,:!=()`/，。：；、（）“”！？]+",
    }
    docs = [
        {
            name: _apart(value) if name in ("title", "text") else value
            for name, value in each.items()
        }
        for each in index["docs"]
    ]
    return {**index, "config": config, "docs": docs}


def _apart(text: str) -> str:
    return _HAN.sub(BETWEEN, text)


class _Requests(HTMLParser):
    """Collects what a page would fetch of another host."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at every attribute that a browser follows by itself."""
        for name, value in attrs:
            follows = name in ("src", "srcset", "data", "poster") or (tag, name) == ("link", "href")
            if follows and value and re.match(r"(?:https?:)?//", value):
                self.found.append(value)


def foreign_requests(html: str) -> list[str]:
    """List what a page would fetch of another host; links for people to follow are not fetched."""
    parser = _Requests()
    parser.feed(html)
    return parser.found


def main(folder: Path) -> int:
    """Finish a site, and name what it would fetch from elsewhere."""
    path = folder / "search" / "search_index.json"
    index = searchable(json.loads(path.read_text("utf-8")))
    path.write_text(json.dumps(index, ensure_ascii=False), "utf-8", newline="\n")
    found = [
        f"{page}: {each}"
        for page in sorted(folder.rglob("*.html"))
        for each in foreign_requests(page.read_text("utf-8"))
    ]
    for each in found:
        sys.stderr.write(f"another host would be asked: {each}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
