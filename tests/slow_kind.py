"""A check kind that takes ages, and memory without end."""

from __future__ import annotations

SLOW = """\
/*
summary: {en: It takes ages., zh: 耗时极久。}
inputs:
  events:
    label: {en: events, zh: 事件}
    holds: happening
    effect: help
    population: true
    needs: [starts]
*/
SELECT e.control, 'duty' AS part, e.subject, sum(a.day + b.day + c.day + d.day) AS starts,
       max(a.day) AS ends, min(e.locator) AS locator
FROM events e, after a, after b, after c, after d
GROUP BY e.control, e.subject
"""
