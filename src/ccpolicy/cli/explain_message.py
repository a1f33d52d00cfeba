"""Explain a message by its code: meaning, example, remedy."""

from __future__ import annotations

from ccpolicy.errors import CcpolicyError, catalogue
from ccpolicy.messages import explanations
from ccpolicy.reports.page import Page


def explain_message(page: Page, code: str) -> None:
    """Write down what the message with a code means.

    Raises:
        CcpolicyError: no message has the code.
    """
    family = explanations(code[:2])
    if code not in family:
        raise CcpolicyError(
            "no message has the code '{code}'",
            hint="did you mean '{close}'?",
            code=code,
            close=min(family, key=lambda known: _distance(known, code)),
        )
    found = family[code]
    language = page.view.language
    page.paragraph(f"{code} {catalogue(language).gettext(found.message)}", colour="bold")
    page.paragraph(found.meaning[language])
    page.heading(page.say("Example"))
    page.verbatim(found.example[language])
    page.heading(page.say("What to do"))
    for line in found.remedy[language].splitlines():
        page.paragraph(line)


def _distance(known: str, code: str) -> tuple[int, int]:
    """Count the digits that differ, then how far the numbers are apart."""
    differing = sum(one != other for one, other in zip(known, code, strict=True))
    return differing, abs(int(known[2:]) - int(code[2:]))
