"""CSV files as people send them: odd headings, encodings, broken rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from huiyin.dispatch.learning import samples
from huiyin.kernel.errors import Invalid


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_rows_in_order_with_what_is_wrong(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "m.csv"
    file.write_text(
        "row,title,time,detail,label\n"
        "1,暖气,2026/1/3 8:05:00,不热,供热\n"
        "2,,,  ,供热\n"
        '3,,没有,"分两行\n写的",供热\n'
        "4,路,2026-01-05,坏了,\n"
        "5,少列\n",
        encoding=encoding,
    )
    rows = list(samples.rows(file, labelled=True))
    assert [row.number for row in rows] == [1, 2, 3, 4, 5]
    assert [row.problem for row in rows] == [
        "",
        "标题和内容都是空的",
        "",
        "没有类别",
        "应有 5 列，实有 2 列",
    ]
    assert rows[0].at is not None
    assert rows[0].at.day == 3
    assert rows[2].at is None
    assert [r.problem for r in samples.rows(file, labelled=False)][3] == ""


@pytest.mark.parametrize(
    "content", [b"", b"a,b\n1,2\n", b"title,detail\n1,2\n", b"\x00\x01", b"\xff\xfe\xfa\xff,\n"]
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "m.csv"
    file.write_bytes(content)
    with pytest.raises(Invalid):
        list(samples.rows(file, labelled=True))
    with pytest.raises(Invalid, match="没有这个文件"):
        list(samples.rows(tmp_path / "none.csv", labelled=True))
    with pytest.raises(Invalid, match="这是文件夹"):
        list(samples.rows(tmp_path, labelled=True))


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("分类,编号,内容,标题\n供热,7,不热,暖气\n".encode(), {}),
        ('\ufeff"title";"detail";"label"\r\n暖气;不热;供热\r\n'.encode(), {}),
        ("title\tdetail\tlabel\r\n暖气\t不热\t供热\r\n".encode("utf-16"), {}),
        ("TITLE,Detail,LABEL\r暖气,不热,供热\r".encode(), {}),
        (
            "留言编号,留言主题,留言时间,留言详情,一级标签\n1,暖气,2026-01-03T08:05:00,不热,供热\n".encode(
                "gb18030"
            ),
            {},
        ),
        (
            "name,说了什么,queue\n暖气,不热,供热\n".encode(),
            {"title": "name", "detail": "说了什么", "label": "Queue"},
        ),
        ("title,detail,label\n暖气,不热,供热,,\n".encode(), {}),
    ],
)
def test_columns_by_other_names_in_any_order(tmp_path: Path, content: bytes, named) -> None:
    file = tmp_path / "m.csv"
    file.write_bytes(content)
    (row,) = samples.rows(file, labelled=True, named=named)
    assert (row.title, row.detail, row.label, row.problem) == ("暖气", "不热", "供热", "")


def test_rows_that_are_odd_but_can_be_read(tmp_path: Path) -> None:
    """A row that lacks what is not needed is read, a very long one is cut, blank lines are none."""
    file = tmp_path / "m.csv"
    long = "冷" * 300_000
    file.write_text(f"title,detail,label\n路,坏了\n\n暖气,{long},\n,,\n", encoding="utf-8")
    rows = list(samples.rows(file, labelled=False))
    assert [(row.title, row.problem) for row in rows] == [
        ("路", ""),
        ("暖气", ""),
        ("", "标题和内容都是空的"),
    ]
    assert len(rows[1].detail) == samples.TEXT_LONGEST


def test_what_the_file_has_is_told(tmp_path: Path) -> None:
    file = tmp_path / "m.csv"
    file.write_text("编号,怎么说,归谁\n1,暖气不热,供热\n", encoding="utf-8")
    with pytest.raises(Invalid) as refused:
        list(samples.rows(file, labelled=True))
    assert "编号、怎么说、归谁" in refused.value.remedy
    with pytest.raises(Invalid, match="没有“诉求”列"):
        list(samples.rows(file, labelled=True, named={"detail": "诉求"}))
