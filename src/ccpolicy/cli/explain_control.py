"""Explain a control: clauses, rule, parameters with their norms, and which evidence counts."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from ccpolicy.api import Repository
from ccpolicy.checks.kinds import ROLES
from ccpolicy.cli.explain_kind import shown_value
from ccpolicy.policy import Control, ParameterValue, Selection
from ccpolicy.policy.frameworks import split_name
from ccpolicy.policy.subject_names import prefix_words, subject_labels
from ccpolicy.reports.amount_text import label_text
from ccpolicy.reports.layout import visible
from ccpolicy.reports.page import Page
from ccpolicy.reports.phrases import GRADE_MESSAGES
from ccpolicy.reports.summary_text import severities
from ccpolicy.texts import Text
from ccpolicy.vocabulary import KEY_SEPARATOR


def explain_control(page: Page, repository: Repository, control: Control) -> None:
    """Write down all that decides a control."""
    severity = severities(page)[control.severity]
    page.paragraph(f"{control.id}  {page.text(control.title)}", colour="bold")
    page.paragraph(
        page.say(
            "severity {severity}, owner {owner}", severity=severity, owner=page.text(control.owner)
        )
    )
    if control.tags:
        labels, language = repository.plan.tags, page.view.language
        tags = page.join(label_text(tag, language, labels) for tag in control.tags)
        page.paragraph(page.say("tags: {tags}", tags=tags))
    place = repository.policy.place("control", control.id, "id")
    page.paragraph(visible(str(place)), colour="dim")
    if control.not_applicable:
        reason, until = page.text(control.not_applicable.reason), str(control.not_applicable.until)
        page.paragraph(
            page.say("not applicable until {until}: {reason}", until=until, reason=reason)
        )
    _clauses(page, repository, control)
    _served(page, repository, control)
    for heading, text in (
        (page.say("What must hold"), control.rule),
        (page.say("Rationale"), control.rationale),
        (page.say("Remediation"), control.remediation),
        (page.say("Reason it may be empty"), control.may_be_empty),
    ):
        if text:
            page.heading(heading)
            page.paragraph(page.text(text), 2)
    _parameters(page, repository, control)
    _evidence(page, repository, control)
    _falsifications(page, repository, control)
    kind = repository.kinds.get(control.check)
    page.heading(page.say("Check kind {kind}", kind=control.check))
    if kind:
        page.paragraph(page.text(kind.summary), 2)
        page.line()
        page.verbatim(kind.query)
    page.line()
    path = [page.view.path] if page.view.path else []
    for command in (["explain", control.check], ["check", "--control", control.id, "-v"]):
        page.line(page.say("Next: {command}", command=shlex.join(["ccpolicy", *command, *path])))


def _clauses(page: Page, repository: Repository, control: Control) -> None:
    clauses = {clause.id: clause for clause in repository.plan.clauses}
    page.heading(page.say("The plan"))
    for name, digest in control.clauses.items():
        clause = clauses.get(name)
        if clause is None:
            page.definition(name, page.say("no such clause in the plan"), 6, "yellow")
            continue
        page.definition(name, page.text(clause.title), 6, "bold")
        if clause.text:
            page.paragraph(page.text(clause.text), 8)
        if digest != clause.digest:
            changed = page.say(
                "changed since this control was reviewed against it; its digest is now {digest}",
                digest=clause.digest,
            )
            page.paragraph(changed, 8, "yellow")


def _served(page: Page, repository: Repository, control: Control) -> None:
    """Show which requirements of other documents it serves."""
    if control.satisfies:
        page.heading(page.say("Serves"))
    for name in control.satisfies:
        of, requirement = split_name(name)
        framework = repository.frameworks.get(of)
        found = framework and framework.find(requirement)
        said = page.text(found.title) if found else page.say("no such requirement")
        page.definition(name, said, 24, "bold" if found else "yellow")


def _falsifications(page: Page, repository: Repository, control: Control) -> None:
    """Show how a year is on record that breaks the plan, and that this control tells of."""
    suite = repository.falsifications
    found = [each for each in (suite.falsifications if suite else ()) if each.fits([control.id])]
    if found:
        page.heading(page.say("Falsified by"))
    for each in found:
        page.definition(each.demand.clause, page.text(each.falsification.broken), 6)


def _parameters(page: Page, repository: Repository, control: Control) -> None:
    """Show every revision, the present one last, with why each number is what it is."""
    for revision in control.history:
        since = revision.from_ or repository.plan.effective_on
        page.heading(
            page.say(
                "Parameters, version {version}, from {day}",
                version=str(revision.version),
                day=str(since),
            )
        )
        if revision.reason:
            page.paragraph(page.text(revision.reason), 2)
        if not revision.parameters:
            page.paragraph(page.say("none: the records name their own times"), 2)
        for name, given in revision.parameters.items():
            _parameter(page, repository, control, name, given)


def _parameter(
    page: Page, repository: Repository, control: Control, name: str, given: ParameterValue
) -> None:

    columns = 14
    value = shown_value(page, given.value, control.value_labels)
    page.definition(name, value, columns, "bold")
    kind = repository.kinds.get(control.check)
    if kind and name in kind.parameters:
        page.paragraph(page.text(kind.parameters[name].label), columns + 2)
    norm = repository.norms.get(given.norm or "")
    if norm is None:
        page.paragraph(page.say("no norm is named for it"), columns + 2, "yellow")
        return
    grade = page.say(GRADE_MESSAGES[norm.grade])
    page.paragraph(page.text(norm.title), columns + 2)
    page.paragraph(
        page.say("{source} ({grade})", source=page.text(norm.source), grade=grade),
        columns + 2,
        "dim",
    )
    if norm.url:
        page.paragraph(visible(norm.url), columns + 2, "dim")


def _evidence(page: Page, repository: Repository, control: Control) -> None:

    page.heading(page.say("Which evidence counts"))
    kind = repository.kinds.get(control.check)
    labels = subject_labels(repository.policy, control) if kind else []
    for name, given in control.inputs.items():
        label = page.text(kind.inputs[name].label) if kind and name in kind.inputs else ""
        page.definition(name, label, 12, "bold")
        items = [part for part in given if isinstance(part, str)] if isinstance(given, list) else []
        if items:
            page.paragraph(page.join(_labelled(page, labels, each) for each in items), 14)
        for selection in control.selections(name):
            _selection(page, repository, selection)
            for word in prefix_words(selection):
                if (called := _labelled(page, labels, word)) != word:
                    page.paragraph(page.say("prefix: {word}", word=called), 14)
    if kind and kind.population_input not in control.inputs:
        page.definition(
            kind.population_input,
            page.say(
                "the whole: {subject}", subject=_labelled(page, labels, repository.plan.subject)
            ),
            12,
            "bold",
        )


def _labelled(page: Page, labels: Sequence[Mapping[str, Text]], word: str) -> str:
    """Return a word of subjects' names, with what readers call it."""
    found = next((page.text(each[word]) for each in labels if word in each), word)
    return word if found == word else page.say("{text} ({note})", text=word, note=found)


def _selection(page: Page, repository: Repository, selection: Selection) -> None:

    dataset = repository.datasets.get(selection.dataset.partition(".")[0])
    indent = 14
    if dataset:
        folder = "" if dataset.source else f"{repository.settings.evidence}/"
        files = f"{folder}{dataset.files}"
        text = page.say(
            "{dataset}: {files}, kept by {owner}",
            dataset=selection.dataset,
            files=files,
            owner=page.text(dataset.owner),
        )
        page.paragraph(text, indent)
    else:
        page.paragraph(
            page.say("unknown dataset '{name}'", name=selection.dataset), indent, "yellow"
        )
    key = KEY_SEPARATOR.join(selection.key)
    page.paragraph(page.say("key: {columns}", columns=f"{selection.prefix}{key}"), indent)
    if selection.group:
        group = KEY_SEPARATOR.join(selection.group)
        page.paragraph(page.say("group: {columns}", columns=group), indent)
    named = [
        page.say(ROLES[role].label.template, column=column)
        for role, column in selection.roles.items()
    ]
    if named:
        page.paragraph(page.phrases(named), indent)
    references = [
        f"{column} → {reference.dataset}.{reference.key}"
        for table, column, reference in (dataset.all_references if dataset else ())
        if table == selection.dataset
    ]
    if references:
        page.paragraph(page.say("refers to: {columns}", columns=page.join(references)), indent)
    for role, sql in selection.predicates.items():
        if role == "where":
            label = page.say("where: {sql}", sql=sql)
        else:
            label = page.say(ROLES[role].label.template, sql=sql)
        page.paragraph(visible(label), indent)
