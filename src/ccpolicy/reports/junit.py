"""JUnit XML: a test case for each control, in the subset that Jenkins, GitLab and Ant agree on.

A control that fails only by known lapses is skipped, since it does not fail the gate; an obsolete
baseline entry is a failure of its own, since the gate fails on it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ccpolicy.assessment.models import Assessment, Control
from ccpolicy.reports import View
from ccpolicy.reports.assessment_text import render_assessment as render_text
from ccpolicy.reports.layout import visible
from ccpolicy.reports.page import Page
from ccpolicy.reports.phrases import (
    baseline_note,
    coded,
    failing_lapses,
    lapses_file_note,
    obsolete_entry,
    problem_text,
    reason_text,
)
from ccpolicy.reports.sections import Sections
from ccpolicy.reports.time_text import pinned, until

MOST = 1_000
"""Lapses of one control that are listed: GitLab takes files below 30 MB."""


def render_assessment(result: Assessment, view: View) -> str:
    """Render an assessment as one suite."""
    page = Page(view)
    verdicts = [result.verdict(control) for control in result.controls]
    known, entries = len(result.gate.accepted), result.gate.obsolete
    skipped = verdicts.count("waived") + verdicts.count("not_applicable") + known
    as_of = datetime.datetime.fromisoformat(result.as_of)
    suites = Element("testsuites")
    suite = SubElement(
        suites,
        "testsuite",
        id="0",
        package="ccpolicy",
        name=visible(result.policy.id),
        # The schema wants no zone; that of the plan stands among the properties.
        timestamp=f"{as_of:%Y-%m-%dT%H:%M:%S}",
        hostname="localhost",
        tests=str(len(verdicts) + len(result.problems) + len(entries)),
        failures=str(verdicts.count("fail") - known + len(entries)),
        errors=str(verdicts.count("unknown") + len(result.problems)),
        skipped=str(skipped),
        time="0",
    )
    properties = SubElement(suite, "properties")
    for name, value in _properties(page, result):
        SubElement(properties, "property", name=name, value=visible(value))
    sections = Sections(result)
    for control in result.controls:
        _case(page, sections, control, suite)
    for number, problem in enumerate(result.problems, 1):
        name = page.say("Problem {number}, not specific to one control", number=number)
        case = SubElement(suite, "testcase", name=name, classname="ccpolicy", time="0")
        error = SubElement(case, "error", type="unknown", message=coded(page, problem))
        error.text = visible(problem.locator or "")
    for number, entry in enumerate(entries, 1):
        name = page.say("Obsolete baseline entry {number}", number=number)
        case = SubElement(suite, "testcase", name=name, classname="ccpolicy", time="0")
        SubElement(case, "failure", type="baseline", message=obsolete_entry(page, entry))
    shown = render_text(result, replace(view, colour=False, columns=80))
    SubElement(suite, "system-out").text = shown
    SubElement(suite, "system-err").text = ""
    indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(suites, "unicode") + "\n"


def _properties(page: Page, result: Assessment) -> Iterator[tuple[str, str]]:
    yield "plan", page.text(result.policy.title)
    yield "plan.version", result.policy.version
    yield "plan.digest", result.policy.digest
    yield "as_of", result.as_of
    yield "as_of_source", result.as_of_source
    for text in pinned(page, result):
        yield "pinned", text
    yield "window.starts", result.window.starts
    yield "window.ends", result.window.ends
    yield "zone", result.policy.zone
    yield "gate.passed", str(result.gate.passed).lower()
    for text in lapses_file_note(page, result):
        yield "lapses", text
    for verdict, count in result.tally.items():
        yield f"tally.{verdict}", str(count)


def _case(page: Page, sections: Sections, control: Control, suite: Element) -> None:
    result = sections.result
    verdict = result.verdict(control)
    title = page.text(control.title)
    case = SubElement(
        suite,
        "testcase",
        # The id comes first and keeps names apart: GitLab drops the second of two equal ones.
        name=f"{control.id} {title}",
        classname=visible(f"{result.policy.id}.{control.clauses[0]}"),
        time="0",
    )
    match verdict:
        case "fail" if control.id in result.gate.accepted:
            part = SubElement(case, "skipped", message=page.phrases(baseline_note(page, control)))
            part.text = "\n".join(_troubles(page, result, control))
        case "fail":
            lapses = result.count_failing(control)
            message = page.count(lapses, "{count} lapse", "{count} lapses")
            part = SubElement(case, "failure", type=control.severity, message=message)
            part.text = "\n".join(_troubles(page, result, control))
        case "unknown":
            part = SubElement(case, "error", type="unknown", message=_why(page, control))
            part.text = "\n".join(_troubles(page, result, control))
        case "waived":
            SubElement(case, "skipped", message=_accepted(page, sections, control))
        case "not_applicable":
            SubElement(case, "skipped", message=_why(page, control))
        case "pass":
            pass


def _troubles(page: Page, result: Assessment, control: Control) -> Iterator[str]:
    """Yield the rule, what is wrong, and what to do."""
    yield page.text(control.rule)
    yield from failing_lapses(page, result, control, MOST)
    for problem in control.problems:
        yield problem_text(page, problem)
        if problem.hint:
            yield page.say("hint: {hint}", hint=page.text(problem.hint))
    yield page.text(control.remediation)


def _why(page: Page, control: Control) -> str:
    if control.reason:
        return reason_text(page, control)
    if control.problems:
        return coded(page, control.problems[0])
    return page.text(control.rule)


def _accepted(page: Page, sections: Sections, control: Control) -> str:
    """Say which waivers stand behind a verdict."""
    return page.phrases(
        page.say(
            "{waiver}, approved by {approver}, until {day}: {reason}",
            waiver=waiver.id,
            approver=page.text(waiver.approver),
            day=until(waiver.ends),
            reason=page.text(waiver.reason),
        )
        for waiver in sections.waivers_of(control)
    )
