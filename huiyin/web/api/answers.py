"""How an answer leaves: JSON bytes without escapes, never kept by anybody on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Generic, TypeVar

import orjson
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answered(Generic[T]):
    """A body with a status and headers of its own."""

    body: T
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def written(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Return ``body`` as JSON in UTF-8; moments keep their zone."""
    response = HttpResponse(orjson.dumps(body), status=status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    for name, value in (headers or {}).items():
        response.headers[name] = value
    return response


def spoken(view: Callable[..., Any]) -> Callable[..., HttpResponseBase]:
    """Write what a view returns.

    Shapes are typed dictionaries: mypy proves that a view returns what the OpenAPI document says,
    so nothing is validated a second time while people wait.
    """

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        result = view(request, *args, **kwargs)
        if isinstance(result, HttpResponseBase):
            return result
        if isinstance(result, Answered):
            return written(result.body, result.status, result.headers)
        return written(result)

    return answered
