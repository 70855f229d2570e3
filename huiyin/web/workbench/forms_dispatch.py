"""Forms that give an order to units: dispatch, more units, passing down, returning."""

from __future__ import annotations

from typing import Any

from django import forms

from huiyin.dispatch.learning.routes import routes
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.states import ClockKind, ReasonGroup
from huiyin.orders import actions
from huiyin.orders.actions.assigning import GIVEN, SUPERVISED
from huiyin.orders.actions.beside import LONGEST, CallForm
from huiyin.orders.actions.turn import clock_for
from huiyin.orders.kinds import Handing
from huiyin.orders.models import Clock
from huiyin.orders.rules import WHOLE
from huiyin.orgs import queries as orgs
from huiyin.web.templatetags.huiyin import until
from huiyin.web.workbench.forms import (
    ClassField,
    ReasonField,
    Setting,
    StepForm,
    UnitField,
    moment_field,
    note_field,
)
from huiyin.web.workbench.route_record import record_routes


def deadlines(setting: Setting, *kinds: ClockKind) -> list[Clock]:
    """Return the clocks that would run if the order were given out now. No query but rules."""
    made = [clock_for(setting.order, kind, setting.now) for kind in kinds]
    return [clock for clock in made if clock is not None]


class Dispatch(StepForm):
    """Give an order to a lead unit, with others beside it if needed."""

    verb = "dispatch"
    template = "workbench/_step_dispatch.html"
    lead = UnitField(label="主办单位", error_messages={"required": "请选择主办单位"})
    assist = UnitField(label="协办单位", many=True, required=False, help_text="可不选，可选几个")
    supervise = UnitField(label="督办单位", required=False, help_text="可不选")
    shared = forms.BooleanField(label="双派双考：协办单位一并考核", required=False)
    case_class = ClassField()
    instructions = note_field("办理要求", required=False, rows=2)
    handing = forms.ChoiceField(
        label="交办方式", choices=[(h.value, h.label) for h in Handing], required=False,
        widget=forms.RadioSelect, initial=Handing.NETWORK.value,
    )  # fmt: skip
    told = forms.CharField(label="通知了谁", max_length=LONGEST["told"], required=False)
    number = forms.CharField(label="拨打的号码", max_length=LONGEST["number"], required=False)
    answered = forms.BooleanField(label="已接通", required=False, initial=True)
    said = note_field("说了什么", required=False, rows=2)

    def shape(self) -> None:
        """Offer the classes in force; say when a supervising unit is named by itself."""
        now, order = self.setting.now, self.setting.order
        field = self.fields["case_class"]
        assert isinstance(field, ClassField)  # noqa: S101 - told to the type checker
        held = knowledge.class_by_id(order.case_class_id)
        field.offer(knowledge.case_classes(now), held)
        if knowledge.parameter(SUPERVISED, now, default=False):
            self.fields["supervise"].help_text = "每件都要有；不填则由业务上级或上级单位督办"

    def facts(self) -> dict[str, Any]:
        """Return the suggested units and the deadlines that will result."""
        return {
            "routes": routes(self.setting.order, self.setting.now),
            "deadlines": deadlines(self.setting, *GIVEN),
        }

    def take(self) -> None:
        """Dispatch."""
        clean, order = self.cleaned_data, self.setting.order
        shown = routes(order, self.setting.now)
        actions.dispatch(
            order.pk,
            lead=clean["lead"][0],
            assist=clean["assist"],
            supervise=next(iter(clean["supervise"]), None),
            instructions=clean["instructions"],
            case_class=clean["case_class"],
            handing=Handing(clean["handing"] or Handing.NETWORK),
            call=self._call() if clean["handing"] == Handing.TELEPHONE else None,
            shared=clean["shared"],
            **self.how,
        )
        record_routes(shown, order.pk, clean["lead"][0].code, self.setting.now)

    def _call(self) -> CallForm:
        clean = self.cleaned_data
        return CallForm(clean["told"], clean["number"], clean["answered"], clean["said"])


class AddUnits(StepForm):
    """Name further assisting units."""

    verb = "add_units"
    intro = "加派的单位协办，时限与主办相同。"
    assist = UnitField(label="协办单位", many=True, error_messages={"required": "请选择协办单位"})

    def take(self) -> None:
        """Add them."""
        actions.add_units(self.setting.order.pk, assist=self.cleaned_data["assist"], **self.how)


class Reassign(StepForm):
    """Give the order to another lead unit."""

    verb, button = "reassign", "转派"
    template = "workbench/_step_send_again.html"
    intro = "原主办单位不再承办，时限从现在起重新计算；协办和督办单位不变。"
    lead = UnitField(label="改由谁主办", error_messages={"required": "请选择主办单位"})
    note = note_field("转派理由")

    def facts(self) -> dict[str, Any]:
        """Return the deadlines that will result."""
        return {"deadlines": deadlines(self.setting, *GIVEN)}

    def take(self) -> None:
        """Give it to the other unit."""
        clean = self.cleaned_data
        actions.reassign(
            self.setting.order.pk, lead=clean["lead"][0], note=clean["note"], **self.how
        )


class PassDown(StepForm):
    """Pass the own part down to a unit below."""

    verb = "pass_down"
    intro = "下派后本单位仍对结果和时限负责。"
    unit = forms.ChoiceField(
        label="下属单位",
        error_messages={
            "required": "请选择下属单位",
            "invalid_choice": "只能下派给本单位的下属单位",
        },
    )
    due_at = moment_field("要求完成时间（可不填）", required=False)
    instructions = note_field("办理要求", required=False, rows=2)

    def shape(self) -> None:
        """Offer the units below the person's own."""
        own, mine = self.setting.actor.unit, self.setting.mine
        self.below = {u.code: u for u in orgs.sub_units(own)} if own else {}
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - told to the type checker
        field.choices = [("", "请选择"), *((code, str(u)) for code, u in self.below.items())]
        field.widget.attrs |= {"data-search": "", "data-placeholder": "输入单位名称"}
        due = mine.due_at if mine else None
        if due is not None:
            share = int(knowledge.parameter("pass_down.share", self.setting.now, default=80))
            said = "与本单位时限相同" if share >= WHOLE else f"为本单位剩余时间的 {share}%"
            self.fields["due_at"].help_text = f"不填则{said}；本单位时限 {until(due)}"

    def take(self) -> None:
        """Pass it down."""
        clean = self.cleaned_data
        actions.pass_down(
            self.setting.order.pk,
            unit=self.below[clean["unit"]],
            due_at=clean["due_at"],
            instructions=clean["instructions"],
            **self.how,
        )


class AskReturn(StepForm):
    """Ask to return an order as not ours."""

    verb = "ask_return"
    intro = "审核期间办理时限照常计算。"
    reason = ReasonField(ReasonGroup.RETURN, label="退单原因")
    basis = note_field("依据", hint="职责文件、辖区划分等")
    suggested = UnitField(label="建议承办单位", required=False)

    def take(self) -> None:
        """Ask."""
        clean = self.cleaned_data
        actions.ask_return(
            self.setting.order.pk,
            reason=clean["reason"],
            basis=clean["basis"],
            suggested=next(iter(clean["suggested"]), None),
            **self.how,
        )


class SendAgain(StepForm):
    """Send an order out for its next round."""

    verb = "send_again"
    template = "workbench/_step_send_again.html"
    unit = UnitField(
        label="改派给（可不填）", required=False,
        help_text="不填则由原单位继续办理；改派的单位须先签收",
    )  # fmt: skip
    note = note_field("要求（可不填）", required=False)

    def facts(self) -> dict[str, Any]:
        """Return the deadlines of the next round."""
        self.setting.order.round += 1
        try:
            return {"deadlines": deadlines(self.setting, ClockKind.CONTACT, ClockKind.FINISH)}
        finally:
            self.setting.order.round -= 1

    def take(self) -> None:
        """Send it out."""
        clean = self.cleaned_data
        actions.send_again(
            self.setting.order.pk,
            unit=next(iter(clean["unit"]), None),
            note=clean["note"],
            **self.how,
        )
