"""Turn broken rules into HTTP answers, once, for every view.

Pages get a readable page (or a fragment for htmx); the API gets an RFC 9457 problem document.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import orjson
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFilesSent,
)
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.shortcuts import render

from huiyin.kernel import log
from huiyin.kernel.errors import (
    BadRequest,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Refused,
    TooLarge,
)

_log = log.logger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponse]


class Errors:
    """Answer every refusal with its status; leave unknown errors to Django's 500."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; an address that no text could hold names nothing."""
        if "\x00" in request.path:
            return answer(request, _no_page())
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Render the rule that stopped the work."""
        refused = as_refused(error)
        return None if refused is None else answer(request, refused)


def as_refused(error: Exception) -> Refused | None:
    """Return the refusal that an exception means; None when it is a fault of ours."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, RequestDataTooBig | TooManyFilesSent):
        return TooLarge("提交的内容过大", remedy="请缩短文字或减少附件后再提交")
    if isinstance(error, UnreadablePostError | MultiPartParserError | SuspiciousOperation):
        return BadRequest("请求无法识别，请返回重试")
    if isinstance(error, Http404):
        return _no_page()
    if isinstance(error, PermissionDenied):
        return NotAllowed("没有权限")
    return None


def _no_page() -> NotFound:
    return NotFound("没有找到这个页面", remedy="请检查地址，或从首页重新进入")


def answer(request: HttpRequest, error: Refused) -> HttpResponse:
    """Return the page, fragment or problem document of a refusal."""
    if request.path.startswith(("/api/", "/open311/")):
        response = problem(request, error)
    elif isinstance(error, NotSignedIn):
        return _to_sign_in(request)
    else:
        fragment = bool(request.headers.get("HX-Request"))
        template = "_refused.html" if fragment else "refused.html"
        response = render(request, template, {"error": error}, status=error.status)
    if "retry_after" in error.facts:
        response["Retry-After"] = str(error.facts["retry_after"])
    return response


def problem(request: HttpRequest, error: Refused) -> HttpResponse:
    """Return an RFC 9457 problem document."""
    body: dict[str, Any] = {
        "type": f"/problems/{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.message,
        "instance": quote(request.path),
    }
    if error.remedy:
        body["remedy"] = error.remedy
    body |= error.facts
    return HttpResponse(
        orjson.dumps(body), status=error.status, content_type="application/problem+json"
    )


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send a person to the sign-in page and back to where they were afterwards."""
    from urllib.parse import urlencode

    back = request.headers.get("HX-Current-URL") or request.get_full_path()
    back = (
        request.get_full_path()
        if request.method == "GET" and not request.headers.get("HX-Request")
        else back
    )
    url = "/desk/sign-in?" + urlencode({"next": back})
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = url
        return response
    response = HttpResponse(status=302)
    response["Location"] = url
    return response


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an unknown address in the house form (``handler404``)."""
    return answer(request, as_refused(exception) or NotFound("没有找到这个页面"))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an unreadable request (``handler400``)."""
    return answer(request, as_refused(exception) or BadRequest("请求无法识别"))


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - not for people
    """Answer a form without our token: an old page, or cookies switched off."""
    return answer(
        request,
        NotAllowed(
            "这个页面打开太久了，没有提交", remedy="请返回，刷新页面后再提交；浏览器须允许 Cookie"
        ),
    )


def fault(request: HttpRequest) -> HttpResponse:
    """Answer a fault of ours (``handler500``) without saying anything of its inside."""
    return answer(
        request, Fault("系统出错了，您填写的内容没有提交", remedy="请稍后重试，或拨打热线")
    )


class Fault(Refused):
    """A fault of ours."""

    code, status, title = "fault", 500, "系统出错"
