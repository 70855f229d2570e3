"""Limits as they are written, stored and said."""

import pytest

from huiyin.worktime.limits import Limit, LimitUnit, in_words, parse


@pytest.mark.parametrize(
    ("text", "limit", "said"),
    [
        ("30m", Limit(30, LimitUnit.MINUTES), "30 分钟"),
        ("24h", Limit(24, LimitUnit.HOURS), "24 小时"),
        ("7d", Limit(7, LimitUnit.CALENDAR_DAYS), "7 天"),
        ("5wd", Limit(5, LimitUnit.WORKING_DAYS), "5 个工作日"),
        ("4wh", Limit(4, LimitUnit.WORKING_HOURS), "4 个工作小时"),
        (
            "24h postpone",
            Limit(24, LimitUnit.HOURS, postpone=True),
            "24 小时(夜间和节假日顺延)",
        ),
    ],
)
def test_a_limit_is_read_written_and_said(text, limit, said):
    assert parse(text) == limit
    assert str(limit) == text
    assert in_words(limit) == said


def test_a_rule_pack_may_say_postpone_beside_the_limit():
    assert parse("24h", postpone=True) == parse("24h postpone")


@pytest.mark.parametrize(
    "text", ["", "5", "wd", "0wd", "-1h", "05h", "1.5h", "5 wd", "5WD", "5w", "5wd ", "100000m"]
)
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match="not a limit"):
        parse(text)


@pytest.mark.parametrize("amount", [0, -1])
def test_a_limit_is_at_least_one(amount):
    with pytest.raises(ValueError, match="at least 1"):
        Limit(amount, LimitUnit.HOURS)
