"""Steps of disputes: units confer, a unit contests, opinions are recorded, the centre rules."""

from __future__ import annotations

from ninja import Router

from huiyin.orders import actions
from huiyin.web.api import reading
from huiyin.web.api.answers import Answered
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.order_shapes import StepTaken
from huiyin.web.api.step_inputs import (
    ConferIn,
    ContestIn,
    OpinionIn,
    ProposalIn,
    ReopeningIn,
    RuledMatterIn,
    RulingIn,
)
from huiyin.web.api.taking import step, take

router = Router(tags=["办理：派单异议"])


@step(router, "confer", about="派单前由候选单位会商。")
def step_confer(request: ApiRequest, number: str, body: ConferIn) -> Answered[StepTaken]:
    """Let candidate units confer."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.confer(
            pk,
            by=by,
            units=[reading.unit(code, "units") for code in body.units],
            basis=body.basis,
            now=now,
        ),
    )


@step(router, "contest", about="办结期限继续计算。")
def step_contest(request: ApiRequest, number: str, body: ContestIn) -> Answered[StepTaken]:
    """Contest a dispatch."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.contest(
            pk,
            by=by,
            basis=body.basis,
            suggested=reading.unit(body.suggested, "suggested") if body.suggested else None,
            now=now,
        ),
    )


@step(router, "give_opinion", about="候选单位之外的部门也可以表达意见。")
def step_give_opinion(request: ApiRequest, number: str, body: OpinionIn) -> Answered[StepTaken]:
    """Record an opinion."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.give_opinion(
            pk,
            by=by,
            unit=reading.unit(body.unit, "unit"),
            opinion=body.opinion,
            basis=body.basis,
            now=now,
        ),
    )


@step(router, "propose_ruling", about="须两人裁定的城市用。")
def step_propose_ruling(request: ApiRequest, number: str, body: ProposalIn) -> Answered[StepTaken]:
    """Propose a ruling."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.propose_ruling(
            pk, by=by, lead=reading.unit(body.lead, "lead"), basis=body.basis, now=now
        ),
    )


@step(router, "rule", about="原主办单位继续办理的，期限照旧；改由其他单位的，重新计算。")
def step_rule(request: ApiRequest, number: str, body: RulingIn) -> Answered[StepTaken]:
    """Rule which unit leads."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.rule(
            pk,
            by=by,
            lead=reading.unit(body.lead, "lead"),
            assist=[reading.unit(code, "assist") for code in body.assist],
            supervise=reading.unit(body.supervise, "supervise") if body.supervise else None,
            basis=body.basis,
            now=now,
        ),
    )


@step(router, "reopen_ruling", about="由裁定人以外的人提起；裁定前仍由原单位办理，期限继续计算。")
def step_reopen_ruling(request: ApiRequest, number: str, body: ReopeningIn) -> Answered[StepTaken]:
    """Let units confer anew."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.reopen_ruling(pk, by=by, basis=body.basis, now=now),
    )


@step(
    router, "enter_ruling", about="以后的派单建议引用这一条；再写一次，生效日期更晚的为新的一版。"
)
def step_enter_ruling(request: ApiRequest, number: str, body: RuledMatterIn) -> Answered[StepTaken]:
    """Enter what was ruled into the dispatch catalogue."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.enter_ruling(
            pk,
            actions.RuledMatter(
                matter=body.matter,
                category=reading.category(body.category) if body.category else None,
                lead=reading.unit(body.lead, "lead") if body.lead else None,
                assist=[reading.unit(code, "assist") for code in body.assist],
                basis=body.basis,
                valid_from=body.valid_from,
                valid_to=body.valid_to,
                place=body.place,
            ),
            by=by,
            now=now,
        ),
    )
