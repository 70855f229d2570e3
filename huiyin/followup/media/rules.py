"""What a media follow-up and a publication need. Pure."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlsplit

from huiyin.kernel.errors import Invalid, WrongState

LONGEST_TITLE, LONGEST_OUTLET, LONGEST_ABOUT, LONGEST_LINK = 80, 40, 1000, 300
MOST_ORDERS = 50


def check_entry(*, title: str, outlet: str, about: str, on: date | None, today: date) -> None:
    """Refuse a follow-up without matter, outlet or day, or of a day to come.

    Raises:
        Invalid: names every wrong field.

    Source: R-426 (requirements 122, 151, 159).
    """
    wrong: dict[str, str] = {}
    if not 2 <= len(title) <= LONGEST_TITLE:
        wrong["title"] = f"请写明事项，2–{LONGEST_TITLE} 个字"
    if not 2 <= len(outlet) <= LONGEST_OUTLET:
        wrong["outlet"] = f"请写明媒体名称，2–{LONGEST_OUTLET} 个字"
    if len(about) > LONGEST_ABOUT:
        wrong["about"] = f"最多 {LONGEST_ABOUT} 个字"
    if on is None or on > today:
        wrong["on"] = "请填写日期，不能晚于今天"
    if wrong:
        raise Invalid("媒体跟踪没有填好：" + "；".join(wrong.values()), fields=wrong)


def check_link(link: str) -> None:
    """Refuse an address that is not one of the web.

    Raises:
        Invalid: names the field.

    Source: R-426 (requirement 122: publication list).
    """
    if not link:
        return
    try:
        parts = urlsplit(link)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or len(link) > LONGEST_LINK:
        raise Invalid("网址不对", fields={"link": "请填写 http 或 https 开头的网址，可以不填"})


def check_open(what: str, *, ended: bool) -> None:
    """Refuse what only a matter that is still followed allows.

    Raises:
        WrongState: it has its result.

    Source: R-427 (requirement 159).
    """
    if ended:
        raise WrongState(f"这件事已有结果，不能{what}", remedy="需要时请另行登记")
