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


class Field(StrEnum):
    """For which field of an order something is suggested; the city's switches are named so."""

    KIND = "kind"
    CATEGORY = "category"
    URGENCY = "urgency"
    REGION = "place"
    TAGS = "tags"
    UNIT = "unit"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {
            "kind": "类型",
            "category": "分类",
            "urgency": "紧急程度",
            "place": "所在街道",
            "tags": "标签",
            "unit": "主办单位",
        }[self.value]


class Source(StrEnum):
    """By what something is suggested, for units in the order in which they are asked."""

    CATALOGUE = "catalogue"
    RULING = "ruling"
    LEARNED = "learned"
    TERRITORY = "territory"
    NAMES = "names"
    WORDS = "words"
    PLACE = "region"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {
            "catalogue": "派单目录",
            "ruling": "以前的裁定",
            "learned": "以往工单",
            "territory": "属地",
            "names": "分类名称",
            "words": "关键词",
            "region": "地名",
        }[self.value]
