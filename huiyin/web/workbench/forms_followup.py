"""Forms of what follows: answering from a filing, asking for a write-off, the call after it."""

from __future__ import annotations

from typing import Any

from django import forms

from huiyin.followup.callbacks.actions import Answers
from huiyin.followup.commendations.states import LABELS
from huiyin.followup.filings import actions as filings
from huiyin.followup.filings import queries as filed
from huiyin.followup.filings.models import Filing
from huiyin.followup.filings.rules import LONGEST
from huiyin.followup.writeoffs import actions as writeoffs
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.models import Category
from huiyin.orders.states import SATISFACTION_LABELS, Satisfaction, Solved
from huiyin.web.workbench.forms import PhotosField, StepForm, UnitField, note_field
from huiyin.web.workbench.forms_group import OrderField
from huiyin.worktime.calendar import SHANGHAI

_DAY = {"required": "请填写日期", "invalid": "日期格式不对"}


class FilingField(forms.CharField):
    """One filing, by its number."""

    def clean(self, value: Any) -> Filing | None:
        """Return the filing with this number."""
        typed = str(super().clean(value) or "")
        found = filed.by_number(typed) if typed else None
        if typed and found is None:
            raise forms.ValidationError("没有这份备案，请核对编号")
        return found


class AnswerFromFile(StepForm):
    """Answer from a filing in force instead of dispatching."""

    verb, template = "answer_from_file", "workbench/_step_filing.html"
    intro = "按备案的公开答复办结，不再派单；答复会告诉诉求人。"
    filing = FilingField(
        label="备案编号", max_length=12, error_messages={"required": "请填写备案编号"}
    )

    def facts(self) -> dict[str, Any]:
        """Return the filings that answer the order."""
        today = self.setting.now.astimezone(SHANGHAI).date()
        return {"filings": filed.matching(self.setting.order, today)}

    def take(self) -> None:
        """Answer it."""
        filings.answer_from_file(
            self.setting.order.pk, filing=self.cleaned_data["filing"].pk, **self.how
        )


class AskWriteOff(StepForm):
    """Report an improvement and ask for a call."""

    verb = "ask_write_off"
    intro = "写明为诉求人又做了什么，热线会再次回访；诉求人满意的销号。"
    note = note_field("改进情况", rows=4)

    def take(self) -> None:
        """Ask."""
        writeoffs.ask(self.setting.order.pk, improvement=self.cleaned_data["note"], **self.how)


class WriteOff(StepForm):
    """Record the call after an improvement."""

    verb, button = "write_off", "记录回访"
    intro = "单位已报送改进情况。诉求人满意的销号，不满意的继续列账。"
    result = forms.ChoiceField(
        label="这次回访", choices=(("reached", "已接通"), ("unreached", "未接通")),
        widget=forms.RadioSelect, initial="reached", required=False,
        error_messages={"invalid_choice": "请选择回访结果"},
    )  # fmt: skip
    solved = forms.ChoiceField(
        label="问题解决了吗？", choices=[(s.value, s.label) for s in Solved], required=False,
        widget=forms.RadioSelect,
    )  # fmt: skip
    satisfaction = forms.ChoiceField(
        label="对办理满意吗？", choices=[(g.value, w) for g, w in SATISFACTION_LABELS.items()],
        required=False, widget=forms.RadioSelect,
    )  # fmt: skip
    comment = note_field("诉求人的话", required=False)

    def take(self) -> None:
        """Record it."""
        clean = self.cleaned_data
        answers = Answers(
            solved=Solved(clean["solved"]) if clean["solved"] else None,
            grade=Satisfaction(clean["satisfaction"]) if clean["satisfaction"] else None,
            comment=clean["comment"],
        )
        called = writeoffs.Called(clean["result"] != "unreached", answers)
        writeoffs.record_call(self.setting.order.pk, called, **self.how)


def _long(label: str, name: str, hint: str = "") -> Any:
    return forms.CharField(
        label=label, max_length=LONGEST[name], required=False, help_text=hint,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"max_length": "最多 %(limit_value)d 个字"},
    )  # fmt: skip


class FilingForm(forms.Form):
    """An application to put a difficult matter on file."""

    use_required_attribute = False

    order = OrderField(label="工单编号（可不填）", max_length=24, required=False)
    title = forms.CharField(label="事项", max_length=LONGEST["title"], required=False)
    category = forms.CharField(
        label="分类", max_length=12, required=False, help_text="备案只用于这一类诉求"
    )
    place = forms.CharField(
        label="地点", max_length=LONGEST["place"], required=False,
        help_text="与诉求中的写法一致，如小区和楼号",
    )  # fmt: skip
    caller = forms.BooleanField(label="限定为本单的诉求人", required=False)
    cause = _long("办不了的原因", "cause")
    process = _long("已经做了什么", "process")
    basis = forms.CharField(label="政策依据", max_length=LONGEST["basis"], required=False)
    public_answer = _long("给诉求人的答复", "public_answer", "今后同样的诉求按这个答复")
    photos = PhotosField(label="加盖公章的书面报告", help_text="必传，PDF 或照片，最多 9 份")

    def clean_category(self) -> Category | None:
        """Return the category with this code."""
        code = self.cleaned_data["category"]
        found = knowledge.category(code) if code else None
        if code and found is None:
            raise forms.ValidationError("没有这个分类，请重新选择")
        return found


class DecideForm(forms.Form):
    """The review of an application, or the cancelling of a filing."""

    use_required_attribute = False

    do = forms.ChoiceField(choices=[(x, x) for x in ("agree", "refuse", "cancel")])
    note = note_field("意见", required=False)


class CommendationForm(forms.Form):
    """Thanks as they are written into the register."""

    use_required_attribute = False

    form = forms.ChoiceField(
        label="形式", choices=[(k.value, v) for k, v in LABELS.items()], widget=forms.RadioSelect,
        error_messages={"required": "请选择形式", "invalid_choice": "请选择形式"},
    )  # fmt: skip
    on = forms.DateField(
        label="日期", widget=forms.DateInput(attrs={"type": "date"}), error_messages=_DAY
    )
    unit = UnitField(label="受表扬的单位", error_messages={"required": "请选择受表扬的单位"})
    person = forms.CharField(label="受表扬的人（可不填）", max_length=40, required=False)
    giver = forms.CharField(label="谁送的（可不填，加密保存）", max_length=40, required=False)
    order = OrderField(label="工单编号（可不填）", max_length=24, required=False)
    words = note_field("事由")
    photos = PhotosField(label="照片", help_text="可不传，只存一张")


class RegisterFilter(forms.Form):
    """What the register is narrowed to."""

    form = forms.ChoiceField(
        label="形式",
        required=False,
        choices=[("", "不限"), *((k.value, v) for k, v in LABELS.items())],
    )
    unit = UnitField(label="单位", required=False)
    since = forms.DateField(
        label="从", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label="到", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
