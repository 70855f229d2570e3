"""Steps of the whistle and of raising a matter to the level above."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Len
from ninja import Router
from pydantic import BaseModel

from huiyin.orders import actions
from huiyin.orders.actions.calling import Calling
from huiyin.orders.calling_rules import MOST_CALLED
from huiyin.orders.kinds import WhistleGrade
from huiyin.web.api import reading
from huiyin.web.api.answers import Answered
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.inputs import Code
from huiyin.web.api.order_shapes import StepTaken
from huiyin.web.api.step_inputs import Note, OptionalNoteIn, Units
from huiyin.web.api.taking import step, take
from huiyin.web.api.words import Moment, asked, said

router = Router(tags=["办理：吹哨和提级"])
NO_NOTE = OptionalNoteIn()


class WhistleIn(BaseModel):
    """Whom to call, and why."""

    model_config = asked("吹哨", {"units": ["housing"], "why": "请到场认定房屋安全"})

    units: Annotated[list[Code], Len(max_length=MOST_CALLED), said("要吹哨的部门编码")]
    why: Annotated[Note, said("事由")]
    meet_at: Annotated[Moment | None, said("集合时间")] = None
    meet_place: Annotated[str, Len(max_length=100), said("集合地点")] = ""
    due_at: Annotated[Moment | None, said("要求反馈结果的时间；不填按规定份额")] = None


class ReportInIn(BaseModel):
    """Who comes."""

    model_config = asked("报到", {"on_site": True, "person": "房屋安全科 王科长"})

    on_site: Annotated[bool, said("是否到场")]
    person: Annotated[str, Len(max_length=60), said("谁来办理")]
    note: Annotated[Note, said("说明")] = ""


class JudgeIn(BaseModel):
    """How a department that was called has done."""

    model_config = asked("评价报到", {"unit": "housing", "grade": "good"})

    unit: Annotated[Code, said("部门编码")]
    grade: Annotated[WhistleGrade, said("good 满意，fair 基本满意，poor 不满意")]
    note: Annotated[Note, said("意见；不满意的必填")] = ""


class AskRaiseIn(BaseModel):
    """Who is asked, and why."""

    model_config = asked(
        "申请提级",
        {"to": "county", "basis": "涉及跨街道管网，本级无权处置", "tried": "已现场核实并协调两次"},
    )

    to: Annotated[Code, said("上级单位编码；空为热线中心")] = ""
    basis: Annotated[Note, said("超出本级的原因")]
    tried: Annotated[Note, said("已做的工作")]


class AnswerRaiseIn(BaseModel):
    """How the matter is to be handled."""

    model_config = asked("答复提级", {"note": "由县住建局配合认定", "assist": []})

    note: Annotated[Note, said("研究意见")]
    assist: Annotated[Units, said("协办单位编码，须归答复单位管辖")] = []  # noqa: RUF012 - copied


class SettleRaiseIn(BaseModel):
    """Who leads from now on, and why."""

    model_config = asked("决定提级", {"lead": "county", "note": "跨街道事项由县里牵头"})

    lead: Annotated[Code, said("主办单位编码；空为不变")] = ""
    assist: Annotated[Units, said("协办单位编码")] = []  # noqa: RUF012 - pydantic copies it
    note: Annotated[Note, said("意见")]


@step(router, "whistle", about="部门按城市规定的时限报到。")
def step_whistle(request: ApiRequest, number: str, body: WhistleIn) -> Answered[StepTaken]:
    """Call departments to a matter."""

    return take(
        request,
        number,
        lambda pk, by, now: actions.whistle(
            pk,
            Calling(
                [reading.unit(code, "units") for code in body.units],
                body.why,
                body.meet_at,
                body.meet_place,
                body.due_at,
            ),
            by=by,
            now=now,
        ),
    )


@step(router, "report_in", about="结果用“报送结果”反馈。")
def step_report_in(request: ApiRequest, number: str, body: ReportInIn) -> Answered[StepTaken]:
    """Report after a whistle."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.report_in(
            pk, by=by, on_site=body.on_site, person=body.person, note=body.note, now=now
        ),
    )


@step(router, "judge_whistle")
def step_judge_whistle(request: ApiRequest, number: str, body: JudgeIn) -> Answered[StepTaken]:
    """Judge a department that was called."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.judge_whistle(
            pk,
            by=by,
            unit=reading.unit(body.unit, "unit"),
            grade=body.grade,
            note=body.note,
            now=now,
        ),
    )


@step(router, "ask_raise", about="答复前时限照常计算。")
def step_ask_raise(request: ApiRequest, number: str, body: AskRaiseIn) -> Answered[StepTaken]:
    """Ask the level above."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.ask_raise(
            pk,
            by=by,
            to=reading.unit(body.to, "to") if body.to else None,
            basis=body.basis,
            tried=body.tried,
            now=now,
        ),
    )


@step(router, "accept_raise", about="由被提请的上级单位接办。")
def step_accept_raise(
    request: ApiRequest, number: str, body: OptionalNoteIn = NO_NOTE
) -> Answered[StepTaken]:
    """Take a raised matter over."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.accept_raise(pk, by=by, note=body.note, now=now),
    )


@step(router, "answer_raise", about="仍由原单位主办。")
def step_answer_raise(request: ApiRequest, number: str, body: AnswerRaiseIn) -> Answered[StepTaken]:
    """Answer without taking over."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.answer_raise(
            pk,
            by=by,
            note=body.note,
            assist=[reading.unit(code, "assist") for code in body.assist],
            now=now,
        ),
    )


@step(router, "settle_raise", about="热线中心决定，也可以在上级单位没有答复时决定。")
def step_settle_raise(request: ApiRequest, number: str, body: SettleRaiseIn) -> Answered[StepTaken]:
    """Decide on a raised matter."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.settle_raise(
            pk,
            by=by,
            lead=reading.unit(body.lead, "lead") if body.lead else None,
            assist=[reading.unit(code, "assist") for code in body.assist],
            note=body.note,
            now=now,
        ),
    )
