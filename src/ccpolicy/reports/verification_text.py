"""The verification of a bundle as text: each step, and what all of them together show."""

from __future__ import annotations

from ccpolicy.assessment.manifest import AnsweredRequest
from ccpolicy.assessment.verification import Detail, Verification, VerificationStep
from ccpolicy.reports import View
from ccpolicy.reports.layout import pad, width
from ccpolicy.reports.page import Page, Word
from ccpolicy.reports.time_text import judged_as_of
from ccpolicy.vocabulary import StepName


def render_verification(result: Verification, view: View) -> str:
    """Render every step, then what they show and what no step can show."""
    page = Page(view)
    brief = page.view.detail == "brief"
    if not brief:
        _header(page, result)
        page.line()
        _steps(page, result)
        page.line()
    _outcome(page, result)
    if result.passed and not brief:
        _limits(page, result)
    return str(page)


def _header(page: Page, result: Verification) -> None:
    if result.manifest and result.made_by:
        page.paragraph(page.say("Bundle with the manifest {digest}", digest=result.manifest))
        name, version = result.made_by.name, result.made_by.version
        page.paragraph(page.say("Made by {name} {version}", name=name, version=version))
    if result.judged and result.asked:
        policy = result.judged
        page.paragraph(
            page.say(
                "{title}, version {version}",
                title=page.text(policy.title),
                version=policy.version,
            )
        )
        page.paragraph(judged_as_of(page, result.asked.as_of, result.asked.as_of_source))
        if result.asked.known_at:
            page.paragraph(page.say("Evidence as known at {asked}", asked=result.asked.known_at))
        if result.asked.policy_from:
            commit = result.asked.policy_from[:12]
            page.paragraph(page.say("Policy of commit {commit}", commit=commit))
        if result.asked.is_whole:
            page.paragraph(
                page.count(
                    policy.of, "The only control was judged", "All {count} controls were judged"
                )
            )
        else:
            page.paragraph(
                page.say(
                    "Only {count} of {total} controls were judged: {filters}",
                    count=policy.controls,
                    total=policy.of,
                    filters=_filters(page, result.asked),
                ),
                colour="yellow",
            )


def _filters(page: Page, asked: AnsweredRequest) -> str:
    filters = asked.filters.items()
    return page.phrases(f"{page.say(name)} {page.join(names)}" for name, names in filters)


def _steps(page: Page, result: Verification) -> None:
    words: dict[str, Word] = {
        "passed": (page.say("PASSED"), "green"),
        "failed": (page.say("FAILED"), "red"),
        "other_version": (page.say("OTHER VERSION"), "yellow"),
        "not_checked": (page.say("NOT CHECKED"), "yellow"),
    }
    names = _names(page)
    word_columns = max(width(word) for word, _ in words.values()) + 2
    name_columns = max(map(width, names.values())) + 2
    indent = 2 + word_columns + name_columns
    for step in result.steps:
        word, colour = words[step.status]
        start = "  " + page.paint(pad(word, word_columns), colour)
        page.entry(start + pad(names[step.step], name_columns), _step_lines(page, step), indent)


def _step_lines(page: Page, step: VerificationStep) -> list[str]:
    return [_coded(page, step), *(f"- {_coded(page, detail)}" for detail in step.details)]


def _coded(page: Page, said: VerificationStep | Detail) -> str:
    return f"{said.code or ''} {page.text(said.message)}".lstrip()


def _names(page: Page) -> dict[StepName, str]:
    return {
        "signature": page.say("signature"),
        "archive": page.say("archive"),
        "manifest": page.say("manifest"),
        "schemas": page.say("schemas"),
        "evaluation": page.say("evaluation"),
        "reports": page.say("reports"),
        "policy": page.say("policy"),
        "provenance": page.say("provenance"),
    }


def _limits(page: Page, result: Verification) -> None:
    """Say what no step can show."""
    page.paragraph(
        page.say(
            "This shows that the verdicts follow from the evidence in the bundle, not that"
            " the evidence is complete or true."
        )
    )
    passed = {step.step for step in result.steps if step.status == "passed"}
    if "signature" not in passed:
        page.paragraph(
            page.say(
                "No trusted signer vouches for it: anybody can make a bundle that is"
                " consistent in itself."
            ),
            colour="yellow",
        )
    if result.provenance_from_bundle and "provenance" not in passed:
        page.paragraph(
            page.say(
                "Only the bundle says who filed the evidence, and when. Name the repository"
                " with --repository to check it."
            ),
            colour="yellow",
        )


def _outcome(page: Page, result: Verification) -> None:
    """Say whether the bundle verifies; what was not checked is never passed over."""
    names = _names(page)
    failed = page.join(names[step.step] for step in result.steps if step.status == "failed")
    unchecked = [step.step for step in result.steps if step.status == "not_checked"]
    lacking = page.join(names[name] for name in unchecked if name in result.required)
    if failed:
        page.paragraph(page.say("NOT verified: {steps}", steps=failed), colour="red")
    elif any(step.status == "other_version" for step in result.steps):
        page.paragraph(
            page.say("NOT verified: another version of ccpolicy made the bundle"), colour="yellow"
        )
    elif lacking:
        page.paragraph(
            page.say("NOT verified: {steps} not checked, though required", steps=lacking),
            colour="red",
        )
    elif unchecked:
        left = page.join(names[name] for name in unchecked)
        page.paragraph(page.say("Verified, but not checked: {steps}", steps=left), colour="yellow")
    else:
        page.paragraph(page.say("Verified"), colour="green")
    if result.judged is None:
        return
    if result.judged.nothing_assessed:
        page.paragraph(page.say("Nothing was assessed; the gate has no result"))
    elif result.judged.gate.passed:
        page.paragraph(page.say("The gate of the bundled assessment passed"))
    else:
        page.paragraph(page.say("The gate of the bundled assessment FAILED"))
