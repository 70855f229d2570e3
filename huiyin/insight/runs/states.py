"""Where a run stands."""

from __future__ import annotations

from enum import StrEnum


class RunState(StrEnum):
    """A run is under way, has ended, or has failed."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"running": "进行中", "done": "已完成", "failed": "已中断"}[self.value]

    @property
    def tone(self) -> str:
        """Return the colour of its tag."""
        return {"running": "blue", "done": "green", "failed": "red"}[self.value]
