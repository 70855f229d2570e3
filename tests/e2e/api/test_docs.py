"""The API's own page: shown whole from this server, and a request can be tried from it."""

from __future__ import annotations

import pytest

from huiyin.web.api.tests.asking import document

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_document_is_shown_and_may_be_tried(open_page, shot) -> None:
    page = open_page()
    page.goto("/api/v1/docs")
    page.get_by_role("link", name="平台", exact=True).wait_for()
    asked = [one for path in document()["paths"].values() for one in path.values()]
    groups = {tag for one in asked if isinstance(one, dict) for tag in one["tags"]}
    assert page.locator(".opblock-tag").count() == len(groups) >= 8
    page.get_by_role("link", name="平台", exact=True).click()
    health = page.locator(".opblock", has_text="/api/v1/health")
    health.locator(".opblock-summary-control").click()
    shot(page, "api/docs")
    health.locator(".try-out__btn").click()
    health.locator(".execute").click()
    answer = health.locator(".live-responses-table")
    answer.wait_for()
    assert '"ok"' in answer.inner_text()
