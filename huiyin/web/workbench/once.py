"""A form that is sent twice makes one thing: a double click, a slow network, a page sent again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import orjson

from huiyin.kernel import crypto
from huiyin.kernel.idempotency import LONGEST_KEY, Claim, first_answer, once
from huiyin.web.staff import StaffRequest
from huiyin.web.templatetags.huiyin import FORM_KEY

_BESIDE = ("csrfmiddlewaretoken", FORM_KEY)


def made_once(request: StaffRequest, make: Callable[[], int], *, now: datetime) -> int:
    """Do ``make`` once per form and content; return what it, or its first time, returned.

    The page carries a key of its own (tag ``form_key``). The same page with other content, as after
    going back in the browser, is another matter and is done. Without a key nothing is remembered.

    Args:
        request: the form as it came.
        make: does the work and returns the key of what it made, or a count.
        now: when.

    Raises:
        Refused: whatever ``make`` refuses the first time.

    Source: R-500 (own default).
    """
    claim = _claim(request)
    if claim is None:
        return make()
    answer, _ = once(claim, lambda: {"made": make()}, now=now)
    return int(answer["made"])


def made_before(request: StaffRequest) -> int | None:
    """Return what this very form made before; None when it is new. One query.

    For pages whose choices change with what was made, so that the repeat does not fit any more.

    Source: R-500 (own default).
    """
    claim = _claim(request)
    answer = first_answer(claim) if claim else None
    return int(answer["made"]) if answer else None


def _claim(request: StaffRequest) -> Claim | None:
    key = request.POST.get(FORM_KEY, "")[:LONGEST_KEY]
    if not key:
        return None
    sent = _content(request)
    name = crypto.keyed_digest(f"{key} {request.path} ".encode() + sent, "form-key")[1:33].hex()
    return Claim.of(f"page:{request.staff.pk}", name, sent)


def _content(request: StaffRequest) -> bytes:
    """Return what was filled in, files by name and size."""
    fields = [(name, said) for name, said in request.POST.lists() if name not in _BESIDE]
    files = [
        (name, [(file.name, file.size) for file in found]) for name, found in request.FILES.lists()
    ]
    return orjson.dumps([sorted(fields), sorted(files)])
