"""An assessment made a second time, by brute force and from the design's words alone.

`model` says what a world is: one control with its evidence. `zone_calendar` and `moments` give its
times, `judge` and `kinds` decide at one instant after another whether there is duty and whether
there is cover, and `oracle` puts the answers together. `worlds` and `maker` draw worlds,
`repository` writes them as a policy repository, and `comparison` sets the program's assessment
against the oracle's. The cases in `test_cases_*` are worked out by hand and test the oracle.
"""
