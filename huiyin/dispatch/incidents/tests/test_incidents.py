"""Many like requests at one place: found once, grouped by one press, told at the end."""

from __future__ import annotations

import pytest

from huiyin.dispatch.incidents import actions, queries, rules
from huiyin.dispatch.incidents.models import Incident, IncidentOrder
from huiyin.dispatch.incidents.rules import Voice
from huiyin.kernel import cached, likeness, outbox
from huiyin.kernel.errors import Conflict, Invalid, NotAllowed
from huiyin.knowledge.models import Parameter
from huiyin.orders import actions as orders
from huiyin.orders.models import OrderLink, WorkOrder
from huiyin.orders.states import Satisfaction, Solved
from tests.world import START, Story, at, reply_form

DARK = "人民路路灯坏了，晚上漆黑一片，学生放学很不安全，请尽快维修。"
LOUD = "楼下饭店油烟直排，熏得窗户不敢开，孩子咳嗽，请环保部门查处。"


def voice(key: int, text: str = DARK, place: str = "人民路南段", **more: object) -> Voice:
    values = {"region": 1, "category": 7} | more
    return Voice(
        key, place, values["region"], values["category"],  # type: ignore[arg-type]
        likeness.pairs(likeness.folded(text)),
    )  # fmt: skip


@pytest.mark.rule("R-204")
@pytest.mark.parametrize(
    ("voices", "found"),
    [
        ([voice(n) for n in range(1, 6)], [[1, 2, 3, 4, 5]]),
        ([voice(n) for n in range(1, 5)], []),
        ([voice(n, place="") for n in range(1, 6)], [[1, 2, 3, 4, 5]]),
        ([voice(n, place="", region=n) for n in range(1, 6)], []),
        ([voice(n, text=(DARK, LOUD)[n % 2], place="") for n in range(1, 6)], []),
        ([voice(n, text=(DARK, LOUD)[n % 2]) for n in range(1, 6)], [[1, 2, 3, 4, 5]]),
        ([voice(n, text=(DARK, LOUD)[n % 2], category=n) for n in range(1, 6)], []),
        ([voice(n, place="三单元") for n in range(1, 6)], [[1, 2, 3, 4, 5]]),
    ],
)
def test_what_is_one_incident(voices: list[Voice], found: list[list[int]]) -> None:
    assert rules.clusters(voices, least=5) == found


def five(story: Story) -> list[WorkOrder]:
    return [
        Story(story.world)
        .created(content=DARK, title="路灯不亮", phone=f"1380000000{n}", place="人民路南段")
        .submitted()
        .order
        for n in range(5)
    ]


@pytest.mark.rule("R-205")
def test_one_press_makes_the_group_and_its_end_answers_all(story: Story) -> None:
    world, dispatcher = story.world, story.world.actor("dispatcher")
    asked = five(story)
    Story(world).created(content=LOUD, place="", title="油烟")
    assert actions.find(at(2, 10)) == 1
    assert actions.find(at(2, 10, 5)) == 0, "safe to do twice"
    incident = Incident.objects.get()
    assert incident.members.count() == 5
    late = five(story)[:1]
    assert queries.counted() == 1
    main = actions.group(incident.pk, members=[o.pk for o in asked], by=dispatcher, now=at(2, 11))
    assert main.pk == asked[0].pk
    main.refresh_from_db()
    assert main.merged_count == 4
    assert late[0].pk not in OrderLink.objects.values_list("order_id", flat=True)
    handler = world.actor("water_handler")
    orders.dispatch(main.pk, by=dispatcher, lead=world.water, now=at(2, 12))
    orders.sign(main.pk, by=handler, now=at(2, 13))
    orders.contact(main.pk, by=handler, at=at(2, 14), number="0534", now=at(2, 14))
    orders.reply(main.pk, reply_form(contacted_at=at(2, 14)), by=handler, now=at(3))
    orders.pass_audit(main.pk, by=world.actor("auditor"), now=at(3, 10))
    orders.close(
        main.pk, by=world.actor("callback"), solved=Solved.YES, grade=Satisfaction.SATISFIED,
        now=at(3, 11),
    )  # fmt: skip
    outbox.drain()
    told = WorkOrder.objects.filter(pk__in=[order.pk for order in asked])
    assert set(told.values_list("answer", flat=True)) == {"您好，换热站故障已修复，室温已达标。"}
    with pytest.raises(Conflict, match="已经处理"):
        actions.dismiss(incident.pk, note="", by=dispatcher, now=at(3, 12))


@pytest.mark.rule("R-205")
def test_what_a_unit_has_already_is_linked_and_a_draft_too(story: Story) -> None:
    asked = five(story)
    dispatcher = story.world.actor("dispatcher")
    orders.dispatch(asked[1].pk, by=dispatcher, lead=story.world.water, now=at(2, 10))
    draft = Story(story.world).created(content=DARK, place="人民路南段", phone="").order
    actions.find(at(2, 11))
    incident = Incident.objects.get()
    keys = [o.pk for o in asked[:2]] + [draft.pk]
    main = actions.group(incident.pk, members=keys, by=dispatcher, now=at(2, 12))
    kinds = {link.order_id: link.kind for link in OrderLink.objects.all()}
    assert kinds == {asked[1].pk: "related", draft.pk: "related"}
    assert WorkOrder.objects.get(pk=main.pk).merged_count == 0


@pytest.mark.rule("R-205")
def test_who_may_not_and_what_is_too_little(story: Story) -> None:
    five(story)
    actions.find(at(2, 11))
    key = Incident.objects.get().pk
    with pytest.raises(NotAllowed):
        actions.group(key, members=[], by=story.world.actor("agent"), now=at(2, 12))
    with pytest.raises(Invalid, match="至少选择两件"):
        actions.group(key, members=[], by=story.world.actor("dispatcher"), now=at(2, 12))
    actions.dismiss(key, note="不同楼", by=story.world.actor("dispatcher"), now=at(2, 12))
    assert actions.find(at(2, 13)) == 0, "not suggested again"


@pytest.mark.rule("R-204")
def test_secret_and_old_requests_stay_out_and_a_city_may_switch_it_off(story: Story) -> None:
    five(story)
    WorkOrder.objects.update(confidential=True)
    assert actions.find(at(2, 11)) == 0
    WorkOrder.objects.update(confidential=False)
    assert actions.find(at(4, 11)) == 0
    Parameter.objects.create(
        key="suggest.incidents", value=False, valid_from=START, source="t", text="t"
    )
    cached.forget_all()
    assert actions.find(at(2, 11)) == 0
    assert not IncidentOrder.objects.exists()
