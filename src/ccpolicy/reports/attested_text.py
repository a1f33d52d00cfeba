"""Say what people vouch for: who, and from when to when."""

from __future__ import annotations

from collections.abc import Iterator

from ccpolicy.assessment.attestations import AttestedMatter
from ccpolicy.reports.page import Page
from ccpolicy.reports.time_text import until, when


def attested_lead(page: Page) -> str:
    """Say what it means that a matter is attested."""
    return page.say(
        "No record shows these matters, and the verdicts of the controls named rest on them. A pass"
        " says that somebody vouches for the matter in writing, not that it is so."
    )


def attestations(page: Page, matter: AttestedMatter) -> Iterator[str]:
    """Yield each attestation of a matter in the period, or that there never was one."""
    if not matter.attestations:
        yield page.say("never attested")
    for each in matter.attestations:
        span = f"{when(each.starts)} – {until(each.ends) if each.ends else ''}".rstrip()
        names = page.join(each.by) or "–"
        yield page.say("{names}, {span} ({place})", names=names, span=span, place=each.record)
