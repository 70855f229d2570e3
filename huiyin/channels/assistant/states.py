"""What the assistant may be asked for, and how asking ends."""

from __future__ import annotations

from enum import StrEnum


class Task(StrEnum):
    """One kind of draft; each is switched on by its own parameter."""

    SUMMARY = "summary"
    ORDER = "order"
    ANSWER = "answer"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"summary": "摘要", "order": "工单草稿", "answer": "答复草稿"}[self.value]

    @property
    def parameter(self) -> str:
        """Return the key of the parameter that switches it on."""
        return f"assistant.{self.value}"


class Ended(StrEnum):
    """How asking ended."""

    TOLD = "told"
    REFUSED = "refused"
    BUSY = "busy"
    SLOW = "slow"
    BROKEN = "broken"
    UNREACHED = "unreached"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {
            "told": "已生成",
            "refused": "服务拒绝",
            "busy": "服务繁忙",
            "slow": "没有及时答复",
            "broken": "答复无法读取",
            "unreached": "无法连接",
        }[self.value]
