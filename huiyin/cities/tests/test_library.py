"""Documents, duty telephones, scripts and wordings of a profile: loaded, checked, refused."""

from __future__ import annotations

from datetime import date, time

import pytest

from huiyin.cities import actions
from huiyin.cities.tests.support import Copy
from huiyin.knowledge import article_queries
from huiyin.knowledge.models import Article, Document, Duty
from tests.world import at


@pytest.mark.rule("R-357")
def test_the_library_of_dezhou(loaded: Copy) -> None:
    day = date(2026, 3, 2)
    mine = article_queries.procedures_for(["agent"], day)
    assert [each.code for each in mine] == ["agent-procedure"]
    wages = Article.objects.get(code="wages")
    assert wages.source_code == "wage-policy"
    assert wages.versions.get().source_from == date(2020, 5, 1)
    assert Article.objects.get(code="agent-only-complaint").visibility == "staff"
    assert article_queries.reporting_group("140101", at(2)) == "农业农村"
    assert {row["kind"] for row in article_queries.scripts(at(2))} >= {"inquiry", "report"}


@pytest.mark.rule("R-357")
def test_a_new_version_of_a_document_ends_the_old_one(loaded: Copy) -> None:
    loaded.change(
        "library.toml",
        'code = "assessment"\nkind = "rule"\ntitle = "承办单位考核办法"\n'
        'issuer = "德州市政府热线办公室"\nvalid_from = 2020-01-01\n',
        'code = "assessment"\nkind = "rule"\ntitle = "承办单位考核办法"\n'
        'issuer = "德州市政府热线办公室"\nvalid_from = 2020-01-01\nvalid_to = 2026-04-01\n',
    )
    loaded.add(
        "library.toml",
        '[[document]]\ncode = "assessment"\nkind = "rule"\ntitle = "承办单位考核办法"\n'
        'issuer = "德州市政府热线办公室"\nvalid_from = 2026-04-01\ntext = "新办法"\n',
    )
    actions.load_folder(loaded.folder, now=at(3))
    held = {d.valid_from: d.valid_to for d in Document.objects.filter(code="assessment")}
    assert held == {date(2020, 1, 1): date(2026, 4, 1), date(2026, 4, 1): None}


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        ("library.toml", 'roles = ["agent"]', 'roles = ["nobody"]', "roles"),
        ("library.toml", 'kind = "procedure"', 'kind = "poem"', "kind"),
        ("news.toml", 'source = "wage-policy"', 'source = "wage-polici"', "wage-polici"),
        ("news.toml", '\nvisibility = "staff"', '\nvisibility = "some"', "visibility"),
        ("duty.csv", "0402,95598", "0402,打这个", "phone"),
        ("duty.csv", "ZB02,", "ZB01,", "重复"),
        ("duty.csv", ",0402,", ",0499,", "0499"),
        ("rules.toml", 'categories = ["14"]', 'categories = ["14", "14"]', "写了两次"),
        ("rules.toml", 'kind = "praise", category = ""', 'kind = "poem", category = ""', "poem"),
    ],
)
def test_what_is_wrong_is_named_with_its_file(
    copy: Copy, file: str, old: str, new: str, reason: str
) -> None:
    copy.change(file, old, new)
    problems = copy.problems()
    assert any(p.file == file and p.line and reason in p.reason for p in problems), problems


@pytest.mark.rule("R-355")
def test_hours_of_duty_are_read(loaded: Copy) -> None:
    loaded.change("duty.csv", "0402,95598,,", "0402,95598,17:00-08:30,")
    actions.load_folder(loaded.folder, now=at(3))
    duty = Duty.objects.get(code="ZB02")
    assert (duty.opens, duty.closes) == (time(17), time(8, 30))
