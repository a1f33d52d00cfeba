"""Draft norms for the parameters that cite none."""

from __future__ import annotations

from collections.abc import Iterator

from ccpolicy.draft.question import doubt
from ccpolicy.draft.yaml_text import flow, open_text, question_lines, quoted
from ccpolicy.errors import CcpolicyError, Language
from ccpolicy.policy import Policy


def draft_norms(policy: Policy, language: Language) -> str:
    """Write a norm for each parameter that cites none.

    Raises:
        CcpolicyError: every parameter cites one.
    """
    missing = dict(_without_norm(policy))
    if not missing:
        raise CcpolicyError(
            "every parameter cites a norm",
            hint="a norm of its own is written by hand: policy/norms.yaml",
        )
    text = open_text(policy.plan.languages)
    lines = ["# yaml-language-server: $schema=schemas/norms.json", "norms:"]
    for name, (control, parameter, value) in missing.items():
        lines += question_lines(
            doubt(
                "Why is '{parameter}' of {control} {value}? Then write there: norm: {name}",
                parameter=parameter,
                control=control,
                value=value,
                name=name,
            ),
            language,
            2,
        )
        lines += [
            f"  - id: {name}",
            f"    title: {text}",
            f"    source: {quoted('…')}",
            "    # read, secondary, memory, choice",
            "    grade: choice",
        ]
    return "\n".join(lines) + "\n"


def _without_norm(policy: Policy) -> Iterator[tuple[str, tuple[str, str, str]]]:
    for control in policy.controls.values():
        for parameter, given in control.history[-1].parameters.items():
            if given.norm is None:
                name = f"{control.id}-{parameter}".lower().replace("_", "-")
                yield name, (control.id, parameter, flow(given.value))
