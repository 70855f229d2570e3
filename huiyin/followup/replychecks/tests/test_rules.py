"""What a look at a reply finds: tables of replies of our own, each with its passage."""

from __future__ import annotations

from pathlib import Path

import pytest

from huiyin.followup.replychecks import features, files, rules
from huiyin.followup.replychecks.rules import Earlier, Said
from huiyin.followup.replychecks.states import Finding
from huiyin.kernel.errors import Refused

TITLE = "幸福小区暖气不热"
ASKED = "幸福小区 3 号楼暖气不热，室内只有 14 度，家里有老人，打过两次电话没有人来，请尽快处理。"
GOOD = (
    "您好，3 月 3 日上午我局工作人员到幸福小区 3 号楼现场测温，经检查为换热站水泵故障，"
    "当天下午已更换水泵，晚上 8 点室温恢复到 20 度，已电话告知您。依据《供热条例》第二十条，"
    "停暖两天的费用将于 3 月 20 日前退还。"
)
PASSED = "您好！您反映的问题已收悉，已转有关部门核查、办复，感谢您的留言，祝您生活愉快！"


def said(answer: str, **more: object) -> Said:
    return Said(TITLE, ASKED, answer, **more)  # type: ignore[arg-type]


def kinds(answer: str, **more: object) -> set[Finding]:
    return {found.kind for found in rules.check(said(answer, **more)).found}


@pytest.mark.rule("R-192")
@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (GOOD, set()),
        (
            PASSED,
            {Finding.PASSED_ON, Finding.TOO_SHORT, Finding.NO_PROCESS, Finding.NO_RESULT},
        ),
        (
            "关于公园夜间跳舞音乐扰民，经现场检查，已约谈领队，约定晚九点结束，音量已经降低。",
            {Finding.OFF_TOPIC, Finding.NO_RESULT},
        ),
        (
            "您好，因您反映的情况不具体，请您提供楼号和联系方式。",
            {Finding.ASKS_BACK, Finding.TOO_SHORT, Finding.NO_PROCESS, Finding.NO_RESULT},
        ),
    ],
)
def test_what_is_weak(answer: str, found: set[Finding]) -> None:
    assert kinds(answer) == found


@pytest.mark.rule("R-192")
def test_contact_and_basis_are_asked_of_a_whole_reply_only() -> None:
    plain = GOOD.replace("依据《供热条例》第二十条，", "")
    assert kinds(plain) == set()
    assert kinds(plain, whole=True) == {Finding.NO_CONTACT, Finding.NO_BASIS}
    assert kinds(plain, whole=True, contacted=True, basis="供热条例") == set()


@pytest.mark.rule("R-193")
@pytest.mark.parametrize(
    ("sentence", "promised"),
    [
        ("我们将尽快修好", True),
        ("我们将在 3 月 20 日前尽快修好", False),
        ("下一步分批更换管道", True),
        ("下一步于今年年底前更换管道", False),
        ("管道已经更换", False),
        ("近期我局对该小区进行了检查", False),
        ("近期以来多次上门", False),
        ("由于近期雨水较多，路面松动", False),
        ("近期接到多位居民来电", False),
        ("供水已逐步恢复正常", False),
        ("近期将安排更换管道", True),
        ("已安排施工队近期进场", True),
        ("我局将逐步解决", True),
    ],
)
def test_a_promise_says_when(sentence: str, promised: bool) -> None:
    answer = f"{GOOD}{sentence}。"
    found = [f for f in rules.check(said(answer)).found if f.kind is Finding.NO_DATE]
    assert [answer[f.start : f.end] for f in found] == ([sentence] if promised else [])
    assert Finding.NO_DATE not in kinds(answer, dated=True)


@pytest.mark.rule("R-194")
def test_a_reply_to_another_matter_is_recognised_with_its_passage() -> None:
    other = "育才街下水道堵塞，污水流到路面，行人无法通过，反映多次没有解决。"
    template = Earlier("26030100000018", other, GOOD.replace("3 号楼", "沿街商铺"))
    answer = GOOD
    checked = rules.check(said(answer), [template])
    [copied] = [f for f in checked.found if f.kind is Finding.COPIED]
    assert template.number in copied.why
    assert "换热站水泵故障" in answer[copied.start : copied.end]
    assert rules.check(said(answer)).poor < checked.poor
    same = Earlier("26030100000026", ASKED, GOOD)
    assert Finding.COPIED not in {f.kind for f in rules.check(said(answer), [same]).found}
    assert rules.check(said(PASSED), [template]).found == rules.check(said(PASSED)).found


@pytest.mark.rule("R-192")
def test_the_weights_that_ship_tell_good_from_poor() -> None:
    assert rules.check(said(GOOD)).poor < 0.1
    assert rules.check(said(PASSED)).poor > 0.8
    assert set(features.SHIPPED.weights) <= set(features.NAMES)
    empty = rules.check(Said("", "", ""))
    assert empty.poor > 0.9
    assert len(empty.numbers) == len(features.NAMES)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_file_is_read_row_by_row_with_earlier_replies_of_the_unit(
    tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "replies.csv"
    other = "育才街下水道堵塞，污水流到路面，行人无法通过。"
    rows = [
        "id,title,detail,reply,unit,good",
        f"7,堵塞,{other},{GOOD},供热办,1.0",
        f"8,{TITLE},{ASKED},{GOOD},供热办,0",
        f",{TITLE},{ASKED},{PASSED},,",
    ]
    path.write_text("\n".join(rows), encoding=encoding)
    found = list(files.lines(path))
    assert [line.row for line in found] == ["7", "8", "3"]
    assert [line.good for line in found] == [True, False, None]
    assert [len(line.earlier) for line in found] == [0, 1, 0]
    assert found[1].earlier[0].number == "7"


def test_a_file_without_the_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2", encoding="utf-8")
    with pytest.raises(Refused, match="缺少列：detail、reply"):
        list(files.lines(path))
    with pytest.raises(Refused, match="读不了"):
        list(files.lines(tmp_path / "none.csv"))
