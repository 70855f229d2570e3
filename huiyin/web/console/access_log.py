"""Who read whose personal data, when and why."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from huiyin.kernel import queries
from huiyin.kernel.models import AccessLog
from huiyin.kernel.queries import ReadingFilter
from huiyin.orders import numbers
from huiyin.orgs import queries as orgs
from huiyin.orgs.states import Perm
from huiyin.web.console.forms import ReadingFilterForm
from huiyin.web.staff import StaffRequest, staff_page

FIELD_LABELS = {
    "name": "姓名",
    "phone": "电话",
    "email": "邮箱",
    "address": "地址",
    "body": "消息原文",
    "words": "批示内容",
    "file": "批示件",
}
_NOBODY = {"citizen": "诉求人", "system": "系统"}
_SUBJECTS = {"order": "工单", "message": "消息", "instruction": "批示"}


@require_GET
@staff_page(Perm.ACCESS_LOG)
def listed(request: StaffRequest) -> HttpResponse:
    """Show one page of readings, newest first. Two queries, three when a reader is named."""
    form = ReadingFilterForm(request.GET)
    fine = form.is_valid()
    page = queries.readings(_wanted(form.cleaned_data), cursor=request.GET.get("cursor", ""))
    names = orgs.names_of_actors(row.reader for row in page.rows)
    found = {"form": form, "page": page, "rows": [_shown(row, names) for row in page.rows]}
    return render(request, "console/access_log.html", found, status=200 if fine else 422)


def _wanted(asked: dict[str, Any]) -> ReadingFilter:
    typed = asked.get("subject", "")
    number = numbers.read(typed) if typed else None
    return ReadingFilter(
        readers=orgs.actors_called(asked["reader"]) if asked.get("reader") else None,
        subject=f"order:{number}" if number else typed,
        since=asked.get("since"),
        until=asked.get("until"),
    )


def _shown(row: AccessLog, names: dict[str, str]) -> dict[str, Any]:
    kind, _, key = row.subject.partition(":")
    return {
        "row": row,
        "reader": names.get(row.reader, _NOBODY.get(row.reader, row.reader)),
        "subject": f"{_SUBJECTS.get(kind, kind)} {key}",
        "fields": "、".join(FIELD_LABELS.get(name, name) for name in row.fields),
    }
