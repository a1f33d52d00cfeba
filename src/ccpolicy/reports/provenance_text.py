"""What git knows of the evidence, as text: the judged commit, and records filed later."""

from __future__ import annotations

from collections.abc import Iterator

from ccpolicy.assessment.models import Assessment, Lapse, Recorded, Signature
from ccpolicy.reports.page import Page
from ccpolicy.reports.phrases import reason_text
from ccpolicy.reports.time_text import exactly

_FEW = 3


def recorded(page: Page, result: Assessment, *, full: bool) -> Iterator[tuple[str, bool]]:
    """Yield the judged commit and uncommitted files as text, each with whether it is a warning."""
    found = result.provenance
    if found is None:
        return
    if found.reason:
        yield page.say("Provenance unknown: {reason}", reason=reason_text(page, found)), True
        return
    commit, time = (found.commit or "")[:12], exactly(found.committed_at or "")
    if found.known_at:
        commit_note = page.say(
            "Judged as known at {asked}: commit {commit} of {time}",
            asked=found.known_at,
            commit=commit,
            time=time,
        )
    else:
        commit_note = page.say("Judged commit {commit} of {time}", commit=commit, time=time)
    yield commit_note, False
    yield from uncommitted(page, result, full=full)


def uncommitted(page: Page, result: Assessment, *, full: bool) -> Iterator[tuple[str, bool]]:
    """Warn of what was judged though it is not committed."""
    if result.provenance and result.provenance.uncommitted:
        names = [each.file for each in result.provenance.uncommitted]
        shown = names if full else names[:_FEW]
        files = ", ".join(shown) + (", …" if len(shown) < len(names) else "")
        yield page.say("Judged but NOT COMMITTED: {files}", files=files), True


def covered_later(page: Page, lapse: Lapse) -> Iterator[str]:
    """Return since when a record that was filed later covers a lapse, if one does."""
    if lapse.covered_later:
        yield page.say(
            "covered since {since} by a record filed {time}",
            since=exactly(lapse.covered_later.since),
            time=exactly(lapse.covered_later.on_file),
        )


def by_place(result: Assessment) -> dict[str, list[Recorded]]:
    """Return what git knows of the records that a result names."""
    found: dict[str, list[Recorded]] = {}
    for each in result.provenance.recorded if result.provenance else ():
        found.setdefault(each.place, []).append(each)
    return found


def on_file(page: Page, each: Recorded) -> Iterator[str]:
    """Return the commit that filed or changed a record, its author and its signature."""
    words = {
        "amended": page.say("amended"),
        "deleted": page.say("deleted"),
        "restored": page.say("restored"),
    }
    if each.change:
        what = page.say("{place}: {change}", place=each.place, change=words[each.change])
    else:
        what = page.say("{place}: {event} filed", place=each.place, event=each.event)
    if each.commit is None:
        yield page.say("{what}, NOT COMMITTED", what=what)
    else:
        yield page.say(
            "{what} {time} by {author}, commit {commit}, {signature}",
            what=what,
            time=exactly(each.recorded_at or ""),
            author=each.author,
            commit=each.commit[:12],
            signature=_signature(page, each.signature),
        )
        if each.committer != each.author:
            yield page.say("committed by {committer}", committer=each.committer)
        if each.merged_at and each.merged_at != each.recorded_at:
            yield page.say("merged {time}", time=exactly(each.merged_at))
    if each.reason:
        yield page.say("reason: {reason}", reason=each.reason)
    if each.before:
        yield page.say("before: {record}", record=each.before)
    if each.after:
        yield page.say("after: {record}", record=each.after)


def _signature(page: Page, state: Signature) -> str:
    words: dict[Signature, str] = {
        "good": page.say("signed by a listed key"),
        "none": page.say("not signed"),
        "bad": page.say("BAD SIGNATURE"),
        "unlisted": page.say("signed by a key that is NOT LISTED for it"),
        "unchecked": page.say("signature not checked"),
        "uncommitted": page.say("not committed"),
    }
    return words[state]
