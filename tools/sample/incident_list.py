"""What happened at the sample centre: its incidents, in the order in which they came."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Incident:
    """What happened in an incident; minutes run from its detection."""

    number: str
    site: str
    kind: str
    severity: int
    detected: str
    assessed: int
    contained: int
    restored: int | None
    """Nothing while it is open."""
    reviewed: str | None
    cause: str | None
    lessons: str | None
    actions: tuple[tuple[str, str, str, str | None], ...] = ()
    """What, owner, day due, day done."""
    mobilized: int | None = None
    management: int = 0
    """Minutes until management had a notice, if it took longer than usual."""
    silence: int = 0
    """Minutes that customers once waited for news, if longer than allowed."""


INCIDENTS = [
    Incident(
        number="2025-01",
        site="SHA",
        kind="network",
        severity=3,
        detected="2025-06-18T10:42:17",
        assessed=16,
        contained=95,
        restored=310,
        reviewed="2025-06-23",
        cause="a trunk of the carrier went up and down",
        lessons="route calls to the second carrier by hand after three losses, not after ten",
        actions=(
            ("lower the threshold for the second carrier", "P0025", "2025-07-18", "2025-07-10"),
        ),
    ),
    Incident(
        number="2025-02",
        site="SHA",
        kind="human",
        severity=3,
        detected="2025-09-11T09:20:05",
        assessed=19,
        contained=48,
        restored=75,
        reviewed="2025-09-17",
        cause="a routing plan was loaded in the morning that was meant for the night",
        lessons="changes of routing need a second pair of eyes",
        actions=(
            ("second signature on changes of routing", "P0025", "2025-10-15", "2025-10-11"),
            ("mark night plans in their names", "P0039", "2025-09-30", "2025-09-26"),
        ),
    ),
    Incident(
        number="2025-03",
        site="CTU",
        kind="disaster",
        severity=2,
        detected="2025-10-30T14:12:33",
        assessed=14,
        contained=88,
        restored=395,
        reviewed="2025-11-05",
        mobilized=21,
        cause="a pipe burst above the server room",
        lessons="the cover sheets were there, but nobody knew where",
        actions=(
            (
                "move the cover sheets beside the door, and label them",
                "P0006",
                "2025-11-14",
                "2025-11-10",
            ),
            ("have the landlord lay the pipe elsewhere", "P0006", "2026-01-30", "2026-01-26"),
        ),
    ),
    Incident(
        # Recovered 25 minutes after the limit.
        number="2025-04",
        site="SHA",
        kind="equipment",
        severity=1,
        detected="2025-12-09T19:33:51",
        assessed=11,
        contained=52,
        restored=265,
        reviewed="2025-12-15",
        mobilized=17,
        management=24,
        cause="a PBX node failed, and the second did not take over its licences",
        lessons="a failover that was never tried without warning is a hope",
        actions=(
            ("test the failover with licences every quarter", "P0027", "2026-01-15", "2026-01-09"),
            ("ask the maker for spare licences on site", "P0007", "2026-02-27", "2026-03-05"),
        ),
    ),
    Incident(
        # The team was called eight minutes late.
        number="2026-01",
        site="SHA",
        kind="network",
        severity=2,
        detected="2026-01-15T11:08:26",
        assessed=23,
        contained=170,
        restored=325,
        reviewed="2026-01-20",
        mobilized=38,
        cause="a loop between two access switches after cables were moved",
        lessons="loop protection was off on ports that were added later",
        actions=(("loop protection on every access port", "P0032", "2026-02-13", "2026-02-06"),),
    ),
    Incident(
        # Reviewed two days late: the Spring Festival came between.
        number="2026-02",
        site="CTU",
        kind="human",
        severity=4,
        detected="2026-02-11T10:30:12",
        assessed=27,
        contained=180,
        restored=420,
        reviewed="2026-02-27",
        cause="an agent opened a link in a message and typed a password",
        lessons="the message came on the private telephone, where no filter helps",
        actions=(("second factor for the agent desktop", "P0008", "2026-06-30", "2026-06-23"),),
    ),
    Incident(
        number="2026-03",
        site="SHA",
        kind="equipment",
        severity=3,
        detected="2026-03-09T13:20:44",
        assessed=12,
        contained=65,
        restored=1350,
        reviewed="2026-03-13",
        cause="a core switch lost its power supply, and the second was not plugged in",
        lessons="inspections looked at lamps, and not at cables",
        actions=(
            ("both power supplies on the inspection sheet", "P0005", "2026-03-31", "2026-03-24"),
        ),
    ),
    Incident(
        # Management heard of it after 22 minutes, and it was contained 35 minutes late.
        number="2026-04",
        site="SHA",
        kind="network",
        severity=2,
        detected="2026-04-22T16:47:08",
        assessed=18,
        contained=275,
        restored=410,
        reviewed="2026-04-28",
        mobilized=19,
        management=22,
        cause="an attack from outside filled the line of the voice gateway",
        lessons="the carrier filters only after a call, and the number was out of date",
        actions=(
            ("have the carrier filter by itself", "P0008", "2026-05-29", "2026-05-28"),
            (
                "check the carrier's numbers with the contact list",
                "P0011",
                "2026-05-15",
                "2026-05-21",
            ),
        ),
    ),
    Incident(
        number="2026-05",
        site="CTU",
        kind="equipment",
        severity=4,
        detected="2026-05-27T08:55:31",
        assessed=20,
        contained=240,
        restored=2900,
        reviewed="2026-06-01",
        cause="a row of desks without headsets after a bad delivery",
        lessons="new headsets are tried before the old ones go",
        actions=(("try a sample of each delivery", "P0006", "2026-06-30", "2026-06-18"),),
    ),
    Incident(
        # Customers were without news for 48 minutes once.
        number="2026-06",
        site="CTU",
        kind="disaster",
        severity=1,
        detected="2026-07-14T20:16:02",
        assessed=9,
        contained=44,
        restored=215,
        reviewed="2026-07-20",
        mobilized=12,
        silence=48,
        cause="a thunderstorm cut the mains, and the generator started at the third attempt",
        lessons="calls went to Shanghai within minutes, but the web page stayed silent",
        actions=(
            ("the scribe posts customer news by the clock", "P0011", "2026-08-14", "2026-08-07"),
            ("new starter battery for the generator", "P0006", "2026-07-31", "2026-07-27"),
        ),
    ),
    Incident(
        # Graded ten minutes late.
        number="2026-07",
        site="SHA",
        kind="human",
        severity=3,
        detected="2026-08-20T13:02:55",
        assessed=41,
        contained=85,
        restored=140,
        reviewed="2026-08-26",
        cause="a list of callers was sent to the wrong partner",
        lessons="nobody was sure who grades an incident without an outage",
        actions=(
            ("name who grades incidents with personal data", "P0010", "2026-09-18", "2026-09-10"),
            ("lists leave only through the portal", "P0007", "2026-10-30", "2026-10-23"),
        ),
    ),
    Incident(
        number="2026-08",
        site="CTU",
        kind="network",
        severity=3,
        detected="2026-10-13T09:38:20",
        assessed=17,
        contained=105,
        restored=610,
        reviewed="2026-10-19",
        cause="a digger cut one of two fibres, and both ran in one duct",
        lessons="two lines are one line if they share a duct",
        actions=(
            ("the carrier's plan of all ducts", "P0033", "2026-11-13", "2026-11-06"),
            # Still open when the sample is judged, and due within the week.
            ("order a second way into the building", "P0006", "2026-11-27", None),
        ),
    ),
    Incident(
        # The review is still to come.
        number="2026-09",
        site="SHA",
        kind="equipment",
        severity=4,
        detected="2026-11-17T14:26:49",
        assessed=25,
        contained=70,
        restored=134,
        reviewed=None,
        cause=None,
        lessons=None,
    ),
    Incident(
        # Still open: calls are answered, but the recorder waits for a part.
        number="2026-10",
        site="CTU",
        kind="equipment",
        severity=4,
        detected="2026-11-18T09:41:36",
        assessed=24,
        contained=205,
        restored=None,
        reviewed=None,
        cause=None,
        lessons=None,
    ),
]
