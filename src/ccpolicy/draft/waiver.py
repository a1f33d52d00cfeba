"""Draft waivers of the lapses that are open now."""

from __future__ import annotations

import datetime

from ccpolicy.api import Repository
from ccpolicy.draft.question import doubt
from ccpolicy.draft.yaml_text import comment, localized, open_text, question_lines, quoted
from ccpolicy.engine.question import EvaluationRequest
from ccpolicy.errors import CcpolicyError, Language
from ccpolicy.policy import Policy
from ccpolicy.policy.names import unknown

_LASTS = datetime.timedelta(days=30)
_MOST = 50


def draft_waivers(policy: Policy, control: str | None, language: Language) -> str:
    """Write a waiver for each lapse that is open and not waived, of one control or of all.

    Of more than fifty it writes the first fifty, and says how many are left.

    Raises:
        CcpolicyError: there is no such control, or nothing to waive.
    """
    if control is not None and control not in policy.controls:
        raise unknown("unknown control '{name}'", control, policy.controls, None)
    request = EvaluationRequest(controls=(control,)) if control else EvaluationRequest()
    result = Repository(policy).check(request)
    found = [
        (each.id, lapse.subject, lapse.starts, lapse.opened_by)
        for each in result.controls
        for lapse in each.lapses
        if lapse.is_open and lapse.waived_by is None
    ]
    if not found:
        raise CcpolicyError(
            "no lapse is open that is not waived", hint="see: ccpolicy check", control=control
        )
    today = datetime.datetime.fromisoformat(result.as_of).date()
    text = open_text(policy.plan.languages)
    lines = ["# yaml-language-server: $schema=schemas/waivers.json"]
    lines += comment(
        doubt(
            "Take over into {file} what is accepted.", file=f"{policy.settings.policy}/waivers.yaml"
        ).message.text(language)
    )
    lines.append("waivers:")
    number = 1
    for each, subject, starts, opened_by in found[:_MOST]:
        while (name := f"W-{today.year}-{number:02}") in policy.waivers:
            number += 1
        number += 1
        lines += question_lines(
            doubt(
                "Open since {start}: {place}. Why is it accepted, by whom, until when?",
                start=starts[:16].replace("T", " "),
                place=opened_by or "–",
            ),
            language,
            2,
        )
        lines += [
            f"  - id: {name}",
            f"    control: {each}",
            f"    subject: {quoted(subject)}",
            f"    reason: {text}",
            f"    owner: {localized(policy.controls[each].owner)}",
            f"    approver: {quoted('…')}",
            f"    from: {today.isoformat()}",
            f"    until: {(today + _LASTS).isoformat()}",
        ]
    if (left := len(found) - _MOST) > 0:
        said = doubt("more open lapses: {count}; draft again once these are waived", count=left)
        lines += question_lines(said, language, 2)
    return "\n".join(lines) + "\n"
