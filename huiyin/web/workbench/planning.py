"""What is expected and needed at the telephones, the roster, the totals, and leaders' days."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huiyin.callcentre.telephony import planning, planning_queries, totals_queries
from huiyin.callcentre.telephony import queries as telephony
from huiyin.callcentre.telephony import report_queries as reports
from huiyin.callcentre.telephony.actions import roster as rosters
from huiyin.kernel import clock
from huiyin.kernel.errors import Invalid, Refused
from huiyin.knowledge import queries as knowledge
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.workbench.forms import dress
from huiyin.web.workbench.forms_roster import ShiftForm, SizeForm
from huiyin.web.workbench.rows import rows_for
from huiyin.web.workbench.steps import put_on
from huiyin.web.workbench.tables import sheet
from huiyin.worktime.calendar import SHANGHAI

LEADERS = (Perm.SUPERVISE, Perm.QUALITY, Perm.REPORTS)
SEATED = (Perm.INTAKE, Perm.CALL_BACK, Perm.SUPERVISE, Perm.QUALITY)
ANSWERED_BY_LEADERS = (Perm.SUPERVISE, Perm.QUALITY)
_FIRST, _LAST = date(2000, 1, 1), date(2099, 12, 30)


def _day(request: StaffRequest, now: datetime) -> date:
    """Return the day that an address asks for, today when it does not say. Raises Invalid."""
    raw = request.GET.get("day", "")
    if not raw:
        return now.astimezone(SHANGHAI).date()
    try:
        found = date.fromisoformat(raw)
    except ValueError:
        raise Invalid("日期格式不对") from None
    if not _FIRST <= found <= _LAST:
        raise Invalid("日期不对")
    return found


def _around(day: date) -> dict[str, Any]:
    return {"day": day, "before": day - timedelta(days=1), "after": day + timedelta(days=1)}


@require_GET
@staff_page(*LEADERS)
def forecast(request: StaffRequest) -> HttpResponse:
    """Show a day by half hour: expected, needed, on duty, missing; and the calculator.

    Six queries beside the session.
    """
    now = clock.now()
    day = _day(request, now)
    begins = planning_queries.midnight(day)
    plan = planning_queries.plan(begins, now)
    asked = "calls" in request.GET
    form = SizeForm(request.GET) if asked else SizeForm(initial=_usual(plan))
    size = _size(form, plan, begins) if asked and form.is_valid() else None
    dress(form)
    found = _around(day) | {
        "plan": plan, "form": form, "size": size, "taken": planning_queries.lines_taken(begins),
        "roster_address": reverse("workbench:roster"),
    }  # fmt: skip
    status = 422 if asked and not form.is_valid() else 200
    return render(request, "workbench/forecast.html", found, status=status)


def _usual(plan: planning_queries.Plan) -> dict[str, object]:
    busiest = max((half.expected for half in plan.halves), default=0) * 2
    return {
        "calls": round(busiest) or 100, "talk": round(plan.talk),
        "target": round(plan.aim.level * 100),
    }  # fmt: skip


def _size(form: SizeForm, plan: planning_queries.Plan, at: datetime) -> planning.Size:
    asked, aim = form.cleaned_data, plan.aim
    wanted = planning.Aim(asked["target"] / 100, aim.within, aim.away, aim.blocked, aim.least)
    return planning.size(
        asked["calls"], asked["talk"], wanted, wrap=plan.wrap, people=planning_queries.people(at),
        people_per_line=planning_queries.people_per_line(at),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@staff_page(*SEATED)
def roster(request: StaffRequest) -> HttpResponse:
    """Show the shifts of a day and who is on duty now; plan shifts. Six queries at most."""
    now = clock.now()
    day = _day(request, now)
    begins = planning_queries.midnight(day)
    status = 200
    form = ShiftForm(initial={
        "begins_at": begins + timedelta(hours=8), "ends_at": begins + timedelta(hours=16),
    })  # fmt: skip
    if request.method == "POST":
        form = ShiftForm(request.POST)
        status = _plan(request, form, now) if form.is_valid() else 422
        if status == 200:
            to = form.cleaned_data["begins_at"].astimezone(SHANGHAI).date()
            return redirect(f"{reverse('workbench:roster')}?{urlencode({'day': to.isoformat()})}")
    dress(form)
    found = _around(day) | {
        "form": form, "shifts": planning_queries.shifts(begins), "now": now,
        "people": planning_queries.on_duty_now(now),
        "may_plan": Perm.SUPERVISE in request.actor.perms,
        "patterns": planning_queries.patterns(begins),
    }  # fmt: skip
    return render(request, "workbench/roster.html", found, status=status)


def _plan(request: StaffRequest, form: ShiftForm, now: datetime) -> int:
    asked = form.cleaned_data
    span = (asked["begins_at"], asked["ends_at"])
    try:
        rosters.plan(asked["staff"], span, by=request.actor, now=now, note=asked["note"])
    except Refused as refusal:
        put_on(form, refusal)
        return refusal.status
    return 200


@require_POST
@staff_page(Perm.SUPERVISE)
def shift_cancel(request: StaffRequest, key: int) -> HttpResponse:
    """Take a shift off the roster."""
    rosters.cancel(key, by=request.actor, now=clock.now())
    day = request.POST.get("day", "")
    query = f"?{urlencode({'day': day})}" if len(day) == len("2026-01-31") else ""
    return redirect(reverse("workbench:roster") + query)


@require_GET
@staff_page(*ANSWERED_BY_LEADERS)
def work(request: StaffRequest) -> HttpResponse:
    """Show what everybody did at the telephone on a day. Three queries beside the session."""
    now = clock.now()
    day = _day(request, now)
    rows = planning_queries.work_of(planning_queries.midnight(day), now)
    return render(request, "workbench/agents_work.html", _around(day) | {"rows": rows})


WORK_HEADS = (
    "姓名", "单位", "接听", "每日目标", "签入分钟", "通话分钟", "整理分钟", "小休分钟", "利用率%",
    "平均通话秒数", "平均处理秒数",
)  # fmt: skip


@require_GET
@staff_page(*ANSWERED_BY_LEADERS)
def work_table(request: StaffRequest) -> HttpResponse:
    """Send the same as a table."""
    now = clock.now()
    day = _day(request, now)
    rows = [
        (
            row.name, row.unit, row.answered, row.target, round(row.signed_in / 60),
            round(row.talking / 60), round(row.wrapping / 60), round(row.resting / 60),
            reports.per_cent(row.utilisation), reports.seconds(row.talk),
            reports.seconds(row.handling),
        )
        for row in planning_queries.work_of(planning_queries.midnight(day), now)
    ]  # fmt: skip
    return sheet(WORK_HEADS, rows, f"agents-{day:%Y%m%d}")


_RATES = ("接通率%", "规定秒数内占呼入%", "平均应答秒数")
YEAR_HEADS = ("年份", "呼入", "应答", *_RATES, "成为诉求", "呼出", "累计呼入")
MONTH_HEADS = ("月份", "呼入", "应答", *_RATES, "成为诉求", "呼出", "重复来电", "本年累计呼入")


def _rates(row: totals_queries.Total) -> tuple[float | None, ...]:
    figures = row.figures
    return (
        reports.per_cent(figures.connected),
        reports.per_cent(figures.within_offered),
        reports.seconds(figures.mean_wait),
    )


def _year(request: StaffRequest, now: datetime) -> int:
    raw = request.GET.get("year", "")
    if not raw:
        return now.astimezone(SHANGHAI).year
    if not (raw.isascii() and raw.isdigit() and _FIRST.year <= int(raw) <= _LAST.year):
        raise Invalid("年份不对")
    return int(raw)


@require_GET
@staff_page(*LEADERS)
def totals(request: StaffRequest) -> HttpResponse:
    """Show how many calls there were by year, and by month of one year. Two queries."""
    now = clock.now()
    year = _year(request, now)
    years = totals_queries.by_year(now)
    found = {
        "target": int(knowledge.parameter("telephony.connect_target", now, default=95)) / 100,
        "year": year, "years": years, "months": totals_queries.by_month(year),
        "whole": years[-1].so_far if years else 0,
    }  # fmt: skip
    return render(request, "workbench/call_totals.html", found)


@require_GET
@staff_page(*LEADERS)
def totals_table(request: StaffRequest) -> HttpResponse:
    """Send the same as a table: the months of a year, or the years when none is asked for."""
    if "year" not in request.GET:
        rows = [
            (
                row.span,
                row.offered,
                row.answered,
                *_rates(row),
                row.requests,
                row.outgoing,
                row.so_far,
            )
            for row in totals_queries.by_year(clock.now())
        ]
        return sheet(YEAR_HEADS, rows, "call-totals")
    year = _year(request, clock.now())
    months = [
        (
            row.span, row.offered, row.answered, *_rates(row), row.requests, row.outgoing,
            row.repeated, row.so_far,
        )
        for row in totals_queries.by_month(year)
    ]  # fmt: skip
    return sheet(MONTH_HEADS, months, f"call-totals-{year}")


@require_GET
@staff_page(*ANSWERED_BY_LEADERS)
def leader_days(request: StaffRequest) -> HttpResponse:
    """Show the days on which leaders answer. One query."""
    now = clock.now()
    found = {"days": telephony.leader_days(now), "now": now}
    return render(request, "workbench/leader_days.html", found)


@require_GET
@staff_page(*ANSWERED_BY_LEADERS)
def leader_day(request: StaffRequest, key: int) -> HttpResponse:
    """Show the follow-up of a leader's day: each call, its order, how it stands. Six queries."""
    ledger = totals_queries.leader_ledger(key)
    found = {"ledger": ledger, "rows": _followed(request, ledger)}
    return render(request, "workbench/leader_day.html", found)


LEADER_HEADS = ("时间", "号码", "是否应答", "受理员", "工单", "诉求", "承办单位", "现在", "回拨")


@require_GET
@staff_page(*ANSWERED_BY_LEADERS)
def leader_day_table(request: StaffRequest, key: int) -> HttpResponse:
    """Send the same as a table."""
    ledger = totals_queries.leader_ledger(key)
    rows = [
        (
            f"{each.call.arrived_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
            each.call.number_masked, "已接" if each.call.answered_at else "未接",
            each.call.agent.name if each.call.agent else "",
            row.order.number if row else "", row.order.title if row else "",
            row.unit if row else "", row.state if row else "",
            each.missed.label if each.missed else "",
        )
        for each, row in _followed(request, ledger)
    ]  # fmt: skip
    return sheet(LEADER_HEADS, rows, f"leader-day-{ledger.day.begins_at:%Y%m%d}-{key}")


def _followed(request: StaffRequest, ledger: totals_queries.Ledger) -> list[tuple[Any, Any]]:
    """Return each call with the row of its order, as lists of orders show it."""
    orders = [each.call.order for each in ledger.calls if each.call.order is not None]
    rows = {row.order.pk: row for row in rows_for(request.actor, orders, clock.now())}
    return [(each, rows.get(each.call.order_id or 0)) for each in ledger.calls]
