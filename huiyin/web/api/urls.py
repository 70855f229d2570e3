"""Addresses of the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt

from huiyin.kernel.errors import BadRequest, NotFound
from huiyin.web import errors
from huiyin.web.api.app import api
from huiyin.web.api.document import docs_page, openapi_json
from huiyin.web.api.problems import WrongMethod

app_name = "api"
View = Callable[..., HttpResponseBase]


def _strict(view: View) -> View:
    """Refuse what no endpoint can use, and put a wrong method into the form of a problem.

    Whatever may be read may be asked for by HEAD; the server leaves the content out.
    """

    @csrf_exempt
    def refusing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "%00" in request.META.get("QUERY_STRING", ""):
            return errors.answer(request, BadRequest("参数中含有不能使用的字符（U+0000）"))
        if "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH"):
            return errors.answer(request, BadRequest("请求须带 Content-Length，不能分块发送"))
        asked = request.method
        request.method = "GET" if asked == "HEAD" else asked
        response = view(request, *args, **kwargs)
        request.method = asked
        if response.status_code != WrongMethod.status:
            return response
        allowed = sorted(response["Allow"].split(", "))
        told = errors.answer(request, WrongMethod(f"这个地址只接受 {'、'.join(allowed)}"))
        told["Allow"] = ", ".join([*allowed, *(["HEAD"] if "GET" in allowed else [])])
        return told

    return refusing


@csrf_exempt
def unknown(request: HttpRequest, rest: str) -> HttpResponse:
    """Answer an address that does not exist."""
    return errors.answer(
        request, NotFound(f"没有这个接口：{rest[:80]}", remedy="接口文档见 /api/v1/openapi.json")
    )


urlpatterns: list[URLPattern] = [
    path("openapi.json", openapi_json, name="openapi_json"),
    path("docs", docs_page, name="docs"),
]
for pattern in api.urls[0]:
    if isinstance(pattern, URLPattern) and pattern.name != "api-root":
        pattern.callback = _strict(pattern.callback)
        urlpatterns.append(pattern)
urlpatterns.append(path("<path:rest>", unknown, name="unknown"))
