"""How the sample centre tried whether the second of everything takes over."""

from __future__ import annotations

from sample.chance import between
from sample.clock import moment
from sample.equipment import hands
from sample.files import Row, numbered

# The licences of the second node at Shanghai did not suffice in January 2026 (risk R-2026-02).
_TESTS = """
SHA | trunks     | 2025-05-17T06:10 | no  | pass |
SHA | pbx        | 2025-05-24T06:20 | no  | pass |
SHA | other_site | 2025-05-31T07:05 | no  | pass |
CTU | trunks     | 2025-05-18T06:30 | no  | pass |
CTU | pbx        | 2025-05-25T06:15 | no  | pass |
CTU | other_site | 2025-05-31T07:05 | no  | pass |
SHA | home_seats | 2025-05-30T07:30 | no  | pass |
CTU | home_seats | 2025-05-30T07:40 | no  | pass |
SHA | trunks     | 2025-11-08T06:25 | no  | pass |
CTU | trunks     | 2025-11-09T06:20 | no  | pass |
SHA | pbx        | 2025-11-15T06:10 | no  | pass |
CTU | pbx        | 2025-11-16T06:40 | no  | pass |
SHA | other_site | 2025-11-29T07:00 | yes | pass |
CTU | other_site | 2025-11-29T07:00 | yes | pass |
SHA | home_seats | 2025-11-21T07:20 | yes | pass |
CTU | home_seats | 2025-11-26T07:30 | yes | fail | 六成居家座席未能登录，远程接入许可不足
CTU | home_seats | 2025-12-05T07:30 | yes | pass |
SHA | pbx        | 2026-01-10T06:15 | yes | fail | 备用节点许可不足，半数座席未能注册
SHA | pbx        | 2026-02-28T06:20 | yes | pass |
CTU | trunks     | 2026-04-26T06:10 | yes | pass |
SHA | trunks     | 2026-05-05T06:30 | yes | pass |
CTU | pbx        | 2026-05-10T06:15 | yes | pass |
SHA | other_site | 2026-05-23T07:10 | yes | pass |
CTU | other_site | 2026-05-23T07:10 | yes | pass |
SHA | home_seats | 2026-05-15T07:30 | yes | pass |
CTU | home_seats | 2026-05-29T07:20 | yes | pass |
SHA | pbx        | 2026-08-22T06:25 | yes | pass |
CTU | trunks     | 2026-10-18T06:20 | yes | pass |
SHA | trunks     | 2026-10-31T06:15 | yes | pass |
CTU | pbx        | 2026-11-08T06:10 | yes | pass |
SHA | home_seats | 2026-11-13T07:30 | yes | pass |
CTU | home_seats | 2026-11-18T07:25 | yes | pass |
SHA | other_site | 2026-11-14T07:00 | yes | pass |
CTU | other_site | 2026-11-14T07:00 | yes | pass |
"""


def failover_tests() -> list[Row]:
    """Return the tests of trunks, PBX nodes, the move to the other site and agents at home."""
    rows = []
    for line in _TESTS.strip().splitlines():
        site, element, at, unannounced, result, remark = (part.strip() for part in line.split("|"))
        technician, verifier = hands(site, "failover", element, at)
        rows.append(
            {
                "site": site,
                "element": element,
                "tested_at": moment(at),
                "unannounced": unannounced == "yes",
                "takeover_seconds": between(180, 540, "takeover", site, at)
                if element in ("other_site", "home_seats")
                else between(4, 50, "takeover", site, at),
                "calls_lost": between(0, 6, "lost", site, at),
                "technician": technician,
                "verifier": verifier,
                "result": result,
                "remark": remark or None,
            }
        )
    return numbered(rows, "FT{:03}", "test_id", "tested_at", "site")
