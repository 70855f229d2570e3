"""Files of an order: added as multipart, sent only to those who may see the order."""

from __future__ import annotations

from typing import Annotated, Any

from django.conf import settings
from django.db import transaction
from django.http import FileResponse
from django.http.response import HttpResponseBase
from ninja import Router
from pydantic import with_config
from typing_extensions import TypedDict

from huiyin.kernel import clock, idempotency
from huiyin.kernel.errors import Invalid, NotFound, TooLarge, WrongType
from huiyin.orders import actions, policy, queries
from huiyin.orders.actions.files import LARGEST, MOST_FILES, Upload, accept, path_of
from huiyin.web.api import order_telling as telling
from huiyin.web.api import reading
from huiyin.web.api.answers import Answered
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.endpoints import BODY, IDEMPOTENCY_KEY, REPLAYED, endpoint
from huiyin.web.api.order_shapes import FileTold
from huiyin.web.api.orders import found
from huiyin.web.api.words import said, shape

router = Router(tags=["附件"])
LARGEST_REQUEST = LARGEST + 5 * 2**20

_MULTIPART: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["files"],
                "properties": {
                    "files": {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": MOST_FILES,
                        "items": {"type": "string", "format": "binary"},
                        "description": "照片、录音、视频或 PDF，每个不超过 20 MB",
                    }
                },
            }
        }
    },
}


@with_config(shape("工单的附件"))
class FileList(TypedDict):
    """Files of one order."""

    number: Annotated[str, said("工单编号")]
    attachments: Annotated[list[FileTold], said("附件")]


@endpoint(
    router,
    "POST",
    "/orders/{number}/attachments",
    summary="添加附件",
    about="按内容识别类型；图片重绘后保存，拍摄地点等信息不保留。全部合格才保存。",
    statuses=(201, 200),
    problems=(*BODY, 404, 409),
    extra={
        "parameters": [{**IDEMPOTENCY_KEY, "required": False}],
        "requestBody": _MULTIPART,
        "responses": {200: {"headers": REPLAYED}},
    },
)
def add_attachments(request: ApiRequest, number: str) -> Answered[FileList]:
    """Add files to an order that the caller has a hand in."""
    actor, now = request.auth.actor, clock.now()
    order = found(actor, number)
    policy.check_attach(actor, order, queries.my_part(actor, order))
    uploads = _uploads(request)
    accepted = accept(uploads)

    @transaction.atomic
    def work() -> idempotency.Answer:
        rows = actions.attach(order, accepted, by=actor, now=now)
        return {"keys": [row.pk for row in rows]}

    key = reading.key_of(request)
    if key:
        asked = request.path.encode() + b"".join(u.content for u in uploads)
        claim = idempotency.Claim.of(request.auth.source, key, asked)
        answer, new = idempotency.once(claim, work, now=now)
    else:
        answer, new = work(), True
    rows = queries.attachments_of(order.pk, answer["keys"])
    body: FileList = {
        "number": order.number,
        "attachments": [telling.file_told(row) for row in rows],
    }
    return Answered(body, 201 if new else 200, {} if new else {"Idempotency-Replayed": "true"})


def _uploads(request: ApiRequest) -> list[Upload]:
    """Return the files as they came. Raises WrongType, TooLarge, Invalid."""
    if request.content_type != "multipart/form-data":
        raise WrongType("附件须以表单上传", remedy="请将 Content-Type 设为 multipart/form-data")
    if int(request.META.get("CONTENT_LENGTH") or 0) > min(
        LARGEST_REQUEST, settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    ):
        raise TooLarge("一次上传的内容过大", remedy="请分几次上传，每个文件不超过 20 MB")
    files = request.FILES.getlist("files")
    if not files:
        raise Invalid("没有附件", fields={"files": "必填"})
    return [Upload(file.name or "", file.read()) for file in files]


@endpoint(
    router,
    "GET",
    "/attachments/{int:key}",
    summary="下载附件",
    about="只给看得到该工单的调用者。",
    problems=(404,),
    extra={
        "responses": {
            200: {
                "content": {
                    "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
                }
            }
        }
    },
)
def read_attachment(request: ApiRequest, key: int) -> HttpResponseBase:
    """Send one file to a caller who may see its order."""
    file = queries.attachment_for(request.auth.actor, key)
    if file is None or not path_of(file).is_file():
        raise NotFound("没有找到这个附件")
    response = FileResponse(
        path_of(file).open("rb"),
        content_type=file.media_type,
        as_attachment=True,
        filename=file.name,
    )
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
