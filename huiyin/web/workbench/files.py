"""Attachments, served through policy."""

from __future__ import annotations

from urllib.parse import quote

from django.http import FileResponse, HttpResponse
from django.views.decorators.http import require_GET

from huiyin.kernel.errors import NotFound
from huiyin.orders import queries
from huiyin.orders.actions.files import path_of
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page


@require_GET
@staff_page(Perm.SEE_ALL, Perm.HANDLE)
def attachment(request: StaffRequest, key: int) -> HttpResponse:
    """Send a file of an order that the person may see: pictures to be shown, others to be kept."""
    found = queries.attachment_for(request.actor, key)
    if found is None or not path_of(found).is_file():
        raise NotFound("没有找到这个附件")
    response = FileResponse(path_of(found).open("rb"), content_type=found.media_type)
    how = "inline" if found.media_type.startswith("image/") else "attachment"
    response["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(found.name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=3600"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response  # type: ignore[return-value]  # a file answer has the same headers
