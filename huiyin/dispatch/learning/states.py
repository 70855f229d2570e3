"""What is learned, and where a version stands."""

from __future__ import annotations

from enum import StrEnum


class Purpose(StrEnum):
    """What a model suggests: a label of a file's own, or a field of an order."""

    LABEL = "label"
    CATEGORY = "category"
    UNIT = "unit"
    KIND = "kind"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {
            "label": "文件中的类别",
            "category": "三级分类",
            "unit": "主办单位",
            "kind": "类型",
        }[self.value]


class ModelState(StrEnum):
    """A version is in use, was replaced, was refused as worse, or was switched off by a person."""

    ACTIVE = "active"
    REPLACED = "replaced"
    REFUSED = "refused"
    OFF = "off"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {
            "active": "使用中",
            "replaced": "已被替换",
            "refused": "较差，未启用",
            "off": "已停用",
        }[self.value]

    @property
    def tone(self) -> str:
        """Return the colour of its tag."""
        return {"active": "green", "replaced": "grey", "refused": "amber", "off": "grey"}[
            self.value
        ]
