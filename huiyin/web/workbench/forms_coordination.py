"""Forms of coordination: flags, meetings, decisions with tasks, joint cases, instructions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from huiyin.followup.coordination.models import Flag
from huiyin.followup.coordination.rules import LONGEST
from huiyin.followup.coordination.rules import LONGEST_NOTE as LONGEST_TURN
from huiyin.followup.coordination.states import Coming, FlagKind, MeetingKind, Outcome
from huiyin.followup.instructions.rules import LONGEST as LONGEST_INSTRUCTION
from huiyin.followup.instructions.states import Priority
from huiyin.followup.tasks.actions import Duty
from huiyin.followup.tasks.rules import LONGEST as LONGEST_TASK
from huiyin.followup.tasks.rules import LONGEST_REPORT
from huiyin.followup.tasks.states import TaskPart
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.models import Category
from huiyin.orgs import queries as orgs
from huiyin.orgs.models import Region, Staff, Unit
from huiyin.web.workbench.forms import (
    Photos,
    PhotosField,
    UnitField,
    dress,
    moment_field,
    note_field,
)
from huiyin.web.workbench.forms_group import OrderField
from huiyin.web.workbench.forms_mandate import split

MOST_ROWS = 4
_EVIDENCE = "照片、录音或 PDF，最多 9 份"


def long_field(label: str, most: int, *, rows: int = 4, hint: str = "") -> Any:
    """Return a field for several sentences; what must be said is asked by the action."""
    return forms.CharField(
        label=label, max_length=most, required=False, help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"max_length": "最多 %(limit_value)d 个字"},
    )  # fmt: skip


def _line(label: str, most: int, *, hint: str = "") -> Any:
    return forms.CharField(
        label=label, max_length=most, required=False, help_text=hint,
        error_messages={"max_length": "最多 %(limit_value)d 个字"},
    )  # fmt: skip


def _day(label: str) -> Any:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "日期格式不对"},
    )  # fmt: skip


def _kept_choices(kind: Any, label: str, **more: Any) -> Any:
    return forms.ChoiceField(
        label=label, choices=[(each.value, each.label) for each in kind if each.value],
        widget=forms.RadioSelect,
        error_messages={"required": f"请选择{label}", "invalid_choice": f"请选择{label}"}, **more,
    )  # fmt: skip


class Papers(Photos):
    """A plain field for files, beside another that also opens the camera."""


class Plain(forms.Form):
    """A form in which the browser asks for nothing by itself."""

    use_required_attribute = False


class DutyForm(Plain):
    """One task: who does what until when; left empty it is none."""

    unit = UnitField(label="责任单位", required=False)
    what = _line("要做什么", LONGEST_TASK)
    due_on = _day("完成日期")

    def clean(self) -> dict[str, Any]:
        """Ask for the rest once anything is filled in."""
        clean = super().clean() or self.cleaned_data
        if self.errors or not self.begun:
            return clean
        for name, words in (
            ("unit", "请选择责任单位"), ("what", "请写明要做什么"), ("due_on", "请填写完成日期"),
        ):  # fmt: skip
            if not clean.get(name):
                self.add_error(name, words)
        return clean

    @property
    def begun(self) -> bool:
        """Tell whether anything is filled in."""
        clean = self.cleaned_data
        return bool(clean.get("unit") or clean.get("what") or clean.get("due_on"))


class Duties:
    """A few rows of tasks under another form; the first of them leads."""

    def __init__(self, data: Any = None, *, first: Unit | None = None) -> None:
        start = {"unit": first.name} if first else {}
        self.rows = [
            DutyForm(data, prefix=f"duty{n}", initial=start if n == 0 else {})
            for n in range(MOST_ROWS)
        ]

    def is_valid(self) -> bool:
        """Tell whether every row is empty or whole."""
        return all([row.is_valid() for row in self.rows])

    def read(self) -> list[Duty]:
        """Return the tasks that were filled in."""
        filled = [row.cleaned_data for row in self.rows if row.begun]
        return [
            Duty(
                clean["unit"][0],
                clean["what"],
                clean["due_on"],
                TaskPart.ASSIST if n else TaskPart.LEAD,
            )
            for n, clean in enumerate(filled)
        ]

    def dress(self) -> None:
        """Give the rows the look of the house."""
        for row in self.rows:
            dress(row)

    @property
    def more(self) -> bool:
        """Tell whether rows after the first two hold anything."""
        return any(row.is_bound and (row.errors or row.begun) for row in self.rows[2:])


class TaskForm(Plain):
    """What is done with a task: reported, confirmed, sent back, put off or cancelled."""

    do = forms.ChoiceField(
        choices=[(v, v) for v in ("report", "confirm", "send_back", "postpone", "cancel")]
    )
    said = long_field("办理结果", LONGEST_REPORT, hint="做了什么、结果如何；有遗留的写明下一步。")
    note = note_field("说明", required=False, rows=2)
    due_on = _day("改到哪一天")
    photos = PhotosField(label="证明材料", help_text="照片或 PDF，可不传，最多 9 份")


class FlagForm(Plain):
    """A case or a question of duties that is to be coordinated."""

    kind = _kept_choices(FlagKind, "类别", initial=FlagKind.CASE.value)
    order = OrderField(label="工单编号", max_length=24, required=False,
                       help_text="职责边界问题可不填")  # fmt: skip
    title = _line("事项", LONGEST["title"], hint="不填则用工单标题")
    category = forms.CharField(
        label="分类", max_length=12, required=False, help_text="职责边界问题必选"
    )
    region = forms.CharField(label="所在地区", max_length=12, required=False)
    units = UnitField(label="涉及的单位", many=True, required=False, help_text="可填几个")
    reason = long_field("需要协调什么、为什么", LONGEST["reason"])
    photos = PhotosField(label="证据材料", help_text=_EVIDENCE)

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
            raise forms.ValidationError("没有这个地区，请重新选择")
        return found


class MeetingForm(Plain):
    """When and where people meet, about what, and who is asked."""

    kind = _kept_choices(
        MeetingKind, "会议类别", initial=MeetingKind.COORDINATION.value, required=False
    )
    title = _line("会议名称", LONGEST["title"])
    held_at = moment_field("开会时间", required=False)
    place = _line("地点", LONGEST["place"])
    chair = _line("主持人", LONGEST["chair"], hint="姓名和职务")
    flags = forms.TypedMultipleChoiceField(
        label="议题", coerce=int, required=False, widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "有议题已列入别的会议，请重新选择"},
    )  # fmt: skip
    units = UnitField(label="参会单位", many=True, required=False, help_text="可填几个")
    wanted = _line("请谁来", LONGEST["attendee"], hint="如分管负责人和业务科长")

    def clean_kind(self) -> MeetingKind:
        """Return the kind; a coordination meeting when none was chosen."""
        return MeetingKind(self.cleaned_data["kind"] or MeetingKind.COORDINATION.value)

    def offer(self, flags: Iterable[Flag]) -> None:
        """Offer the flags that wait as points of the agenda."""
        self.fields["flags"].choices = [(flag.pk, flag.title) for flag in flags]  # type: ignore[attr-defined]


class PrepareForm(Plain):
    """What is added to a meeting still ahead."""

    flags = forms.TypedMultipleChoiceField(
        label="加议题", coerce=int, required=False, widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "有议题已列入别的会议，请重新选择"},
    )  # fmt: skip
    units = UnitField(label="加参会单位", many=True, required=False)
    wanted = _line("请谁来", LONGEST["attendee"])

    def offer(self, flags: Iterable[Flag]) -> None:
        """Offer the flags that wait."""
        self.fields["flags"].choices = [(flag.pk, flag.title) for flag in flags]  # type: ignore[attr-defined]


class AnswerForm(Plain):
    """What a unit answers to an invitation."""

    coming = _kept_choices(Coming, "是否参加")
    attendee = _line("谁来参加", LONGEST["attendee"], hint="姓名和职务")
    note = _line("说明", 200, hint="不能参加的写明原因")


class DecideForm(Plain):
    """What a meeting decided about one point."""

    outcome = _kept_choices(Outcome, "议定结果", initial=Outcome.DECIDED.value)
    decision = long_field("决定", LONGEST["decision"], hint="下次再议的，写明还缺什么")


class MinutesForm(Plain):
    """The minutes."""

    minutes = long_field("会议情况", LONGEST["minutes"], rows=8, hint="谁说了什么、怎么议的")


class ReasonForm(Plain):
    """Why something is taken back."""

    note = note_field("原因", required=False, rows=2)


class JointForm(Plain):
    """A case that is handled jointly."""

    title = _line("事项", LONGEST["title"])
    goal = long_field("要解决什么", LONGEST["goal"])
    lead = UnitField(label="牵头单位", required=False)
    partners = UnitField(label="配合单位", many=True, required=False, help_text="可填几个")
    duty = _line("配合单位的职责", LONGEST["duty"], hint="可不填")
    orders = forms.CharField(
        label="工单编号", max_length=1000, required=False, help_text="可填几件，用逗号分开"
    )

    def clean_orders(self) -> list[str]:
        """Return the numbers in their one form."""
        return numbers_of(self.cleaned_data["orders"])


class JointOrdersForm(Plain):
    """Orders that are added to a joint case."""

    orders = forms.CharField(
        label="加入工单", max_length=1000, required=False, help_text="可填几件，用逗号分开"
    )

    def clean_orders(self) -> list[str]:
        """Return the numbers in their one form."""
        return numbers_of(self.cleaned_data["orders"])


class EntryForm(Plain):
    """A line for the log of the working group."""

    said = long_field("工作情况", LONGEST["said"], rows=3)


class SummaryForm(Plain):
    """How a joint case ended."""

    summary = long_field("办理结果", LONGEST["summary"])


class InstructionForm(Plain):
    """An instruction of a leader."""

    order = OrderField(label="工单编号", max_length=24, required=False,
                       help_text="批在报告上的不填")  # fmt: skip
    title = _line("报告标题", LONGEST_INSTRUCTION["title"], hint="批在工单上的可不填")
    leader = _line("批示领导", LONGEST_INSTRUCTION["leader"])
    office = _line("职务", LONGEST_INSTRUCTION["office"])
    account = _line("领导账号", 40, hint="在本平台有账号的填写")
    given_on = _day("批示日期")
    reply_by = _day("反馈期限")
    priority = _kept_choices(Priority, "缓急", initial=Priority.NORMAL.value)
    words = long_field("批示内容", LONGEST_INSTRUCTION["words"], hint="上传了批示件的可不填")
    confidential = forms.BooleanField(
        label="保密", required=False, help_text="只有督办人员和承办单位负责人能看"
    )
    photos = PhotosField(label="批示件", help_text="照片或 PDF")
    report = PhotosField(Papers(), label="报告原文", help_text="可不传，PDF 或照片")

    def clean_account(self) -> str:
        """Return the account, which must exist."""
        named = str(self.cleaned_data["account"]).strip()
        if named and orgs.staff_named(named) is None:
            raise forms.ValidationError("没有这个账号")
        return named


class FeedbackForm(Plain):
    """What the leader was told."""

    feedback = long_field("向领导反馈的情况", LONGEST_INSTRUCTION["feedback"])
    photos = PhotosField(label="反馈材料", help_text="可不传")


def numbers_of(typed: str) -> list[str]:
    """Return the order numbers that were typed, each in its one form.

    Raises:
        ValidationError: one of them is no number.
    """
    field = OrderField(required=False, max_length=24)
    for mark in "，、;；\n":
        typed = typed.replace(mark, ",")
    return [field.clean(word.strip()) for word in typed.split(",") if word.strip()]


class TurnsForm(forms.Form):
    """From when, for how many weeks, and who takes turns."""

    use_required_attribute = False

    first = _day("第一次例会")
    weeks = forms.IntegerField(
        label="排几周", required=False, initial=12, error_messages={"invalid": "请填写数字"},
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    people = _line("轮值的人", 600, hint="账号，按轮值的先后，用逗号分开")

    def clean_people(self) -> list[Staff]:
        """Return the people in their order."""
        return [_person(account) for account in split(self.cleaned_data["people"])]


class ExchangeForm(forms.Form):
    """Who goes instead, and why."""

    use_required_attribute = False

    account = _line("改由谁去（账号）", 60)
    note = _line("换班原因", LONGEST_TURN)

    def clean_account(self) -> Staff:
        """Return the person with this account."""
        return _person(self.cleaned_data["account"].strip())


def _person(account: str) -> Staff:
    found = orgs.staff_named(account) if account else None
    if found is None or not found.is_active:
        raise forms.ValidationError(f"没有在用的账号“{account[:30]}”" if account else "请填写账号")
    return found
