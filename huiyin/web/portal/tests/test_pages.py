"""Pages for everybody: light, without scripts, in large letters, with their headers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from huiyin.assessment import actions as assessment
from huiyin.kernel.cached import forget_all
from huiyin.knowledge.models import Article
from huiyin.knowledge.states import ArticleKind
from huiyin.orders.states import STEPS, State
from huiyin.orgs.models import City
from huiyin.web.csp import PERMISSIONS, POLICY
from huiyin.web.portal import speech
from huiyin.web.portal.tests.support import say
from tests.world import Story, at

pytestmark = pytest.mark.django_db
PUBLIC = ("/", "/submit", "/case", "/news", "/answers", "/about")


def article(nth: int, kind: ArticleKind = ArticleKind.NEWS, **changes: object) -> Article:
    values: dict[str, object] = {
        "code": f"{kind.value}-{nth}", "kind": kind.value, "title": f"第 {nth} 篇", "body": "正文",
        "published_at": at(1, 9, nth % 60),
    }  # fmt: skip
    return Article.objects.create(**(values | changes))


@pytest.mark.parametrize("path", PUBLIC)
def test_a_page_holds_no_inline_script_or_style(world, client: Client, path: str) -> None:
    page = client.get(path).content.decode()
    assert re.findall(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|<style|javascript:", page) == []
    assert '<html lang="zh-CN"' in page
    assert 'href="#main"' in page


@pytest.mark.parametrize("path", [*PUBLIC, "/nothing", "/robots.txt"])
def test_every_answer_carries_its_headers(world, client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer["Content-Security-Policy"] == POLICY
    assert answer["Permissions-Policy"] == PERMISSIONS
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"


def test_the_policy_lets_nothing_foreign_in() -> None:
    for rule in ("default-src 'self'", "frame-ancestors 'none'", "form-action 'self'",
                 "object-src 'none'", "base-uri 'none'", "img-src 'self' data: blob:"):  # fmt: skip
        assert rule in POLICY
    assert "unsafe" not in POLICY


def test_the_first_page_is_under_a_hundred_kilobytes(world, client: Client) -> None:
    """Counted uncompressed, which is more than what travels."""
    for nth in range(5):
        article(nth)
        article(nth, ArticleKind.ANSWER)
    page = client.get("/").content
    parts = re.findall(rb'(?:src|href)="/static/([^"]+\.(?:css|js|svg))"', page)
    assert parts
    found = [finders.find(part.decode()) for part in set(parts)]
    assert sum(Path(str(p)).stat().st_size for p in found) + len(page) < 60_000


def test_the_home_page_says_what_the_city_says(world, client: Client) -> None:
    City.objects.update(name="德城", slogan="事事有着落")
    say(portal={"welcome": "请说。", "emergency_note": "危险请拨打 110。"})
    page = client.get("/").content.decode()
    for words in (
        "德城",
        "事事有着落",
        "有诉必应",
        "请说。",
        "危险请拨打 110。",
        'href="tel:12345"',
    ):
        assert words in page


def test_pages_work_before_a_city_is_loaded(client: Client) -> None:
    for path in PUBLIC:
        assert client.get(path).status_code == 200, path


def test_home_and_lists_cost_a_fixed_number_of_queries(
    world, client, django_assert_num_queries
) -> None:
    article(0)
    client.get("/")
    for many in (False, True):
        if many:
            for nth in range(1, 51):
                article(nth)
                article(nth, ArticleKind.ANSWER)
        with django_assert_num_queries(2):
            client.get("/")
        with django_assert_num_queries(1):
            client.get("/news")
        with django_assert_num_queries(1):
            client.get("/answers")


def test_lists_go_on_where_they_ended(world, client: Client) -> None:
    for nth in range(25):
        article(nth)
    first = client.get("/news").content.decode()
    shown = re.findall(r"/news/news-(\d+)", first)
    assert shown == [str(n) for n in range(24, 4, -1)]
    after = re.search(r'href="\?after=([^"]+)"', first)
    assert after is not None
    second = client.get("/news", {"after": after[1]}).content.decode()
    assert re.findall(r"/news/news-(\d+)", second) == [str(n) for n in range(4, -1, -1)]
    assert client.get("/news", {"after": "garbage"}).status_code == 400


def test_demonstration_texts_say_so(world, client: Client) -> None:
    article(1, demo=True)
    assert "示例" in client.get("/news").content.decode()
    assert "不是真实发布的内容" in client.get("/news/news-1").content.decode()


def test_what_is_not_published_is_not_there(world, client: Client) -> None:
    article(1, published_at=None)
    article(2, ArticleKind.ANSWER)
    for path in ("/news/news-1", "/news/answer-2", "/news/none", "/answers/news-1"):
        assert client.get(path).status_code == 404
    assert client.get("/answers/answer-2").status_code == 200


def test_about_says_what_the_line_does_not_take(world, client: Client) -> None:
    say(privacy={"version": "5", "text": "只为办理。"})
    page = client.get("/about").content.decode()
    for words in ("应通过诉讼解决", "请按法定渠道办理", "第 5 版", "只为办理。", "无障碍说明"):
        assert words in page


def test_large_letters_are_remembered(world, client: Client) -> None:
    answer = client.get("/letters/large", {"next": "/submit?a=1"})
    assert answer["Location"] == "/submit?a=1"
    assert '<html lang="zh-CN" class="large">' in client.get("/").content.decode()
    assert 'class="large"' in client.get("/nothing").content.decode()
    client.get("/letters/normal")
    assert "large" not in client.get("/").content.decode().split("<head>")[0]


@pytest.mark.parametrize(
    "away",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""],
)
def test_the_letter_switch_leads_nowhere_else(world, client: Client, away: str) -> None:
    assert client.get("/letters/large", {"next": away})["Location"] == "/"


def test_an_unknown_address_is_a_kind_page(world, client: Client) -> None:
    answer = client.get("/nothing")
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "没有找到" in page
    assert "回到首页" in page


def test_staff_are_led_back_to_their_desk(world, client: Client) -> None:
    page = client.get("/desk/nothing-here").content.decode()
    assert "回到工作台" in page
    fragment = client.get("/nothing", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert "没有找到" in fragment


@pytest.mark.parametrize("path", ["/", "/news", "/letters/large", "/case/leave", "/submitted"])
def test_other_methods_are_refused(world, client: Client, path: str) -> None:
    wrong = client.get if path == "/case/leave" else client.post
    assert wrong(path).status_code in (302, 405)
    assert client.delete(path).status_code == 405


def test_crawlers_are_kept_from_cases(client: Client) -> None:
    page = client.get("/robots.txt").content.decode()
    for path in ("/case", "/c/", "/rate/", "/submitted"):
        assert f"Disallow: {path}\n" in page
    assert client.get("/favicon.ico")["Location"] == "/static/portal/mark.svg"


def test_a_fault_is_told_without_its_inside(world, monkeypatch) -> None:
    from huiyin.web.portal import facts

    def broken() -> None:
        raise ZeroDivisionError("密码 abc")

    monkeypatch.setattr(facts, "words", broken)
    answer = Client(raise_request_exception=False).get("/")
    page = answer.content.decode()
    assert answer.status_code == 500
    assert "系统出错了" in page
    assert "abc" not in page


def test_the_page_of_a_fault_does_not_need_the_database(world, client: Client, monkeypatch) -> None:
    from django.db import OperationalError

    from huiyin.orgs import queries

    def unreachable() -> None:
        raise OperationalError("gone")

    forget_all()
    monkeypatch.setattr(queries, "city", unreachable)
    page = client.get("/nothing")
    assert page.status_code == 404
    assert "回音" in page.content.decode()


def test_every_public_step_and_state_has_words() -> None:
    assert {step.verb for step in STEPS if step.public} <= set(speech.STEPS)
    assert set(speech.NEXT) == set(State)
    assert {kind.value for kind, _ in speech.KINDS} == {
        "inquiry", "help", "complaint", "report", "suggestion", "praise",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (at(10, 0), "3月9日（周一）24:00"),
        (at(1, 0), "2月28日（周六）24:00"),
        (at(9, 17, 30), "3月9日（周一）17:30"),
        (at(10, 0, 1), "3月10日（周二）00:01"),
    ],
)
def test_midnight_is_the_end_of_the_day_before(due, words: str) -> None:
    assert speech.ending(due) == words


def test_no_page_for_everybody_tells_of_a_person(story: Story, client: Client) -> None:
    """Neither a name, nor a number, nor an address, nor the number of an order, on any list."""
    story.created(title="地下室进水淹了表箱").submitted().dispatched().signed().contacted()
    story.replied().audited().assessed().frozen()
    by = story.world.actor("manager")
    assessment.publish(story.round.pk, by=by, now=at(4, 4))
    for path in (*PUBLIC, "/assessment", "/letters/large", "/api/v1/public/answers"):
        page = client.get(path, follow=True).content.decode()
        for told in ("王小明", "王*", "13812345678", "138****5678", story.order.number):
            assert told not in page, path
        assert story.order.title not in page, path
