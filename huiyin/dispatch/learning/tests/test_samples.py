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
    with pytest.raises(Invalid):
        list(samples.rows(tmp_path / "none.csv", labelled=True))
