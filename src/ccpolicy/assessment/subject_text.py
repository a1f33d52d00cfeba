"""What readers call a subject, whose name is made of a control's words, keys and items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from ccpolicy.texts import UNNAMED, Text
from ccpolicy.vocabulary import KEY_SEPARATOR

SubjectLabels = Sequence[Mapping[str, Text]]
"""For each part of subjects' names: value → what readers call it."""


class LabelsSubjects(Protocol):
    """What is about subjects, such as a control, and knows what readers call them."""

    def subject_text(self, name: str) -> Text:
        """Return what readers see of a subject."""


def subject_label(labels: SubjectLabels, name: str) -> Text | None:
    """Return what readers call a subject; None where they see its name.

    Parts of the name without a label stand as they are.
    """
    parts = name.split(KEY_SEPARATOR)
    named = [
        labels[place].get(part) if place < len(labels) else None for place, part in enumerate(parts)
    ]
    if not any(named):
        return None
    languages = {language for each in named if each for language in each.root}
    return Text(
        {
            language: KEY_SEPARATOR.join(
                each.text(language) if each else part
                for each, part in zip(named, parts, strict=True)
            )
            for language in sorted(languages)
        }
    )


def labels_of(labels: SubjectLabels, names: Iterable[str]) -> list[dict[str, Text]]:
    """Return those of the labels that the names of some subjects need."""
    parts = [name.split(KEY_SEPARATOR) for name in names]
    found = []
    for place, each in enumerate(labels):
        used = {part[place] for part in parts if place < len(part)}
        found.append({value: label for value, label in each.items() if value in used})
    return found if any(found) else []


def subject_text(labels: SubjectLabels, name: str) -> Text:
    """Return what readers see of a subject: its label, or else its name."""
    return subject_label(labels, name) or Text({UNNAMED: name})
