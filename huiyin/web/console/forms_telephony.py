"""Forms of telephony in the console: they check form only, rules live in actions."""

from __future__ import annotations

from typing import Any

from django import forms

from huiyin.callcentre.telephony.actions.prompts import MUSIC, NAMES
from huiyin.callcentre.telephony.states import NumberKind, Pool, SeatKind, Skill
from huiyin.callcentre.telephony.switch.sounds import WORDS
from huiyin.web.console.forms import HouseForm

SKILLS = [(s.value, s.label) for s in Skill]


def _text(label: str, longest: int, *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, required=required,
        error_messages={"max_length": "最多 %(limit_value)d 个字"},
    )  # fmt: skip


def _moment(label: str) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label, widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        error_messages={"invalid": "时间格式不对"},
    )  # fmt: skip


class SeatsForm(HouseForm):
    """Register seats, or change those that are there."""

    extensions = _text("分机号", 200)
    kind = forms.ChoiceField(label="种类", choices=[(k.value, k.label) for k in SeatKind])
    skills = forms.MultipleChoiceField(
        label="技能", choices=SKILLS, widget=forms.CheckboxSelectMultiple, initial=["general"]
    )
    address = _text("话机地址", 80, required=False)

    def clean_address(self) -> str:
        """Take the browser by its Chinese name too."""
        typed: str = self.cleaned_data["address"]
        return "browser" if typed == "浏览器" else typed


class LineForm(HouseForm):
    """Register a line, or change it."""

    number = _text("号码", 20)
    pool = forms.ChoiceField(label="方向", choices=[(p.value, p.label) for p in Pool])
    capacity = forms.IntegerField(
        label="路数", min_value=1, max_value=100_000,
        error_messages={"min_value": "至少 1 路", "max_value": "太多", "invalid": "请填写数字"},
    )  # fmt: skip
    skill = forms.ChoiceField(label="来电要找的技能", choices=SKILLS)
    closed = forms.BooleanField(label="停用，来电放提示音", required=False)


class NumberForm(HouseForm):
    """Put a number on a list."""

    number = _text("电话号码", 20)
    kind = forms.ChoiceField(label="名单", choices=[(k.value, k.label) for k in NumberKind])
    note = _text("说明", 200, required=False)
    until = forms.DateField(
        label="有效到", required=False, widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "日期格式不对"},
    )  # fmt: skip


class LeaderDayForm(HouseForm):
    """A span in which a leader answers."""

    leader = _text("领导的账号", 60)
    topic = _text("主题", 100)
    line = _text("线路", 20)
    begins_at = _moment("开始")
    ends_at = _moment("结束")


class StandbyForm(HouseForm):
    """Somebody who can be called in."""

    staff = _text("账号", 60)
    number = _text("电话号码", 20)
    note = _text("说明", 60, required=False)


class PromptForm(HouseForm):
    """A recorded sound."""

    name = forms.ChoiceField(
        label="提示音",
        choices=[(name, "排队音乐" if name == MUSIC else WORDS[name]) for name in NAMES],
    )
    sound = forms.FileField(
        label="WAV 文件", error_messages={"empty": "文件是空的", "missing": "请选择文件"}
    )
    note = _text("说明", 100, required=False)


FORMS: dict[str, type[HouseForm]] = {
    "seats": SeatsForm,
    "line": LineForm,
    "number": NumberForm,
    "leader": LeaderDayForm,
    "standby": StandbyForm,
    "prompt": PromptForm,
}


def blank() -> dict[str, Any]:
    """Return every form, empty; each with names of its own so that labels lead to its fields."""
    return {name: form(auto_id=f"{name}-%s") for name, form in FORMS.items()}
