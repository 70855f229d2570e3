"""Finding anything by words: orders, answers, units, people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from huiyin.kernel import clock
from huiyin.kernel import search as terms
from huiyin.knowledge import finding_queries as articles
from huiyin.orders import numbers, queries
from huiyin.orders.actions.finding import find
from huiyin.orders.search_queries import Hits, phone_in
from huiyin.orgs import finding_queries as orgs
from huiyin.orgs.states import Perm
from huiyin.web.gaps import note_gap
from huiyin.web.staff import StaffRequest, address_of, staff_page
from huiyin.web.workbench.forms_search import SearchForm
from huiyin.web.workbench.rows import rows_for

LISTS = frozenset({Perm.SEE_ALL, Perm.HANDLE})


@dataclass(frozen=True, slots=True)
class Tab:
    """One kind of thing that can be looked for."""

    key: str
    label: str
    icon: str
    of: str
    url: str = ""
    active: bool = False


TABS = (
    Tab("orders", "工单", "clipboard-list", "工单"),
    Tab("articles", "知识", "news", "解答"),
    Tab("units", "单位", "building", "单位"),
    Tab("people", "人员", "users", "人员"),
)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page()
def search(request: StaffRequest) -> HttpResponse:
    """Show what was found. What is typed into the box comes by POST and gets an address.

    But no telephone number does: its orders are shown at once, so that no number of a person
    stands in an address or in a log. The number of an order opens it. Fifteen queries or fewer
    beside the session, whatever is found.
    """
    typed = request.POST if request.method == "POST" else request.GET
    form = SearchForm(typed, actor=request.actor)
    if not form.is_valid():
        return render(request, "workbench/search.html", _facts(request, form, typed), status=422)
    asked = form.cleaned_data["q"]
    if request.method == "POST" and not phone_in(asked):
        return redirect(f"{request.path}?{_plain(request.POST).urlencode()}")
    facts = _facts(request, form, typed)
    if facts["tab"].key == "orders" and _opens(request, asked):
        return redirect("workbench:order", number=numbers.read(asked))
    if asked:
        facts |= _FINDERS[facts["tab"].key](request, form)
    return render(request, "workbench/search.html", facts)


def _opens(request: StaffRequest, asked: str) -> bool:
    return bool(numbers.read(asked)) and queries.visible_key(request.actor, asked) is not None


def _facts(request: StaffRequest, form: SearchForm, typed: QueryDict) -> dict[str, Any]:
    """Return what the page shows whatever is found: the form, the tabs, the one that is open."""
    offered = [t for t in TABS if t.key != "orders" or LISTS & request.actor.perms]
    chosen = typed.get("tab", "")
    tab = next((t for t in offered if t.key == chosen), offered[0])
    asked = typed.get("q", "")
    address = {} if phone_in(asked) else {"q": asked}
    tabs = [
        Tab(t.key, t.label, t.icon, t.of, _url(request, address | {"tab": t.key}), t == tab)
        for t in offered
    ]
    return {"form": form, "tabs": tabs, "tab": tab, "asked": asked}


def _orders(request: StaffRequest, form: SearchForm) -> dict[str, Any]:
    now, asked = clock.now(), form.cleaned_data["q"]
    hits = find(
        asked, form.wanted(now), by=request.actor, now=now, address=address_of(request),
        cursor=request.GET.get("cursor", ""), relevant=form.relevant,
    )  # fmt: skip
    rows = rows_for(request.actor, [hit.order for hit in hits.rows], now)
    phone = bool(phone_in(asked))
    near = not (phone or request.GET.get("cursor"))
    return {
        "found": list(zip(hits.rows, rows, strict=True)),
        "instead": _instead(hits),
        "next": _url(request, _plain(request.GET).dict() | {"cursor": hits.next}, form)
        if hits.next
        else "",
        "regions": orgs.regions_meant(asked, most=3, heard=not hits.rows) if near else [],
        "units": orgs.units_meant(asked, most=3, heard=not hits.rows) if near else [],
        "by_phone": phone,
    }


def _instead(hits: Hits) -> str:
    """Return, in words, what was looked for instead of what was typed."""
    words = f"“{hits.asked}”"
    return {
        "words": f"没有工单原样写着这句话，以下是同时写到{words}的",
        "sound": f"没有找到原词，您是不是要找{words}",
    }.get(hits.how, "")


def _articles(request: StaffRequest, form: SearchForm) -> dict[str, Any]:
    """Return the answers that fit; a question that none fits is noted as a gap."""
    typed, now = form.cleaned_data["q"], clock.now()
    asked = terms.ask(typed)
    found = articles.articles_meant(typed, now)
    noted = None if found else note_gap(typed, by=request.actor, now=now)
    return {
        "noted": noted,
        "articles": [
            (each, terms.marked(each.title, asked), terms.excerpt([each.body], asked))
            for each in found
        ],
    }


def _units(_request: StaffRequest, form: SearchForm) -> dict[str, Any]:
    return {"units": orgs.units_meant(form.cleaned_data["q"])}


def _people(request: StaffRequest, form: SearchForm) -> dict[str, Any]:
    return {"people": orgs.people_meant(request.actor, form.cleaned_data["q"])}


_FINDERS: dict[str, Callable[[StaffRequest, SearchForm], dict[str, Any]]] = {
    "orders": _orders,
    "articles": _articles,
    "units": _units,
    "people": _people,
}


def _plain(typed: QueryDict) -> QueryDict:
    """Return the fields that belong into an address: those that say something."""
    kept = QueryDict(mutable=True)
    for name, values in typed.lists():
        if name not in ("csrfmiddlewaretoken", "cursor") and any(values):
            kept.setlist(name, values)
    return kept


def _url(request: HttpRequest, fields: dict[str, Any], form: SearchForm | None = None) -> str:
    query = QueryDict(mutable=True)
    query.update(fields)
    if form is not None and form.cleaned_data["state"]:
        query.setlist("state", form.cleaned_data["state"])
    return f"{request.path}?{query.urlencode()}"
