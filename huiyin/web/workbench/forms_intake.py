"""Forms of the agent: taking down a call, completing a draft, and the four endings."""

from __future__ import annotations

from typing import Any

from django import forms

from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.models import Category
from huiyin.knowledge.states import Kind, ReasonGroup, Urgency
from huiyin.orders import actions, numbers, reply_queries
from huiyin.orders.actions.intake import LONGEST, SAID, Request
from huiyin.orders.actions.replying import LONGEST_MATTER, MOST_MATTERS
from huiyin.orders.states import Channel
from huiyin.orgs import queries as orgs
from huiyin.orgs.models import Region
from huiyin.web.workbench.forms import (
    ClassField,
    LineField,
    ReasonField,
    StepForm,
    moment_field,
    note_field,
)
from huiyin.web.workbench.forms_beside import TagsField
from huiyin.web.workbench.forms_followup import FilingField
from huiyin.web.workbench.forms_group import OrderField

EMERGENCIES = ("110", "119", "120", "122")
TIES = ("join", "sequel", "related")
KINDS = [(k.value, k.label) for k in Kind]
URGENCIES = [(u.value, u.label) for u in Urgency]


def _text(label: str, longest: int, *, hint: str = "") -> Any:
    return forms.CharField(
        label=label,
        max_length=longest,
        required=False,
        help_text=hint,
        error_messages={"max_length": "最多 %(limit_value)d 个字"},
    )


def matters_field() -> Any:
    """Return a field for several matters, one on each line."""
    return forms.CharField(
        label="诉求事项",
        max_length=MOST_MATTERS * (LONGEST_MATTER + 2),
        required=False,
        help_text="有几件事时，每行写一件；只有一件可不填",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": "事项太长，请精简"},
    )


class MatterFields(forms.Form):
    """What was asked: the fields that taking down and completing have in common."""

    content = forms.CharField(
        label="诉求内容",
        max_length=LONGEST["content"],
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "请写明诉求内容", "max_length": "最多 %(limit_value)d 个字"},
    )
    title = _text("标题", LONGEST["title"], hint="不填则取内容的开头")
    place = _text("地点", LONGEST["place"], hint="小区、楼号、路段或单位名称")
    kind = forms.ChoiceField(
        label="类型", choices=KINDS, widget=forms.RadioSelect,
        error_messages={"required": "请选择类型", "invalid_choice": "请选择类型"},
    )  # fmt: skip
    category = forms.CharField(label="分类", max_length=12, required=False)
    region = forms.CharField(label="所在街道", max_length=12, required=False)
    urgency = forms.ChoiceField(
        label="紧急程度", choices=URGENCIES, widget=forms.RadioSelect, initial="normal"
    )
    occurred_at = moment_field("发生时间", required=False)
    line = LineField(help_text="来电人打的是哪条热线")
    confidential = forms.BooleanField(
        label="要求保密", required=False, help_text="承办单位看不到诉求人"
    )

    summary = _text("要点", LONGEST["summary"], hint="一句话复述，向来电人核对")
    changed_since = _text("与上次相比", LONGEST["changed_since"], hint="再次来电的，有什么变化")
    proposal = _text("诉求人的想法", LONGEST["proposal"], hint="希望怎样解决")
    tags = TagsField(label="标签")

    def clean_category(self) -> Category | None:
        """Return the category with this code."""
        code = self.cleaned_data["category"]
        found = knowledge.category(code) if code else None
        if code and found is None:
            raise forms.ValidationError("没有这个分类，请重新选择")
        return found

    def clean_region(self) -> Region | None:
        """Return the region with this code."""
        code = self.cleaned_data["region"]
        found = orgs.region(code) if code else None
        if code and found is None:
            raise forms.ValidationError("没有这个街道，请重新选择")
        return found

    def matter(self) -> dict[str, Any]:
        """Return the fields as ``Request`` takes them."""
        clean = self.cleaned_data
        names = (
            "content", "title", "place", "category", "region", "occurred_at", "confidential",
            "line",
        )  # fmt: skip
        return {name: clean[name] for name in (*names, *SAID, "tags")} | {
            "kind": Kind(clean["kind"]),
            "urgency": Urgency(clean["urgency"]),
        }


class IntakeForm(MatterFields):
    """A telephone call as the agent takes it down, with how it ends."""

    use_required_attribute = False
    field_order = ("phone", "name")

    phone = _text("来电号码", LONGEST["phone"])
    name = _text("称呼", LONGEST["name"])
    is_enterprise = forms.BooleanField(label="企业来电", required=False)
    wants_reply = forms.BooleanField(label="需要回复", required=False, initial=True)
    key = forms.CharField(max_length=80, widget=forms.HiddenInput)
    article = forms.CharField(max_length=12, required=False, widget=forms.HiddenInput)
    sequel = OrderField(max_length=24, required=False, widget=forms.HiddenInput)
    tie = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    ending = forms.ChoiceField(
        label="怎样办理",
        choices=(
            ("submit", "转派单"),
            ("answer", "当场答复"),
            ("file", "按备案答复"),
            ("refer", "告知渠道"),
            ("transfer", "转紧急热线"),
        ),
        widget=forms.RadioSelect,
        initial="submit",
        error_messages={"required": "请选择怎样办理", "invalid_choice": "请选择怎样办理"},
    )
    matters = matters_field()
    answer = forms.CharField(
        label="答复内容", max_length=LONGEST["content"], required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip
    reason = ReasonField(ReasonGroup.REFER, label="原因", required=False)
    note = note_field("补充说明", required=False, rows=2)
    to = _text("转给谁", 40)
    filing = FilingField(label="备案编号", max_length=12, required=False)

    def clean_tie(self) -> tuple[str, str]:
        """Return how this call hangs together with which earlier order; empty for not at all."""
        kind, _, number = self.cleaned_data["tie"].partition(":")
        found = numbers.read(number) if kind in TIES else None
        return kind, found or ""

    def request(self) -> Request:
        """Return what was asked."""
        clean = self.cleaned_data
        return Request(
            **self.matter(),
            channel=Channel.PHONE,
            name=clean["name"],
            phone=clean["phone"],
            is_enterprise=clean["is_enterprise"],
            wants_reply=clean["wants_reply"],
        )


class Edit(StepForm, MatterFields):
    """Complete a draft before it goes on."""

    verb, button = "edit", "保存"
    template = "workbench/_step_edit.html"
    intro = "原文留存在历史中。"
    case_class = ClassField()

    def start(self) -> dict[str, Any]:
        """Return what the draft holds."""
        order = self.setting.order
        names = ("content", "title", "place", "kind", "urgency", "occurred_at", "confidential")
        return {name: getattr(order, name) for name in (*names, *SAID, "tags")} | {
            "category": order.category.code if order.category else "",
            "region": order.region.code if order.region else "",
            "line": order.line.code if order.line else "",
            "case_class": order.case_class.code if order.case_class else "",
        }

    def shape(self) -> None:
        """Offer the classes in force."""
        field = self.fields["case_class"]
        assert isinstance(field, ClassField)  # noqa: S101 - told to the type checker
        field.offer(knowledge.case_classes(self.setting.now))

    def matter(self) -> dict[str, Any]:
        """Return the fields as ``Request`` takes them."""
        return super().matter() | {"case_class": self.cleaned_data["case_class"]}

    def take(self) -> None:
        """Store the completed draft; the point on the map stays."""
        order = self.setting.order
        kept = {name: getattr(order, name) for name in ("longitude", "latitude")}
        actions.update_draft(order.pk, Request(**self.matter(), **kept), **self.how)


class ListMatters(StepForm):
    """List the matters of an order."""

    verb, button = "list_matters", "保存"
    intro = "承办单位须对每一项分别说明办理结果。留空为不分项。"
    matters = matters_field()

    def start(self) -> dict[str, Any]:
        """Return the matters that are listed."""
        listed = reply_queries.matters_of(self.setting.order)
        return {"matters": "\n".join(each.text for each in listed)}

    def take(self) -> None:
        """Store the list."""
        matters = self.cleaned_data["matters"].splitlines()
        actions.list_matters(self.setting.order.pk, matters=matters, **self.how)


class Submit(StepForm):
    """Send a draft on as a work order."""

    verb = "submit"
    intro = "类型、分类、地点都准确后再转派单。"

    def take(self) -> None:
        """Accept it as a work order."""
        actions.submit(self.setting.order.pk, **self.how)


class Answer(StepForm):
    """Answer at once and close."""

    verb, intro = "answer", "答复后直接办结，诉求人可查到答复。"
    answer = forms.CharField(
        label="答复内容",
        max_length=LONGEST["content"],
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "请写明答复内容"},
    )

    def take(self) -> None:
        """Store the answer."""
        actions.answer(self.setting.order.pk, text_=self.cleaned_data["answer"], **self.how)


class Refer(StepForm):
    """Tell the citizen which way the law gives."""

    verb, intro = "refer", "选择原因，系统附上给诉求人的指引。"
    template = "workbench/_step_refer.html"
    reason = ReasonField(ReasonGroup.REFER, label="原因")
    note = note_field("补充说明（可不填）", required=False)

    def facts(self) -> dict[str, Any]:
        """Return the advice behind each reason."""
        return {"reasons": knowledge.reasons(ReasonGroup.REFER)}

    def take(self) -> None:
        """Close with the advice."""
        clean = self.cleaned_data
        actions.refer(self.setting.order.pk, reason=clean["reason"], note=clean["note"], **self.how)


class Transfer(StepForm):
    """Hand an emergency over."""

    verb, look = "transfer", "red"
    intro = "先电话转接，再在这里登记。"
    to = forms.CharField(
        label="转给谁", max_length=40, error_messages={"required": "请写明转接对象"},
        widget=forms.TextInput(attrs={"list": "emergencies"}),
    )  # fmt: skip
    note = note_field("交接情况（可不填）", required=False)
    template = "workbench/_step_transfer.html"

    def facts(self) -> dict[str, Any]:
        """Return whom one usually turns to, and what to tell the caller."""
        return {
            "emergencies": EMERGENCIES,
            "advice": knowledge.reasons(ReasonGroup.EMERGENCY),
        }

    def take(self) -> None:
        """Close as handed over."""
        clean = self.cleaned_data
        actions.transfer(self.setting.order.pk, to=clean["to"], note=clean["note"], **self.how)
