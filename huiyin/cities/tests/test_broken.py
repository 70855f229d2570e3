"""A profile with mistakes is refused whole, and each mistake is named with its line."""

import pytest

from huiyin.cities.profile import Problem, ProfileError, path_of, read


def case(file, old, new, at, reason, name):
    """One broken place: what is replaced, where the problem stands afterwards, and its reason."""
    return pytest.param(file, old, new, at, reason, id=name)


UNIT = "10101,101,科,科,sub_unit,371400,,k,联络员,,\n"
FIELDS = [
    case("city.toml", '"371400" ', '"3714" ', 'code = "3714"', "应写成 6 位数字", "city code"),
    case(
        "city.toml", "latitude = 37.4341", "latitude = 97", "latitude", "应在 3 到 54", "latitude"
    ),
    case("city.toml", "latitude = 37.4341", "latitude = true", "latitude", "应是数字", "no number"),
    case("city.toml", "zoom = 11", "zoom = 11\nstyle = 1", "style", "不认识的项“map.style”", "key"),
    case(
        "city.toml",
        'slogan = "您的事，件件有回音"',
        "",
        "",
        "hotline.slogan：不能为空",
        "no slogan",
    ),
    case("city.toml", '"13:30-17:30"', '"11:30-17:30"', "hours =", "不能重叠", "overlapping hours"),
    case("city.toml", '"13:30-17:30"', '"13:30-25:30"', "hours =", "08:30-12:00", "no such hour"),
    case("city.toml", ', "13:30-17:30"', "", "hours =", "上午、下午两个时段", "one span"),
    case("city.toml", "closed_days = []", 'closed_days = ["x"]', "closed_days", "日期", "no day"),
    case(
        "city.toml",
        "closed_days = []\nopened_days = []",
        "closed_days = [2026-01-01]\nopened_days = [2026-01-01]",
        "",
        "不能既放假又上班",
        "closed and opened",
    ),
    case("city.toml", "promise = ", "promise == ", "promise ==", "不是合法的 TOML", "no toml"),
    case("regions.csv", "德城区,county,区", "德城区,county,镇", "德城区,c", "不能是“镇”", "kind"),
    case("regions.csv", "德城区,county", "德城区,area", "德城区,area", "level：只能是", "level"),
    case(
        "regions.csv", "371402,371400,德", "371402,371403,德", "德城区", "上级应是 city", "parent"
    ),
    case("regions.csv", "371402,371400,德", "3714,371400,德", "3714,", "9 位数字", "region code"),
    case(
        "regions.csv", "371400,,德", "371400,371402,德", "德州市", "绕成了圈", "circle of regions"
    ),
    case(
        "regions.csv", "陵城区,county", "德城区,county", "371403,", "的名称与第 3 行", "two names"
    ),
    case(
        "regions.csv",
        "code,parent,name,",
        "code,parent,title,",
        "code,",
        "不认识的列“title”",
        "column",
    ),
    case(
        "regions.csv",
        "code,parent,name,",
        "code,parent,title,",
        "code,",
        "缺少列“name”",
        "no column",
    ),
    case("regions.csv", ",kind,note", ",kind,kind", "code,", "列“kind”出现了两次", "column twice"),
    case("units.csv", "102,,", "102,999,", "102,999", "上级“999”不存在", "no parent"),
    case("units.csv", "103,,", "102,,", "102,,德州市科", "编码与第 4 行重复", "code twice"),
    case(
        "units.csv", "德州市科学技术局", "德州市教育和体育局", "103,", "名称与第 4 行", "name twice"
    ),
    case("units.csv", "德州市科学技术局", "", "103,", "name：不能为空", "no name"),
    case("units.csv", "市科技局,bureau", "市科技局,office", "103,", "type：只能是", "type"),
    case(
        "units.csv",
        "科技局,bureau,371400",
        "科技局,bureau,371499",
        "103,",
        "区划“371499”",
        "region",
    ),
    case("units.csv", ",skjj,热线联络员", ",skjj,", "103,", "contact_title：不能为空", "contact"),
    case("units.csv", ",skjj,", ",SKJJ,", "103,", "pinyin：应写成小写字母", "pinyin"),
    case(
        "units.csv", "市科技局,bureau", "市科技局,township", "103,", "上级应是 county", "no county"
    ),
    case(
        "units.csv",
        "市科技局,bureau",
        "市科技局,centre",
        "103,",
        "只能有一个 centre",
        "two centres",
    ),
    case(
        "units.csv",
        ",热线联络员,,\n104",
        ",热线联络员,\n104",
        "103,",
        "应有 11 列，这里有 10",
        "cells",
    ),
    case("units.csv", "20102,201,", "20102,190,", "20102,", "vendor 不能有下级", "below a vendor"),
    case("units.csv", "371402,102,", "371402,998,", "20102,", "业务上级“998”不存在", "superior"),
    case("units.csv", "371402,102,", "371402,20102,", "20102,", "不能是自己", "own superior"),
    case("units.csv", "市科技局,bureau", '"市科技局,bureau', "103,", "引号不成对", "quotes"),
    case(
        "units.csv",
        "103,,德州市科学技术局,市科技局",
        "103,,德州市科学技术局,市科学技术局科技成果转化处",
        "103,",
        "最多 12 字",
        "long",
    ),  # noqa: E501
    case("categories.csv", "0101,01,", "0101,02,", "0101,02", "按编码，上级应是01", "other parent"),
    case("categories.csv", "01,,城乡建设", "01,,", "01,,", "name：不能为空", "empty category"),
    case("categories.csv", "违建;私搭乱建", "违建;违建", "0101,", "写了两次", "alias twice"),
    case("categories.csv", "违建;私搭乱建", "违法建设", "0101,", "别名与名称相同", "alias as name"),
    case("catalogue.csv", "PD001,0101", "PD001,0188", "PD001", "分类“0188”不存在", "category"),
    case("catalogue.csv", ",113,county,110;112", ",888,county,110;112", "PD001", "“888”不", "lead"),
    case("catalogue.csv", ",110;112,", ",110;113,", "PD001", "不能同时协办", "lead assists"),
    case("catalogue.csv", ",110;112,", ",110;777,", "PD001", "协办单位“777”不存在", "assist"),
    case(
        "catalogue.csv",
        ",113,county,110",
        ",190,city,110",
        "PD001",
        "vendor 不承办",
        "vendor leads",
    ),
    case(
        "catalogue.csv", ",113,county,110", ",151,county,110", "PD001", "没有哪个县级", "no county"
    ),
    case(
        "catalogue.csv",
        ",113,county,110",
        ",113,state,110",
        "PD001",
        "lead_level：只能",
        "lead level",
    ),
    case("catalogue.csv", "2023-01-01,", "2023-02-30,", "PD001", "这样的日期", "no such day"),
    case("catalogue.csv", "2023-01-01,", "20230101,", "PD001", "这样的日期", "short date"),
    case("catalogue.csv", "2023-01-01,", "2023-01-01,2023-01-01", "PD001", "应晚于", "ends first"),
    case("catalogue.csv", "PD002", "PD001", "PD001,0101,乡", "有效期重叠", "item twice"),
    case("rules.toml", 'limit = "5wd"', 'limit = "5 days"', '"5 days"', "limit：应写成", "limit"),
    case("rules.toml", 'limit = "5wd"', 'limit = "0wd"', '"0wd"', "limit：应写成", "no limit"),
    case("rules.toml", 'limit = "5wd"', 'limit = "5wd postpone"', '"5wd p', "limit：", "postpone"),
    case("rules.toml", 'limit = "5wd"', "limit = 5", "limit = 5", "应是文字", "number as limit"),
    case("rules.toml", 'clock = "finish"', 'clock = "end"', '"end"', "clock：只能是", "clock"),
    case(
        "rules.toml",
        'kind = "inquiry"',
        'kind = "咨询"',
        '"咨询"',
        "kind：只能是",
        "kind of request",
    ),
    case(
        "rules.toml", 'urgency = "urgent"', 'urgency = "hot"', '"hot"', "urgency：只能", "urgency"
    ),
    case("rules.toml", 'channel = "sms"', 'channel = "fax"', '"fax"', "channel：只能是", "channel"),
    case("rules.toml", "\nround = 2", "\nround = 0", "round = 0", "应在 1 到 99", "round"),
    case("rules.toml", "\nround = 2", '\nround = "2"', 'round = "2"', "应是整数", "round as text"),
    case("rules.toml", "\npostpone = true", '\npostpone = "yes"', '"yes"', "true 或 false", "flag"),
    case("rules.toml", "= 2020-01-01", "= 2020-01-01T00:00:00", "T00:", "不写时间", "instant"),
    case(
        "rules.toml", "value = 2\n", "value = 0\n", "^value = 0", "value：应在 1 到 9", "parameter"
    ),
    case(
        "rules.toml", '"redo.max_rounds"', '"rounds"', '"rounds"', "key：只能是", "key of parameter"
    ),
    case(
        "rules.toml",
        '"redo.max_rounds"',
        '"rounds"',
        "",
        "缺少参数 redo.max_rounds",
        "parameter missing",
    ),
    case("rules.toml", "[50, 80, 100]", "[80, 50]", "^[80, 50]", "从小到大", "percentages"),
    case("rules.toml", '"22:00-07:00"', '"22-7"', '^"22-7"', "应写成 08:30-12:00", "quiet hours"),
    case("rules.toml", 'value = "all"', 'value = "most"', '^"most"', "value：只能是", "choice"),
    case("rules.toml", "[[limit]]", "[[limit", "[[limit\n", "不是合法的 TOML", "key outside"),
    case("rules.toml", "[[limit]]", "[[limits]]", "[[limits]]", "不认识的项“limits”", "table"),
    case("reasons.csv", "refer,B11-2-court", "send,B11-2-court", "send", "group：只能", "group"),
    case("reasons.csv", "R2,", "R1,", "return,R1,不是", "同组编码与第", "reason twice"),
    case("reasons.csv", "procedure_number", "paper", "B11-2-petition", "needs：只能是", "proof"),
    case(
        "reasons.csv", "B11-2-court", "court-of-law-number-one", "court-", "最多 20 字", "long code"
    ),
    case("templates.toml", "查询码{code}", "查询码{pin}", "[[sms]]", "占位“{pin}”", "placeholder"),
    case("templates.toml", "查询码{code}", "查询码{code", "[[sms]]", "花括号不成对", "braces"),
    case("templates.toml", "查询码{code}", "查询码{code:>9}", "[[sms]]", "花括号", "format"),
    case("templates.toml", "查询码{code}", "查询码{}", "[[sms]]", "占位“{}”", "no name"),
    case(
        "templates.toml", "\nparts = 2", "\nparts = 1", "[[sms]]", "parts = 1 时不能超过 70", "size"
    ),
    case("templates.toml", "\nparts = 2", "\nparts = 3", "parts = 3", "应在 1 到 2", "parts"),
    case(
        "templates.toml", 'code = "registered"', 'code = "new"', '"new"', "code：只能是", "message"
    ),
    case(
        "templates.toml", 'code = "registered"', 'code = "new"', "", "缺少短信模板 reg", "missing"
    ),
    case(
        "news.toml",
        'category = "040402"',
        'category = "040499"',
        "[[answer]]",
        "“040499”",
        "matter",
    ),
    case("news.toml", 'unit = "304"', 'unit = "399"', "[[answer]]", "单位“399”不存在", "news unit"),
    case(
        "news.toml",
        'code = "wages"',
        'code = "night-shift"',
        '^category = "090101"',
        "的动态重复",
        "answer named like news",
    ),
    case(
        "categories.csv",
        "在建违建,正在盖;抢建",
        "在建违建," + ";".join(f"第{n}种说法" for n in range(30, 70)),
        "在建违建",
        "别名合计最多 200 字",
        "aliases",
    ),
    case(
        "city.toml", "closed_days = []", "closed_days = [1999-10-01]", "", "1999-10-01 不在", "day"
    ),
    case("news.toml", "\ndemo = true", "\ndemo = 1", "demo = 1", "true 或 false", "demo flag"),
    case("demo.toml", 'role = "agent"', 'role = "boss"', '"boss"', "role：只能是", "role"),
    case(
        "demo.toml",
        'role = "handler"',
        'role = "quality"',
        '^role = "quality"',
        "市直部门的人员不能担任质检员",
        "fit",
    ),
    case("demo.toml", 'unit = "190"', 'unit = "191"', '^"191"', "单位“191”不存在", "account unit"),
    case("demo.toml", '"vendor_agent"', '"agent"', '^unit = "190"', "用户名与第", "username twice"),
]


@pytest.mark.parametrize(("file", "old", "new", "at", "reason"), FIELDS)
def test_a_mistake_is_named_with_file_line_and_reason(copy, file, old, new, at, reason):
    copy.change(file, old, new)
    found = [each for each in copy.problems() if each.file == file and reason in each.reason]
    assert len(found) == 1, [str(each) for each in copy.problems()]
    assert found[0].line == expected_line(copy, file, at)


def expected_line(copy, file, at):
    """Return the line of ``at``; with ^, of the table that it stands in; 0 for the whole file."""
    if not at:
        return 0
    return copy.table_line(file, at[1:]) if at.startswith("^") else copy.line(file, at)


def test_all_mistakes_of_all_files_are_told_at_once(copy):
    copy.change("regions.csv", "德城区,county,区", "德城区,county,镇")
    copy.change("rules.toml", 'limit = "5wd"', 'limit = "5 days"')
    copy.change("rules.toml", "\npostpone = true", "\npostpone = 1")
    copy.change("demo.toml", 'role = "agent"', 'role = "boss"')
    found = copy.problems()
    assert [each.file for each in found] == ["demo.toml", "regions.csv", "rules.toml", "rules.toml"]
    assert found == sorted(found)


def test_one_mistake_is_told_once(copy):
    """A broken row still counts as being there for those who name it."""
    copy.change("units.csv", "市住建局,bureau", "市住建局,office")
    assert [each.file for each in copy.problems()] == ["units.csv"]


@pytest.mark.parametrize(
    "file",
    [
        "city.toml",
        "regions.csv",
        "units.csv",
        "categories.csv",
        "catalogue.csv",
        "rules.toml",
        "reasons.csv",
        "templates.toml",
        "news.toml",
        "demo.toml",
        "classes.toml",
        "lines.csv",
        "scoring.toml",
    ],
)
def test_a_missing_file_is_one_problem(copy, file):
    (copy.folder / file).unlink()
    assert copy.problems() == [Problem(file, 0, "缺少这个文件，或者无法读取")]


@pytest.mark.parametrize("file", ["units.csv", "rules.toml"])
def test_a_file_in_another_encoding_is_refused_at_its_first_strange_line(copy, file):
    text = copy.text(file)
    (copy.folder / file).write_bytes(text.encode("gb18030"))
    (problem,) = copy.problems()
    first = next(n for n, line in enumerate(text.split("\n"), 1) if not line.isascii())
    assert (problem.file, problem.line) == (file, first)
    assert "不是 UTF-8 编码" in problem.reason


@pytest.mark.parametrize("file", ["units.csv", "rules.toml", "city.toml"])
def test_a_byte_order_mark_and_windows_line_ends_are_accepted(copy, file):
    text = "\ufeff" + copy.text(file).replace("\n", "\r\n")
    (copy.folder / file).write_bytes(text.encode())
    assert read(copy.folder).city.code == "371400"


def test_an_empty_file_is_refused(copy):
    copy.write("units.csv", "")
    assert Problem("units.csv", 0, "文件是空的") in copy.problems()


def test_lines_are_counted_through_blank_rows_and_cells_of_several_lines(copy):
    copy.change("reasons.csv", "refer,B11-2-court", '\n"refer\n",B11-2-court')
    copy.change("reasons.csv", "return,R1,", "return,,")
    (problem,) = copy.problems()
    assert problem.line == copy.line("reasons.csv", "return,,")


def test_a_text_of_several_lines_does_not_shift_the_tables(copy):
    copy.change("news.toml", 'body = "', 'body = """\n[[news]]\ncode = 1\n"""\nbody2 = "')
    (problem,) = copy.problems()
    assert problem == Problem("news.toml", copy.line("news.toml", "body2"), "不认识的项“body2”")


@pytest.mark.parametrize(
    ("rows", "circle"),
    [
        pytest.param({"20151": "20152", "20152": "20151"}, "20151 → 20152 → 20151", id="two"),
        pytest.param({"20151": "20151"}, "20151 → 20151", id="itself"),
    ],
)
def test_a_circle_of_units_is_told_once_at_its_first_line(copy, rows, circle):
    for code, parent in rows.items():
        copy.change("units.csv", f"\n{code},201,", f"\n{code},{parent},")
    told = [each for each in copy.problems() if "绕成了圈" in each.reason]
    assert told == [
        Problem("units.csv", copy.line("units.csv", "\n20151,") + 1, f"上级绕成了圈：{circle}")
    ]


@pytest.mark.rule("R-168")
@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        pytest.param("catalogue.csv", ",1304,", ",1303,", "1304,13,", id="no entry"),
        pytest.param(
            "categories.csv",
            "0101,01,违法建设",
            "98,,新设的大类,\n0101,01,违法建设",
            "98,,新设的大类",
            id="a new first level",
        ),
        pytest.param(
            "catalogue.csv",
            "治安管理处罚法,2023-01-01,\nPD1",
            "治安管理处罚法,2023-01-01,2027-01-01\nPD1",
            "1302,13,",
            id="an entry that ends",
        ),
    ],
)
def test_a_category_without_an_owner_is_refused(copy, file, old, new, told):
    copy.change(file, old, new)
    (problem,) = copy.problems()
    assert (problem.file, problem.line) == (
        "categories.csv",
        copy.line("categories.csv", f"\n{told}") + 1,
    )
    assert "没有主办单位" in problem.reason


@pytest.mark.rule("R-168")
def test_a_category_may_be_owned_from_above_or_need_no_owner(copy):
    copy.change("catalogue.csv", ",1304,", ",13,")
    assert read(copy.folder)
    copy.change("city.toml", 'without_owner = ["99"]', "without_owner = []")
    assert {each.line for each in copy.problems()} == {
        copy.line("categories.csv", f"\n99{n:02d},") + 1 for n in range(1, 5)
    }


@pytest.mark.rule("R-594")
def test_a_circle_of_guiding_units_is_told_once_at_its_first_line(copy):
    copy.change("units.csv", "市科技局,bureau,371400,,", "市科技局,bureau,371400,104,")
    copy.change("units.csv", "市工信局,bureau,371400,,", "市工信局,bureau,371400,103,")
    assert copy.problems() == [
        Problem(
            "units.csv",
            copy.line("units.csv", "\n103,") + 1,
            "业务上级绕成了圈：103 → 104 → 103",
        )
    ]


def test_remarks_at_the_top_of_a_table_are_passed_over_and_counted(copy):
    copy.write("regions.csv", '# 说明，"带引号\n# 第二行\n' + copy.text("regions.csv"))
    assert read(copy.folder).regions[0].line == 4
    copy.change("regions.csv", "德城区,county,区", "德城区,county,镇")
    (problem,) = copy.problems()
    assert problem.line == 5


LIMIT = """
[[limit]]
code = "{code}"
clock = "finish"
{selector}
limit = "9wd"
postpone = false
valid_from = {since}
source = "test"
text = "测试。"
"""


@pytest.mark.parametrize(
    ("selector", "since", "is_refused"),
    [
        pytest.param("", "2030-01-01", True, id="same selectors, no end before"),
        pytest.param('kind = "help"', "2030-01-01", False, id="other selectors"),
        pytest.param('kind = "inquiry"', "2030-01-01", True, id="same kind"),
        pytest.param('kind = "inquiry"\nround = 2', "2030-01-01", False, id="one selector more"),
        pytest.param('kind = "inquiry"\nvalid_to = 2020-01-01', "2019-01-01", False, id="before"),
        pytest.param('kind = "inquiry"\nvalid_to = 2020-01-02', "2019-01-01", True, id="one day"),
    ],
)
def test_two_limits_with_the_same_selectors_may_not_hold_on_one_day(
    copy, selector, since, is_refused
):
    copy.add("rules.toml", LIMIT.format(code="more", selector=selector, since=since))
    if not is_refused:
        assert len(read(copy.folder).limits) == len(read(path_of("dezhou")).limits) + 1
        return
    (problem,) = copy.problems()
    assert "时钟和条件与第" in problem.reason
    assert problem.line == copy.table_line("rules.toml", 'code = "more"')


def test_a_limit_for_an_unknown_category_is_refused(copy):
    more = LIMIT.format(code="more", selector='category = "88"', since="2030-01-01")
    copy.add("rules.toml", more)
    (problem,) = copy.problems()
    assert problem.reason == "分类“88”不存在"


def test_a_clock_without_a_general_limit_is_told(copy):
    copy.change("rules.toml", 'clock = "sign"\n', 'clock = "sign"\nkind = "help"\n')
    assert copy.problems() == [Problem("rules.toml", 0, "缺少 sign 的一般时限（不带条件）")]


def test_a_role_without_a_demonstration_account_is_told(copy):
    copy.change("demo.toml", 'role = "quality"', 'role = "manager"')
    assert copy.problems() == [Problem("demo.toml", 0, "缺少角色 quality 的演示账号")]


def test_a_centre_is_needed(copy):
    copy.change("units.csv", "市热线办,centre", "市热线办,bureau")
    assert Problem("units.csv", 0, "缺少类型为 centre 的热线机构") in copy.problems()


def test_the_city_must_be_among_its_regions(copy):
    copy.change("city.toml", '"371400"', '"371500"')
    assert copy.problems() == [Problem("regions.csv", 0, "缺少 city.toml 里的城市“371500”")]


def test_the_error_reads_as_a_list_for_people(copy):
    copy.change("regions.csv", "德城区,county,区", "德城区,county,镇")
    (copy.folder / "news.toml").unlink()
    with pytest.raises(ProfileError) as caught:
        read(copy.folder)
    assert str(caught.value) == (
        "news.toml：缺少这个文件，或者无法读取\nregions.csv 第 3 行：county 级不能是“镇”"
    )


def test_an_unknown_profile_is_refused_with_the_known_names():
    with pytest.raises(ProfileError, match="没有这个城市配置，现有：.*dezhou"):
        path_of("atlantis")
