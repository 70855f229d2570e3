"""What the city's profile says to citizens, with plain words where it says nothing."""

from __future__ import annotations

from dataclasses import dataclass

from huiyin.orgs import queries as orgs

EMERGENCY = "遇到危险请马上拨打：报警 110，火警 119，急救 120。这里不是紧急求助渠道。"
WELCOME = "说说您遇到的事，我们会转给负责的单位，并告诉您结果。"
SUBMIT_HINT = "请写清楚时间、地点、发生了什么、希望怎样解决。有照片更好。"
QUERY_HINT = "输入编号和查询码，可以看到办理到了哪一步。"
ANONYMOUS = "可以不留姓名。留下电话，我们才能把结果告诉您。"
RATING_HINT = "事情办得怎么样，请您如实评价；不满意的会继续跟进。"
PRIVACY = "我们请您留下姓名、电话和地点，只为办理您的诉求、告诉您结果和回访。"


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of the portal that a city may write itself.

    ``mailbox`` names the mailbox of a leader that is answered here as well; empty where there is
    none. ``privacy_version`` stands for the text in force; who agrees, agrees to that version, so
    the moment of a submission tells which text was agreed to.
    """

    emergency_note: str
    welcome: str
    mailbox: str
    submit_hint: str
    query_hint: str
    anonymous_note: str
    rating_hint: str
    privacy_version: str
    privacy_text: str


def words() -> Words:
    """Return the city's sentences. No query while the city is remembered."""
    city = orgs.city()
    details = city.details if city else {}
    portal, privacy = details.get("portal") or {}, details.get("privacy") or {}
    return Words(
        emergency_note=portal.get("emergency_note") or EMERGENCY,
        welcome=portal.get("welcome") or WELCOME,
        mailbox=portal.get("mailbox") or "",
        submit_hint=portal.get("submit_hint") or SUBMIT_HINT,
        query_hint=portal.get("query_hint") or QUERY_HINT,
        anonymous_note=portal.get("anonymous_note") or ANONYMOUS,
        rating_hint=portal.get("rating_hint") or RATING_HINT,
        privacy_version=str(privacy.get("version") or "1"),
        privacy_text=(privacy.get("text") or PRIVACY).strip(),
    )
