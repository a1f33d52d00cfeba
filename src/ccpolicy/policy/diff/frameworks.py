"""What changed in the requirements that controls are held against."""

from __future__ import annotations

from collections.abc import Iterator

from ccpolicy.assessment.comparison import PolicyChange
from ccpolicy.errors import Message
from ccpolicy.policy.diff.change import Subject
from ccpolicy.policy.frameworks import Framework


def framework_changes(
    subject: Subject, before: Framework, after: Framework
) -> Iterator[PolicyChange]:
    """Yield what changed in a framework; no verdict depends on it.

    One that is taken out is no longer said to be without a control, so that it is named.
    """
    first, second = ({each.id: each for each in one.requirements} for one in (before, after))
    for name in first:
        if name not in second:
            message = Message.of("the requirement {id} is taken out", id=name)
            yield subject.change("neutral", message, "requirements")
    for index, requirement in enumerate(after.requirements):
        message = Message.of("the requirement {id} is new", id=requirement.id)
        if requirement.id in first:
            if requirement == first[requirement.id]:
                continue
            message = Message.of("what is said of the requirement {id}", id=requirement.id)
        yield subject.change("neutral", message, "requirements", index)
    if before.model_copy(update={"requirements": []}) != after.model_copy(
        update={"requirements": []}
    ):
        yield subject.change("neutral", Message.of("what is said of the framework"))
