"""What git knows of the evidence, in words: what was judged, and what came to be on file later."""

from __future__ import annotations

from collections.abc import Iterator

from ccpolicy.assessment.models import Assessment, Lapse
from ccpolicy.reports.moments import exactly
from ccpolicy.reports.page import Page

_FEW = 3


def recorded(page: Page, result: Assessment, *, full: bool) -> Iterator[tuple[str, bool]]:
    """Say which commit was judged, and what beside it; with each whether it is a warning."""
    found = result.provenance
    if found is None:
        return
    if found.reason:
        yield page.say("Provenance unknown: {reason}", reason=page.text(found.reason)), True
        return
    commit, time = (found.commit or "")[:12], exactly(found.committed_at or "")
    if found.known_at:
        told = page.say(
            "Judged as known at {asked}: commit {commit} of {time}",
            asked=found.known_at,
            commit=commit,
            time=time,
        )
    else:
        told = page.say("Judged commit {commit} of {time}", commit=commit, time=time)
    yield told, False
    yield from uncommitted(page, result, full=full)


def uncommitted(page: Page, result: Assessment, *, full: bool) -> Iterator[tuple[str, bool]]:
    """Warn of what was judged though it is not committed."""
    if result.provenance and result.provenance.uncommitted:
        names = [each.file for each in result.provenance.uncommitted]
        shown = names if full else names[:_FEW]
        files = ", ".join(shown) + (", …" if len(shown) < len(names) else "")
        yield page.say("NOT COMMITTED, and yet judged: {files}", files=files), True


def covered_later(page: Page, lapse: Lapse) -> Iterator[str]:
    """Say since when a lapse was covered by what came to be on file later, if it was."""
    if lapse.covered_later:
        yield page.say(
            "covered on paper since {since}, on file since {time}",
            since=exactly(lapse.covered_later.since),
            time=exactly(lapse.covered_later.on_file),
        )
