"""Pages of bulletins: drafting, approval, the paper, receipts, instructions, targets."""

from __future__ import annotations

import io
from dataclasses import replace
from fractions import Fraction

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from huiyin.assessment.bulletins.models import Bulletin
from huiyin.assessment.targets import Target
from huiyin.insight.facts import actions as facts
from huiyin.kernel.errors import Invalid
from huiyin.web.workbench import assessment_told as told
from huiyin.web.workbench.papers import Paper, Table
from huiyin.web.workbench.papers_pdf import draw
from tests.world import Story, at


def url(name: str, key: int, **more: str) -> str:
    return reverse(f"workbench:{name}", kwargs={"key": key} | more)


def text(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, response.status_code
    return response.content.decode()


def test_a_report_is_drafted_written_issued_and_read(story: Story, desk) -> None:
    number = story.created().submitted().dispatched().order.number
    editor, manager, unit = desk("supervisor"), desk("manager"), desk("water_handler")
    new = reverse("workbench:bulletin_new")
    assert editor.post(new, {"kind": "monthly"}).status_code == 422
    assert editor.post(new, {"kind": "monthly", "first_day": "2026-02-03"}).status_code == 409
    assert f"{new}?order={number}" in text(editor, f"/desk/orders/{number}")
    assert number in text(editor, f"{new}?order={number}")
    unknown = {"kind": "special", "order": "26030200000015"}
    assert editor.post(new, unknown).status_code == 422
    made = editor.post(new, {"kind": "special", "order": number})
    assert made.status_code == 302
    assert "专报：暖气不热" in text(editor, made["Location"])
    key = Bulletin.objects.get().pk
    step = {v: url("bulletin_step", key, verb=v) for v in ("submit", "issue", "send_back", "x")}
    assert editor.post(step["submit"]).status_code == 422
    edit = url("bulletin_edit", key)
    wrong = {"title": "供热专报", "audience": "chosen", "leaders": "nobody", "cases": "123 x"}
    page = editor.post(edit, wrong)
    assert page.status_code == 422
    assert "没有账号" in page.content.decode()
    good = {
        "title": "供热专报", "text": "东区一带室温不达标。\n\n请抓紧。", "audience": "chosen",
        "units": "water", "leaders": "administrator", "cases": f"{number} 请一周内恢复",
    }  # fmt: skip
    assert editor.post(edit, good).status_code == 302
    assert "请一周内恢复" in text(editor, edit)
    assert editor.post(step["submit"]).status_code == 302
    assert editor.get(edit).status_code == 409
    assert editor.post(step["issue"]).status_code == 403
    assert editor.post(step["x"]).status_code == 404
    assert manager.post(step["send_back"], {"note": ""}).status_code == 422
    assert "通报、报告待签发" in text(manager, "/desk/")
    assert text(unit, url("bulletin", key), 404)
    assert manager.post(step["issue"]).status_code == 302
    assert manager.post(step["issue"]).status_code == 409
    assert "通报、报告待阅" in text(unit, "/desk/")
    shown = text(unit, url("bulletin", key))
    for words in ("专报2026年第1期（总第1期）", "东区一带", "请一周内恢复", "签发人：manager"):
        assert words in shown
    assert "阅读回执" not in shown
    assert "通报、报告待阅" not in text(unit, "/desk/")
    assert "water_handler（市水务局）" in text(manager, url("bulletin", key))
    assert text(desk("administrator"), url("bulletin", key))
    assert text(desk("housing_handler"), url("bulletin", key), 404)
    assert text(desk("housing_handler"), url("bulletin_pdf", key), 404)
    paper = unit.get(url("bulletin_pdf", key))
    assert paper.content.startswith(b"%PDF-")


def test_a_monthly_bulletin_has_tables_and_a_sheet(
    story: Story, desk, django_assert_max_num_queries
) -> None:
    from huiyin.assessment.bulletins import actions
    from huiyin.assessment.bulletins.actions import Drafting

    story.created().submitted().dispatched()
    facts.close_days(at(31).date(), now=at(1, 2, month=4))
    made = actions.draft(
        Drafting("monthly", at(9).date()), by=story.world.actor("manager"),
        now=at(1, 8, month=4),
    )  # fmt: skip
    manager = desk("manager")
    manager.get("/desk/bulletins")
    with django_assert_max_num_queries(14):
        page = text(manager, url("bulletin", made.pk))
    for words in ("月通报（2026年3月）", "各单位名次", "热点诉求", "市水务局", "2026年3月31日结转"):
        assert words in page
    with django_assert_max_num_queries(8):
        assert "自动" not in text(manager, "/desk/bulletins?kind=monthly&state=draft")
    address = f"/desk/bulletins/{made.pk}/orders/0/0/1"
    assert f'<a href="{address}">1 件</a>' in page
    behind = text(manager, address)
    assert '共 <b class="num">1</b> 件' in behind
    assert story.order.title in behind
    assert text(manager, f"/desk/bulletins/{made.pk}/orders/0/0/0", 404)
    assert text(manager, f"{address}?side=middle", 404)
    assert text(manager, f"{address}?side=rest", 404)  # not counted when it was drawn
    assert text(desk("water_handler"), address, 404), "not issued yet"
    lines = text(manager, url("bulletin_tables", made.pk)).lstrip("\ufeff").splitlines()
    assert lines[0] == "月通报（2026年3月）"
    assert lines[1:3] == ["主要指标", "指标,本期,上期,比上期,上年同期,年度目标,与目标比"]
    assert manager.get(url("bulletin_pdf", made.pk)).content.startswith(b"%PDF-")
    refused = manager.post(url("bulletin_step", made.pk, verb="correct"))
    assert refused.status_code == 409
    assert "不能出更正" in refused.content.decode()


def test_an_instruction_is_given_on_an_issue(story: Story, desk) -> None:
    story.created().bulletined().handed_in().given_out()
    manager, key = desk("manager"), story.bulletin.pk
    address = f"{reverse('workbench:instruction_new')}?bulletin={key}"
    assert "《专报2026年第1期（总第1期）》供热专报" in text(manager, address)
    assert manager.get(f"{reverse('workbench:instruction_new')}?bulletin=x").status_code == 200
    body = {
        "bulletin": key, "title": "《专报2026年第1期（总第1期）》供热专报", "leader": "王市长",
        "office": "市长", "given_on": "2026-03-04", "reply_by": "2026-03-10", "words": "请抓紧。",
        "priority": "normal",
    }  # fmt: skip
    assert manager.post(reverse("workbench:instruction_new"), body).status_code == 302
    assert "王市长（市长）" in text(manager, url("bulletin", key))
    assert "王市长" not in text(desk("water_handler"), url("bulletin", key))


@pytest.mark.rule("R-586")
def test_typical_cases_are_published_without_persons(story: Story, desk) -> None:
    from huiyin.assessment.bulletins import actions
    from huiyin.assessment.bulletins.actions import Drafting, Editing
    from huiyin.assessment.bulletins.states import Audience

    number = story.to_callback().order.number
    editor, manager = story.world.actor("supervisor"), story.world.actor("manager")
    made = actions.draft(Drafting("typical", title="供热十例"), by=editor, now=at(4, 9))
    said = Editing(
        "供热十例", "有问题打 13812345678。", Audience.CHOSEN, cases=[(number, "两天恢复供热")]
    )
    for named in ("王小明家的暖气不热", "请打 138 1234 5678"):
        actions.edit(made.pk, replace(said, text=named), by=editor, now=at(4, 9))
        with pytest.raises(Invalid, match="诉求人的姓名"):
            actions.submit(made.pk, by=editor, now=at(4, 9))
    said = replace(said, text="有问题打 13912345678。")
    actions.edit(made.pk, said, by=editor, now=at(4, 9))
    actions.submit(made.pk, by=editor, now=at(4, 9))
    portal = Client()
    assert "供热十例" not in text(portal, "/assessment")
    actions.issue(made.pk, by=manager, now=at(4, 10))
    page = text(portal, "/assessment")
    for words in ("典型案例2026年第1期", "供热十例", "市水务局", "两天恢复供热"):
        assert words in page
    assert number not in page
    assert "13912345678" not in page
    wrong = actions.correct(made.pk, by=editor, now=at(4, 11))
    actions.submit(wrong.pk, by=editor, now=at(4, 11))
    actions.issue(wrong.pk, by=manager, now=at(4, 11))
    assert "第2期" in (page := text(portal, "/assessment"))
    assert page.count("两天恢复供热") == 1


@pytest.mark.rule("R-490")
def test_a_target_stands_beside_the_figure_of_a_round(story: Story, desk) -> None:
    aims = {"on_time": Target("on_time", 2026, Fraction("95.5"))}
    assert told.target(aims, "on_time", [9000, 10_000, 1]) == "≥ 95.50%，差 5.50 个百分点"
    assert told.target(aims, "on_time", [0, 0, 1]) == "≥ 95.50%"
    assert told.target(aims, "signed", [1, 1, 1]) == ""
    story.city("assessment.targets", [{"indicator": "signed", "year": 2026, "value": 90}])
    story.created().submitted().dispatched().signed().contacted().assessed()
    for who, address in (
        ("manager", url("round", story.round.pk)),
        ("water_handler", url("round_unit", story.round.pk, code="water")),
    ):
        assert "≥ 90.00%，达到" in text(desk(who), address)


def test_a_table_of_hundreds_of_rows_has_its_head_on_every_page() -> None:
    rows = tuple((f"第{n}镇", "一个写得很长、写不进格子里的名称" * 2, "95.00%") for n in range(90))
    ranking = Table("各单位名次", ("单位", "全称", "满意率"), (30, 40, 20), rows, "说明在后。")
    paper = Paper("月通报", "月通报2026年第1期", (), (), (ranking,))
    pages = PdfReader(io.BytesIO(draw(paper))).pages
    words = ["".join(page.extract_text().replace("\0", "").split()) for page in pages]
    assert len(words) == 3
    assert all("单位全称满意率" in page for page in words)
    assert "第0镇" in words[0]
    assert "第89镇" in words[-1]
    assert "说明在后。" in words[-1]
