"""Rewrite policy files for some of the languages that they are written in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import yaml

_INLINE = re.compile(r"\{ *en *= *(\"[^\"]*\") *, *zh *= *(\"[^\"]*\") *\}")


def in_languages(text: str, languages: Sequence[str], known: Sequence[str]) -> str:
    """Return YAML in which each text by language has these languages alone.

    Of one language the text itself stands there; comments and all else stay as they are. `known`
    are the languages that the file is written in.
    """
    if set(languages) == set(known):
        return text
    for start, end, value in sorted(_texts(text, languages[0], known), reverse=True):
        text = text[:start] + value + text[end:]
    return text


def setting_in_language(text: str, language: str, known: Sequence[str]) -> str:
    """Return TOML in which a text by language is that of one."""
    return _INLINE.sub(lambda found: found[1 + list(known).index(language)], text)


def _texts(text: str, language: str, known: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and replacement of each text that is written by language."""
    waiting = [yaml.compose(text, Loader=yaml.SafeLoader)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
        if not isinstance(node, yaml.MappingNode):
            continue
        keys = {key.value: value for key, value in node.value}
        if set(keys) == set(known):
            chosen = keys[language]
            value = text[chosen.start_mark.index : chosen.end_mark.index].rstrip()
            start, end = node.start_mark.index, node.end_mark.index
            if not node.flow_style:  # the mapping stands below its key
                start = len(text[:start].rstrip())
                end = start + len(text[start:end].rstrip())
                value = f" {value}"
            yield start, end, value
        else:
            waiting += keys.values()
