"""Forms of what a unit applies for - extension, suspension, termination - and of the decisions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from huiyin.knowledge.states import ReasonGroup
from huiyin.orders import actions
from huiyin.orders import application_queries as applications
from huiyin.orders.models import Application
from huiyin.web.templatetags.huiyin import until
from huiyin.web.workbench.forms import (
    Noted,
    PhotosField,
    ReasonField,
    StepForm,
    moment_field,
    note_field,
)


def _at(due_at: datetime | None) -> str:
    return until(due_at) or "未设"


class AskExtension(StepForm):
    """Ask for a later due time."""

    verb = "ask_extension"
    intro = "审批期间办理时限照常计算；请在到期前申请。"
    reason = ReasonField(ReasonGroup.EXTENSION, label="延期原因")
    basis = note_field("延期理由", hint="为什么按期办不完，还需要做什么")
    until = moment_field("新的办理时限")
    explanation = note_field(
        "给诉求人的说明", required=False, hint="批准后诉求人会看到，请先与诉求人联系说明"
    )

    def shape(self) -> None:
        """Say until when it may be at the latest."""
        latest = actions.latest_extension(self.setting.order, self.setting.now)
        self.fields["until"].help_text = f"现在的时限 {_at(self.setting.order.due_at)}" + (
            f"，最晚可到 {_at(latest)}" if latest else ""
        )

    def start(self) -> dict[str, Any]:
        """Offer the latest time."""
        return {"until": actions.latest_extension(self.setting.order, self.setting.now)}

    def take(self) -> None:
        """Ask."""
        clean = self.cleaned_data
        actions.ask_extension(
            self.setting.order.pk,
            reason=clean["reason"],
            basis=clean["basis"],
            until=clean["until"],
            explanation=clean["explanation"],
            **self.how,
        )


class AskSuspension(StepForm):
    """Ask to suspend, with the sealed report."""

    verb = "ask_suspension"
    intro = "客观条件暂时办不了的，可以申请挂账。批准前时限照常计算；批准后暂停，到复核日期恢复。"
    basis = note_field("不能按期办结的原因")
    until = moment_field("复核日期")
    explanation = note_field("给诉求人的说明", hint="批准后诉求人会看到")
    photos = PhotosField(
        label="盖章的书面报告", help_text="必传，PDF 或照片，写明原因、已做的工作和下一步打算"
    )

    def shape(self) -> None:
        """Say until when it may be at the latest."""
        latest = actions.latest_review(self.setting.order, self.setting.now)
        if latest:
            self.fields["until"].help_text = f"最晚 {_at(latest)}"

    def take(self) -> None:
        """Ask, with the report, in one transaction."""
        clean = self.cleaned_data
        actions.ask_suspension(
            self.setting.order.pk,
            basis=clean["basis"],
            explanation=clean["explanation"],
            until=clean["until"],
            files=clean["photos"],
            **self.how,
        )


class AskTermination(StepForm):
    """Ask to end an order that cannot be handled further."""

    verb = "ask_termination"
    intro = "由热线中心审核；同意的终止办理并向诉求人说明，不同意的继续办理，时限照旧。"
    reason = ReasonField(ReasonGroup.TERMINATION, label="终止原因")
    basis = note_field("依据")
    explanation = note_field("给诉求人的说明", hint="同意后诉求人会看到")

    def take(self) -> None:
        """Ask."""
        clean = self.cleaned_data
        actions.ask_termination(
            self.setting.order.pk,
            reason=clean["reason"],
            basis=clean["basis"],
            explanation=clean["explanation"],
            **self.how,
        )


class Deciding(Noted):
    """A decision, beside what was applied for."""

    template = "workbench/_step_decide.html"

    def facts(self) -> dict[str, Any]:
        """Return what waits to be decided. No query."""
        return {"asked": self.asked()}

    def asked(self) -> Application | None:
        """Return the application that waits. No query after ``get_visible``."""
        return applications.waiting_application(self.setting.order)


class GrantReturn(Deciding):
    """Agree with a return."""

    verb, asks, needed = "grant_return", "说明（可不填）", False
    intro = "同意后工单回到待派单，原单位不再承办。"


class RefuseReturn(Deciding):
    """Refuse a return."""

    verb, asks = "refuse_return", "驳回理由"
    intro = "驳回后由原单位继续办理；原单位不能再次退单，只能提出派单异议。"


class DecideExtension(Deciding):
    """Grant an extension."""

    verb, asks, needed = "decide_extension", "审批意见（可不填）", False
    intro = "同意后按新的时限计算，并告知诉求人。"


class RefuseExtension(Deciding):
    """Refuse an extension."""

    verb, asks = "refuse_extension", "驳回理由"
    intro = "驳回后原时限继续计算。"


class Suspend(Deciding):
    """Approve a suspension."""

    verb, asks, needed = "suspend", "审批意见（可不填）", False
    intro = "请先查看盖章报告。批准后办理时限暂停，到复核日期自动恢复，余下的时间接续计算。"


class RefuseSuspension(Deciding):
    """Refuse a suspension."""

    verb, asks = "refuse_suspension", "驳回理由"
    intro = "驳回后继续办理，时限没有停过。"


class Resume(Noted):
    """End a suspension by hand."""

    verb, asks, needed = "resume", "说明（可不填）", False
    intro = "恢复办理，余下的时间接续计算。"


class GrantTermination(Deciding):
    """End an order as terminated."""

    verb, asks, needed = "grant_termination", "给诉求人的说明", False
    intro = "同意后终止办理，不再回访。说明会发给诉求人；不填则用承办单位写的说明。"

    def take(self) -> None:
        """End it, with the words for the citizen."""
        actions.grant_termination(
            self.setting.order.pk, explanation=self.cleaned_data["note"], **self.how
        )


class RefuseTermination(Deciding):
    """Refuse a termination."""

    verb, asks = "refuse_termination", "驳回理由"
    intro = "驳回后由承办单位继续办理，时限照旧。"
