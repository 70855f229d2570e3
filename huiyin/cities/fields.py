"""The columns and keys of each file of a profile, and how each is read."""

from collections.abc import Sequence

from huiyin.cities import vocabulary
from huiyin.cities.indicator_tables import OWN
from huiyin.cities.parsers import (
    as_written,
    day,
    days,
    flag,
    limit,
    listed,
    number,
    one_of,
    pattern,
    shares,
    span,
    text,
    whole,
    words,
    working_hours,
)
from huiyin.cities.reading import Field

_REGION_CODE = pattern(r"\d{6}|\d{9}", " 6 位或 9 位数字的区划代码")
_UNIT_CODE = pattern(r"\d{3}|\d{5}|\d{7}", " 3、5 或 7 位数字的单位编码")
_CATEGORY_CODE = pattern(r"\d{2}|\d{4}|\d{6}", " 2、4 或 6 位数字的分类编码")
_CLASS_CODE = pattern(r"[A-Za-z0-9-]{1,10}", "最多 10 位字母、数字和连字符")
_WORD = pattern(r"[a-z][a-z0-9_-]{1,39}", "小写英文字母、数字和连字符")
_ITEM_CODE = pattern(r"[A-Z]{1,4}\d{1,5}", "字母加数字的编码，如 PD001")
_REASON_CODE = pattern(
    r"(?=.{2,20}$)[A-Z]\d{1,2}(-[a-z0-9-]+)?", " B11-1 或 R1 这样的编码，最多 20 字"
)


def _validity() -> tuple[Field, Field]:
    return Field("valid_from", day), Field("valid_to", day, required=False)


CITY: Sequence[Field] = (
    Field("code", pattern(r"\d{6}", " 6 位数字的区划代码")),
    Field("name", text(20)),
    Field("short_name", text(10)),
    Field("hotline.number", pattern(r"\d{3,8}", " 3 到 8 位数字")),
    Field("hotline.name", text(20)),
    Field("hotline.slogan", text(30)),
    Field("hotline.promise", text(vocabulary.PLACEHOLDERS["promise"])),
    Field("hotline.sms_signature", text(12)),
    Field("map.latitude", number(3, 54)),
    Field("map.longitude", number(73, 136)),
    Field("map.zoom", whole(1, 20)),
    Field("working_time.hours", working_hours),
    Field("working_time.closed_days", days, required=False, default=frozenset()),
    Field("working_time.opened_days", days, required=False, default=frozenset()),
    Field("privacy.version", text(20)),
    Field("privacy.valid_from", day),
    Field("privacy.text", text(1000, lines=True)),
    Field("catalogue.without_owner", listed(_CATEGORY_CODE), required=False, default=()),
    Field("portal.emergency_note", text(100)),
    Field("portal.welcome", text(100)),
    Field("portal.mailbox", text(12), required=False, default=""),
    Field("portal.submit_hint", text(100)),
    Field("portal.query_hint", text(100)),
    Field("portal.anonymous_note", text(100)),
    Field("portal.rating_hint", text(100)),
)

REGION: Sequence[Field] = (
    Field("code", _REGION_CODE),
    Field("parent", _REGION_CODE, required=False, default=""),
    Field("name", text(30)),
    Field("level", one_of(vocabulary.REGION_LEVELS)),
    Field("kind", one_of(vocabulary.ANY_REGION_KIND)),
    Field("since", day, required=False),
    Field("note", text(100), required=False, default=""),
)

UNIT: Sequence[Field] = (
    Field("code", _UNIT_CODE),
    Field("parent", _UNIT_CODE, required=False, default=""),
    Field("name", text(40)),
    Field("short_name", text(vocabulary.PLACEHOLDERS["unit"])),
    Field("type", one_of(vocabulary.UNIT_TYPES)),
    Field("region", _REGION_CODE),
    Field("superior", _UNIT_CODE, required=False, default=""),
    Field("pinyin", pattern(r"[a-z0-9]+", "小写字母的拼音首字母"), required=False, default=""),
    Field("contact_title", text(20)),
    Field("since", day, required=False),
    Field("note", text(100), required=False, default=""),
)

CATEGORY: Sequence[Field] = (
    Field("code", _CATEGORY_CODE),
    Field("parent", _CATEGORY_CODE, required=False, default=""),
    Field("name", text(30)),
    Field("aliases", words(text(20)), required=False, default=()),
)

CATALOGUE: Sequence[Field] = (
    Field("code", _ITEM_CODE),
    Field("category", _CATEGORY_CODE),
    Field("matter", text(60)),
    Field("lead", _UNIT_CODE),
    Field("lead_level", one_of(vocabulary.LEAD_LEVELS)),
    Field("assist", words(_UNIT_CODE), required=False, default=()),
    Field("basis", text(120)),
    *_validity(),
    Field("regions", words(_REGION_CODE), required=False, default=()),
)

LIMIT: Sequence[Field] = (
    Field("code", _WORD),
    Field("clock", one_of(vocabulary.CLOCKS)),
    Field("limit", limit),
    Field("postpone", flag),
    Field("kind", one_of(vocabulary.REQUEST_KINDS), required=False, default=""),
    Field("class", _CLASS_CODE, required=False, default=""),
    Field("category", _CATEGORY_CODE, required=False, default=""),
    Field("urgency", one_of(vocabulary.URGENCIES), required=False, default=""),
    Field("round", whole(1, 99), required=False),
    Field("channel", one_of(vocabulary.CHANNELS), required=False, default=""),
    *_validity(),
    Field("source", text(200)),
    Field("text", text(100)),
)

CASE_CLASS: Sequence[Field] = (
    Field("code", _CLASS_CODE),
    Field("name", text(20)),
    Field("standard", text(300)),
    Field("checklist", listed(text(60)), required=False, default=()),
    Field("categories", listed(_CATEGORY_CODE), required=False, default=()),
    Field("kinds", listed(one_of(vocabulary.REQUEST_KINDS)), required=False, default=()),
    Field("urgencies", listed(one_of(vocabulary.URGENCIES)), required=False, default=()),
    Field("by_hand", flag, required=False, default=False),
    *_validity(),
    Field("source", text(200)),
)

LINE: Sequence[Field] = (
    Field("code", _WORD),
    Field("name", text(40)),
    Field("mode", one_of(vocabulary.LINE_MODES)),
    Field("number", pattern(r"[0-9-]{3,20}", "电话号码"), required=False, default=""),
    Field("owner", _UNIT_CODE),
    Field("since", day),
    Field("service", text(100), required=False, default=""),
)

SCORING: Sequence[Field] = (
    Field("code", _WORD),
    Field("name", text(40)),
    Field("weights", shares(vocabulary.INDICATORS, also=OWN)),
    Field("partly_solved", whole(0, 100), required=False, default=0),
    Field("fairly_satisfied", whole(0, 100), required=False, default=100),
    Field("least_valid", whole(0, 1000), required=False, default=5),
    *_validity(),
    Field("source", text(200)),
    Field("text", text(100)),
)

PARAMETER: Sequence[Field] = (
    Field("key", one_of(tuple(vocabulary.PARAMETERS))),
    Field("value", as_written),
    *_validity(),
    Field("source", text(200)),
    Field("text", text(100)),
)

REASON: Sequence[Field] = (
    Field("group", one_of(vocabulary.REASON_GROUPS)),
    Field("code", _REASON_CODE),
    Field("name", text(30)),
    Field("needs", words(one_of(vocabulary.PROOFS)), required=False, default=()),
    Field("advice", text(150)),
)

TAG: Sequence[Field] = (
    Field("code", pattern(r"[a-z][a-z0-9_-]{1,19}", "小写英文字母、数字和连字符，最多 20 字")),
    Field("group", text(20)),
    Field("name", text(30)),
    Field("note", text(200), required=False, default=""),
)

SMS: Sequence[Field] = (
    Field("code", one_of(vocabulary.MESSAGES)),
    Field("parts", whole(1, max(vocabulary.SMS_SIZES))),
    Field("text", text(200)),
)

EMAIL: Sequence[Field] = (
    Field("code", one_of(vocabulary.MESSAGES)),
    Field("subject", text(60)),
    Field("body", text(1000, lines=True)),
)

NEWS: Sequence[Field] = (
    Field("code", _WORD),
    Field("title", text(40)),
    Field("published_on", day),
    Field("body", text(1000, lines=True)),
    Field("demo", flag),
)

ANSWER: Sequence[Field] = (
    Field("code", _WORD),
    Field("category", _CATEGORY_CODE),
    Field("unit", _UNIT_CODE),
    Field("published_on", day),
    Field("question", text(80)),
    Field("answer", text(600, lines=True)),
    Field("basis", text(120)),
    Field("demo", flag),
    Field("wordings", listed(text(100)), required=False, default=()),
    Field("source", _WORD, required=False, default=""),
    Field("clause", text(60), required=False, default=""),
    Field("visibility", one_of(vocabulary.VISIBILITIES), required=False, default="public"),
    Field("review_on", day, required=False),
    Field("expires_on", day, required=False),
)

DOCUMENT: Sequence[Field] = (
    Field("code", _WORD),
    Field("kind", one_of(vocabulary.DOCUMENT_KINDS)),
    Field("title", text(100)),
    Field("number", text(80), required=False, default=""),
    Field("issuer", text(100)),
    Field("issued_on", day, required=False),
    Field("text", text(20_000, lines=True)),
    Field("roles", listed(one_of(vocabulary.ROLES)), required=False, default=()),
    Field("visibility", one_of(vocabulary.VISIBILITIES), required=False, default="staff"),
    Field("unit", _UNIT_CODE, required=False, default=""),
    *_validity(),
)

DUTY: Sequence[Field] = (
    Field("code", _ITEM_CODE),
    Field("unit", _UNIT_CODE),
    Field("matter", text(60)),
    Field("categories", words(_CATEGORY_CODE), required=False, default=()),
    Field("phone", pattern(r"[0-9-]{3,20}", "电话号码"), required=False, default=""),
    Field("hours", span, required=False),
    Field("hint", text(300), required=False, default=""),
)

ACCOUNT: Sequence[Field] = (
    Field("username", pattern(r"[a-z][a-z0-9_]{2,29}", " 3 到 30 位小写字母、数字和下划线")),
    Field("role", one_of(vocabulary.ROLES)),
    Field("unit", _UNIT_CODE),
    Field("name", text(20)),
)
