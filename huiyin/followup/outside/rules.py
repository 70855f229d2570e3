"""What a contact outside the units needs, and when one is told. Pure."""

from __future__ import annotations

import re

from huiyin.followup.outside.states import OFFERED, Agency, Occasion
from huiyin.kernel.errors import Conflict, Invalid, Refused

LONGEST = {"office": 60, "name": 40, "post": 60}
_MOBILE = re.compile(r"1[3-9]\d{9}")
_PHONE = re.compile(r"\+?[0-9][0-9 -]{4,18}")


def check_contact(*, office: str, name: str, post: str, phone: str) -> None:
    """Refuse a contact without agency, name or post, or with what cannot be a number.

    Raises:
        Invalid: names every wrong field.

    Source: R-503 (requirement 56).
    """
    said = {"office": office, "name": name, "post": post}
    asks = {"office": "请填写部门名称", "name": "请填写姓名", "post": "请填写职务"}
    wrong = {field: asks[field] for field, words in said.items() if len(words) < 2}
    wrong |= {
        field: f"最多 {LONGEST[field]} 个字"
        for field, words in said.items()
        if len(words) > LONGEST[field]
    }
    if not _PHONE.fullmatch(phone):
        wrong["phone"] = "请填写电话号码，只用数字和横线"
    if wrong:
        raise Invalid("联系人没有填好：" + "；".join(wrong.values()), fields=wrong)


def check_told(
    occasion: Occasion, agency: Agency, *, active: bool, phone: str, told_today: bool
) -> None:
    """Refuse to tell somebody who is not for the occasion, cannot be reached, or knows already.

    Args:
        occasion: why.
        agency: where the person works.
        active: the contact is still in force.
        phone: the number in the clear; a message needs a mobile one.
        told_today: the same matter was told to the same person today.

    Raises:
        Invalid: this agency is not told on this occasion, or the contact has ended.
        Refused: there is no mobile number.
        Conflict: they were told today.

    Source: R-504 (requirements 27, 56).
    """
    if not active or agency not in OFFERED[occasion]:
        words = "请重新选择联系人"
        raise Invalid(words, fields={"contact": words})
    if not _MOBILE.fullmatch(phone):
        raise Refused("这位联系人没有手机号，发不了短信", remedy="请打电话通知")
    if told_today:
        raise Conflict("这件事今天已经通知过这位联系人", remedy="需要时请打电话")
