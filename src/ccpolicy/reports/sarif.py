"""SARIF 2.1.0 for GitHub code scanning: failures and unknowns are results, and nothing else is.

GitHub shows every result as a problem, even one that passed. Waived and not assessed controls are
therefore notifications, and all verdicts are properties of the run. A lapse in the baseline stays
a result with a `baselineState`; it is not suppressed, because nobody accepted it.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from ccpolicy.assessment.models import Assessment, Control
from ccpolicy.errors import Message
from ccpolicy.reports import Rendered, View
from ccpolicy.reports.findings import NO_CONTROL, OBSOLETE, Finding, findings, left_out
from ccpolicy.reports.layout import clip, visible
from ccpolicy.reports.page import Page
from ccpolicy.reports.time_text import pinned
from ccpolicy.vocabulary import SEVERITIES

MOST = 5_000
"""GitHub shows at most this many results of a run, and rejects a run with more than 25,000."""
_TAGS = 10
_DESCRIPTION = 1024


def render_assessment(result: Assessment, view: View) -> Rendered:
    """Render an assessment as one run."""
    page = Page(view)
    listed = findings(result, view)
    kept = _worst(listed)
    unsaid: tuple[Message, ...] = ()
    if rest := len(listed) - len(kept):
        unsaid = (
            Message.of("findings past the {most} that GitHub keeps: {rest}", most=MOST, rest=rest),
        )
    rules = [_rule(page, control) for control in result.controls]
    texts = {
        NO_CONTROL: page.say("Evidence or policy not specific to one control could not be judged."),
        OBSOLETE: page.say("A baseline entry is obsolete."),
    }
    rules += [
        _no_control(name, text)
        for name, text in texts.items()
        if any(finding.rule == name for finding in kept)
    ]
    compared = any(finding.known or finding.rule == OBSOLETE for finding in listed)
    places = {rule["id"]: index for index, rule in enumerate(rules)}
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": result.tool.name,
                        "semanticVersion": result.tool.version,
                        "language": view.language,
                        "rules": rules,
                    }
                },
                # GitHub takes what stands before the last slash for the category.
                "automationDetails": {"id": f"ccpolicy/{result.policy.id}/{result.as_of}"},
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "toolExecutionNotifications": [
                            *(
                                {"level": "warning", "message": {"text": text}}
                                for text in pinned(page, result)
                            ),
                            *(
                                {"level": "note", "message": {"text": _said(page, message)}}
                                for message in (*left_out(result), *unsaid)
                            ),
                        ],
                    }
                ],
                "results": [_result(finding, places, compared=compared) for finding in kept],
                "properties": {
                    "gatePassed": result.gate.passed,
                    "asOfSource": result.as_of_source,
                    "verdicts": {each.id: result.verdict(each) for each in result.controls},
                },
            }
        ],
    }
    return Rendered(json.dumps(log, ensure_ascii=False, indent=2) + "\n", unsaid)


def _worst(listed: list[Finding]) -> list[Finding]:
    """Return as many findings as are kept: where there are more, those of the worst severity."""
    if len(listed) <= MOST:
        return listed
    ranked = [
        finding
        for severity in SEVERITIES
        for finding in listed
        if (finding.control.severity if finding.control else SEVERITIES[0]) == severity
    ]
    return ranked[:MOST]


def _rule(page: Page, control: Control) -> dict[str, Any]:
    title, rule = page.text(control.title), page.text(control.rule)
    paragraphs = [rule]
    if control.rationale:
        paragraphs.append(page.text(control.rationale))
    paragraphs += [
        page.text(control.remediation),
        page.say("Clauses: {clauses}", clauses=page.join(control.clauses)),
        page.say("Owner: {owner}", owner=page.text(control.owner)),
    ]
    tags = [
        control.severity,
        *(f"clause:{clause}" for clause in control.clauses),
        *control.tags,
    ]
    return {
        "id": control.id,
        "name": title,
        "shortDescription": {"text": clip(title, _DESCRIPTION)},
        "fullDescription": {"text": clip(rule, _DESCRIPTION)},
        "help": {"text": "\n\n".join(paragraphs)},
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": [visible(tag) for tag in tags[:_TAGS]]},
    }


def _no_control(name: str, text: str) -> dict[str, Any]:
    return {
        "id": name,
        "shortDescription": {"text": text},
        "fullDescription": {"text": text},
        "help": {"text": text},
        "defaultConfiguration": {"level": "error"},
    }


def _result(finding: Finding, places: dict[str, int], *, compared: bool) -> dict[str, Any]:
    state = {"baselineState": "unchanged" if finding.known else "new"} if compared else {}
    # A row of a table has no file that could be shown; what it is judged by has one.
    row = {"logicalLocations": [{"fullyQualifiedName": finding.row}]} if finding.row else {}
    return {
        "ruleId": finding.rule,
        "ruleIndex": places[finding.rule],
        "level": "error" if finding.failed_gate else "warning",
        "message": {"text": finding.message},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(finding.file)},
                    "region": {"startLine": finding.line},
                },
                **row,
            }
        ],
        **state,
        "partialFingerprints": {"primaryLocationLineHash": f"{finding.identity}:1"},
        "properties": {
            "verdict": "unknown" if finding.unknown else "fail",
            **({"code": finding.code} if finding.code else {}),
        },
    }


def _said(page: Page, message: Message) -> str:
    return page.say(message.template, **dict(message.values))
