"""Classes, merged lines, weights and the units that parameters name: what is refused, and where."""

from __future__ import annotations

import pytest

from huiyin.cities.profile import Problem, read
from huiyin.cities.tests.support import Copy

CLASS = """
[[class]]
code = "{code}"
name = "{code} 类"
standard = "当日办结。"
{more}
valid_from = {since}
source = "测试"
"""
GENERAL = CLASS.format(code="C", more="", since="2020-01-01")


def a_class(code: str, more: str = "", since: str = "2020-01-01") -> str:
    return CLASS.format(code=code, more=more, since=since)


@pytest.mark.rule("R-171")
@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        pytest.param("solved = 40", "solved = 45", "权重合计应为 100，现在是 105", id="too much"),
        pytest.param(", satisfied = 40", "", "权重合计应为 100，现在是 60", id="too little"),
        pytest.param("solved = 40", "luck = 40", "只能是 response、solved", id="unknown indicator"),
        pytest.param("solved = 40", "solved = 0", "应在 1 到 100", id="no share"),
        pytest.param("solved = 40", "solved = 40.0", "应是整数", id="no whole share"),
        pytest.param("{ response", "[] # { response", "应写成 {", id="no table"),
    ],
)
def test_weights_that_do_not_add_up_are_refused(
    copy: Copy, old: str, new: str, reason: str
) -> None:
    copy.change("scoring.toml", old, new)
    (problem,) = copy.problems()
    assert problem.line == copy.line("scoring.toml", "weights =")
    assert reason in problem.reason


@pytest.mark.rule("R-171")
def test_two_weightings_of_one_day_are_refused(copy: Copy) -> None:
    text = copy.text("scoring.toml")
    copy.add("scoring.toml", "\n" + text[text.rindex("[[scheme]]") :])
    (problem,) = copy.problems()
    assert "编码与第" in problem.reason
    assert "有效期重叠" in problem.reason


@pytest.mark.rule("R-171")
def test_weights_of_an_indicator_that_nobody_has_defined_are_refused(copy: Copy) -> None:
    copy.change("scoring.toml", "response = 20", "own_luck = 20")
    (problem,) = copy.problems()
    assert problem.line == copy.line("scoring.toml", "[[scheme]]")
    assert "own_luck" in problem.reason


def test_a_profile_without_weights_is_refused(copy: Copy) -> None:
    copy.write("scoring.toml", "")
    assert copy.problems() == [Problem("scoring.toml", 0, "缺少计分办法（[[scheme]]）")]


@pytest.mark.rule("R-165")
@pytest.mark.parametrize(
    ("classes", "reason"),
    [
        pytest.param([a_class("A", 'kinds = ["help"]')], "缺少一般类别", id="no general class"),
        pytest.param([a_class("A", "by_hand = true")], "缺少一般类别", id="only by hand"),
        pytest.param([GENERAL, a_class("D")], "条件与第", id="two general classes"),
        pytest.param(
            [GENERAL, a_class("C", 'kinds = ["help"]')], "编码与第", id="one code twice"
        ),
        pytest.param(
            [GENERAL, a_class("A", 'kinds = ["help", "inquiry"]'),
             a_class("B", 'kinds = ["inquiry", "help"]')],
            "条件与第", id="the same conditions in another order",
        ),
        pytest.param(
            [GENERAL, a_class("A", 'categories = ["8888"]')], "分类“8888”不存在", id="category"
        ),
        pytest.param([GENERAL, a_class("A", 'kinds = ["x"]')], "kinds：只能是", id="kind"),
        pytest.param([GENERAL, a_class("A", 'kinds = "help"')], "应是列表", id="no list"),
        pytest.param(
            [GENERAL, a_class("A", 'kinds = ["help", "help"]')], "写了两次", id="kind twice"
        ),
        pytest.param([GENERAL, a_class("类")], "字母、数字和连字符", id="code"),
    ],
)  # fmt: skip
def test_classes_that_contradict_each_other_are_refused(
    copy: Copy, classes: list[str], reason: str
) -> None:
    copy.write("classes.toml", "".join(classes))
    (problem,) = copy.problems()
    assert problem.file == "classes.toml"
    assert reason in problem.reason


@pytest.mark.rule("R-165")
def test_classes_may_follow_each_other_and_limits_may_name_them(copy: Copy) -> None:
    older = a_class("A", 'kinds = ["help"]\nvalid_to = 2026-01-01')
    copy.write("classes.toml", GENERAL + older + a_class("A", 'kinds = ["help"]', "2026-01-01"))
    copy.change("rules.toml", 'kind = "inquiry"\n', 'class = "A"\n')
    found = read(copy.folder)
    assert len(found.classes) == 3
    assert "A" in {limit.case_class for limit in found.limits}


@pytest.mark.rule("R-165")
def test_a_limit_of_an_unknown_class_is_refused(copy: Copy) -> None:
    copy.change("rules.toml", 'kind = "inquiry"\n', 'class = "Z"\n')
    (problem,) = copy.problems()
    assert (problem.file, problem.reason) == ("rules.toml", "类别“Z”不存在")


@pytest.mark.rule("R-166")
@pytest.mark.parametrize(
    ("row", "reason"),
    [
        pytest.param("a1,甲热线,whole,,999,2020-01-01,", "政策主管单位“999”不存在", id="owner"),
        pytest.param("a1,甲热线,half,,101,2020-01-01,", "mode：只能是", id="mode"),
        pytest.param("a1,甲热线,whole,abc,101,2020-01-01,", "number：应写成电话号码", id="number"),
        pytest.param("a1,甲热线,whole,,101,,", "since：不能为空", id="no date"),
        pytest.param("justice,甲热线,whole,,101,2020-01-01,", "编码与第 2 行重复", id="code twice"),
    ],
)
def test_lines_with_a_mistake_are_refused(copy: Copy, row: str, reason: str) -> None:
    copy.add("lines.csv", row + "\n")
    (problem,) = copy.problems()
    assert (problem.file, problem.line) == ("lines.csv", 3)
    assert reason in problem.reason


@pytest.mark.rule("R-167")
@pytest.mark.parametrize(
    ("value", "reason"), [("998", "单位“998”不存在"), ("市政府", "应写成单位编码，或空着")]
)
def test_the_supervising_unit_of_the_city_must_exist(copy: Copy, value: str, reason: str) -> None:
    copy.change("rules.toml", 'value = "155"', f'value = "{value}"')
    (problem,) = copy.problems()
    assert reason in problem.reason
    assert problem.file == "rules.toml"


@pytest.mark.rule("R-134")
def test_a_list_for_communities_names_matters_that_the_city_knows(copy: Copy) -> None:
    copy.change("rules.toml", 'value = ["03", "05"]', 'value = ["03", "9876"]')
    (problem,) = copy.problems()
    assert problem.reason == "分类“9876”不存在"
    assert problem.file == "rules.toml"
