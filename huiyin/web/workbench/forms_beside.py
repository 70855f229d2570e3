"""Forms of what is written down beside the flow: tags, calls, news of the citizen, facts."""

from __future__ import annotations

from typing import Any

from django import forms

from huiyin.knowledge import queries as knowledge
from huiyin.orders import actions
from huiyin.orders.actions.beside import LONGEST, LONGEST_SUPPLEMENT, CallForm, FactForm
from huiyin.orders.kinds import FactKind
from huiyin.web.workbench.forms import (
    Bare,
    PhotosField,
    StepForm,
    UnitField,
    moment_field,
    note_field,
)


def tag_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the tags in their groups. No query while remembered."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for tag in knowledge.tags():
        groups.setdefault(tag.group, []).append((tag.code, tag.name))
    return list(groups.items())


class TagsField(forms.MultipleChoiceField):
    """Several tags of the city's taxonomy."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **more: Any) -> None:
        super().__init__(choices=tag_choices, required=False, **more)
        self.error_messages["invalid_choice"] = "没有这个标签"


class TagForm(StepForm):
    """Choose the tags of an order anew."""

    verb, button = "tag", "保存标签"
    template = "workbench/_step_tags.html"
    tags = TagsField(label="标签")

    def start(self) -> dict[str, Any]:
        """Return the tags that the order has."""
        return {"tags": list(self.setting.order.tags)}

    def take(self) -> None:
        """Store them; a tag that is no longer on offer stays."""
        offered = {tag.code for tag in knowledge.tags()}
        kept = [code for code in self.setting.order.tags if code not in offered]
        chosen = [*self.cleaned_data["tags"], *kept]
        actions.tag(self.setting.order.pk, tags=chosen, **self.how)


class CallThroughForm(StepForm):
    """Write down who was called at once."""

    verb = "call_through"
    intro = "紧急事项先打电话，再在这里登记；号码加密保存。"
    told = forms.CharField(
        label="通知了谁", max_length=LONGEST["told"], help_text="单位和职务",
        error_messages={"required": "请写明通知了谁"},
    )  # fmt: skip
    number = forms.CharField(
        label="拨打的号码", max_length=LONGEST["number"],
        error_messages={"required": "请填写拨打的号码"},
    )  # fmt: skip
    unit = UnitField(label="单位（可不选）", required=False)
    at = moment_field("通话时间（不填为现在）", required=False)
    answered = forms.BooleanField(label="已接通", required=False, initial=True)
    said = note_field("说了什么")

    def take(self) -> None:
        """Store the call."""
        clean = self.cleaned_data
        form = CallForm(
            told=clean["told"],
            number=clean["number"],
            answered=clean["answered"],
            said=clean["said"],
            unit=next(iter(clean["unit"]), None),
            at=clean["at"],
        )
        actions.call_through(self.setting.order.pk, form, **self.how)


class Supplement(StepForm):
    """Add what the citizen said further."""

    verb = "supplement"
    intro = "诉求人补充的情况，诉求人和承办单位都能看到。"
    words = forms.CharField(
        label="新的情况", max_length=LONGEST_SUPPLEMENT, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "请写明新的情况", "max_length": "最多 %(limit_value)d 个字"},
    )  # fmt: skip
    photos = PhotosField(label="照片")

    def take(self) -> None:
        """Add it."""
        clean = self.cleaned_data
        actions.supplement(
            self.setting.order.pk, words=clean["words"], files=clean["photos"], **self.how
        )


class Heed(Bare):
    """Say that the unit has read it."""

    verb, intro = "heed", "确认本单位已看过诉求人补充的情况。"


class RecordFact(StepForm):
    """Write down aid, a result of law enforcement, or another fact."""

    verb = "record_fact"
    intro = "诉求人看不到。帮扶写明谁给的；执法写明文书编号。"
    kind = forms.ChoiceField(
        label="种类", choices=[(k.value, k.label) for k in FactKind], widget=forms.RadioSelect,
        error_messages={"required": "请选择种类", "invalid_choice": "请选择种类"},
    )  # fmt: skip
    on = forms.DateField(
        label="日期", widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "请填写日期", "invalid": "日期格式不对"},
    )  # fmt: skip
    giver = forms.CharField(label="帮扶或执法单位", max_length=LONGEST["giver"], required=False)
    what = note_field("内容", hint="帮扶项目、处理决定或有关情况")
    amount = forms.DecimalField(
        label="金额（元，可不填）", max_digits=12, decimal_places=2, required=False,
        error_messages={"invalid": "请填写数字"},
    )  # fmt: skip
    document = forms.CharField(label="执法文书编号", max_length=LONGEST["document"], required=False)

    def take(self) -> None:
        """Write it down."""
        clean = self.cleaned_data
        form = FactForm(
            kind=FactKind(clean["kind"]),
            on=clean["on"],
            what=clean["what"],
            giver=clean["giver"],
            amount=clean["amount"],
            document=clean["document"],
        )
        actions.record_fact(self.setting.order.pk, form, **self.how)
