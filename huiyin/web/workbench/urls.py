"""Addresses of the workbench."""

from django.urls import URLPattern, path

from huiyin.web.workbench import (
    callback,
    files,
    home,
    intake,
    ledgers,
    lists,
    lookup,
    order,
    registers,
    sheet,
    signin,
    steps,
    urging,
)

app_name = "workbench"
urlpatterns: list[URLPattern] = [
    path("sign-in", signin.sign_in, name="sign_in"),
    path("sign-out", signin.sign_out, name="sign_out"),
    path("", home.home, name="home"),
    path("next/<slug:key>", home.next_order, name="next"),
    path("orders", lists.orders, name="orders"),
    path("orders.csv", lists.export, name="export"),
    path("new", intake.new, name="new"),
    path("new/before", intake.before, name="before"),
    path("callback", callback.desk, name="callback"),
    path("callback/<str:number>", callback.call, name="call"),
    path("urging", urging.listed, name="urging"),
    path("units", lookup.units, name="units"),
    path("plans", ledgers.plans, name="plans"),
    path("audits", ledgers.audits, name="audits"),
    path("filings", registers.listed, name="filings"),
    path("filings/new", registers.new, name="filing_new"),
    path("filings/<int:key>", registers.shown, name="filing"),
    path("filings/reports/<int:key>", registers.report, name="filing_report"),
    path("unsatisfied", registers.unsatisfied, name="unsatisfied"),
    path("commendations", registers.commendations, name="commendations"),
    path("commendations/<int:key>/photo", registers.commendation_photo, name="commendation_photo"),
    path("files/<int:key>", files.attachment, name="file"),
    path("orders/<str:number>", order.order, name="order"),
    path("orders/<str:number>/reveal", order.reveal, name="reveal"),
    path("orders/<str:number>/urge", urging.urge, name="urge"),
    path("orders/<str:number>/sheet", sheet.sheet, name="sheet"),
    path("orders/<str:number>/sheet.pdf", sheet.sheet_pdf, name="sheet_pdf"),
    path("orders/<str:number>/<slug:verb>", steps.step, name="step"),
]
