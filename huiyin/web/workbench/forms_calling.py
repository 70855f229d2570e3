"""Forms of the whistle and of raising a matter: call, report, judge; ask, take over, answer."""

from __future__ import annotations

from django import forms

from huiyin.orders import actions, calling_queries
from huiyin.orders.actions.calling import Calling
from huiyin.orders.kinds import WHISTLE_GRADES, WhistleGrade
from huiyin.web.workbench.forms import StepForm, UnitField, moment_field, note_field
from huiyin.web.workbench.forms_apply import Deciding


class Whistle(StepForm):
    """Call departments to a matter."""

    verb = "whistle"
    intro = "请职能部门到场或配合办理。本单位仍是主办；部门须在规定时限内报到并反馈，由本单位评价。"
    units = UnitField(
        label="吹哨的部门", many=True, error_messages={"required": "请选择要吹哨的部门"},
    )  # fmt: skip
    why = note_field("事由", hint="要部门来做什么")
    meet_at = moment_field("集合时间（可不填）", required=False)
    meet_place = forms.CharField(label="集合地点（可不填）", max_length=100, required=False)
    due_at = moment_field("要求反馈结果的时间（可不填）", required=False)

    def take(self) -> None:
        """Whistle."""
        clean = self.cleaned_data
        calling = Calling(
            clean["units"], clean["why"], clean["meet_at"], clean["meet_place"], clean["due_at"]
        )
        actions.whistle(self.setting.order.pk, calling, **self.how)


class ReportIn(StepForm):
    """Report after a whistle."""

    verb = "report_in"
    intro = "报到后请按时办理，并用“报送结果”反馈。"
    on_site = forms.ChoiceField(
        label="怎样配合", choices=(("yes", "到场"), ("no", "线上或电话")), widget=forms.RadioSelect,
        error_messages={"required": "请选择怎样配合", "invalid_choice": "请选择怎样配合"},
    )  # fmt: skip
    person = forms.CharField(
        label="谁来办理", max_length=60, help_text="姓名或科室",
        error_messages={"required": "请写明谁来办理"},
    )  # fmt: skip
    note = note_field("说明（可不填）", required=False, rows=2)

    def take(self) -> None:
        """Report."""
        clean = self.cleaned_data
        actions.report_in(
            self.setting.order.pk,
            on_site=clean["on_site"] == "yes",
            person=clean["person"],
            note=clean["note"],
            **self.how,
        )


class JudgeWhistle(StepForm):
    """Judge a department that was called."""

    verb, button = "judge_whistle", "评价"
    intro = "逐个部门评价。没有报到的，到时限后可以直接评价。"
    unit = forms.ChoiceField(
        label="部门", widget=forms.RadioSelect,
        error_messages={"required": "请选择部门", "invalid_choice": "请选择部门"},
    )  # fmt: skip
    grade = forms.ChoiceField(
        label="评价", choices=[(str(key), label) for key, label in WHISTLE_GRADES.items()],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择评价", "invalid_choice": "请选择评价"},
    )  # fmt: skip
    note = note_field("意见", required=False, rows=2, hint="不满意的必填")

    def shape(self) -> None:
        """Offer the departments that wait to be judged; one alone is chosen."""
        mine = self.setting.mine
        rows = calling_queries.to_judge(self.setting.order, mine.unit) if mine else []
        self.held = {row.unit.code: row.unit for row in rows}
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - told to the type checker
        field.choices = [
            (row.unit.code, f"{row.unit}" + ("" if row.answered_at else "（未反馈）"))
            for row in rows
        ]
        if len(rows) == 1:
            self.initial.setdefault("unit", rows[0].unit.code)

    def take(self) -> None:
        """Judge."""
        clean = self.cleaned_data
        actions.judge_whistle(
            self.setting.order.pk,
            unit=self.held[clean["unit"]],
            grade=WhistleGrade(clean["grade"]),
            note=clean["note"],
            **self.how,
        )


class AskRaise(StepForm):
    """Ask the level above to take the matter up."""

    verb = "ask_raise"
    intro = "超出本级职责或能力的，提请上级研究。答复前本单位继续办理，时限照常计算。"
    to = forms.ChoiceField(
        label="提请谁研究", required=False, widget=forms.RadioSelect,
        error_messages={"invalid_choice": "请选择上级单位"},
    )  # fmt: skip
    basis = note_field("超出本级的原因")
    tried = note_field("已做的工作")

    def shape(self) -> None:
        """Offer who stands above, the nearest first, and the centre."""
        mine = self.setting.mine
        self.held = {u.code: u for u in (calling_queries.above(mine.unit) if mine else [])}
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - told to the type checker
        field.choices = [*((u.code, str(u)) for u in self.held.values()), ("", "热线中心")]
        self.initial.setdefault("to", next(iter(self.held), ""))

    def take(self) -> None:
        """Ask."""
        clean = self.cleaned_data
        actions.ask_raise(
            self.setting.order.pk,
            to=self.held.get(clean["to"]),
            basis=clean["basis"],
            tried=clean["tried"],
            **self.how,
        )


class AcceptRaise(Deciding):
    """Take a raised matter over."""

    verb, asks, needed = "accept_raise", "说明（可不填）", False
    intro = "接办后由本单位主办，原主办单位协办。"


class AnswerRaise(Deciding):
    """Answer without taking over."""

    verb, asks = "answer_raise", "研究意见"
    intro = "仍由原单位主办的，写明怎样办理；需要的可以指定本单位所辖单位协办。"
    assist = UnitField(
        label="协办单位", many=True, required=False, help_text="可不选，只能选所辖单位"
    )

    def take(self) -> None:
        """Answer."""
        clean = self.cleaned_data
        actions.answer_raise(
            self.setting.order.pk, note=clean["note"], assist=clean["assist"], **self.how
        )


class SettleRaise(Deciding):
    """Decide on a raised matter in the centre."""

    verb, asks = "settle_raise", "意见"
    intro = "不填主办单位的，仍由原单位办理。改由其他单位主办的，原主办单位协办。"
    lead = UnitField(label="改由谁主办", required=False, help_text="可不填")
    assist = UnitField(label="协办单位", many=True, required=False, help_text="可不选，可选几个")

    def take(self) -> None:
        """Decide."""
        clean = self.cleaned_data
        actions.settle_raise(
            self.setting.order.pk,
            lead=next(iter(clean["lead"]), None),
            assist=clean["assist"],
            note=clean["note"],
            **self.how,
        )
