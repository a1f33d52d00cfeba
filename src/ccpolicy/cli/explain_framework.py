"""Explain a framework, or a requirement of one: which controls serve it."""

from __future__ import annotations

import shlex

from ccpolicy.api import Repository
from ccpolicy.policy import Control, Framework
from ccpolicy.policy.framework_checks import requirement_error
from ccpolicy.policy.frameworks import Requirement, split_name
from ccpolicy.policy.names import unknown
from ccpolicy.reports.layout import visible
from ccpolicy.reports.page import Page
from ccpolicy.reports.phrases import GRADE_MESSAGES
from ccpolicy.reports.summary_text import severities


def explain_framework(page: Page, repository: Repository, name: str) -> None:
    """Write down what a requirement such as `iso27001:A.5.30` is about, and who serves it.

    Of a framework alone, such as `iso27001`, every requirement is named with its controls.

    Raises:
        PolicyError: there is no such framework or requirement.
    """
    of, identifier = split_name(name)
    framework = repository.frameworks.get(of)
    if framework is None:
        raise unknown("unknown framework '{name}'", of, repository.frameworks, None)
    if ":" not in name:
        _framework(page, repository, framework)
        return
    found = framework.find(identifier)
    if found is None or found.heading:
        error = requirement_error(repository.policy, framework, identifier)
        assert error
        raise error
    _requirement(page, repository, framework, found)


def _serving(repository: Repository, framework: Framework, each: Requirement) -> list[Control]:
    name = f"{framework.id}:{each.id}"
    return [control for control in repository.controls.values() if name in control.satisfies]


def _source(page: Page, framework: Framework) -> None:
    """Write who publishes it, and where it was read."""
    page.paragraph(page.text(framework.source))
    if framework.consulted:
        place = page.text(framework.consulted)
        page.paragraph(page.say("consulted: {place}", place=place), colour="dim")
    if framework.url:
        page.paragraph(visible(framework.url), colour="dim")


def _framework(page: Page, repository: Repository, framework: Framework) -> None:
    title, edition = page.text(framework.title), framework.edition
    page.paragraph(page.say("{title}, edition {edition}", title=title, edition=edition), 0, "bold")
    _source(page, framework)
    page.line()
    for each in framework.requirements:
        if each.heading:
            page.definition(each.id, page.text(each.title), 12, "bold")
            continue
        serving = page.join(one.id for one in _serving(repository, framework, each))
        said = page.say(
            "{title}: {controls}",
            title=page.text(each.title),
            controls=serving or page.say("no control"),
        )
        page.definition(each.id, said, 12)


def _requirement(
    page: Page, repository: Repository, framework: Framework, each: Requirement
) -> None:
    page.paragraph(f"{framework.id}:{each.id}  {page.text(each.title)}", colour="bold")
    title = page.text(framework.title)
    page.paragraph(page.say("{title}, edition {edition}", title=title, edition=framework.edition))
    _source(page, framework)
    grade = page.say(GRADE_MESSAGES[framework.graded(each)])
    page.paragraph(page.say("checked: {grade}", grade=grade))
    index = framework.requirements.index(each)
    place = repository.policy.place("framework", framework.id, "requirements", index, "id")
    page.paragraph(visible(str(place)), colour="dim")
    if each.norm:
        norm = repository.norms[each.norm]
        page.heading(page.say("What it asks"))
        page.paragraph(page.text(norm.title), 2)
        grade = page.say(GRADE_MESSAGES[norm.grade])
        source = page.say("{source} ({grade})", source=page.text(norm.source), grade=grade)
        page.paragraph(source, 2, "dim")
    page.heading(page.say("Controls"))
    controls = _serving(repository, framework, each)
    words = severities(page)
    for control in controls:
        said = f"{page.text(control.title)} ({words[control.severity]})"
        page.definition(control.id, said, 10, "bold")
    if not controls:
        page.paragraph(page.say("No control of this plan serves it."), 2, "yellow")
        return
    page.paragraph(
        page.say("That they pass does not show that the requirement is met in full."), 2, "dim"
    )
    page.line()
    path = [page.view.path] if page.view.path else []
    chosen = [word for control in controls for word in ("--control", control.id)]
    command = shlex.join(["ccpolicy", "check", *chosen, "-v", *path])
    page.line(page.say("Next: {command}", command=command))
