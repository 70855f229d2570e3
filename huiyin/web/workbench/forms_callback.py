"""The one form of a call-back: was the citizen reached, and what did they say."""

from __future__ import annotations

from typing import Any

from django import forms

from huiyin.followup.callbacks import actions
from huiyin.followup.callbacks.actions import Answers
from huiyin.knowledge.states import ReasonGroup
from huiyin.orders.models import WorkOrder
from huiyin.orders.states import SATISFACTION_LABELS, Satisfaction, Solved
from huiyin.web.workbench.forms import ReasonField, note_field

RESULTS = (
    ("reached", "已接通"),
    ("unreached", "未接通"),
    ("close_unreached", "多次无法联系，结案"),
    ("close_unsatisfied", "不满意结案"),
    ("no_callback", "不回访，办结"),
)


class CallForm(forms.Form):
    """What came of a call."""

    use_required_attribute = False

    seen = forms.IntegerField(widget=forms.HiddenInput)
    result = forms.ChoiceField(
        label="这次回访", choices=RESULTS, widget=forms.RadioSelect, initial="reached",
        error_messages={"required": "请选择回访结果", "invalid_choice": "请选择回访结果"},
    )  # fmt: skip
    solved = forms.ChoiceField(
        label="问题解决了吗？", choices=[(s.value, s.label) for s in Solved], required=False,
        widget=forms.RadioSelect,
    )  # fmt: skip
    satisfaction = forms.ChoiceField(
        label="对办理满意吗？", choices=[(g.value, w) for g, w in SATISFACTION_LABELS.items()],
        required=False, widget=forms.RadioSelect,
    )  # fmt: skip
    reasons = forms.MultipleChoiceField(
        label="不满意的原因", required=False, widget=forms.CheckboxSelectMultiple
    )
    told = forms.BooleanField(label="这次通话中已告知答复", required=False)
    dutiful = forms.BooleanField(
        label="不满意，但承办单位已尽责，不再重办", required=False,
        help_text="勾选后本单继续等待，短信和电话回访都做过后，由您按“不满意结案”；不勾选则转下一轮重办",
    )  # fmt: skip
    comment = note_field("诉求人的话", required=False, rows=3)
    unreached = ReasonField(ReasonGroup.UNREACHED, label="未接通原因", required=False)
    explanation = note_field("结案说明", required=False, rows=3)
    no_callback = ReasonField(ReasonGroup.NO_CALLBACK, label="不回访的原因", required=False)

    def __init__(self, order: WorkOrder, reasons: list[tuple[str, str]], data: Any = None) -> None:
        self.order = order
        super().__init__(data, initial={"seen": order.event_count})
        field = self.fields["reasons"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - told to the type checker
        field.choices = reasons

    def clean(self) -> dict[str, Any]:
        """Ask for what the chosen result needs; the rest is judged by the actions."""
        clean = super().clean() or {}
        if clean.get("result") == "unreached" and not clean.get("unreached"):
            self.add_error("unreached", "请选择未接通原因")
        if clean.get("result") == "no_callback" and not clean.get("no_callback"):
            self.add_error("no_callback", "请选择不回访的原因")
        return clean

    def take(self, **how: Any) -> None:
        """Call the action of the chosen result."""
        clean, key = self.cleaned_data, self.order.pk
        if clean["result"] == "reached":
            actions.record_call(key, self._answers(), **how)
        elif clean["result"] == "unreached":
            actions.record_unreached(key, reason=clean["unreached"], **how)
        elif clean["result"] == "close_unreached":
            actions.close_unreached(key, **how)
        elif clean["result"] == "close_unsatisfied":
            actions.close_unsatisfied(key, note=clean["explanation"], **how)
        else:
            actions.close_without_callback(key, reason=clean["no_callback"], **how)

    def _answers(self) -> Answers:
        clean = self.cleaned_data
        return Answers(
            solved=Solved(clean["solved"]) if clean["solved"] else None,
            grade=Satisfaction(clean["satisfaction"]) if clean["satisfaction"] else None,
            reasons=clean["reasons"],
            comment=clean["comment"],
            told=clean["told"],
            dutiful=clean["dutiful"],
        )
