"""What the tests of the portal share: a filled form, a photograph, an opened case."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from huiyin.kernel import cached
from huiyin.orders.models import WorkOrder
from huiyin.orders.numbers import query_code
from huiyin.orgs.models import City

KEY = "0123456789abcdef"
WORDS = "昨天晚上八点，小区门口的路灯不亮了。"


def filled(**changes: Any) -> dict[str, Any]:
    """Return what a citizen sends; a value of None leaves the field out."""
    form: dict[str, Any] = {
        "key": KEY,
        "content": WORDS,
        "kind": "help",
        "place": "幸福小区东门",
        "name": "王小明",
        "phone": "13812345678",
        "wants_reply": "1",
        "agreed": "1",
    }
    return {name: value for name, value in (form | changes).items() if value is not None}


def photo(name: str = "路灯.jpg", size: tuple[int, int] = (40, 30)) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", size, "#4a6fa5").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def opened(client: Client, order: WorkOrder) -> Client:
    """Return the client after it has opened the case with its code."""
    answer = client.post("/case", {"number": order.number, "code": query_code(order.number)})
    assert answer.status_code == 302, answer.status_code
    return client


def say(**details: Any) -> None:
    """Let the city's profile say something of its own."""
    City.objects.update(details=details)
    cached.forget_all()
