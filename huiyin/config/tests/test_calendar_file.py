"""The file of a year's holidays: read whole, or refused with the line that is wrong."""

from __future__ import annotations

from datetime import date

import pytest

from huiyin.config.commands.calendar import read_table
from huiyin.kernel.errors import Invalid


def test_days_off_on_weekends_only_give_names() -> None:
    table = read_table(
        ["# 2027", "2027-01-01,放假,元旦", "2027-01-02, 放假 ,元旦", "", "2027-02-20,上班,春节调休"]
    )
    assert table.closed == [date(2027, 1, 1)]
    assert table.opened == [date(2027, 2, 20)]
    assert table.names == {
        "2027-01-01": "元旦",
        "2027-01-02": "元旦",
        "2027-02-20": "春节调休",
    }


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["2027-01-01,放假,元旦", "2027-02-30,放假,春节"], "第 2 行：“2027-02-30”不是日期"),
        (["2027-01-01,休息,元旦"], "第 1 行：须写成"),
        (["2027-01-01,放假"], "第 1 行：须写成"),
        (["2027-01-01,放假,元旦", "2027-01-01,放假,元旦"], "第 2 行：2027-01-01 出现了两次"),
        (["# nothing"], "文件里没有一天"),
    ],
)
def test_a_wrong_line_is_named(lines: list[str], why: str) -> None:
    with pytest.raises(Invalid, match=why):
        read_table(lines)
