"""What a message means, and what to do about it."""

from __future__ import annotations

import difflib

from ccpolicy.errors import CcpolicyError, catalogue
from ccpolicy.messages import codes, explanations
from ccpolicy.reports.page import Page


def explain_message(page: Page, code: str) -> None:
    """Write down what the message with a code means.

    Raises:
        CcpolicyError: no message has the code.
    """
    found = explanations(code[:2]).get(code)
    if found is None:
        close = difflib.get_close_matches(code, codes().values(), 1, cutoff=0)
        raise CcpolicyError(
            "no message has the code '{code}'",
            hint="did you mean '{close}'?",
            code=code,
            close=close[0],
        )
    language = page.view.language
    page.paragraph(f"{code} {catalogue(language).gettext(found.message)}", colour="bold")
    page.paragraph(found.meaning[language])
    page.heading(page.say("Example"))
    page.verbatim(found.example[language])
    page.heading(page.say("What to do"))
    for line in found.remedy[language].splitlines():
        page.paragraph(line)
