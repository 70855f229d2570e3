"""Addresses of the console."""

from django.urls import URLPattern, path

from huiyin.web.console import (
    access_log,
    calendar,
    messages,
    news,
    overview,
    rules,
    simulation,
    staff,
    units,
)

app_name = "console"
urlpatterns: list[URLPattern] = [
    path("", overview.overview, name="overview"),
    path("health", overview.health, name="health"),
    path("messages", messages.listed, name="messages"),
    path("messages/templates", messages.templates, name="templates"),
    path("messages/<int:key>", messages.shown, name="message"),
    path("messages/<int:key>/retry", messages.retry, name="retry"),
    path("units", units.tree, name="units"),
    path("units/<str:code>", units.shown, name="unit"),
    path("units/<str:code>/below", units.below, name="units_below"),
    path("staff", staff.listed, name="staff"),
    path("staff/new", staff.new, name="staff_new"),
    path("staff/<int:key>", staff.shown, name="account"),
    path("staff/<int:key>/roles", staff.roles, name="account_roles"),
    path("staff/<int:key>/close", staff.close, name="account_close"),
    path("staff/<int:key>/reopen", staff.reopen, name="account_reopen"),
    path("staff/<int:key>/unlock", staff.unlock, name="account_unlock"),
    path("staff/<int:key>/password", staff.password, name="account_password"),
    path("staff/<int:key>/tokens", staff.grant, name="token_grant"),
    path("tokens/<int:key>/revoke", staff.revoke, name="token_revoke"),
    path("rules", rules.listed, name="rules"),
    path("rules/catalogue", rules.catalogue, name="catalogue"),
    path("rules/reasons", rules.reasons, name="reasons"),
    path("rules/classes", rules.classes, name="classes"),
    path("calendar", calendar.years, name="calendar"),
    path("news", news.listed, name="news"),
    path("news/new", news.new, name="news_new"),
    path("news/<int:key>", news.edit, name="article"),
    path("news/<int:key>/publish", news.publish, name="article_publish"),
    path("news/<int:key>/withdraw", news.withdraw, name="article_withdraw"),
    path("simulation", simulation.runs, name="simulation"),
    path("simulation/<int:key>", simulation.run, name="simulation_run"),
    path("access-log", access_log.listed, name="access_log"),
]
