"""Print how far the judged moment lies from now; files do not depend on the clock."""

from __future__ import annotations

import datetime

from ccpolicy.cli.output import warn
from ccpolicy.errors import CcpolicyError
from ccpolicy.reports import View
from ccpolicy.reports.page import Page
from ccpolicy.reports.time_text import age, exactly
from ccpolicy.vocabulary import AsOfSource

_TOLERANCE = datetime.timedelta(minutes=5)
"""By how much clocks may differ."""


def warn_of_moment(as_of: str, source: AsOfSource, view: View) -> None:
    """Warn on standard error of a pinned moment, with its age, or of one in the future.

    Not beside the result, which is the same at any time.
    """
    if source == "now":
        return  # by a clock that is read once, so that all of a verdict is of one moment
    now = datetime.datetime.now(datetime.UTC)
    if source == "pinned":
        warning = CcpolicyError(
            "PINNED by ccpolicy.toml: judged as of {moment}, {age}, and not now",
            moment=exactly(as_of),
            age=age(Page(view), as_of, now),
        )
    elif datetime.datetime.fromisoformat(as_of) > now + _TOLERANCE:
        warning = CcpolicyError(
            "judged as of {moment}, which is yet to come, as if nothing more happened until then",
            moment=exactly(as_of),
        )
    else:
        return
    warn(warning.message, view.language)
