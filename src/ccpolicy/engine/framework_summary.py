"""The frameworks in an assessment: for each requirement, its controls and their worst verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ccpolicy.assessment import frameworks, models
from ccpolicy.engine.policy_summary import quote_norm
from ccpolicy.policy import Policy
from ccpolicy.policy.frameworks import Framework, Requirement


def quote_frameworks(
    policy: Policy, judged: Iterable[models.Control]
) -> list[frameworks.Framework]:
    """Return the frameworks with the verdicts of the controls that serve their requirements."""
    serving: dict[str, list[str]] = {}
    for control in policy.controls.values():
        for name in control.satisfies:
            serving.setdefault(name, []).append(control.id)
    controls = list(judged)
    return [
        frameworks.Framework(
            id=each.id,
            title=models.Text.of(each.title),
            edition=each.edition,
            source=models.Text.of(each.source),
            consulted=models.Text.of(each.consulted) if each.consulted else None,
            url=each.url,
            requirements=[
                _requirement(policy, each, requirement, serving, controls)
                for requirement in each.requirements
            ],
        )
        for each in policy.frameworks.values()
    ]


def _requirement(
    policy: Policy,
    framework: Framework,
    requirement: Requirement,
    serving: Mapping[str, list[str]],
    judged: list[models.Control],
) -> frameworks.Requirement:
    name = f"{framework.id}:{requirement.id}"
    controls = serving.get(name, [])
    now, period = frameworks.serving_verdicts(controls, judged)
    return frameworks.Requirement(
        id=requirement.id,
        name=name,
        title=models.Text.of(requirement.title),
        grade=framework.graded(requirement),
        heading=requirement.heading,
        norm=quote_norm(policy.norms[requirement.norm]) if requirement.norm else None,
        controls=controls,
        now=now,
        period=period,
    )
