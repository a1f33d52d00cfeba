"""Lengths of time that the policy writes in English, said in both languages."""

from __future__ import annotations

import pytest

from ccpolicy.reports.html_parts.labels import amount


@pytest.mark.parametrize(
    ("written", "zh"),
    [
        ("30 days", "30 天"),
        ("1 hour 30 minutes", "1 小时 30 分钟"),
        ("5 business days", "5 个工作日"),
        ("12 months", "12 个月"),
        ("1 year", "1 年"),
        ("2 weeks", "2 周"),
        ("45 seconds", "45 秒"),
        ("never", "never"),
        ("30 days of rest", "30 days of rest"),
        ("<b>1 day", "&lt;b&gt;1 day"),
    ],
)
def test_lengths_are_said_in_chinese_and_other_values_stay(written: str, zh: str) -> None:
    assert amount(written).zh == zh
    assert amount(written).en == written.replace("<", "&lt;").replace(">", "&gt;")


def test_numbers_stay() -> None:
    assert amount(3).zh == amount(3).en == "3"
