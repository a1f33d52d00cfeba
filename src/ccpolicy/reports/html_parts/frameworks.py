"""The report's section by framework: requirements, their controls and how they were checked."""

from __future__ import annotations

from collections.abc import Iterable

from ccpolicy.assessment.frameworks import Framework, Requirement
from ccpolicy.reports.html_parts.labels import grade
from ccpolicy.reports.html_parts.wording import Wording, join, say
from ccpolicy.vocabulary import Grade


def served_share(framework: Framework) -> Wording:
    """Say how many of a framework's requirements a control serves."""
    return say(
        "{title}: {count} of {total} requirements have a control",
        title=framework.title,
        count=len(framework.served),
        total=len(framework.served) + len(framework.without_control),
    )


def grades(framework: Framework) -> Wording:
    """Say how many of the identifiers were checked how far."""
    counts: dict[Grade, int] = {}
    for each in framework.requirements:
        counts[each.grade] = counts.get(each.grade, 0) + 1
    return join(
        [say("{grade}: {count}", grade=grade(each), count=count) for each, count in counts.items()]
    )


def listed(requirements: Iterable[Requirement]) -> Wording:
    """Name requirements in a row, which takes less than a list of hundreds."""
    return join(
        [say("{id} {title}", id=each.id, title=each.title) for each in requirements],
        semicolon=True,
    )
