"""The lake: the lines of one month as one Parquet file, the same bytes whenever it is written."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from huiyin.insight.facts.states import MEASURES

ROWS_IN_GROUP = 200_000
_BLOCK = 1 << 20
_DAYS = ("day", "accepted_on", "dispatched_on", "due_on", "closed_on")
_KEYS = ("order_id", "unit_id", "category_id", "region_id", "answer_key", "case_key")
_WORDS = ("channel", "kind")
COLUMNS = (
    "day", "sign", "order_id", "unit_id", "shared", "category_id", "region_id", "channel", "kind",
    *_DAYS[1:], "answer_key", "case_key", *MEASURES,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: lines, bytes, digest of the bytes."""

    lines: int
    size: int
    digest: str


def last_of(month: date) -> date:
    """Return the last day of a month."""
    after = (month.replace(day=1) + timedelta(days=31)).replace(day=1)
    return after - timedelta(days=1)


def folder() -> Path:
    """Return the folder of the months; it may not exist yet."""
    return Path(settings.LAKE_DIR) / "facts"


def path_of(month: date) -> Path:
    """Return the file of a month."""
    return folder() / f"{month:%Y-%m}.parquet"


def schema() -> Any:
    """Return the Arrow schema of a file: days, keys, words, and small whole numbers."""
    import pyarrow as pa

    def kind(name: str) -> Any:
        if name in _DAYS:
            return pa.date32()
        if name in _KEYS:
            return pa.int64()
        return pa.string() if name in _WORDS else pa.int8()

    return pa.schema([(name, kind(name)) for name in COLUMNS])


def write(month: date) -> Written:
    """Write the file of a month, by COPY out of PostgreSQL; it appears whole or not at all."""
    folder().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder(), prefix=".new-") as room:
        table, made = Path(room) / "lines.csv", Path(room) / "lines.parquet"
        _copy(month, table)
        lines = _as_parquet(table, made)
        found = Written(lines, made.stat().st_size, digest_of(made))
        os.replace(made, path_of(month))
    return found


def latest_day(path: Path) -> date:
    """Return the latest day by which any line of a file is counted, from what the file says of it.

    An assessment of later days need not open the file.
    """
    import pyarrow.parquet

    told = pyarrow.parquet.read_metadata(path)
    found = date.min
    for group in (told.row_group(nth) for nth in range(told.num_row_groups)):
        for nth, name in enumerate(COLUMNS):
            if name not in _DAYS[1:]:
                continue
            known = group.column(nth).statistics
            if known is None:
                return date.max
            if known.has_min_max:
                found = max(found, known.max)
            elif known.null_count != group.num_rows:
                return date.max
    return found


def digest_of(path: Path) -> str:
    """Return the digest of a file."""
    with path.open("rb") as file:
        running = sha256()
        while block := file.read(_BLOCK):
            running.update(block)
    return running.hexdigest()


def _copy(month: date, to: Path) -> None:
    last = last_of(month)
    sql = (
        f"copy (select {', '.join(COLUMNS)} from facts_factline"  # noqa: S608 - names of our own
        f" where day between '{month:%Y-%m-01}' and '{last:%Y-%m-%d}' order by day, id)"
        " to stdout (format csv)"
    )
    with connection.cursor() as cursor, to.open("wb") as file, cursor.copy(sql) as blocks:
        for block in blocks:
            file.write(block)


def _as_parquet(table: Path, made: Path) -> int:
    """Turn the copied lines into Parquet, a group at a time, in bounded memory."""
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    form = schema()
    lines = 0
    with pa.parquet.ParquetWriter(made, form, compression="zstd") as writer:
        if not table.stat().st_size:
            return 0
        reader = pa.csv.open_csv(
            table,
            read_options=pa.csv.ReadOptions(column_names=list(COLUMNS), use_threads=False),
            convert_options=pa.csv.ConvertOptions(
                column_types=form, strings_can_be_null=False, null_values=[""]
            ),
        )
        for batch in reader:
            writer.write_batch(batch, row_group_size=ROWS_IN_GROUP)
            lines += batch.num_rows
    return lines
