"""The last line of `ccpolicy test`, with or without --falsify, and its exit code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ccpolicy.cli.check import FAILED, NOTHING, PASSED
from ccpolicy.cli.output import write
from ccpolicy.errors import Message

if TYPE_CHECKING:
    from ccpolicy.reports.page import Page


def finish(page: Page, sentence: Message, passed: Sequence[bool], *, lacks_tests: bool) -> int:
    """Print the page with its last line, and return the exit code.

    `sentence` takes the counts `passed` and `failed`. The code is 1 if something failed or lacks
    tests, and 3 if nothing ran.
    """
    failed = len(passed) - sum(passed)
    values = dict(sentence.values) | {"passed": sum(passed), "failed": failed}
    page.paragraph(page.say(sentence.template, **values), colour="red" if failed else "green")
    write(str(page), None, for_people=True)
    if not passed:
        return NOTHING
    return FAILED if failed or lacks_tests else PASSED
