"""What several test modules of messages need."""

from __future__ import annotations

from datetime import datetime

from huiyin.channels.messaging.drivers.base import Parcel
from huiyin.channels.messaging.models import Message
from huiyin.channels.messaging.states import Medium, MessageState
from huiyin.kernel import clock, crypto, outbox
from huiyin.knowledge.models import Parameter
from tests.world import START, at

PHONE = "13812345678"
EMAIL = "wang.xiaoming@example.cn"


def hear(now: datetime) -> None:
    """Let the consumer hear everything that was announced."""
    with clock.driven(now):
        while outbox.drain():
            pass


def parcel(**changes: object) -> Parcel:
    values: dict[str, object] = {
        "key": "k" * 32,
        "to": PHONE,
        "subject": "",
        "body": "您的诉求已登记，查询码123456。",
        "signature": "测试市12345",
        "template": "registered",
        "written_at": at(2),
    }
    return Parcel(**(values | changes))  # type: ignore[arg-type]


def message(dedupe: str = "test:1", **changes: object) -> Message:
    """Store a message to nobody's order."""
    values: dict[str, object] = {
        "dedupe": dedupe,
        "template": "registered",
        "medium": Medium.SMS.value,
        "address_sealed": crypto.seal(PHONE, "message.address"),
        "address_masked": "138****5678",
        "body_sealed": crypto.seal("您的诉求已登记，查询码123456。", "message.body"),
        "body_masked": "您的诉求已登记，查询码******。",
        "written_by": "系统",
        "created_at": at(2),
        "state": MessageState.QUEUED.value,
        "next_attempt_at": at(2),
    }
    return Message.objects.create(**(values | changes))


def parameter(key: str, value: object) -> None:
    Parameter.objects.create(key=key, value=value, valid_from=START, source="test", text=key)
