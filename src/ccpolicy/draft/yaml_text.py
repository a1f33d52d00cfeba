"""Write values as YAML that every reader takes alike, and comments that cannot end early."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ccpolicy.draft.question import Question
from ccpolicy.errors import Language
from ccpolicy.reports.layout import visible, wrap
from ccpolicy.texts import Text

_PLAIN = re.compile(r"[A-Za-z\u4e00-\u9fff][\w\u4e00-\u9fff./@-]*( [\w\u4e00-\u9fff./@-]+)*")
_DURATION = re.compile(r"[0-9]+ [a-z]+")
_RESERVED = re.compile(r"(y|n|yes|no|on|off|true|false|null)", re.IGNORECASE)
_COLUMNS = 100


def scalar(value: Any) -> str:
    """Write a text, number or truth value."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
    text = str(value)
    if _PLAIN.fullmatch(text) and not _RESERVED.fullmatch(text):
        return text
    return text if _DURATION.fullmatch(text) else quoted(text)


def quoted(text: str) -> str:
    """Write a text in double quotation marks, with all that cannot be seen written out."""
    return '"' + "".join(map(_sign, text)) + '"'


def _sign(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character in "\n\t":
        return "\\n" if character == "\n" else "\\t"
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def flow(value: Any) -> str:
    """Write a value on one line."""
    match value:
        case Mapping():
            return "{" + ", ".join(f"{_key(k)}: {flow(each)}" for k, each in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def open_text(languages: Sequence[str]) -> str:
    """Write a text that somebody has yet to write, in each language of a plan."""
    return flow(dict.fromkeys(languages, "…")) if len(languages) > 1 else quoted("…")


def localized(text: Text) -> str:
    """Write a text once if it is the same in every language, or else in each."""
    texts = set(text.root.values())
    return scalar(next(iter(texts))) if len(texts) == 1 else flow(text.root)


def _key(key: str) -> str:
    return scalar(key)


def comment(text: str, indent: int = 0, mark: str = "") -> Iterator[str]:
    """Yield the lines of a comment; what a terminal would act on is written out."""
    start = " " * indent + "# " + mark
    for line in wrap(visible(text), _COLUMNS - len(start)):
        yield (start + line).rstrip()
        start = " " * indent + "# " + " " * len(mark)


def question_lines(question: Question, language: Language, indent: int = 0) -> Iterator[str]:
    """Yield a question as comments: `# ?`, and below it the answers."""
    yield from comment(question.message.text(language), indent, "" if question.is_note else "? ")
    for answer in question.answers:
        yield " " * indent + "#     " + visible(answer)
