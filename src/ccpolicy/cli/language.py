"""The language that the command line speaks."""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from ccpolicy.errors import LANGUAGES, Language

_CATALOGUES = str(Path(__file__).parents[1] / "locale")


def requested_language(arguments: Sequence[str], environment: Mapping[str, str]) -> Language:
    """Return the language asked for, before anything is parsed: errors and help speak it too."""
    for index, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == "--":
            break
        if name == "--lang":
            value = value or (arguments[index + 1] if index + 1 < len(arguments) else "")
            if value in LANGUAGES:
                return value
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return "zh" if environment[name].lower().startswith("zh") else "en"
    return "en"


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Let gettext, and so click's own sentences, use our catalogue in one language."""
    domain, before = gettext.textdomain(), os.environ.get("LANGUAGE")
    gettext.bindtextdomain("ccpolicy", _CATALOGUES)
    gettext.textdomain("ccpolicy")
    os.environ["LANGUAGE"] = language
    try:
        yield
    finally:
        gettext.textdomain(domain)
        if before is None:
            del os.environ["LANGUAGE"]
        else:
            os.environ["LANGUAGE"] = before
