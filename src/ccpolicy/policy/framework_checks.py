"""What must fit between controls and the requirements that they name."""

from __future__ import annotations

from collections.abc import Iterator

from ccpolicy.errors import PolicyError
from ccpolicy.near_names import nearest
from ccpolicy.policy.file_reader import FRAMEWORKS
from ccpolicy.policy.frameworks import Framework, split_name
from ccpolicy.policy.load import Policy
from ccpolicy.policy.models import Control
from ccpolicy.policy.names import unknown


def check_frameworks(content: Policy) -> Iterator[PolicyError]:
    """Yield errors of frameworks, and of the requirements that controls name."""
    for framework in content.frameworks.values():
        seen = set()
        for index, requirement in enumerate(framework.requirements):
            if requirement.id in seen:
                yield PolicyError(
                    "the framework lists the requirement '{id}' twice",
                    locator=content.place("framework", framework.id, "requirements", index, "id"),
                    id=requirement.id,
                )
            seen.add(requirement.id)
            if requirement.norm is not None and requirement.norm not in content.norms:
                place = content.place("framework", framework.id, "requirements", index, "norm")
                yield unknown("unknown norm '{name}'", requirement.norm, content.norms, place)
    for control in content.controls.values():
        yield from _satisfied(content, control)


def _satisfied(content: Policy, control: Control) -> Iterator[PolicyError]:
    for index, name in enumerate(control.satisfies):
        place = content.place("control", control.id, "satisfies", index)
        if name in control.satisfies[:index]:
            yield PolicyError("'satisfies' names '{name}' twice", locator=place, name=name)
            continue
        of, requirement = split_name(name)
        framework = content.frameworks.get(of)
        if framework is None:
            yield unknown("unknown framework '{name}'", of, content.frameworks, place)
        elif error := requirement_error(content, framework, requirement):
            yield error.at(place)


def requirement_error(content: Policy, framework: Framework, name: str) -> PolicyError | None:
    """Return what is wrong with the name of a requirement, if no control can serve it."""
    found = framework.find(name)
    file = f"{content.settings.policy}/{FRAMEWORKS}/{framework.id}.yaml"
    if found is None:
        close = nearest(name, [each.id for each in framework.requirements if not each.heading])
        return PolicyError(
            "'{framework}' has no requirement '{name}'",
            hint=close.hint if close else "{file} lists them",
            framework=framework.id,
            name=name,
            close=close.name if close else "",
            file=file,
        )
    if found.heading:
        return PolicyError(
            "'{name}' of '{framework}' is a heading, which asks for nothing",
            hint="name one of the requirements below it in {file}",
            framework=framework.id,
            name=name,
            file=file,
        )
    return None
