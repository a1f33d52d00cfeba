"""Read YAML that a stranger wrote, and remember the line and column of every value."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import yaml

from ccpolicy.errors import CcpolicyError, KeyPath, LimitError, Locator
from ccpolicy.files.limits import too_large

MAX_BYTES = 16 * 1024 * 1024
MAX_LINE = 1024 * 1024
MAX_DEPTH = 32

_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]+)?([eE][+-]?[0-9]+)?$")
_UNSEEN = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What YAML 1.1 and 1.2 read differently: nobody should have to know which one reads it.
_AMBIGUOUS = re.compile(
    r"(y|n|yes|no|on|off|~)$|true$|false$|null$"
    r"|[-+]?0[0-9_]+$|[-+]?0[obx][0-9a-f_]+$|[-+]?[0-9][0-9_]*_[0-9_]*$"
    r"|[-+]?[0-9]+(:[0-5]?[0-9])+(\.[0-9]*)?$"
    r"|[-+]?\.(inf|nan)$|\+[0-9.]+$|-?\.[0-9]+$|-?[0-9]+\.$",
    re.IGNORECASE,
)
_PLAIN = {"": None, "null": None, "true": True, "false": False}


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """A YAML document: its value, and where each part of it stands."""

    file: str
    value: Any
    marks: dict[KeyPath, tuple[int, int]] = field(repr=False)
    """Path of a value → line and column, from 1; of a mapping's value, where its key stands."""
    questions: tuple[int, ...] = field(default=(), repr=False)
    """Lines of comments that begin with `# ?`, by which drafts ask."""

    def locate(self, path: KeyPath = ()) -> Locator:
        """Return the place of the value at a path, or of the nearest parent that is there."""
        while path and path not in self.marks:
            path = path[:-1]
        line, column = self.marks.get(path, (1, 1))
        return Locator(self.file, line, column)


def read_yaml(path: Path, name: str, error: type[CcpolicyError] = CcpolicyError) -> YamlDocument:
    """Read one YAML file, which messages call `name`.

    Raises:
        CcpolicyError: (as `error`) unreadable, not UTF-8, or YAML with aliases, tags, duplicate
            keys, or values that YAML versions disagree about.
        LimitError: too large, or nested too deeply.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as failure:
        raise error(
            "cannot read the file: {reason}", reason=failure.strerror, locator=Locator(name)
        ) from failure
    return parse_yaml(data, name, error)


def decode_text(
    data: bytes, name: str, error: type[CcpolicyError] = CcpolicyError, *, lines_before: int = 0
) -> str:
    """Return the text of a file, without the mark of its encoding.

    Raises:
        CcpolicyError: or the error given: it is not UTF-8, at the line that is not.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        raise error(
            "not UTF-8 text",
            hint="save the file in the encoding UTF-8",
            locator=Locator(name, data.count(b"\n", 0, failure.start) + 1 + lines_before),
        ) from failure


def parse_yaml(
    data: bytes, name: str, error: type[CcpolicyError] = CcpolicyError, *, lines_before: int = 0
) -> YamlDocument:
    """Parse the bytes of one YAML document; see `read_yaml` for what is refused.

    `lines_before` counts the lines above a document that stands inside another file.
    """
    if len(data) > MAX_BYTES:
        raise too_large(name, MAX_BYTES)
    text = decode_text(data, name, error, lines_before=lines_before)
    for number, text_line in enumerate(data.split(b"\n") if len(data) > MAX_LINE else (), 1):
        if len(text_line) > MAX_LINE:
            raise error(
                "the line is longer than {limit} KiB",
                limit=MAX_LINE >> 10,
                locator=Locator(name, number + lines_before),
            )
    if unseen := _UNSEEN.search(text):
        raise error(
            "the line holds a control character",
            hint="save the file as plain text in the encoding UTF-8",
            locator=Locator(name, text.count("\n", 0, unseen.start()) + 1 + lines_before),
        )
    builder = _Builder(name, error, lines_before)
    try:
        value = builder.build(text)
    except yaml.MarkedYAMLError as failure:
        builder.refuse(
            failure.problem_mark or failure.context_mark,
            "not YAML: {reason}",
            reason=failure.problem,
        )
    except yaml.YAMLError as failure:
        builder.refuse(None, "not YAML: {reason}", reason=getattr(failure, "reason", str(failure)))
    questions = tuple(
        number
        for number, line in enumerate(text.splitlines() if "# ?" in text else (), lines_before + 1)
        if line.lstrip().startswith("# ? ")
    )
    return YamlDocument(name, value, builder.marks, questions)


class _Builder:
    """Builds a value from the parser's events, without recursion, so that depth cannot hurt."""

    def __init__(self, name: str, error: type[CcpolicyError], lines_before: int) -> None:
        self.name, self.error, self.lines_before = name, error, lines_before
        self.marks: dict[KeyPath, tuple[int, int]] = {}

    def refuse(self, mark: Any, message: str, hint: str = "", **values: object) -> NoReturn:
        place = Locator(self.name, *self.place(mark)) if mark else Locator(self.name)
        raise self.error(message, hint=hint, locator=place, **values)

    def place(self, mark: Any) -> tuple[int, int]:
        return mark.line + 1 + self.lines_before, mark.column + 1

    def build(self, text: str) -> Any:
        root: list[Any] = []
        # Each open collection: the value, its path, and the key that waits for its value.
        stack: list[tuple[Any, KeyPath]] = [(root, ())]
        key: str | None = None
        keys: list[str | None] = []
        documents = 0
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            mark = event.start_mark
            if isinstance(event, yaml.NodeEvent):
                self.vet(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                stack.pop()
                key = keys.pop()
                continue
            else:
                documents += isinstance(event, yaml.DocumentStartEvent)
                if documents > 1:
                    self.refuse(mark, "more than one YAML document in the file")
                continue
            parent, path = stack[-1]
            if isinstance(parent, dict) and key is None:
                key = self.key(event, parent)
                self.marks[(*path, key)] = self.place(mark)
                continue
            value = self.value(event)
            if isinstance(parent, dict):
                assert key is not None
                path = (*path, key)
                parent[key] = value
                key = None
            else:
                path = (*path, len(parent)) if len(stack) > 1 else ()
                self.marks[path] = self.place(mark)
                parent.append(value)
            if isinstance(event, yaml.CollectionStartEvent):
                if len(stack) > MAX_DEPTH:
                    raise LimitError(
                        "nested in more levels than {limit}",
                        locator=Locator(self.name, *self.place(mark)),
                        limit=MAX_DEPTH,
                    )
                stack.append((value, path))
                keys.append(key)
                key = None
        return root[0] if root else None

    def vet(self, event: yaml.NodeEvent) -> None:
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            self.refuse(
                event.start_mark,
                "YAML anchors and aliases are not allowed",
                "write the value out where it is used",
            )
        if tag := getattr(event, "tag", None):
            self.refuse(event.start_mark, "YAML tags are not allowed: {tag}", tag=tag)

    def key(self, event: yaml.NodeEvent, parent: dict[str, Any]) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            self.refuse(event.start_mark, "a key must be plain text")
        key: str = event.value
        if not event.style and key == "<<":
            self.refuse(event.start_mark, "YAML merge keys are not allowed")
        if key in parent:
            self.refuse(event.start_mark, "duplicate key '{key}'", key=key)
        return key

    def value(self, event: yaml.NodeEvent) -> Any:
        if isinstance(event, yaml.MappingStartEvent):
            return {}
        if isinstance(event, yaml.SequenceStartEvent):
            return []
        assert isinstance(event, yaml.ScalarEvent)
        text: str = event.value
        if event.style:  # quoted or a block: text as it stands
            return text
        if text in _PLAIN:
            return _PLAIN[text]
        if _AMBIGUOUS.match(text):
            self.refuse(
                event.start_mark,
                "'{text}' means different things to different YAML readers",
                "put it in quotes, or write true, false or a plain decimal number",
                text=text,
            )
        if number := _NUMBER.match(text):
            return float(text) if number[2] or number[3] else int(text)
        return text
