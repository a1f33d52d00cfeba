"""Say at the terminal how far a pinned moment lies from now, which no file can say."""

from __future__ import annotations

import datetime

from ccpolicy.cli.output import warn
from ccpolicy.errors import CcpolicyError
from ccpolicy.reports import View
from ccpolicy.reports.page import Page
from ccpolicy.reports.time_text import age, exactly
from ccpolicy.vocabulary import AsOfSource


def warn_of_pin(as_of: str, source: AsOfSource, view: View) -> None:
    """Say on standard error that a pinned moment was judged, and its age; if it was not, nothing.

    Not beside the result, which is the same at any time.
    """
    if source != "pinned":
        return
    warning = CcpolicyError(
        "PINNED by ccpolicy.toml: judged as of {moment}, {age}, and not now",
        moment=exactly(as_of),
        age=age(Page(view), as_of, datetime.datetime.now(datetime.UTC)),
    )
    warn(warning.message, view.language)
