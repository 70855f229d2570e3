"""Errors a caller may catch: each says in plain Chinese which rule stopped the work.

``web`` turns them into pages and RFC 9457 problem documents, once for every view.
"""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """A rule refused the request; nothing was stored.

    Args:
        message: why, in Chinese, for the person who asked.
        remedy: what would make it possible, in Chinese; may be empty.
        facts: further members of the problem document (no personal data).
    """

    code = "refused"
    status = 409
    title = "不能这样办理"

    def __init__(self, message: str, *, remedy: str = "", **facts: Any) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.facts = facts


class Invalid(Refused):
    """A field is missing, too long, or not of its form; ``facts['fields']`` names them."""

    code, status, title = "invalid", 422, "填写有误"


class BadRequest(Refused):
    """The request itself cannot be read."""

    code, status, title = "bad-request", 400, "请求无法识别"


class NotSignedIn(Refused):
    """The caller is unknown or the session has ended."""

    code, status, title = "not-signed-in", 401, "请先登录"


class NotAllowed(Refused):
    """The actor lacks the permission for this step."""

    code, status, title = "not-allowed", 403, "没有权限"


class NotFound(Refused):
    """It does not exist, or not for this person."""

    code, status, title = "not-found", 404, "没有找到"


class WrongState(Refused):
    """The object is not in a state from which this step may be taken."""

    code, status, title = "wrong-state", 409, "当前状态不能这样办理"


class TooLate(Refused):
    """The time allowed for this step has passed."""

    code, status, title = "too-late", 409, "已过时限"


class Conflict(Refused):
    """Somebody else changed it first, or the same key was used for something else."""

    code, status, title = "conflict", 409, "已被他人处理"


class Changed(Refused):
    """It has moved on since the asker read it (If-Match); ``facts`` say where it stands now."""

    code, status, title = "changed", 412, "已有新进展"


class TooLarge(Refused):
    """More bytes than allowed."""

    code, status, title = "too-large", 413, "内容过大"


class WrongType(Refused):
    """A file is not of a kind that is accepted."""

    code, status, title = "wrong-type", 415, "不支持的文件类型"


class TooMany(Refused):
    """Asked too often; ``facts['retry_after']`` is in seconds."""

    code, status, title = "too-many", 429, "操作过于频繁"
