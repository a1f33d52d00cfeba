"""An assessment made a second time, by brute force and from the design's words alone.

`model` says what a world is: one control with its evidence. `zone_calendar` and `moments` give its
times, `judge` and `kinds` decide at one instant after another whether there is duty and whether
there is cover, `validity` says what is wrong with the evidence, and `oracle` puts the answers
together. `worlds`, `generators`, `maker` and `spoiling` draw worlds, `repository` writes them as a
policy repository, `comparison` sets the program's assessment against the oracle's, and `reduction`
makes small what differs. The cases in `test_cases_*` are worked out by hand and test the oracle.

Where the design leaves a choice, the oracle takes the reading that is never a false green:

| where | reading |
|---|---|
| a failure and a good event on the first day of a duty | the event covers from the duty's beginning to the failure, and again from its own moment if that is certainly later |
| a failure certainly before the duty's beginning | ends what was done before it, but not this duty's `initial` |
| `per`: what may be served late | periods from that in which the duty begins; nothing is owed before, so an event in a grace that follows serves its own |
| `per` after a failure | nothing before it counts, so the oldest period not served since is served first |
| `per` with `initial` | `initial` ends cover; the period in which the duty begins may still be served late |
| a row of the roster that begins on the plan's first day | a dated first day, as on any other day |
| rows that begin together, one dated and one timed | the duty begins with a dated state |
| a duty that goes on from one row to the next | has no first day at the second |
| a timed state on the first day | holds from its own moment: it did not happen, it holds |
| a state valid from the day of a failure | is not certainly later |
| a local time that happened twice, of a state | duty begins early and ends late, cover the other way round |
| a closing dated on the day that ends where the opening is | before its opening: "on an earlier day" |
| a closing, reopening or update between two openings of one subject | before its opening |
| a reopening without an item | undoes the closings of all items |
| an expiry before the day on which a record was obtained | no state, so that it is valid and covers nothing |
| a record that was obtained, without expiry and without `valid_for` | nobody knows how long it holds: unknown, if its subject ever owed it; a state holds for good |
| a state that begins after as-of, in any input | a plan: it counts ahead |
| a bad reading before the first day of a duty | a good reading of that day covers from the duty's beginning all the same |
| which of two readings on one day was the last | whichever is worse, until one that is certainly later |
| not due | by the revision in force at as-of; counted among the subjects that pass |
| an episode "in the window" | one that is open at some instant of it |
| `may_be_empty` | excuses that there is nothing to judge, not that the control is out of force |
| an event of no subject | unknown, whichever dataset it is in; whom a record of another dataset names that the predicate refuses is known, and owes nothing |
| what is later than as-of | spoils nothing: whatever else may be wrong with it |
"""  # noqa: E501 - a table's row is one line
