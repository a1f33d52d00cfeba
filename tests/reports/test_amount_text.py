"""Values of the policy in the reader's language."""

from __future__ import annotations

import pytest

from ccpolicy.reports.amount_text import amount_text, label_text, parameter_text
from ccpolicy.reports.html_parts.labels import amount
from ccpolicy.texts import Text

NETWORK = {"network": Text({"en": "network equipment", "zh": "网络设备"})}


@pytest.mark.parametrize(
    ("written", "en", "zh"),
    [
        ("30 days", "30 days", "30 天"),
        ("PT1H30M", "1 hour 30 minutes", "1 小时 30 分钟"),
        ("P3M", "3 months", "3 个月"),
        ("5 business days", "5 business days", "5 个工作日"),
        ("12 months", "12 months", "12 个月"),
        ("1 year", "1 year", "1 年"),
        ("P2W", "2 weeks", "2 周"),
        ("45 seconds", "45 seconds", "45 秒"),
        ("half-year", "calendar half-year", "每自然半年"),
        ("month", "calendar month", "每自然月"),
        ("week", "calendar week", "每自然周"),
        ("{fiscal_year: 04-01}", "fiscal year from 04-01", "每财年（始于 04-01）"),
        ("5th", "5th day", "第 5 日"),
        ("22nd business day", "22nd business day", "第 22 个工作日"),
        ("third monday", "3rd Monday", "第 3 个星期一"),
        ("last Friday", "last Friday", "最后一个星期五"),
        ("last business day", "last business day", "最后一个工作日"),
        ("Monday", "Monday", "星期一"),
        ("06-30", "06-30", "06-30"),
        ("never", "never", "never"),
        ("30 days of rest", "30 days of rest", "30 days of rest"),
        (3, "3", "3"),
        (0.5, "0.5", "0.5"),
    ],
)
def test_durations_and_periods_are_worded_and_other_values_stay(
    written: object, en: str, zh: str
) -> None:
    assert amount_text(written, "en") == en
    assert amount_text(written, "zh") == zh


def test_classes_have_the_names_that_the_policy_gives_them() -> None:
    value = {"network": "P90D", "seat": "180 days"}
    assert parameter_text(value, "zh", NETWORK) == [("网络设备", "90 天"), ("seat", "180 天")]
    assert parameter_text(value, "en", NETWORK)[0] == ("network equipment", "90 days")


def test_a_choice_has_the_name_that_the_policy_gives_it() -> None:
    assert parameter_text("network", "zh", NETWORK) == [("", "网络设备")]
    assert parameter_text("6 months", "zh", NETWORK) == [("", "6 个月")]
    assert label_text("seat", "zh", NETWORK) == "seat"


def test_a_value_cannot_write_html() -> None:
    assert amount("<b>1 day").text("zh") == amount("<b>1 day").text("en") == "&lt;b&gt;1 day"
