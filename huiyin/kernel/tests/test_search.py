"""Terms, the same pieces in SQL and in Python, excerpts, sounds."""

from __future__ import annotations

import pytest
from django.db import connection

from huiyin.kernel import search, text
from huiyin.kernel.search import asking, nearby


def in_sql(body: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("select tsvector_to_array(bigrams(%s))", [body])
        return cursor.fetchone()[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "written",
    [
        "小区3号楼夜间噪音扰民，投诉2次！",
        "𠮷野家，㐀䶿，〇点，日本語かな，한국",
        "ABC-123 Ｗ座 é ß x" + "9" * 200,
        "",
        "噪",
        "'; drop -- \\ % _ 「」",
    ],
)
def test_sql_and_python_give_the_same_pieces(written: str) -> None:
    body = text.normalise(written)
    assert sorted(in_sql(body)) == sorted(set(text.bigrams(body)))


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("噪音 扰民", ["噪音", "扰民"]),
        ("“夜间 施工” 噪音", ["夜间 施工", "噪音"]),
        ('"夜间施工', ["夜间施工"]),
        ('噪音"', ["噪音"]),
        ('幸福路"夜间 施工"扰民', ["幸福路", "夜间 施工", "扰民"]),
        ("噪\u200b音\ufeff", ["噪音"]),
        ("噪音\n扰民\x00", ["噪音", "扰民"]),
        ("噪音　噪音 ，。", ["噪音"]),
        ("麵館 ＡＢ", ["面馆", "ab"]),
        (" ".join(f"词{n}" for n in range(20)), [f"词{n}" for n in range(8)]),
        ("  %_\\ ", []),
    ],
)
def test_what_is_typed_becomes_terms(typed: str, terms: list[str]) -> None:
    assert [term.words for term in search.ask(typed).terms] == terms


@pytest.mark.parametrize(
    ("typed", "lexemes"),
    [
        ("噪", ["'噪':*"]),
        ("噪音扰", ["'噪音'", "'音扰'"]),
        ("12号楼3", ["'12'", "'号楼'", "'3':*"]),
        ("楼12号", ["'楼'", "'12'", "'号':*"]),
        ("幸福路, 噪音", ["'幸福'", "'福路'", "'噪音'"]),
    ],
)
def test_terms_ask_the_index(typed: str, lexemes: list[str]) -> None:
    assert list(search.ask(typed).lexemes) == lexemes


def shown(found: search.Excerpt) -> str:
    return "".join(f"[{piece.words}]" if piece.hit else piece.words for piece in found)


def test_excerpts_mark_the_text_as_it_was_written() -> None:
    asked = search.ask("面馆 噪音 12")
    assert shown(search.marked("樓下麵館噪音大，Ａ座１２号", asked)) == (
        "樓下[麵館][噪音]大，Ａ座[１２]号"
    )
    assert shown(search.marked("112 号", asked)) == "112 号"
    long = "一" * 200 + "噪音" + "二" * 200
    cut = shown(search.excerpt(["没有", long, "面馆噪音"], asked))
    assert cut == "[面馆][噪音]"
    alone = shown(search.excerpt([long], asked))
    assert "[噪音]二" in alone
    assert (alone[:2], alone[-1], len(alone) < 100) == ("…一", "…", True)
    assert shown(search.excerpt(["", "只有开头"], asked)) == "只有开头"
    assert search.excerpt([], asked) == ()


def test_a_hit_is_never_html() -> None:
    pieces = search.marked("<b>噪音</b>", search.ask("噪音"))
    assert [p.words for p in pieces] == ["<b>", "噪音", "</b>"]


@pytest.mark.django_db
def test_what_sounds_alike_is_meant() -> None:
    uses = {"噪音": 90, "扰民": 80, "噪音扰民": 3, "造因": 1, "德城区": 50, "abc": 9, "民": 9}
    assert nearby.learn(uses) == 5

    def meant(typed: str) -> list[str]:
        return [str(each) for each in nearby.meant(asking.ask(typed))]

    assert meant("造音") == ["噪音"]
    assert meant("造音饶明") == ["噪音扰民"]
    assert meant("德成区造音") == ["德城区噪音", "德城区 噪音"]
    assert meant("噪音") == []
    assert meant("水管") == []
    assert meant("b12") == []
