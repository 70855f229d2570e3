"""Forms of the audit: points by item, the decision; and of the plans that follow from it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BoundField

from huiyin.orders import actions, reply_queries
from huiyin.orders.states import AuditOutcome, ScorePart
from huiyin.web.workbench.forms import Noted, StepForm, note_field

# Which step carries out which outcome; a city that does not use one does not see its button.
VERB_OF: dict[AuditOutcome, str] = {
    AuditOutcome.CLOSE: "pass_audit",
    AuditOutcome.HANDLE_AGAIN: "handle_again",
    AuditOutcome.RETURN: "reject_reply",
    AuditOutcome.SUPERVISE: "supervise_reply",
}
_PREFIX = "score_"


class Audited(Noted):
    """A decision on a reply, with points for each item where the city has a scorecard."""

    template = "workbench/_step_audit.html"

    def shape(self) -> None:
        """Add a field for each item of the scorecard of the day."""
        super().shape()
        self.card = reply_queries.scorecard(self.setting.now)
        for item in self.card:
            self.fields[_PREFIX + item.code] = forms.IntegerField(
                label=item.name,
                min_value=0,
                max_value=item.points,
                required=False,
                help_text=f"满分 {item.points}",
                widget=forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric"}),
                error_messages=dict.fromkeys(
                    ("invalid", "min_value", "max_value"), f"应在 0 到 {item.points} 分之间"
                ),
            )

    @property
    def parts(self) -> list[tuple[str, list[BoundField]]]:
        """Return the score fields by part, for the template."""
        return [
            (part.label, [self[_PREFIX + i.code] for i in self.card if i.part is part])
            for part in ScorePart
            if self.card
        ]

    def facts(self) -> dict[str, Any]:
        """Return the pass mark, which the page says beside the points."""
        return {"pass_mark": reply_queries.pass_mark(self.setting.now)}

    def take(self) -> None:
        """Call the action of the decision with note and points."""
        given = {
            item.code: self.cleaned_data[_PREFIX + item.code]
            for item in self.card
            if self.cleaned_data.get(_PREFIX + item.code) is not None
        }
        act = getattr(actions, self.verb)
        note = self.cleaned_data["note"]
        act(self.setting.order.pk, note=note, scores=given or None, **self.how)


class PassAudit(Audited):
    """Accept a reply."""

    verb, asks, needed = "pass_audit", "审核意见（可不填）", False

    @property
    def intro(self) -> str:  # type: ignore[override]  # says what comes next for this order
        """Say what passing leads to."""
        reply = self.setting.order.replies.first()
        order, now = self.setting.order, self.setting.now
        if reply is not None and reply.verified_at is not None:
            return "已回访，通过后办结。"
        if reply_queries.is_called_back(order.number, reply.at if reply else now):
            return "通过后公开答复发给诉求人，并转回访。"
        return "这件按回访计划不回访，通过后办结。"


class RejectReply(Audited):
    """Send a reply back."""

    verb, asks = "reject_reply", "退回原因"
    intro = "退回后重新派单，由承办单位重新办理，轮次加一。"


class HandleAgain(Audited):
    """Let the unit go on."""

    verb, asks = "handle_again", "要继续办理的内容"
    intro = "回到承办单位，本轮继续办理。原期限未到的不变，已过的按重办时限。"


class SuperviseReply(Audited):
    """Give the matter back under supervision."""

    verb, asks, look = "supervise_reply", "督办要求", "red"
    intro = "回到承办单位，按督办时限办理，督办员同时跟进。"


class ReportPlan(Noted):
    """Report that a plan was carried out."""

    verb, asks = "report_plan", "落实情况"
    intro = "申报后由热线中心向诉求人核实。"


class ConfirmPlan(StepForm):
    """Confirm a plan with the citizen."""

    verb = "confirm_plan"
    intro = "请先向诉求人核实。"
    done = forms.ChoiceField(
        label="落实了吗？", choices=(("yes", "已落实"), ("no", "未落实，退回单位")),
        widget=forms.RadioSelect, initial="yes",
        error_messages={"required": "请选择是否落实", "invalid_choice": "请选择是否落实"},
    )  # fmt: skip
    note = note_field("核实情况")

    def take(self) -> None:
        """Store what was found."""
        clean = self.cleaned_data
        done = clean["done"] == "yes"
        actions.confirm_plan(self.setting.order.pk, done=done, note=clean["note"], **self.how)
