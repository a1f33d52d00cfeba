"""The option --within: how far to look ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccpolicy.cli.options import option

if TYPE_CHECKING:
    from ccpolicy.time.durations import Duration

within = option(
    "--within", default="30d", metavar="DURATION", help="How far to look ahead; default 30d."
)


def read_within(text: str) -> Duration:
    """Read how far to look ahead.

    Raises:
        CcpolicyError: it is not a length of time, or is in business time.
    """
    from ccpolicy.errors import CcpolicyError
    from ccpolicy.time.moments import read_length

    ahead = read_length(text)
    if ahead.is_business:
        raise CcpolicyError(
            "how far to look ahead cannot be in business days",
            hint="write for example 30d or '2 weeks'",
        )
    return ahead
