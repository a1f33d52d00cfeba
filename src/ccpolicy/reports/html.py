"""HTML: what an auditor reads, in one file, offline, complete with scripts off."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ccpolicy.assessment.models import Assessment
from ccpolicy.reports import View

if TYPE_CHECKING:
    from jinja2 import Environment

    from ccpolicy.reports.html_parts.document import HtmlDocument

PARTS = Path(__file__).parent / "html_parts"


def render_assessment(result: Assessment, view: View) -> bytes:
    """Render an assessment; in brief, what is read by those who decide."""
    from ccpolicy.reports.html_parts.document import HtmlDocument
    from ccpolicy.reports.html_parts.labels import nearest_language
    from ccpolicy.reports.html_parts.wording import offering

    languages = result.policy.languages
    own = nearest_language(languages, view.language)
    with offering(languages, own):
        return b"".join(_pieces(HtmlDocument(result), view, own))


def _pieces(document: HtmlDocument, view: View, own: str) -> Iterator[bytes]:
    """Yield the file piece by piece; a control is dropped from memory when it is written."""
    from ccpolicy.reports.html_parts.labels import (
        caption_style,
        language_name,
        language_style,
        running_head,
        severity_style,
        symbol_style,
    )
    from ccpolicy.reports.length_text import length_forms

    style, script = (_plain(PARTS / name) for name in ("report.css", "report.js"))
    environment = _environment()
    titles = {each: document.title(each) for each in document.result.policy.languages}
    shared: dict[str, object] = {
        "doc": document,
        "result": document.result,
        "view": view,
        "languages": {each: language_name(each) for each in document.result.policy.languages},
        "reading": own,
        "style": palette()
        + style
        + severity_style()
        + symbol_style()
        + language_style(document.result.policy.languages, own)
        + caption_style(document.result.policy.languages, own)
        + running_head(titles, own, document.result.policy.digest[:23]),
        "script": script,
        "titles": titles,
    }
    shared["lengths"] = {each: length_forms(each) for each in document.result.policy.languages}
    shared["policy"] = content_policy(str(shared["style"]), str(shared["script"]))
    names = ["head", "cover", "summary", "compare", "matrix"]
    if view.detail != "brief":
        yield from _rendered(environment, [*names[:-1], "overview", "matrix", "controls"], shared)
        for section in document.sections():
            yield from _rendered(environment, ["control"], {**shared, "section": section})
        yield from _rendered(environment, ["explorer_head"], shared)
        yield from document.packed()
        yield from _rendered(environment, ["explorer_foot"], shared)
        if document.subjects:
            yield from _rendered(environment, ["subjects_head"], shared)
            yield from document.packed_subjects()
            yield from _rendered(environment, ["explorer_foot"], shared)
        names = ["frameworks", "waivers", "unjudged", "pending", "due", "evidence"]
        names += ["limits", "method"]
    else:
        names += ["unjudged"]
    yield from _rendered(environment, [*names, "signature", "foot"], shared)


_COMMENTS = re.compile(r"^ *(?://.*\n|/\*[^*]*\*/\n)|^ +|^\n", re.MULTILINE)
"""Lines of comments, blank lines, and what indents the others."""


_BETWEEN = re.compile(r"\s*([{};])\s*|(?<=[a-z]:) (?=\S)")
"""Blanks between the rules of a style sheet; its strings hold no braces and no colons."""


def palette() -> str:
    """Return the colours and fonts of every page, as a style sheet in light and dark."""
    return _plain(PARTS.with_name("palette.css"))


def _plain(file: Path) -> str:
    """Return a style sheet or a script as its reader's browser needs it."""
    plain = _COMMENTS.sub("", file.read_text("utf-8"))
    return _BETWEEN.sub(r"\1", plain) if file.suffix == ".css" else plain


def _rendered(
    environment: Environment, names: list[str], shared: dict[str, object]
) -> Iterator[bytes]:
    for name in names:
        rendered = environment.get_template(f"{name}.html.j2").render(shared)
        yield (rendered if name in _AS_WRITTEN else _terse(rendered)).encode()


def content_policy(style: str, script: str) -> str:
    """Allow this style sheet and this script, and nothing else whatever."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src '{_hash(script)}'",
            f"style-src '{_hash(style)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


_AS_WRITTEN = ("head", "foot")
"""Templates that hold the style sheet and the script, whose digests the page allows."""
_NEEDLESS = re.compile(
    r' scope="(?:col|row)"|(?<=[a-z]=)"([A-Za-z0-9_.#%-]+)"(?=[\s>])'
    r"|</(?:td|th|tr|dt|dd|li)>(?!\s*<template)"
    r"|\n+(?=</?(?:t[dhr]|thead|tbody|table|[uod]l|li|d[dt]|div|p|h[2-6]|section|details|figure)\b)"
)
"""Quotes, end tags, ends of lines and the scopes of headings that HTML lets one leave out.

They would be in the page by the thousand. A heading's row and column follow from its place.

Values cannot contain them: in what is printed, quotes and angle brackets are escaped.
Before a template they are needed, since it would come to lie in what they end."""


def _terse(page: str) -> str:
    """Leave out what HTML needs not; an apostrophe closes no attribute of these templates."""
    return _NEEDLESS.sub(lambda found: found[1] or "", page).replace("&#39;", "'")


@cache
def _environment() -> Environment:
    """Return the templates; whatever they print is escaped, and what is hidden written out."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    from ccpolicy.reports import time_text
    from ccpolicy.reports.html_parts import frameworks, labels, packing, subjects, wording

    environment = Environment(
        loader=FileSystemLoader(PARTS / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=wording.safe,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    for module in (wording, labels):
        names = [name for name in vars(module) if not name.startswith("_")]
        environment.globals.update({name: getattr(module, name) for name in names})
    environment.globals.update(
        {
            "when": time_text.when,
            "until": time_text.until,
            "span_end": time_text.span_end,
            "exactly": time_text.exactly,
            "NAMED": subjects.NAMED,
            "subject_counts": subjects.subject_counts,
            "served_share": frameworks.served_share,
            "grades": frameworks.grades,
            "listed": frameworks.listed,
            "minutes": packing.minutes,
        }
    )
    environment.filters["raw"] = Markup
    return environment
