"""Check waivers: what they name, how long they last, and who approves them."""

from __future__ import annotations

from collections.abc import Iterator

from ccpolicy.errors import PolicyError
from ccpolicy.near_names import folded
from ccpolicy.policy.load import Policy
from ccpolicy.policy.names import unknown
from ccpolicy.texts import WrittenText
from ccpolicy.time.durations import parse_duration


def check_waivers(content: Policy) -> Iterator[PolicyError]:
    """Yield what is wrong with waivers."""
    longest = parse_duration(content.settings.longest_waiver)
    most = longest.months * 31 + longest.days
    for waiver in content.waivers.values():
        place = content.places["waiver", waiver.id]
        if waiver.control not in content.controls:
            yield unknown(
                "unknown control '{name}'",
                waiver.control,
                content.controls,
                place.locate("control"),
            )
        if waiver.until < waiver.from_:
            yield PolicyError("the waiver ends before it begins", locator=place.locate("until"))
        if (waiver.until - waiver.from_).days >= most:
            yield PolicyError(
                "the waiver {id} lasts {days} days, longer than longest_waiver permits",
                hint="the longest allowed is {longest}: end it earlier, and decide anew then",
                locator=place.locate("until"),
                id=waiver.id,
                days=(waiver.until - waiver.from_).days + 1,
                longest=content.settings.longest_waiver,
            )
        control = content.controls.get(waiver.control)
        owners = [waiver.owner, *([control.owner] if control else [])]
        if any(_names(waiver.approver) & _names(owner) for owner in owners):
            yield PolicyError(
                "the waiver {id} is approved by its owner or by that of the control",
                hint="somebody else must approve it",
                locator=place.locate("approver"),
                id=waiver.id,
            )


def _names(who: WrittenText) -> set[tuple[str, str]]:
    """Return language and name, in which case or an unseen character makes nobody another."""
    return {(language, folded(name)) for language, name in who.root.items()}
