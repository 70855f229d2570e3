"""Replies in a file: a table with the columns title, detail, reply, and good when judged."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from huiyin.followup.replychecks.rules import Earlier, Said
from huiyin.kernel import likeness
from huiyin.kernel.errors import Refused

_NEEDED = ("detail", "reply")
_GOOD = {"1": True, "1.0": True, "true": True, "0": False, "0.0": False, "false": False}
_LONGEST_FIELD = 1 << 24
_EACH, _LEAST, _KEPT = 50, 4, 5


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its number, the reply, earlier ones of the unit that are like it, the judgement."""

    row: str
    said: Said
    earlier: tuple[Earlier, ...]
    good: bool | None


def lines(path: Path) -> Iterator[Line]:
    """Yield the rows of a file; earlier replies are those of the same unit further up.

    Raises:
        Refused: the file cannot be read or lacks a column.
    """
    csv.field_size_limit(_LONGEST_FIELD)
    past: dict[tuple[str, int], list[Earlier]] = {}
    try:
        reader = csv.DictReader(io.StringIO(_text(path), newline=""))
        missing = [name for name in _NEEDED if name not in (reader.fieldnames or ())]
        if missing:
            raise Refused(f"{path.name} 缺少列：{'、'.join(missing)}")
        for at, row in enumerate(reader, 1):
            yield _line(str(row.get("id") or row.get("row") or at), row, past)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        remedy = "请用 UTF-8 或 GB 18030 编码的 CSV 文件"
        raise Refused(f"读不了 {path}：{error}", remedy=remedy) from error


def _text(path: Path) -> str:
    """Return the text of a file in UTF-8, with or without mark, or else in GB 18030."""
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030")


def _line(key: str, row: dict[str, str], past: dict[tuple[str, int], list[Earlier]]) -> Line:
    answer, unit = (row["reply"] or "").strip(), (row.get("unit") or "").strip()
    said = Said((row.get("title") or "").strip(), (row["detail"] or "").strip(), answer)
    found: Counter[Earlier] = Counter()
    if unit:
        hashes = likeness.sketch(likeness.folded(answer))
        for value in hashes:
            held = past.setdefault((unit, value), [])
            found.update(held[-_EACH:])
            held.append(Earlier(key, said.request, answer))
    like = tuple(each for each, shared in found.most_common(_KEPT) if shared >= _LEAST)
    return Line(key, said, like, _GOOD.get((row.get("good") or "").strip().lower()))
