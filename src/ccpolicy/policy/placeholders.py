"""What drafts left for somebody to write or to answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ccpolicy.errors import KeyPath, Locator, Message, PolicyError
from ccpolicy.files.yaml_document import YamlDocument, parse_yaml
from ccpolicy.policy.load import Policy

PLACEHOLDER = "…"
"""Text of a draft that stands for one yet to be written."""


def placeholders(content: Policy) -> Iterator[tuple[Message, Message, Locator]]:
    """Yield, once for each file, the texts to be written and the questions to be answered.

    Of each: what it is, a hint, and the first place.
    """
    for source in _sources(content):
        if paths := [*_unwritten(source.value, ())]:
            hint = Message.of("write them: a draft leaves what only people can say")
            message = Message.of("texts that are still '…': {count}", count=len(paths))
            yield message, hint, source.locate(paths[0])
        if source.questions:
            hint = Message.of("answer what '# ?' asks, then take the line out")
            message = Message.of(
                "questions of a draft that are still open: {count}", count=len(source.questions)
            )
            yield message, hint, Locator(source.file, source.questions[0], 1)


def _sources(content: Policy) -> Iterator[YamlDocument]:
    """Yield the files of a policy that were parsed, and those of its tests."""
    found = {place.source.file: place.source for place in content.places.values()}
    yield from found.values()
    for name, data in content.tests.items():
        try:
            source = parse_yaml(data, f"{content.prefix}{name}", PolicyError)
        except PolicyError:  # what is wrong with a test is for `test` to say
            continue
        if source.file not in found:
            yield source


def _unwritten(value: Any, path: KeyPath) -> Iterator[KeyPath]:
    match value:
        case dict():
            for key, each in value.items():
                yield from _unwritten(each, (*path, key))
        case list():
            for index, each in enumerate(value):
                yield from _unwritten(each, (*path, index))
        case str() if value.strip() == PLACEHOLDER:
            yield path
