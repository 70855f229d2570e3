"""Words and tables of messages: media, states, which event sends what, texts of our own."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from huiyin.orders.states import STEPS, State


class Medium(StrEnum):
    """By what a message travels."""

    SMS = "sms"
    EMAIL = "email"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return MEDIUM_LABELS[self]


MEDIUM_LABELS = {Medium.SMS: "短信", Medium.EMAIL: "邮件"}


class MessageState(StrEnum):
    """Where a message stands. ``failed`` waits for its next attempt, ``given_up`` does not."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    GIVEN_UP = "given_up"
    LOGGED = "logged"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return STATE_LABELS[self]


STATE_LABELS = {
    MessageState.QUEUED: "待发送",
    MessageState.SENDING: "发送中",
    MessageState.SENT: "已发送",
    MessageState.FAILED: "待重试",
    MessageState.GIVEN_UP: "已放弃",
    MessageState.LOGGED: "只记录，未发出",
}
WAITING = frozenset({MessageState.QUEUED, MessageState.SENDING, MessageState.FAILED})

# Verbs of which a citizen may be told: what the citizen sees in the progress list anyway.
VERBS = frozenset(step.verb for step in STEPS if step.public)
WANTED = "message.wanted"
"""Topic by which a package below asks for a message: {order, template, key, at_once}."""
TOPICS = (*sorted(f"order.{verb}" for verb in VERBS), WANTED)

# Which event sends which template; "" sends nothing. A key is a verb, or "verb.cause" where cause
# is the step that brought the order to where the verb found it, or "verb@channel", or "verb>state"
# with the state to which the step led. The narrowest wins.
# A city changes single lines with the parameter ``messaging.events`` ("verb=template").
EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "create": "registered",
        "answer": "answered",
        "answer@phone": "",  # the caller has just been told
        "answer_from_file": "answered",
        "end_with_main": "answered",
        "refer": "referred",
        "dispatch": "dispatched",
        "rule": "dispatched",
        "reassign": "dispatched",
        "decide_extension": "extended",
        "progress": "progress",
        "suspend": "progress",
        "resume": "progress",
        "sign_reply>to_callback": "replied_rating_link",
        "reply>to_callback": "replied_rating_link",  # a city that asks before the audit
        "grant_termination": "answered",
        "pass_audit": "replied_rating_link",
        "pass_audit>closed": "closed",
        "send_again.redo": "redo",  # after a reply that the audit refused the citizen knows of none
        "close": "closed",
        "close_unreached": "closed",
        "close_unsatisfied": "unsatisfied",
        "write_off": "closed",
    }
)
# A message whose moment has passed is not written: a rating link is of use while it may be used.
ONLY_WHILE: Mapping[str, frozenset[State]] = MappingProxyType(
    {"replied_rating_link": frozenset({State.TO_CALLBACK})}
)
QUIET_HOURS = "22:00-07:00"
# Templates that go at once, quiet hours or not: the answer to what the citizen has just done.
AT_ONCE = ("registered",)

PLACEHOLDERS = (
    "number", "code", "link", "unit", "due", "promise", "title", "city", "hotline",
    "contact",
)  # fmt: skip
SECRET_PLACEHOLDERS = frozenset({"code", "link"})

RATING_TEMPLATES = frozenset({"replied_rating_link"})
CASE_PATH = "/c/{number}"
RATE_PATH = "/rate/{number}/{token}"

LONGEST_SMS = 500
LONGEST_SUBJECT = 120
LONGEST_EMAIL = 4000

FIRST_RETRY_SECONDS = 60
LONGEST_RETRY_SECONDS = 4 * 3600
MOST_ATTEMPTS = 10


class Text(NamedTuple):
    """Subject (e-mail only) and body of a template."""

    subject: str
    body: str


# Texts of our own, used where the city has none in force. {due} and {unit} are never empty.
_BODIES: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        # key: subject, body of the SMS, what the e-mail says beyond it
        "registered": (
            "您的诉求已登记：{number}",
            "您的诉求已登记，编号{number}，查询码{code}。查看进展：{link} 。",
            "请保管好查询码，凭编号和查询码可以随时查看进展。",
        ),
        "answered": (
            "您的诉求已答复：{number}",
            "您的诉求{number}已答复，请查看：{link} 。还有问题请拨打{hotline}。",
            "",
        ),
        "referred": (
            "您的诉求需要走其他途径：{number}",
            "您的诉求{number}需要通过其他途径解决，办法请查看：{link} 。",
            "有疑问请拨打{hotline}。",
        ),
        "dispatched": (
            "您的诉求已转办：{number}",
            "您的诉求{number}已转{unit}办理，答复期限：{due}。",
            "查看进展：{link} 。",
        ),
        "progress": (
            "您的诉求有新进展：{number}",
            "您的诉求{number}有新进展，承办单位：{unit}，请查看：{link} 。",
            "",
        ),
        "extended": (
            "您的诉求办理期限有调整：{number}",
            "您的诉求{number}办理需要更多时间，期限改为{due}，请您谅解。",
            "原因请查看：{link} 。",
        ),
        "replied_rating_link": (
            "请看答复并评价：{number}",
            "{unit}已答复您的诉求{number}。事情解决了吗？请查看并评价：{link} 。",
            "不满意的，我们会继续跟进。",
        ),
        "redo": (
            "您的诉求正在重新办理：{number}",
            "您对诉求{number}的办理不满意，已请{unit}重新办理，期限：{due}。",
            "查看进展：{link} 。",
        ),
        "closed": (
            "您的诉求已办结：{number}",
            "您的诉求{number}已办结，感谢您的反映。还有问题请拨打{hotline}。",
            "",
        ),
        "unsatisfied": (
            "您的诉求将继续跟踪：{number}",
            "您的诉求{number}未能让您满意，已列入跟踪，有进展会告诉您。",
            "还有问题请拨打{hotline}。",
        ),
    }
)
TEMPLATE_KEYS = tuple(_BODIES)
# To people outside the units: the number of a matter and whom to call, nothing of a citizen.
OUTSIDE_BODIES: Mapping[str, str] = MappingProxyType(
    {
        "outside_referral": "{city}{hotline}热线移送贵单位一件事项，编号{number}，请查收材料。"
                            "联系电话：{hotline}。",
        "outside_media": "{city}{hotline}热线请您关注一件舆论监督事项，编号{number}。"
                         "情况请致电{hotline}督办人员。",
        "outside_risk": "{city}{hotline}热线有一件风险提示，编号{number}，请尽快联系督办人员。"
                        "联系电话：{hotline}。",
    }
)  # fmt: skip


def outside_key(occasion: str) -> str:
    """Return the template for people outside the units on an occasion."""
    return f"outside_{occasion}"


def own_text(key: str, medium: Medium) -> Text | None:
    """Return the text that stands in where the city has none; None for an unknown key."""
    if key in OUTSIDE_BODIES and medium is Medium.SMS:
        return Text("", OUTSIDE_BODIES[key])
    found = _BODIES.get(key)
    if found is None:
        return None
    subject, body, more = found
    if medium is Medium.SMS:
        return Text("", body)
    lines = [part for part in (body, more) if part]
    return Text(subject, "您好！\n\n" + "\n".join(lines) + "\n\n{city}{hotline}热线\n")
