"""Forms of disputes about who handles an order: confer, contest, opinion, ruling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from huiyin.knowledge import article_queries
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.actions.ruled import LONGEST
from huiyin.orders import actions, dispute_queries
from huiyin.orders.states import AssignmentRole
from huiyin.orgs import queries as orgs
from huiyin.web.workbench.forms import StepForm, UnitField, note_field
from huiyin.worktime.calendar import SHANGHAI


class Confer(StepForm):
    """Let candidate units confer before the order is dispatched."""

    verb = "confer"
    intro = "承办单位不清楚的，先会商再派单。会商期间由热线中心裁定承办单位。"
    units = UnitField(
        label="候选单位", many=True, required=False,
        help_text="至少两个；退单已达规定次数的可以少于两个",
    )  # fmt: skip
    basis = note_field("会商的理由", hint="职责哪里不清，各单位怎么说")

    def take(self) -> None:
        """Let them confer."""
        clean = self.cleaned_data
        actions.confer(
            self.setting.order.pk, units=clean["units"], basis=clean["basis"], **self.how
        )


class Contest(StepForm):
    """Contest a dispatch after the return was refused."""

    verb = "contest"
    intro = "退单被驳回后仍有异议的，提请会商裁定。会商期间办理时限照常计算；裁定后不得再退。"
    basis = note_field("异议的依据", hint="职责文件、辖区划分等")
    suggested = UnitField(label="建议承办单位", error_messages={"required": "请填写建议承办单位"})

    def take(self) -> None:
        """Contest it."""
        clean = self.cleaned_data
        actions.contest(
            self.setting.order.pk,
            basis=clean["basis"],
            suggested=next(iter(clean["suggested"]), None),
            **self.how,
        )


class _InDispute(StepForm):
    """A step of the conference, beside what is in dispute."""

    template = "workbench/_step_dispute.html"

    def facts(self) -> dict[str, Any]:
        """Return the dispute with its candidates. Two queries."""
        return {"dispute": next(iter(dispute_queries.disputes_of(self.setting.order)), None)}


class GiveOpinion(_InDispute):
    """Record what a unit says in the conference."""

    verb = "give_opinion"
    intro = "逐个单位记录；编办、司法等部门的意见也记在这里。"
    unit = UnitField(label="单位", error_messages={"required": "请选择单位"})
    opinion = note_field("意见")
    basis = note_field("依据（可不填）", required=False, rows=2)

    def take(self) -> None:
        """Record it."""
        clean = self.cleaned_data
        actions.give_opinion(
            self.setting.order.pk,
            unit=clean["unit"][0],
            opinion=clean["opinion"],
            basis=clean["basis"],
            **self.how,
        )


class ProposeRuling(_InDispute):
    """Propose a ruling for somebody else to make."""

    verb = "propose_ruling"
    intro = "由一人拟裁定，另一人裁定。不同意的可以另拟。"
    lead = UnitField(label="主办单位", error_messages={"required": "请选择主办单位"})
    basis = note_field("裁定依据")

    def take(self) -> None:
        """Propose."""
        clean = self.cleaned_data
        actions.propose_ruling(
            self.setting.order.pk, lead=clean["lead"][0], basis=clean["basis"], **self.how
        )


class Rule(_InDispute):
    """Rule which unit leads."""

    verb = "rule"
    intro = "裁定后，主办单位不得再退单。仍由原单位办理的，时限照旧；改由其他单位的，重新计算。"
    lead = UnitField(label="主办单位", error_messages={"required": "请选择主办单位"})
    assist = UnitField(label="协办单位", many=True, required=False, help_text="可不选，可选几个")
    supervise = UnitField(label="督办单位", required=False, help_text="可不选")
    basis = note_field("裁定依据")

    def start(self) -> dict[str, Any]:
        """Offer the units that assist now. No query after ``get_visible``."""
        parts = self.setting.order.assignments.all()
        beside = [
            p.unit.code for p in parts
            if p.ended_at is None and p.parent_id is None and p.role == AssignmentRole.ASSIST
        ]  # fmt: skip
        return {"assist": ",".join(beside)}

    def take(self) -> None:
        """Rule."""
        clean = self.cleaned_data
        actions.rule(
            self.setting.order.pk,
            lead=clean["lead"][0],
            assist=clean["assist"],
            supervise=next(iter(clean["supervise"]), None),
            basis=clean["basis"],
            **self.how,
        )


class ReopenRuling(_InDispute):
    """Let units confer anew because a ruling turned out wrong."""

    verb = "reopen_ruling"
    intro = (
        "裁定有误的，由裁定人以外的人提起重新会商，再作裁定。"
        "裁定前仍由原单位办理，办理时限照常计算。"
    )
    basis = note_field("重新会商的理由", hint="原裁定错在哪里，有什么新的依据")

    def take(self) -> None:
        """Reopen it."""
        actions.reopen_ruling(self.setting.order.pk, basis=self.cleaned_data["basis"], **self.how)


def _names(codes: Sequence[str]) -> str:
    """Return units by name, as the field takes them; what has ended by its code. One query."""
    found = orgs.units_typed(codes)
    return ",".join(found[code][0].name if found[code] else code for code in codes)


def _day(label: str, *, required: bool = True, hint: str = "") -> Any:
    return forms.DateField(
        label=label, required=required, help_text=hint,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": f"请填写{label}", "invalid": "日期格式不对"},
    )  # fmt: skip


class EnterRuling(StepForm):
    """Enter what was ruled into the dispatch catalogue."""

    verb, template = "enter_ruling", "workbench/_step_enter_ruling.html"
    intro = "以后同类诉求按这一条建议承办单位，并注明本次裁定。原有的目录不改。"
    matter = forms.CharField(
        label="事项", max_length=LONGEST["matter"], help_text="写清边界，让别人看得懂",
        error_messages={"required": "请写明事项"},
    )  # fmt: skip
    category = forms.ChoiceField(label="分类", error_messages={"invalid_choice": "请选择分类"})
    lead = UnitField(label="主办单位", help_text="须与裁定一致")
    assist = UnitField(label="协办单位", many=True, required=False, help_text="可不选")
    basis = forms.CharField(
        label="依据", max_length=LONGEST["basis"], widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明依据"},
    )  # fmt: skip
    place = forms.ChoiceField(
        label="适用地点", required=False, help_text="只在一地这样分工的，选这个地点",
        error_messages={"invalid_choice": "请选择适用地点"},
    )  # fmt: skip
    valid_from = _day("生效日期", hint="改写已有的一条，请写新的生效日期")
    valid_to = _day("失效日期", required=False, hint="可不填；当日起不再适用")

    def shape(self) -> None:
        """Offer the order's own class and those above it, and its own places. One query."""
        category = self.setting.order.category
        code = category.code if category else ""
        above = [knowledge.category(code[:end]) for end in range(len(code), 0, -2)]
        field = self.fields["category"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - told to the type checker
        field.choices = [(each.code, each.full_name) for each in above if each]
        own = orgs.places_of(self.setting.order.region_id).values()
        field = self.fields["place"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - told to the type checker
        places = [(each.code, f"只在{each.name}") for each in own if each.level != "city"]
        field.choices = [("", "全市"), *places]

    def start(self) -> dict[str, Any]:
        """Offer what was ruled, or what the catalogue has of it already. Four queries."""
        order, today = self.setting.order, self.setting.now.astimezone(SHANGHAI).date()
        ruled = dispute_queries.last_ruled(order)
        if ruled is None:
            return {}
        held = next(iter(article_queries.catalogue_history(ruled.code)), None)
        if held is not None:
            return {
                "matter": held.matter, "category": held.category.code, "basis": held.basis,
                "lead": held.lead.name if held.lead else "", "valid_from": held.valid_from,
                "assist": _names(held.assist_codes), "valid_to": held.valid_to,
                "place": next(iter(held.regions), ""),
            }  # fmt: skip
        words = f"派单裁定 {ruled.code}（工单 {order.number}）：{ruled.dispute.ruling}"
        return {
            "matter": order.title, "category": order.category.code if order.category else "",
            "lead": ruled.lead.name, "assist": ",".join(unit.name for unit in ruled.assist),
            "basis": words[: LONGEST["basis"]], "valid_from": today,
        }  # fmt: skip

    def take(self) -> None:
        """Enter it."""
        clean = self.cleaned_data
        entry = actions.RuledMatter(
            matter=clean["matter"],
            category=knowledge.category(clean["category"]),
            lead=next(iter(clean["lead"]), None),
            assist=clean["assist"],
            basis=clean["basis"],
            valid_from=clean["valid_from"],
            valid_to=clean["valid_to"],
            place=clean["place"],
        )
        actions.enter_ruling(self.setting.order.pk, entry, **self.how)
