"""Write docs/performance.md and its pictures from docs/performance/*.jsonl."""

from __future__ import annotations

from pathlib import Path

from ccpolicy.errors import LANGUAGES
from performance.figures import load
from performance.page import write

DOCS = Path(__file__).resolve().parents[2] / "docs"


def main() -> None:
    """Write the pages in both languages."""
    figures = load(DOCS / "performance")
    for language in LANGUAGES:
        write(figures, DOCS, language)


if __name__ == "__main__":
    main()
