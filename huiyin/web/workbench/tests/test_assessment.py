"""Pages of assessment: ranking, a unit's figures, orders behind them, requests, trial, table."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from huiyin.assessment import actions as assessment
from huiyin.assessment.actions import Opening
from huiyin.assessment.models import Round, UnitResult
from huiyin.assessment.states import RoundState
from huiyin.kernel import clock
from tests.world import Story, at


@pytest.fixture
def assessed(story: Story) -> Story:
    story.created().submitted().dispatched().signed().contacted().assessed()
    return story


def client(story: Story, who: str) -> Client:
    made = Client()
    made.force_login(story.world.people[who])
    return made


def text(story: Story, who: str, name: str, **kwargs: object) -> str:
    response = client(story, who).get(reverse(f"workbench:{name}", kwargs=kwargs))
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def test_a_unit_sees_its_own_row_until_the_round_is_published(assessed: Story) -> None:
    key = assessed.round.pk
    assert "市水务局" in text(assessed, "water_handler", "round", key=key)
    other = text(assessed, "housing_handler", "round", key=key)
    assert "市水务局" not in other
    assert "发布后可看全部名次" in other
    with time_machine.travel(at(4, 12), tick=False):
        centre = client(assessed, "manager")
        assert "考核预告待核对" in client(assessed, "water_handler").get("/desk/").content.decode()
        shown = reverse("workbench:round_step", kwargs={"key": key, "verb": "preview"})
        for day, status in (("soon", 422), ("2026-03-01", 422), ("2026-03-04", 302)):
            assert centre.post(shown, {"ask_until": day}).status_code == status, day
        assert "单位可以申请剔除、提出异议到" in text(assessed, "water_handler", "round", key=key)
        assert centre.post(shown.replace("preview", "freeze")).status_code == 409
    with time_machine.travel(at(5, 12), tick=False), clock.driven(at(5, 12)):
        centre = client(assessed, "manager")
        for verb in ("freeze", "publish"):
            address = reverse("workbench:round_step", kwargs={"key": key, "verb": verb})
            assert centre.post(address).status_code == 302
        assert centre.post(address).status_code == 409
    assert "市水务局" in text(assessed, "housing_handler", "round", key=key)
    public = Client().get("/assessment").content.decode()
    assert "三月第一旬" in public
    assert assessed.order.number not in public
    assert "王" not in public


def _rounds_before(round_: Round, many: int) -> None:
    """Add published rounds of earlier months with the same results."""
    results = list(round_.results.all())
    whole = Round.objects.get(pk=round_.pk)
    for month in range(1, many + 1):
        whole.pk, whole.state = None, RoundState.PUBLISHED.value
        whole.first_day = round_.first_day - timedelta(days=31 * month)
        whole.last_day = round_.last_day - timedelta(days=31 * month)
        whole.save(force_insert=True)
        for result in results:
            result.pk, result.round = None, whole
        UnitResult.objects.bulk_create(results)


def test_a_unit_with_its_figures_leads_to_the_orders(
    assessed: Story, django_assert_max_num_queries
) -> None:
    key = assessed.round.pk
    _rounds_before(assessed.round, 6)
    mine = client(assessed, "water_handler")
    address = reverse("workbench:round_unit", kwargs={"key": key, "code": "water"})
    mine.get(address)
    with django_assert_max_num_queries(9):
        page = mine.get(address).content.decode()
    ranking = reverse("workbench:round", kwargs={"key": key})
    with django_assert_max_num_queries(9):
        assert mine.get(ranking).status_code == 200
    assert "K11 及时签收率" in page
    assert "100.00%" in page
    behind = text(
        assessed, "water_handler", "round_orders", key=key, code="water", indicator="signed",
        side="numerator",
    )  # fmt: skip
    assert assessed.order.number[:6] in behind
    assert assessed.order.title in behind
    assert '共 <b class="num">1</b> 件' in behind
    volume = text(
        assessed, "water_handler", "round_orders", key=key, code="water", indicator="volume",
        side="numerator",
    )  # fmt: skip
    assert "计入的工单，按首次派给本单位的日期计入" in volume
    assert assessed.order.title in volume
    stranger = client(assessed, "housing_handler")
    for name, more in (
        ("round_unit", {}),
        ("round_orders", {"indicator": "signed", "side": "numerator"}),
    ):
        address = reverse(f"workbench:{name}", kwargs={"key": key, "code": "water"} | more)
        assert stranger.get(address).status_code == 404
    centre = client(assessed, "supervisor")
    for indicator, side in (("nonsense", "numerator"), ("signed", "middle")):
        address = reverse(
            "workbench:round_orders",
            kwargs={"key": key, "code": "water", "indicator": indicator, "side": side},
        )
        assert centre.get(address).status_code == 404


@pytest.mark.rule("R-607")
def test_the_line_of_scores_is_of_one_scheme_and_rhythm(assessed: Story) -> None:
    """A quarter, and a round that deducts points, stand in the table and not in the line."""
    _rounds_before(assessed.round, 4)
    first, second, third, fourth = Round.objects.filter(state="published").order_by("first_day")
    UnitResult.objects.filter(round=first).update(score="11.1100")
    UnitResult.objects.filter(round=second).update(score="22.2200")
    UnitResult.objects.filter(round=third).update(score="33.3300")
    UnitResult.objects.filter(round=fourth).update(score="44.4400")
    second.first_day -= timedelta(days=60)
    second.save()
    third.rules["template"]["code"] = "deduction"
    third.save()
    page = text(assessed, "water_handler", "round_unit", key=assessed.round.pk, code="water")
    assert "得分走势：11.1100，44.4400" in page
    assert page.count("三月第一旬</a>") == 4


def test_a_figure_of_the_city_leads_to_the_orders_and_a_county_to_its_units(
    story: Story,
) -> None:
    Story(story.world).on_street()
    assessed = story.created().submitted().dispatched().assessed()
    key = assessed.round.pk
    page = text(assessed, "supervisor", "round", key=key)
    address = reverse(
        "workbench:round_city_orders",
        kwargs={"key": key, "indicator": "completed", "side": "denominator"},
    )
    assert f'href="{address}"' in page
    behind = client(assessed, "supervisor").get(address).content.decode()
    assert "全市 · 分母" in behind
    assert assessed.order.title in behind
    assert client(assessed, "water_leader").get(address).status_code == 403
    county = text(assessed, "county_handler", "round_unit", key=key, code="county")
    assert "所辖单位" in county
    assert reverse("workbench:round_unit", kwargs={"key": key, "code": "township"}) in county


@pytest.mark.rule("R-590")
def test_the_first_page_says_where_one_stands_and_leads_to_what_does_not_count(
    assessed: Story, django_assert_max_num_queries
) -> None:
    key, address = assessed.round.pk, reverse("workbench:assessment")
    city = client(assessed, "supervisor")
    city.get(address)
    with django_assert_max_num_queries(7):
        page = city.get(address).content.decode()
    assert "全市响应率" in page
    rest = reverse(
        "workbench:round_city_orders", kwargs={"key": key, "indicator": "solved", "side": "rest"}
    )
    assert f'href="{rest}"' in page
    assert "没有计入、或只计入一部分的工单" in city.get(rest).content.decode()
    mine = text(assessed, "water_handler", "assessment")
    assert "响应率 20 分" in mine
    assert "全市响应率" not in mine
    assert "响应率" not in text(assessed, "housing_handler", "assessment")


def test_asking_deciding_and_appealing_on_the_page(assessed: Story) -> None:
    key = assessed.round.pk
    address = reverse("workbench:round_requests", kwargs={"key": key})
    mine = client(assessed, "water_handler")
    with time_machine.travel(at(4, 12), tick=False):
        wrong = mine.post(
            address, {"reason": "撤回", "number": assessed.order.number, "proof": "x"}
        )
        assert wrong.status_code == 422
        assert "请选择剔除事由" in wrong.content.decode()
        good = {"reason": "撤回", "number": assessed.order.number, "proof": "录音", "ground": "X12"}
        assert mine.post(address, good).status_code == 302
        assert mine.post(address, good).status_code == 409
        request = assessed.round.requests.get()
        decide = reverse("workbench:round_request", kwargs={"key": request.pk})
        centre = client(assessed, "supervisor")
        assert centre.post(decide, {"do": "maybe"}).status_code == 400
        assert centre.post(decide, {"do": "refuse", "note": "录音不符"}).status_code == 302
        assert mine.post(decide, {"do": "appeal", "note": "另有录音"}).status_code == 302
        assert centre.post(decide, {"do": "agree"}).status_code == 403
        # Who refused it is named, and is not offered what they may not do.
        shown = text(assessed, "supervisor", "round_requests", key=key)
        assert f"录音不符（{assessed.world.people['supervisor'].name}，" in shown
        button = 'name="do" value="agree"'
        assert button not in shown
        assert button in text(assessed, "manager", "round_requests", key=key)
        assert client(assessed, "manager").post(decide, {"do": "agree"}).status_code == 302
    assert "同意" in text(assessed, "water_handler", "round_requests", key=key)
    assert "市水务局" not in text(assessed, "housing_handler", "round_requests", key=key)


@pytest.mark.rule("R-275")
def test_a_trial_stores_nothing(assessed: Story) -> None:
    address = reverse("workbench:round_trial", kwargs={"key": assessed.round.pk})
    centre = client(assessed, "supervisor")
    page = centre.get(address, {"weights": "signed=50 contacted=50"}).content.decode()
    assert "市水务局" in page
    assert "100.0000" in page
    shorter = centre.get(address, {"weights": "signed=50 contacted=50", "sign": "2h"})
    assert "50.0000" in shorter.content.decode()
    assert centre.get(address, {"sign": "soon"}).status_code == 422
    for typed in ("signed=50", "nonsense=100", "signed:100"):
        assert centre.get(address, {"weights": typed}).status_code == 422
    assessed.round.refresh_from_db()
    assert assessed.round.rules["scheme"]["weights"]["response"] == 20


def test_opening_correcting_and_the_table(assessed: Story) -> None:
    centre = client(assessed, "manager")
    with time_machine.travel(at(4, 12), tick=False):
        opened = centre.post(
            reverse("workbench:assessment"),
            {"first_day": "2026-03-01", "last_day": "2026-03-31", "scheme": "three-rates",
             "template": "twenty_points"},
        )  # fmt: skip
        assert opened.status_code == 302
        early = centre.post(
            reverse(
                "workbench:round_step", kwargs={"key": assessed.round.pk + 1, "verb": "preview"}
            )
        )
        assert early.status_code == 409
        assert "还没有全部结转" in early.content.decode()
        assert client(assessed, "water_handler").get(opened["Location"]).status_code == 404
        assessed.frozen()
        address = reverse("workbench:round_correct", kwargs={"key": assessed.round.pk})
        assert centre.post(address, {"unit": "water", "points": "0"}).status_code == 422
        good = {"unit": "water", "points": "-0.5", "reason": "漏计一件"}
        assert centre.post(address, good).status_code == 302
    assert "漏计一件" in text(assessed, "water_handler", "round", key=assessed.round.pk)
    assert "漏计一件" not in text(assessed, "housing_handler", "round", key=assessed.round.pk)
    table = text(assessed, "supervisor", "round_table", key=assessed.round.pk)
    head, line = table.lstrip("\ufeff").splitlines()[:2]
    assert head.endswith(",冻结后更正（分）")
    assert line.endswith(",减0.5000")
    own = text(assessed, "water_handler", "round_unit", key=assessed.round.pk, code="water")
    assert "冻结后更正" in own
    assert "漏计一件" in own
    assert head.startswith("单位编码,单位,同类,同类名次,总名次,得分")
    assert line.startswith("water,市水务局,市直部门")


@pytest.mark.rule("R-600")
def test_a_score_by_deduction_says_what_was_lost_and_leads_to_it(assessed: Story) -> None:
    opening = Opening(assessed.round.first_day, assessed.round.last_day, "three-rates", "deduction")
    by = assessed.world.actor("manager")
    made = assessment.open_round(opening, by=by, now=at(4, 12))
    assessment.preview(made.pk, by=by, now=at(4, 12))
    kwargs = {"key": made.pk, "code": "water"}
    behind = {"indicator": "lost_unsatisfied", "side": "numerator"}
    address = reverse("workbench:round_orders", kwargs=kwargs | behind)
    page = text(assessed, "water_handler", "round_unit", **kwargs)
    for shown in (page, text(assessed, "water_handler", "round", key=made.pk)):
        assert "不满意（每件扣 0.5）" in shown
        assert f'href="{address}"' in shown
        assert "响应率 20" not in shown
    first = text(assessed, "water_handler", "assessment")
    assert f'href="{address}"' in first
    assert f'href="{address.replace("numerator", "rest")}"' not in first
    assert "按件扣分的件数" in text(assessed, "water_handler", "round_orders", **kwargs, **behind)
    head = text(assessed, "supervisor", "round_table", key=made.pk).splitlines()[0]
    assert "派单,超期（每件扣 0.2）,重办（每件扣 0.1）" in head


@pytest.mark.rule("R-276")
def test_the_public_reads_names_of_units_alone(assessed: Story) -> None:
    assert "还没有发布的通报" in Client().get("/assessment").content.decode()


def test_no_address_shows_a_unit_the_order_of_another(assessed: Story) -> None:
    """Whatever a unit types for its own name, the figure or the list: never another's order."""
    from huiyin.assessment.bulletins import actions as bulletins
    from huiyin.assessment.bulletins.actions import Drafting
    from huiyin.insight.facts import actions as facts
    from huiyin.web.api.tests.asking import Api

    key, manager = assessed.round.pk, assessed.world.actor("manager")
    Story(assessed.world).created().submitted().dispatched(lead=assessed.world.housing)
    with clock.driven(at(9, 12)):
        facts.close_days(at(8).date(), now=at(9, 12))
        weekly = bulletins.draft(Drafting("weekly", at(3).date()), by=manager, now=at(9, 12))
        bulletins.submit(weekly.pk, by=manager, now=at(9, 12))
        bulletins.issue(weekly.pk, by=assessed.world.actor("supervisor"), now=at(9, 13))
    tried = [
        f"/desk/assessment/{key}/units/{code}/{figure}/{side}{more}"
        for code in ("water", "housing", "centre", "x")
        for figure in ("signed", "volume", "alike", "split", "x")
        for side in ("numerator", "denominator")
        for more in ("", "?before", "?cursor=x")
    ]
    tried += [f"/desk/assessment/{key}/city/signed/numerator", f"/desk/assessment/{key}/table.csv"]
    tried += [
        f"/desk/bulletins/{weekly.pk}/orders/{table}/{row}/{column}"
        for table, part in enumerate(weekly.parts)
        for row in range(min(len(part["rows"]), 6))
        for column in range(1, 6)
    ]
    stranger, number = client(assessed, "housing_handler"), assessed.order.number
    shown = 0
    for address in tried:
        response = stranger.get(address)
        assert response.status_code in (200, 400, 403, 404), address
        page = response.content.decode()
        assert number not in page, address
        shown += "不在您能看的范围" in page
    assert shown, "that there are others is told, which they are is not"
    api = Api(assessed.world, at(4, 12))
    for figure in ("signed", "volume", "alike"):
        path = f"/assessments/{key}/units/water/{figure}"
        assert api.get(path, "housing_handler").status == 404
        assert api.get(path, "water_handler").status in (200, 404)
    assert api.get(f"/assessments/{key}/units/water/volume", "water_handler").body == {
        "name": "派单", "figure": 100, "orders": 1, "hidden": 0, "numbers": [number], "next": "",
    }  # fmt: skip
