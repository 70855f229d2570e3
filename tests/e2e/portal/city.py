"""What the browser tests of the portal add to the small city: details, streets, articles."""

from __future__ import annotations

from datetime import datetime

from huiyin.kernel import cached
from huiyin.knowledge.models import Article, Reason
from huiyin.knowledge.states import ArticleKind
from huiyin.orgs.models import City, Region

DETAILS = {
    "hotline_name": "测试市 12345 热线",
    "portal": {
        "welcome": "说说您遇到的事，我们会转给负责的单位，并告诉您结果。",
        "emergency_note": "遇到危险请马上拨打：报警 110，火警 119，急救 120。",
    },
    "privacy": {
        "version": "3",
        "text": "我们请您留下姓名、电话和事情发生的地点，只为办理您的诉求、告诉您结果和回访。\n"
        "只有办理这件事的工作人员能看到，每次查看都有记录。",
    },
}
NEWS = ("供暖季诉求专席开通", "夜里也有人接听", "凭编号和查询码看进展")
ANSWERS = ("供暖以后家里只有十五六度，怎么办？", "在工地干完活，包工头不给工资，找谁？")
REASONS = ("问题没有解决", "解决了但太慢", "没有人联系我", "答复说不清楚")


def furnish(now: datetime) -> None:
    """Give the small city what its portal shows."""
    City.objects.update(
        slogan="您的事，件件有回音", promise="件件有登记，件件有回音", details=DETAILS
    )
    city = Region.objects.get(level="city")
    for number, county in enumerate(("东城区", "西山县"), start=1):
        above = Region.objects.create(
            code=f"3700{number:02}", name=county, level="county", parent=city
        )
        for nth, street in enumerate(("新湖街道", "东关镇", "河口乡"), start=1):
            Region.objects.create(
                code=f"3700{number:02}{nth:03}", name=street, level="street", parent=above
            )
    for kind, titles in ((ArticleKind.NEWS, NEWS), (ArticleKind.ANSWER, ANSWERS)):
        for nth, title in enumerate(titles):
            Article.objects.create(
                code=f"{kind.value}-{nth}",
                kind=kind.value,
                title=title,
                body=f"{title}\n这是一段文字，说明这件事怎么办。可以带上证件，也可以打电话问。",
                demo=True,
                published_at=now,
            )
    for nth, name in enumerate(REASONS, start=2):
        Reason.objects.create(group="unsatisfied", code=f"U{nth:02}", name=name)
    cached.forget_all()
