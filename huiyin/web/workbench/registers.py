"""The registers beside the orders: filings, the unsatisfied, commendations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from huiyin.followup.commendations import actions as thanks
from huiyin.followup.commendations import queries as thanked
from huiyin.followup.commendations.policy import require_writer
from huiyin.followup.commendations.states import Form
from huiyin.followup.filings import actions as filings
from huiyin.followup.filings import queries as filed
from huiyin.followup.filings.models import Filing
from huiyin.followup.filings.queries import FilingFilter
from huiyin.followup.filings.states import FilingState
from huiyin.followup.writeoffs import queries as writeoffs
from huiyin.kernel import clock, masks
from huiyin.kernel.errors import Invalid, NotFound, TooLarge, WrongType
from huiyin.orders import queries as orders
from huiyin.orders.actions.files import path_of_digest
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.workbench.forms import dress
from huiyin.web.workbench.forms_followup import (
    CommendationForm,
    DecideForm,
    FilingForm,
    RegisterFilter,
)
from huiyin.web.workbench.rows import asker_of
from huiyin.web.workbench.steps import put_on
from huiyin.web.workbench.tables import sheet
from huiyin.worktime.calendar import SHANGHAI

MOST_EXPORTED = 5000
_HEADS = (
    "编号", "状态", "事项", "单位", "分类", "地点", "诉求人", "生效", "到期（不含）", "答复件数",
    "结束", "撤销原因",
)  # fmt: skip


@require_GET
@staff_page(Perm.SEE_ALL, Perm.HANDLE)
def listed(request: StaffRequest) -> HttpResponse:
    """Show one page of filings, newest first. Four queries beside the session."""
    now, wanted = clock.now(), _wanted(request)
    page = filed.listed(request.actor, wanted, now, cursor=request.GET.get("cursor", ""))
    counts = filed.counted(request.actor, now)
    states = [(each.value, each.label, counts.by_state[each]) for each in FilingState]
    states.insert(2, (filed.SOON, "即将到期", counts.soon))
    found = {
        "page": page,
        "counts": states,
        "total": sum(counts.by_state.values()),
        "uses": counts.uses,
        "soon_days": filed.soon_days(now),
        "today": now.astimezone(SHANGHAI).date(),
        "soon_after": now.astimezone(SHANGHAI).date() + timedelta(filed.soon_days(now)),
        "wanted": wanted,
        "query": urlencode({"state": wanted.state, "q": wanted.words}),
        "may_apply": Perm.HANDLE in request.actor.perms,
    }
    return render(request, "workbench/filings.html", found)


def _wanted(request: StaffRequest) -> FilingFilter:
    state = request.GET.get("state", "")
    known = state in {filed.SOON, *FilingState}
    return FilingFilter(state=state if known else "", words=request.GET.get("q", "")[:60])


@require_GET
@staff_page(Perm.SEE_ALL, Perm.HANDLE)
def filings_table(request: StaffRequest) -> HttpResponse:
    """Send the filings of the list as a table: at most five thousand rows, numbers masked."""
    now, wanted, cursor = clock.now(), _wanted(request), ""
    rows: list[list[object]] = []
    while len(rows) < MOST_EXPORTED:
        page = filed.listed(request.actor, wanted, now, cursor=cursor, size=200)
        rows += [_cells(row) for row in page.rows]
        cursor = page.next
        if not cursor:
            break
    return sheet(_HEADS, rows, f"filings-{now.astimezone(SHANGHAI):%Y%m%d}")


def _cells(row: Filing) -> list[object]:
    ended = row.ended_at.astimezone(SHANGHAI).date() if row.ended_at else ""
    return [
        row.number, row.standing.label, masks.in_text(row.title), row.unit, row.category.full_name,
        masks.in_text(row.place), row.phone_masked, row.valid_from, row.valid_to, row.uses, ended,
        masks.in_text(row.end_reason),
    ]  # fmt: skip


@require_http_methods(["GET", "POST"])
@staff_page(Perm.HANDLE)
def new(request: StaffRequest) -> HttpResponse:
    """Apply to put a difficult matter on file."""
    if request.method == "GET":
        return _new(request, FilingForm(initial=_begun(request)))
    form = FilingForm(request.POST, request.FILES)
    if not form.is_valid():
        return _new(request, form, status=422)
    clean = form.cleaned_data
    files = clean.pop("photos")
    try:
        filing = filings.apply(
            filings.Application(**clean), files, by=request.actor, now=clock.now()
        )
    except (Invalid, TooLarge, WrongType) as refusal:
        _reports(refusal)
        put_on(form, refusal)
        return _new(request, form, status=refusal.status)
    return redirect("workbench:filing", key=filing.pk)


def _reports(refusal: Any) -> None:
    """Let what is said of the reports stand beside the field of the files."""
    fields = refusal.facts.get("fields", {})
    if "reports" in fields:
        fields["photos"] = fields.pop("reports")


def _begun(request: StaffRequest) -> dict[str, Any]:
    number = request.GET.get("order", "")
    order = orders.get_visible(request.actor, number) if number else None
    if order is None:
        return {}
    return {
        "order": order.number,
        "title": order.title,
        "place": order.place,
        "category": order.category.code if order.category else "",
    }


def _new(request: StaffRequest, form: FilingForm, *, status: int = 200) -> HttpResponse:
    dress(form)
    return render(request, "workbench/filing_new.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@staff_page(Perm.SEE_ALL, Perm.HANDLE)
def shown(request: StaffRequest, key: int) -> HttpResponse:
    """Show one filing; agree with it, refuse it, or cancel it."""
    filing = filed.get_visible(request.actor, key)
    if filing is None:
        raise NotFound("没有找到这份备案")
    form, status = DecideForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _decide(request, key, form.cleaned_data)
                return redirect("workbench:filing", key=key)
            except Invalid as refusal:
                form.add_error("note", refusal.message)
    dress(form)
    reviews = Perm.REVIEW in request.actor.perms
    found = {
        "filing": filing,
        "today": clock.now().astimezone(SHANGHAI).date(),
        "used": filed.used_by(request.actor, filing, cursor=request.GET.get("cursor", "")),
        "form": form,
        "may_review": reviews and filing.standing is FilingState.APPLIED,
        "may_cancel": reviews and filing.standing is FilingState.VALID,
    }
    return render(request, "workbench/filing.html", found, status=status)


def _decide(request: StaffRequest, key: int, clean: dict[str, Any]) -> None:
    now, note = clock.now(), clean["note"]
    if clean["do"] == "cancel":
        filings.cancel(key, by=request.actor, reason=note, now=now)
        return
    filings.review(key, by=request.actor, agreed=clean["do"] == "agree", note=note, now=now)


@require_GET
@staff_page(Perm.SEE_ALL, Perm.HANDLE)
def report(request: StaffRequest, key: int) -> HttpResponse:
    """Send one file of a sealed report."""
    found = filed.report_for(request.actor, key)
    if found is None:
        raise NotFound("没有找到这个附件")
    return send_file(found.digest, found.name, found.media_type)


@require_GET
@staff_page(Perm.SEE_ALL, Perm.HANDLE)
def unsatisfied(request: StaffRequest) -> HttpResponse:
    """Show the ledger of the unsatisfied and the quarter's figures. Five queries."""
    now, asked = clock.now(), request.GET.get("asked") == "1"
    lines, after = writeoffs.ledger(
        request.actor, now, asked=asked, cursor=request.GET.get("cursor", "")
    )
    found = {
        "lines": [(line, asker_of(request.actor, line.order)) for line in lines],
        "next": after,
        "asked": asked,
        "quarter": writeoffs.quarter_for(request.actor, now),
    }
    return render(request, "workbench/unsatisfied.html", found)


@require_http_methods(["GET", "POST"])
@staff_page(Perm.SEE_ALL, Perm.HANDLE)
def commendations(request: StaffRequest) -> HttpResponse:
    """Show the register of thanks, and write one into it."""
    if request.method == "GET":
        return _thanks(request, CommendationForm())
    require_writer(request.actor)
    form = CommendationForm(request.POST, request.FILES)
    if not form.is_valid():
        return _thanks(request, form, status=422)
    clean = form.cleaned_data
    photo = next(iter(clean.pop("photos")), None)
    clean |= {"form": Form(clean["form"]), "unit": next(iter(clean["unit"]), None)}
    try:
        thanks.add(thanks.Entry(**clean), photo=photo, by=request.actor, now=clock.now())
    except (Invalid, TooLarge, WrongType) as refusal:
        put_on(form, refusal)
        return _thanks(request, form, status=refusal.status)
    return redirect("workbench:commendations")


def _thanks(request: StaffRequest, form: CommendationForm, *, status: int = 200) -> HttpResponse:
    dress(form)
    narrowed = RegisterFilter(request.GET)
    wanted = thanked.CommendationFilter()
    if narrowed.is_valid():
        clean = narrowed.cleaned_data
        wanted = thanked.CommendationFilter(**(clean | {"unit": next(iter(clean["unit"]), None)}))
    dress(narrowed)
    found = {
        "page": thanked.listed(request.actor, wanted, cursor=request.GET.get("cursor", "")),
        "by_unit": thanked.by_unit(request.actor, wanted)[:20],
        "narrowed": narrowed,
        "form": form,
        "may_add": Perm.SEE_ALL in request.actor.perms,
    }
    return render(request, "workbench/commendations.html", found, status=status)


@require_GET
@staff_page(Perm.SEE_ALL, Perm.HANDLE)
def commendation_photo(request: StaffRequest, key: int) -> HttpResponse:
    """Send the photo of a banner or letter."""
    found = thanked.photo_for(request.actor, key)
    if found is None:
        raise NotFound("没有找到这张照片")
    return send_file(found.photo_digest, found.photo_name, "image/jpeg")


def send_file(digest: str, name: str, media_type: str, *, cached: bool = True) -> HttpResponse:
    """Send a kept file; nothing in it may run. Raises NotFound.

    ``cached`` lets the browser keep it for an hour; not where every reading counts.
    """
    path = path_of_digest(digest)
    if not path.is_file():
        raise NotFound("没有找到这个附件")
    response = FileResponse(path.open("rb"), content_type=media_type)
    how = "inline" if media_type.startswith("image/") else "attachment"
    response["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    if cached:
        response["Cache-Control"] = "private, max-age=3600"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response  # type: ignore[return-value]  # a file answer has the same headers
