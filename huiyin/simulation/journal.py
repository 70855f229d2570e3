"""What the simulation was told was done: one line per step, on the disk before it goes on.

A crash proof compares these lines with the database: every step that was acknowledged must be
there, once. A line is the order's number, the step's place in its history, and its verb.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Self


class Journal:
    """Lines that survive the death of the process and of the machine; nothing without a path."""

    def __init__(self, path: Path | None) -> None:
        self._file = path.open("a", encoding="utf-8") if path else None

    def acknowledge(self, number: str, seq: int, verb: str) -> None:
        """Write that this step has been done, and wait until the disk has it."""
        if self._file is None:
            return
        self._file.write(f"{number} {seq} {verb}\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()
