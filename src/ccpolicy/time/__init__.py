"""Time: durations, zones, calendars and spans; nothing else in the program knows a calendar."""
