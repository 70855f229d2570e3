"""The order sheet: page and PDF say the same, masked, and the reading is logged."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader

from huiyin.kernel.models import AccessLog
from huiyin.knowledge.states import Kind
from huiyin.orders import actions
from tests.world import Story, at


def url(story: Story, end: str = "") -> str:
    return f"/desk/orders/{story.order.number}/sheet{end}"


def words_of(pdf: bytes) -> str:
    pages = [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]
    return "".join("".join(pages).replace("\x00", "").split())


def held(story: Story, **changes: object) -> Story:
    story.created(**changes)
    actions.list_matters(
        story.order.pk, by=story.world.actor("agent"), matters=["暖气不热", "收费不合理"],
        now=at(2, 9, 2),
    )  # fmt: skip
    return (
        story.submitted()
        .dispatched(assist=[story.world.housing], instructions="请当日上门测温")
        .signed()
    )


@pytest.mark.rule("R-152")
def test_page_and_pdf_say_deadline_units_instructions_and_signatures(story: Story, desk) -> None:
    held(story)
    client = desk("dispatcher")
    page = client.get(url(story))
    answer = client.get(url(story, ".pdf"))
    assert answer.headers["Content-Type"] == "application/pdf"
    for words in ("".join(page.content.decode().split()), words_of(answer.content)):
        for said in (
            "测试市12345热线承办单", "暖气不热，室内只有14度", "2.收费不合理",
            "2026年3月9日24:00前办结并回复", "5个工作日", "市水务局", "市住建局", "请当日上门测温",
            "承办人", "单位负责人", "单位盖章", "138****5678",
        ):  # fmt: skip
            assert said in words, said
        assert "13812345678" not in words
    logged = AccessLog.objects.filter(subject=f"order:{story.order.number}")
    assert [(row.purpose, row.fields) for row in logged] == [("打印承办单", ["sheet"])] * 2


@pytest.mark.rule("R-152")
def test_the_author_of_a_report_stands_on_no_sheet_of_a_unit(story: Story, desk) -> None:
    held(story, kind=Kind.REPORT)
    client = desk("water_handler")
    for words in (client.get(url(story)).content.decode(),
                  words_of(client.get(url(story, ".pdf")).content)):  # fmt: skip
        assert "（保密）" in words
        assert "138****5678" not in words


def test_an_order_before_dispatch_has_a_sheet_and_a_stranger_none(story: Story, desk) -> None:
    story.created()
    assert "还没有派单" in desk("agent").get(url(story)).content.decode()
    assert "未设办结期限" in words_of(desk("agent").get(url(story, ".pdf")).content)
    assert desk("housing_handler").get(url(story)).status_code == 404
    assert AccessLog.objects.count() == 2


def test_a_long_matter_goes_on_over_pages(story: Story, desk) -> None:
    held(story, content="暖气不热，请上门查看。" * 400)
    pdf = desk("dispatcher").get(url(story, ".pdf")).content
    assert len(PdfReader(BytesIO(pdf)).pages) > 2
    assert words_of(pdf).count("暖气不热，请上门查看。") >= 390
