"""What a draft asks its reader: a sentence, and the lines of the contract that would answer it."""

from __future__ import annotations

from dataclasses import dataclass

from ccpolicy.errors import Message


@dataclass(frozen=True, slots=True)
class Question:
    """Something that the file itself does not say."""

    message: Message
    answers: tuple[str, ...] = ()
    """Lines of YAML, one of which may be the answer."""
    is_note: bool = False
    """Whether it is only to be known, and nothing is asked."""


def doubt(template: str, *answers: str, **values: object) -> Question:
    """Make a question of a template, its values and its possible answers."""
    return Question(Message.of(template, **values), answers)
