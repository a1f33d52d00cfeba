"""`python -m reference`, in `tools/`, writes the reference into `docs/reference/`."""

from __future__ import annotations

import sys

from ccpolicy.errors import LANGUAGES
from reference.site import FOLDER, Reference


def main() -> int:
    """Write all pages, and name what has still to be written or translated."""
    complaints: list[str] = []
    FOLDER.mkdir(exist_ok=True)
    for language in LANGUAGES:
        reference = Reference(language)
        for name, text in reference.pages().items():
            (FOLDER / name).write_text(text, "utf-8", newline="\n")
        complaints += reference.complaints()
    for complaint in dict.fromkeys(complaints):
        sys.stderr.write(f"{complaint}\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
