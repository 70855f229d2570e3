"""The API put together: every router, one way to answer, one way to refuse."""

from __future__ import annotations

from django.http import Http404
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from huiyin.web.api import (
    apply_steps,
    assessments,
    begun,
    bulletins,
    callbacks,
    calling_steps,
    calls,
    coordination,
    dispute_steps,
    escalations,
    figures,
    files,
    followup,
    group_steps,
    knowledge,
    listening,
    mandates,
    orders,
    outside,
    problems,
    public,
    reference,
    registers,
    returns,
    search,
    steps,
    supervision,
    system,
    tasks,
    turns,
    unit_changes,
    unit_steps,
    urging,
)
from huiyin.web.api.answers import spoken
from huiyin.web.api.door import DOORS
from huiyin.web.api.reading import Json

ABOUT = """\
12345 政务服务便民热线平台的接口。

* **身份**：系统接入用 `Authorization: Bearer hy_…`，权限为账号权限与令牌范围的交集；
  本平台页面用登录会话。
* **重发不重办**：登记须带 `Idempotency-Key`，办理动作可带；同一键重发得到第一次的结果。
* **不覆盖别人**：把读到的 `event_count` 放进 `If-Match`，其间有新进展则返回 412。
* **出错**：一律为 `application/problem+json`（RFC 9457），`detail` 说明原因，
  `remedy` 说明怎样才行。
* **翻页**：响应里的 `next` 作为下一次的 `cursor`；空为已到末页。
* **时间**：ISO 8601，带时区。期限到达的那一刻即为超期。
"""

api = NinjaAPI(
    title="回音 Huiyin 接口",
    version="1",
    description=ABOUT,
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
    auth=DOORS,
    parser=Json(),
    openapi_extra={"info": {"license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}}},
)
for error in (Exception, Http404, HttpError, ValidationError):
    api.add_exception_handler(error, problems.answer)
api.add_decorator(spoken)
PARTS = (
    orders, steps, group_steps, unit_steps, apply_steps, dispute_steps, calling_steps,
    callbacks, calls, urging, mandates, escalations, files, public, reference, registers, search,
    unit_changes, followup, supervision, begun, returns, figures, assessments, bulletins,
    knowledge, tasks, turns, coordination, listening, outside,
    system,
)  # fmt: skip
# ``begun`` adds to routers of others: what is begun has the address of its list.
for router in dict.fromkeys(part.router for part in PARTS):
    api.add_router("", router)
