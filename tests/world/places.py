"""A small city with fixed values for tests: units on three levels, one person per role, rules."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from django.contrib.auth.hashers import make_password
from PIL import Image, ImageDraw

from huiyin.knowledge.models import Category, LimitRule, Parameter, Reason
from huiyin.knowledge.states import Kind
from huiyin.orders.actions.intake import Request
from huiyin.orders.rules import ReplyForm
from huiyin.orders.states import Channel, Outcome
from huiyin.orgs.actors import Actor, acting
from huiyin.orgs.models import City, Region, Staff, Unit
from huiyin.orgs.states import Role
from huiyin.worktime.calendar import SHANGHAI

START = date(2026, 1, 1)
PASSWORD = "Huiyin-2026"

LIMITS = (
    # code, clock, kind, urgency, round, limit
    ("accept", "accept", "", "", None, "2h"),
    ("review", "review", "", "", None, "2h"),
    ("dispatch", "dispatch", "", "", None, "2h"),
    ("sign", "sign", "", "", None, "1wd"),
    ("contact", "contact", "", "", None, "1wd"),
    ("finish", "finish", "", "", None, "5wd"),
    ("finish.inquiry", "finish", "inquiry", "", None, "3wd"),
    ("finish.emergency", "finish", "", "emergency", None, "2h"),
    ("finish.round2", "finish", "", "", 2, "3wd"),
    ("return", "return", "", "", None, "2wd"),
    ("extension", "extension", "", "", None, "5wd"),
    ("extension_review", "extension_review", "", "", None, "4wh"),
    ("dispute", "dispute", "", "", None, "2wd"),
    ("suspension", "suspension", "", "", None, "90d"),
    ("return_review", "return_review", "", "", None, "1wd"),
    ("audit", "audit", "", "", None, "1wd"),
    ("callback", "callback", "", "", None, "2wd"),
    ("redo", "redo", "", "", None, "1wd"),
)
PARAMETERS = {
    "redo.max_rounds": 3,
    "return.max_times": 1,
    "archive.after_days": 30,
    "callback.attempts": 3,
    "callback.days": 2,
    "callback.sms": 2,
}


def at(day: int, hour: int = 9, minute: int = 0, month: int = 3) -> datetime:
    """Return a moment of March 2026 in Shanghai; 2 March is a Monday."""
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


@dataclass(slots=True)
class World:
    """The people and places of the small city."""

    centre: Unit
    vendor: Unit
    water: Unit
    water_team: Unit
    housing: Unit
    county: Unit
    township: Unit
    heating: Category
    people: dict[str, Staff]

    def actor(self, name: str) -> Actor:
        """Return the actor of that name."""
        return acting(self.people[name])


def unit(code: str, name: str, kind: str, parent: Unit | None = None) -> Unit:
    return units((code, name, kind), parent=parent)[0]


def units(*rows: tuple[str, str, str], parent: Unit | None = None) -> list[Unit]:
    """Make units under one parent, in two statements."""
    made = Unit.objects.bulk_create(
        Unit(
            code=code,
            name=name,
            short_name=name,
            kind=kind,
            parent=parent,
            depth=parent.depth + 1 if parent else 0,
        )
        for code, name, kind in rows
    )
    for each in made:
        each.path = f"{parent.path if parent else '/'}{each.pk}/"
    Unit.objects.bulk_update(made, ["path"])
    return made


def person(name: str, where: Unit, *roles: Role) -> Staff:
    staff = _person(name, where, *roles)
    staff.save()
    return staff


@cache
def _sealed() -> str:
    return make_password(PASSWORD)


def _person(name: str, where: Unit, *roles: Role) -> Staff:
    return Staff(
        username=name,
        name=name,
        unit=where,
        roles=[r.value for r in roles],
        created_at=at(1),
        password=_sealed(),
    )


def build() -> World:
    """Make the city; in few statements, for most tests begin with it."""
    City.objects.create(
        code="370000", profile="test", name="测试市", hotline="12345", slogan="件件有回音",
        promise="有诉必应", loaded_at=at(1),
    )  # fmt: skip
    Region.objects.create(code="370000", name="测试市", level="city")
    centre, vendor, water, housing, county = units(
        ("centre", "市热线中心", "centre"),
        ("vendor", "话务服务商", "vendor"),
        ("water", "市水务局", "bureau"),
        ("housing", "市住建局", "bureau"),
        ("county", "东县", "county"),
    )
    team = unit("water-team", "供水管理科", "sub_unit", water)
    township = unit("township", "东关镇", "township", county)
    parent = Category.objects.create(code="04", name="公共服务", full_name="公共服务")
    heating = Category.objects.create(
        code="0404", name="供热", full_name="公共服务/供热", parent=parent
    )
    _rules()
    people = Staff.objects.bulk_create([
        _person("agent", centre, Role.AGENT),
        _person("vendor_agent", vendor, Role.AGENT),
        _person("dispatcher", centre, Role.DISPATCHER),
        _person("auditor", centre, Role.AUDITOR),
        _person("callback", centre, Role.CALLBACK),
        _person("supervisor", centre, Role.SUPERVISOR),
        _person("quality", centre, Role.QUALITY),
        _person("manager", centre, Role.MANAGER),
        _person("administrator", centre, Role.ADMINISTRATOR),
        _person("water_handler", water, Role.HANDLER),
        _person("water_leader", water, Role.UNIT_LEADER),
        _person("team_handler", team, Role.HANDLER),
        _person("housing_handler", housing, Role.HANDLER),
        _person("township_handler", township, Role.HANDLER),
        _person("county_handler", county, Role.HANDLER),
    ])  # fmt: skip
    return World(
        centre, vendor, water, team, housing, county, township, heating,
        {each.username: each for each in people},
    )  # fmt: skip


def _rules() -> None:
    LimitRule.objects.bulk_create(
        LimitRule(
            code=code, clock=clock, kind=kind, urgency=urgency, round=round_, limit=limit,
            valid_from=START, source="test", text=code,
        )
        for code, clock, kind, urgency, round_, limit in LIMITS
    )  # fmt: skip
    Parameter.objects.bulk_create(
        Parameter(key=key, value=value, valid_from=START, source="test", text=key)
        for key, value in PARAMETERS.items()
    )
    Reason.objects.bulk_create(
        Reason(group=group, code=code, name=name, advice=f"{name}，请按法定渠道办理")
        for group, code, name in (
            ("refer", "R01", "应通过诉讼解决"),
            ("return", "T01", "职责不符"),
            ("extension", "E01", "需要检测"),
            ("termination", "Z01", "诉求人拒绝配合"),
            ("no_callback", "N01", "诉求人要求不回访"),
            ("unsatisfied", "U01", "问题未解决"),
            ("unreached", "X01", "无人接听"),
            ("void", "V01", "诉求人撤诉"),
        )
    )


REQUEST = Request(
    content="幸福小区 3 号楼暖气不热，室内只有 14 度，家里有老人。",
    title="暖气不热",
    kind=Kind.HELP,
    channel=Channel.PHONE,
    place="幸福小区 3 号楼",
    name="王小明",
    phone="13812345678",
)


@cache
def scrawl(form: str = "PNG", width: int = 300) -> bytes:
    """Return a picture of a few strokes on white, as a signature is photographed."""
    picture = Image.new("RGB", (width, width // 3), "white")
    pen = ImageDraw.Draw(picture)
    pen.line((10, 10, width // 2, width // 4, width - 20, 15), fill="black", width=6)
    out = io.BytesIO()
    picture.save(out, form)
    return out.getvalue()


def reply_form(**changes: object) -> ReplyForm:
    values: dict[str, object] = {
        "outcome": Outcome.SOLVED,
        "process": "3 月 3 日上门测温并检修换热站。",
        "result": "已恢复供热，室温 20 度。",
        "public_answer": "您好，换热站故障已修复，室温已达标。",
        "contacted_at": at(3, 10),
        "contact_number": "13812345678",
        "sign_off": "李局长",
    }
    return ReplyForm(**(values | changes))  # type: ignore[arg-type]
