"""What the office begins: letters, referrals, media follow-ups, meetings and joint cases."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Ge, Le, Len
from pydantic import BaseModel, StringConstraints, with_config
from typing_extensions import TypedDict

from huiyin.followup.coordination import actions as coordination
from huiyin.followup.coordination.rules import LONGEST as LONGEST_MEETING
from huiyin.followup.coordination.states import MeetingKind
from huiyin.followup.media import actions as media
from huiyin.followup.media import rules as media_rules
from huiyin.followup.media.states import MediaForm
from huiyin.followup.referrals import actions as referrals
from huiyin.followup.referrals.rules import LONGEST as LONGEST_REFERRAL
from huiyin.followup.supervision import actions as letters
from huiyin.followup.supervision.actions import LONGEST_SIGNER
from huiyin.followup.supervision.states import FOR_LETTERS, UrgeReason
from huiyin.kernel import clock
from huiyin.kernel.errors import Invalid
from huiyin.orgs.models import Unit
from huiyin.web.api import coordination as table
from huiyin.web.api import reading, supervision
from huiyin.web.api.answers import Answered
from huiyin.web.api.coordination import (
    JointWhole,
    MeetingTold,
    joint_whole,
    meeting_whole,
)
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.endpoints import BODY, endpoint
from huiyin.web.api.inputs import Code, Day
from huiyin.web.api.step_inputs import Long, Note, Units
from huiyin.web.api.supervision import (
    LetterRow,
    MediaTold,
    ReferralTold,
    letter_row,
    media_whole,
    referral_whole,
)
from huiyin.web.api.taking import MAKING, make_once
from huiyin.web.api.words import Moment, asked, said, shape

router = supervision.router
Key = Annotated[int, Ge(1), Le(2**53)]
Numbers = Annotated[list[Code], Len(max_length=50)]


def _short(most: int) -> StringConstraints:
    return StringConstraints(max_length=most)


class LettersIn(BaseModel):
    """To whom letters go, about what, signed by whom."""

    model_config = asked(
        "发工作提醒函，一个单位一份",
        {"units": ["water"], "reasons": ["overdue", "unread"], "signed_by": "王主任"},
    )

    units: Annotated[list[Code], Len(max_length=200), said("单位编码")]
    reasons: Annotated[
        list[UrgeReason], Len(max_length=3),
        said("提醒哪些工单：overdue 已超期，unread 未签收，before_due 即将到期"),
    ]  # fmt: skip
    signed_by: Annotated[str, _short(LONGEST_SIGNER), said("签发人")]
    remark: Annotated[Note, said("附言")] = ""


class ReferralIn(BaseModel):
    """What is proposed."""

    model_config = asked("提出问责移送，由另一人审批")

    title: Annotated[str, _short(LONGEST_REFERRAL["title"]), said("事项")]
    agency: Annotated[str, _short(LONGEST_REFERRAL["agency"]), said("移送机关")]
    unit: Annotated[Code, said("被移送的单位编码")]
    facts: Annotated[str, _short(LONGEST_REFERRAL["facts"]), said("事实，至少 20 个字")]
    basis: Annotated[str, _short(LONGEST_REFERRAL["basis"]), said("依据")]
    orders: Annotated[Numbers, said("工单编号")]


class MediaIn(BaseModel):
    """A matter that a medium follows."""

    model_config = asked("登记媒体监督")

    form: Annotated[MediaForm, said("媒体形式")]
    outlet: Annotated[str, _short(media_rules.LONGEST_OUTLET), said("媒体")]
    title: Annotated[str, _short(media_rules.LONGEST_TITLE), said("事项")]
    on: Annotated[Day, said("日期，不晚于今天")]
    unit: Annotated[Code, said("责任单位编码")]
    about: Annotated[str, _short(media_rules.LONGEST_ABOUT), said("情况")] = ""
    orders: Annotated[Numbers, said("工单编号")] = []  # noqa: RUF012


class MeetingIn(BaseModel):
    """When and where people meet, about what."""

    model_config = asked("召集会议")

    kind: Annotated[MeetingKind, said("类别")] = MeetingKind.COORDINATION
    title: Annotated[str, _short(LONGEST_MEETING["title"]), said("会议名称")]
    held_at: Annotated[Moment, said("开会时间")]
    place: Annotated[str, _short(LONGEST_MEETING["place"]), said("地点")]
    chair: Annotated[str, _short(LONGEST_MEETING["chair"]), said("主持人")]
    flags: Annotated[list[Key], Len(max_length=100), said("议题：待协调事项的 id")] = []  # noqa: RUF012
    units: Annotated[Units, said("参会单位编码")] = []  # noqa: RUF012
    wanted: Annotated[Note, said("请谁来")] = ""


class JointIn(BaseModel):
    """A case that several units handle under one lead."""

    model_config = asked("组织联合办理")

    title: Annotated[str, _short(LONGEST_MEETING["title"]), said("事项")]
    goal: Annotated[Long, said("要解决什么")]
    lead: Annotated[Code, said("牵头单位编码")]
    partners: Annotated[Units, said("配合单位编码")]
    duty: Annotated[str, _short(LONGEST_MEETING["duty"]), said("配合单位的职责")] = ""
    orders: Annotated[Numbers, said("工单编号")] = []  # noqa: RUF012


@with_config(shape("发出的提醒函"))
class LettersSent(TypedDict):
    """The letters that were written."""

    letters: Annotated[list[LetterRow], said("每个单位一份；没有慢办工单的单位不发")]


@endpoint(
    router, "POST", "/letters", summary="发工作提醒函", about="需要 order.supervise。",
    problems=(*BODY, 409), **MAKING,
)  # fmt: skip
def send_letters(request: ApiRequest, body: LettersIn) -> Answered[LettersSent]:
    """Send each of these units one letter about its slow orders."""
    by, now = request.auth.actor, clock.now()
    units = [unit.pk for unit in _units(body.units, "units")]
    if other := set(body.reasons) - set(FOR_LETTERS):
        words = f"提醒函不列这种情况：{'、'.join(sorted(other))}"
        raise Invalid(words, fields={"reasons": words})

    def make() -> LettersSent:
        sent = letters.send_letters(
            units, reasons=body.reasons, signed_by=body.signed_by, remark=body.remark, by=by,
            now=now,
        )  # fmt: skip
        return {"letters": [letter_row(letter, read=False) for letter in sent]}

    return make_once(request, make)


@endpoint(
    router, "POST", "/referrals", summary="提出问责移送", about="需要 order.supervise。",
    problems=(*BODY, 409), **MAKING,
)  # fmt: skip
def propose_referral(request: ApiRequest, body: ReferralIn) -> Answered[ReferralTold]:
    """Propose a referral; another person decides."""
    by, now = request.auth.actor, clock.now()
    fields = body.model_dump(exclude={"unit"})
    form = referrals.Proposal(**fields, unit=reading.unit(body.unit, "unit"))
    return make_once(
        request, lambda: referral_whole(request, referrals.propose(form, by=by, now=now).pk)
    )


@endpoint(
    router, "POST", "/media-cases", summary="登记媒体监督", about="需要 order.supervise。",
    problems=(*BODY, 409), **MAKING,
)  # fmt: skip
def add_media_case(request: ApiRequest, body: MediaIn) -> Answered[MediaTold]:
    """Write down that a medium follows a matter."""
    by, now = request.auth.actor, clock.now()
    fields = body.model_dump(exclude={"unit"})
    entry = media.Entry(**fields, unit=reading.unit(body.unit, "unit"))
    return make_once(request, lambda: media_whole(request, media.add(entry, by=by, now=now).pk))


@endpoint(
    table.router, "POST", "/meetings", summary="召集会议", about="需要 order.supervise。",
    problems=(*BODY, 409), **MAKING,
)  # fmt: skip
def plan_meeting(request: ApiRequest, body: MeetingIn) -> Answered[MeetingTold]:
    """Plan a meeting; the invitations go out from its page."""
    by, now = request.auth.actor, clock.now()
    fields = body.model_dump(exclude={"units"})
    planning = coordination.Planning(**fields, units=_units(body.units, "units"))
    return make_once(
        request, lambda: meeting_whole(request, coordination.plan(planning, by=by, now=now).pk)
    )


@endpoint(
    table.router, "POST", "/joint-cases", summary="组织联合办理", about="需要 order.supervise。",
    problems=(*BODY, 404, 409), **MAKING,
)  # fmt: skip
def open_joint_case(request: ApiRequest, body: JointIn) -> Answered[JointWhole]:
    """Open a joint case."""
    by, now = request.auth.actor, clock.now()
    fields = body.model_dump(exclude={"lead", "partners"})
    opening = coordination.Opening(
        **fields,
        lead=reading.unit(body.lead, "lead"),
        partners=_units(body.partners, "partners"),
    )
    return make_once(
        request, lambda: joint_whole(request, coordination.open_joint(opening, by=by, now=now).pk)
    )


def _units(codes: list[str], field: str) -> list[Unit]:
    return [reading.unit(code, field) for code in codes]
