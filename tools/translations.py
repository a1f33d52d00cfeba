"""Keep the Chinese catalogue in step with the source: collect every sentence, compile what is said.

`python tools/translations.py` updates `zh/LC_MESSAGES/ccpolicy.po` and compiles it. A sentence
that has no translation yet stands in the file with an empty one, and a test fails until it has.
"""

from __future__ import annotations

import ast
import datetime
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "ccpolicy"
PO = SOURCE / "locale" / "zh" / "LC_MESSAGES" / "ccpolicy.po"
MO = PO.with_suffix(".mo")

CALLS = {
    **dict.fromkeys(("of", "say", "gettext", "unknown", "error", "beyond", "doubt"), (0,)),
    "refuse": (1, 2),
}
"""Call → where its sentences stand; that of an error's class stands first."""
PLURALS = {"count", "ngettext"}
KEYWORDS = {"hint", "help", "short_help"}
WORDS = ("Severity",)
"""Types whose values are shown, each a sentence by itself."""
ARGUMENTS = KEYWORDS | {"message"}
"""Names of arguments that are sentences; those of `KEYWORDS` are so as variables too."""
TABLES = ("MESSAGES", "UNKNOWN")
"""Endings of the names of tables of sentences."""

CLICK = [
    "Usage:",
    "Options",
    "Commands",
    "Positional arguments",
    "Show this message and exit.",
    "Error: {message}",
    "Try '{command} {option}' for help.",
    "Missing command.",
    "Missing argument",
    "Missing option",
    "No such option {name!r}.",
    "No such command {name!r}.",
    "Invalid value: {message}",
    "Invalid value for {param_hint}: {message}",
    "Option {name!r} requires an argument.",
    "Option {name!r} does not take a value.",
    "Choose from:\n\t{choices}",
]
CLICK_PLURALS = [
    ("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    ("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
    ("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
]
"""What click says by itself, in its own words."""

HEADER = """\
# Chinese for ccpolicy. Kept in step with the source by tools/translations.py.
msgid ""
msgstr ""
"Language: zh\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""
EPOCH = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
"""The catalogue's date, so that compiling it again changes nothing."""

Sentence = str | tuple[str, str]


def sentences(source: Path = SOURCE) -> Iterator[tuple[Sentence, str]]:
    """Yield every sentence of the source with the file that says it."""
    for path in sorted(source.rglob("*.py")):
        name = path.relative_to(source.parents[1]).as_posix()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            yield from ((sentence, name) for sentence in _said(node))
    for path in sorted(source.rglob("*.j2")):
        name = path.relative_to(source.parents[1]).as_posix()
        with path.open("rb") as file:
            for _, call, said, _ in babel_extract(file, ["say", "count"], [], {}):
                texts = [text for text in ([said] if isinstance(said, str) else said or []) if text]
                yield (texts[0] if call == "say" else (texts[0], texts[1])), name
    yield from ((sentence, "click") for sentence in CLICK)
    yield from ((sentence, "click") for sentence in CLICK_PLURALS)


def _said(node: ast.AST) -> Iterator[Sentence]:
    match node:
        case ast.Call(
            func=ast.Name(id=name) | ast.Attribute(attr=name), args=args, keywords=keywords
        ):
            if name in PLURALS and len(args) >= 2:
                texts = [arg.value for arg in args if isinstance(arg, ast.Constant)]
                plural = [text for text in texts if isinstance(text, str)]
                if len(plural) == 2:
                    yield plural[0], plural[1]
            elif name in CALLS or name.endswith(("Error", "Errors")):
                for place in CALLS.get(name, (0,)):
                    yield from (text for arg in args[place : place + 1] for text in _texts(arg))
            for keyword in keywords:
                if keyword.arg in ARGUMENTS:
                    yield from _texts(keyword.value)
        case ast.Assign(
            targets=[ast.Name(id=name)], value=ast.Subscript(slice=ast.Tuple(elts=words))
        ) if name in WORDS:
            yield from (text for word in words for text in _texts(word))
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in KEYWORDS:
            yield from _texts(value)
        case (
            ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict(values=values))
            | ast.AnnAssign(target=ast.Name(id=name), value=ast.Dict(values=values))
        ) if name.endswith(TABLES):
            for value in values:
                yield from _texts(value)


def _texts(node: ast.expr) -> Iterator[str]:
    """Yield a text, or those of both branches of a condition."""
    match node:
        case ast.Constant(value=str(text)) if text:
            yield text
        case ast.IfExp(body=body, orelse=orelse):
            yield from _texts(body)
            yield from _texts(orelse)


def updated(old: Catalog) -> Catalog:
    """Return the catalogue with exactly the sentences that the source says now."""
    catalogue = Catalog(locale="zh", fuzzy=False)
    places: dict[str, dict[str, None]] = {}
    forms: dict[str, Sentence] = {}
    for sentence, place in sentences():
        key = sentence if isinstance(sentence, str) else sentence[0]
        if not isinstance(forms.get(key), tuple):
            forms[key] = sentence
        places.setdefault(key, {})[place] = None
    for key, sentence in forms.items():
        known = old.get(key)
        said = known.string if known else None
        text = (said if isinstance(said, str) else said[0] if said else "") or ""
        catalogue.add(
            sentence,
            (text,) if isinstance(sentence, tuple) else text,
            locations=[(place, 0) for place in places[key]],
        )
    return catalogue


def po_text(catalogue: Catalog) -> bytes:
    """Return the catalogue as the bytes of its `.po` file."""
    file = io.BytesIO()
    write_po(file, catalogue, width=100, include_lineno=False, omit_header=True)
    return HEADER.encode() + file.getvalue()


def mo_bytes(catalogue: Catalog) -> bytes:
    """Return the compiled catalogue; the same sentences give the same bytes."""
    catalogue.creation_date = catalogue.revision_date = EPOCH
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def load() -> Catalog:
    """Read the catalogue."""
    with PO.open("rb") as file:
        return read_po(file, locale="zh")


def main() -> int:
    """Update and compile the catalogue, and name what is not translated yet."""
    PO.parent.mkdir(parents=True, exist_ok=True)
    catalogue = updated(load() if PO.exists() else Catalog())
    PO.write_bytes(po_text(catalogue))
    MO.write_bytes(mo_bytes(load()))
    missing = [message.id for message in catalogue if message.id and not any(message.string or "")]
    for sentence in missing:
        sys.stderr.write(f"not translated yet: {sentence!r}\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
