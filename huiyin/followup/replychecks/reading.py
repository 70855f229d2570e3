"""What the clauses of a reply are: greeting, thanks, passing on, waiting, or substance. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

_CLAUSE = re.compile(r"[^，。！？；：:,;!?、\n\s（）()]+")
_SENTENCE = re.compile(r"[^。！？；!?;\n]+")
_FORMULA = re.compile(
    r"^[“”\"]?(?:尊敬的)?(?:网友|市民|先生|女士|来电人|诉求人)|^(?:您|你)好|^好$"
    r"|收悉|已收到|收到(?:您|你)|已阅|已知悉"
    r"|感谢|谢谢|多谢|祝(?:您|你)|欢迎|支持|理解|监督|关注|特此|专此|此复"
    r"|^(?:回复|答复)如下|如下$|现(?:将|就|对|向)?.{0,12}(?:回复|答复)"
    r"|^[\d年月日./\-]+$|^(?:您|你)?所?(?:反映|咨询|提出)的.{0,20}(?:问题|情况|事项|意见|建议)$"
)
PASSING = re.compile(
    r"转(?:交|至|给|到|办|发|呈|有关|相关|市|县|区)|交办|交由|移交|发函|交(?:给|有关|相关)"
    r"|转.{1,20}(?:核|调查|处理|办理|研究|部门|单位|局|办|镇|乡|公司)"
)
WAITING = re.compile(
    r"及时(?:反馈|回复|答复)|(?:情况|结果).{0,10}(?:反馈|回复|答复)|敬请关注|耐心等待"
    r"|后续回复|正在(?:积极)?(?:处理|办理|核实|协调)"
)
_HANDING = re.compile(r"核查|核实|核处|调查|办复|查处|处置")
ASKING = re.compile(
    r"(?:未|没有|没)能?(?:提供|填写|写明|留下|说明|注明)|不够?(?:具体|详细|明确|清楚)|笼统"
    r"|请(?:您|你)?.{0,6}(?:提供|补充|补全|完善|表述|说明)|留下(?:您|你)?的?(?:联系|电话)"
)
PROCESS = re.compile(
    r"经(?:核实|调查|查|了解|核查|现场|研究|与)|现场|派(?:出|人|员)|工作人员|组织|召开|实地"
    r"|到达|检查|走访|约谈|责令|整改|上门|查看|协调|勘察|检修|抢修|测量"
)
RESULT = re.compile(
    r"已(?:经)?(?:完成|解决|整改|修复|处理|恢复|到位|拆除|关停|办理|列入|启动|责令|发放|安排|更换|清)"
    r"|目前|预计|计划|将(?:于|在)|完工|达标|同意|不符合|不予|可以|应当|没有.{0,8}(?:规定|政策)"
    r"|恢复|修好|解决了"
)
BASIS = re.compile(r"《|规定|依据|根据|条例|办法|文件|政策|第.{1,3}条|标准")
# “近期” tells of what was done as often as of what will be: it promises only where nothing in its
# clause says that it is past, and “已逐步恢复” promises nothing.
_PAST = (
    r"(?:以?来|(?:(?!将|拟|计划|准备|打算)[^，,。；;！!？?、\n]){0,40}?"
    r"(?:已|曾|了(?!解|结)|过(?!程|渡|期)))"
)
_HAPPENED = r"(?:[^，,。；;\n]{0,8}?(?:接到|收到|出现|发现|发生|降雨|降雪|天气|气温|报道))"
PROMISE = re.compile(
    r"尽快|下一步|即将|将会|争取|适时"
    rf"|(?<!因)(?<!由于)(?<!受)(?<!鉴于)近期(?!{_PAST}|{_HAPPENED})"
    r"|(?<!已)(?<!已经)(?:抓紧|逐步|及时(?:处理|修复|整改|解决))"
)
DATED = re.compile(
    r"\d+\s*(?:月|日|号|天|个?工作日|小时|周)|[一二三四五六七八九十两]+(?:个月|天|日内|周|小时)"
    r"|(?:今|明|本|下)(?:天|日|周|月|年|季)|月底|年底|月前|年内|[上下]半年"
)
POINTS = re.compile(r"[一二三四五六七八九]、|[1-9][、.．]|（[一二三四五]）|首先|第[一二三]")
ELSEWHERE = re.compile(r"咨询|拨打|致电|联系|登录|登陆|访问|反映|询问|前往")
PHONE = re.compile(r"\d{3,4}[-—－]\d{4,}|\d{7,}|12\d{3}")
CANNOT = re.compile(r"无法|不能(?:明确|具体)?(?:答复|查|核)|不属于|不归|不在.{0,6}(?:范围|职)")
LINKED = re.compile(r"链接|http|详见|跟帖|参看")
OFFICE = re.compile(r"网宣办|网管办|网信办|宣传部")
THANKS = re.compile(r"感谢|谢谢")
ADVICE = re.compile(r"建议")
_SHORT_HANDING = 16


class Kind(Enum):
    """What a clause is."""

    FORMULA = "formula"
    PASSING = "passing"
    WAITING = "waiting"
    SUBSTANCE = "substance"


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause with its place in the reply."""

    kind: Kind
    start: int
    end: int

    @property
    def length(self) -> int:
        """Return its length in characters."""
        return self.end - self.start


def clauses(reply: str) -> Iterator[Clause]:
    """Yield the clauses of a reply with what each is."""
    for found in _CLAUSE.finditer(reply):
        yield Clause(_kind(found[0]), found.start(), found.end())


def sentences(reply: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of the sentences of a reply."""
    for found in _SENTENCE.finditer(reply):
        if found[0].strip():
            yield found.start(), found.end()


def _kind(clause: str) -> Kind:
    if _FORMULA.search(clause):
        return Kind.FORMULA
    if PASSING.search(clause):
        return Kind.PASSING
    if WAITING.search(clause) or (_HANDING.search(clause) and len(clause) < _SHORT_HANDING):
        return Kind.WAITING
    return Kind.SUBSTANCE
