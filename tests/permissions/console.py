"""Who may ask for which page of the console."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from huiyin.callcentre.telephony.actions import lists
from huiyin.channels.messaging.tests.support import message
from huiyin.dispatch.learning.tests.messages import model_version
from huiyin.followup.outside import actions as outside
from huiyin.followup.outside.actions import ContactForm
from huiyin.followup.outside.models import OutsideContact
from huiyin.followup.outside.states import Agency
from huiyin.insight.runs import actions as runs
from huiyin.insight.runs.actions import RunPlan
from huiyin.knowledge import actions as knowledge
from huiyin.knowledge.actions import ArticleText
from huiyin.knowledge.models import Article, LimitRule, RuleTrial, RuleWording
from huiyin.knowledge.states import ArticleKind, WordingKind
from huiyin.orgs import actions as orgs
from huiyin.orgs.models import ApiToken, UnitChange
from huiyin.orgs.states import Perm
from tests.permissions.row import Row
from tests.world import Story, at

ADMIN = frozenset({"administrator"})
CONSOLE = ADMIN | {"manager"}
TRIERS = CONSOLE | {"supervisor"}
READERS = CONSOLE | {"supervisor", "water_leader"}
KEEPERS = CONSOLE | {"supervisor"}
Facts = dict[str, Any]


def called_in(story: Story) -> Facts:
    by = story.world.actor("manager")
    return {"name": "standby", "key": lists.add_standby("agent", "13900000001", by=by).pk}


def agent(story: Story) -> Facts:
    return {"key": story.world.people["agent"].pk}


def unit(story: Story) -> Facts:
    return {"code": "water"}


def sent(story: Story) -> Facts:
    key = message(state="given_up", next_attempt_at=None, dedupe=f"row:{_next()}").pk
    return {"key": key}


def article(story: Story) -> Facts:
    if not Article.objects.exists():
        text = ArticleText(ArticleKind.NEWS, "t", "b")
        knowledge.create_article(text, by=story.world.actor("manager"))
    return {"key": Article.objects.get().pk}


def published(story: Story) -> Facts:
    found = article(story)
    if Article.objects.get().published_at is None:
        knowledge.publish_article(found["key"], by=story.world.actor("manager"), now=at(2))
    return found


def change(story: Story) -> Facts:
    UnitChange.objects.all().delete()
    made = UnitChange.objects.create(
        kind="rename", unit=story.world.water, name="市水利局", effective=at(30).date(),
        basis="t", planned_at=at(2), planned_by="t",
    )  # fmt: skip
    return {"key": made.pk}


def due_change(story: Story) -> Facts:
    found = change(story)
    UnitChange.objects.update(effective=at(1).date())
    return found


def trial(story: Story) -> Facts:
    day = at(2).date()
    return {"key": RuleTrial.objects.create(text="", first=day, last=day, asked_at=at(2)).pk}


def token(story: Story) -> Facts:
    staff = story.world.people["agent"]
    if not ApiToken.objects.exists():
        orgs.issue_token(staff=staff, name="t", scopes=[Perm.INTAKE], now=at(2))
    return {"key": ApiToken.objects.get().pk}


def simulated(story: Story) -> Facts:
    day = date(2015, 1, 1)
    return {"key": runs.begin(RunPlan("t", "t", 1, 1.0, 1, day, day), now=at(2))}


def worded(story: Story) -> Facts:
    return {"kind": "limit", "key": LimitRule.objects.get(code="finish").pk}


def corrected(story: Story) -> Facts:
    """A correction that the manager asked for; so the manager may not decide it."""
    RuleWording.objects.all().delete()
    made = knowledge.ask_wording(
        WordingKind.LIMIT, worded(story)["key"], words="办结时限", source="条例第十五条",
        reason="错字", by=story.world.actor("manager"), now=at(2),
    )  # fmt: skip
    return {"key": made.pk}


def learned(story: Story) -> Facts:
    return {"key": model_version(state="replaced").pk}


def used(story: Story) -> Facts:
    return {"key": model_version(state="active").pk}


def somebody(story: Story) -> Facts:
    if not OutsideContact.objects.exists():
        form = ContactForm(Agency.MEDIA, "市晚报", "赵记者", "记者", "13900001234")
        outside.keep(None, form, by=story.world.actor("supervisor"), now=at(2))
    return {"key": OutsideContact.objects.get().pk}


_count = iter(range(10**6))


def _next() -> int:
    return next(_count)


def given(**fields: object) -> Callable[[Story], Facts]:
    return lambda story: fields


def step(name: str, **more: Any) -> Row:
    return Row(f"console:{name}", ADMIN, "POST", **({"kwargs": agent} | more))


ROWS: list[Row] = [
    Row("console:assistant", READERS),
    Row("console:overview", CONSOLE),
    Row("console:health", CONSOLE),
    Row("console:messages", CONSOLE),
    Row("console:templates", CONSOLE),
    Row("console:message", CONSOLE, kwargs=sent),
    Row("console:retry", CONSOLE, "POST", kwargs=sent),
    Row("console:units", CONSOLE),
    Row("console:unit", CONSOLE, kwargs=unit),
    Row("console:unit", ADMIN, "POST", kwargs=unit, data=given(title="主任")),
    Row("console:unit_mode", ADMIN, "POST", kwargs=unit, data=given(signed="yes")),
    Row("console:units_below", CONSOLE, kwargs=unit),
    Row("console:changes", CONSOLE),
    Row("console:change_new", ADMIN),
    Row("console:change_new", ADMIN, "POST"),
    Row("console:change", CONSOLE, kwargs=change),
    Row("console:change_carry_out", ADMIN, "POST", kwargs=due_change),
    Row("console:change_cancel", ADMIN, "POST", kwargs=change),
    Row("console:trials", TRIERS),
    Row("console:trials", TRIERS, "POST"),
    Row("console:trial", TRIERS, kwargs=trial),
    Row("console:staff", ADMIN),
    Row("console:staff_new", ADMIN),
    Row("console:staff_new", ADMIN, "POST"),
    Row("console:account", ADMIN, kwargs=agent),
    step("account_roles", data=given(roles=["quality"])),
    step("account_team", data=given(team="一班")),
    step("account_signature", data=given(why="换了人")),
    step("account_close"),
    step("account_reopen"),
    step("account_unlock"),
    step("account_password"),
    step("token_grant", data=given(name="t", days="30", scopes=["order.intake"])),
    step("token_revoke", kwargs=token),
    Row("console:rules", READERS),
    Row("console:catalogue", READERS),
    Row("console:reasons", READERS),
    Row("console:classes", READERS),
    Row("console:wordings", READERS),
    Row("console:wording", READERS, kwargs=worded),
    Row("console:wording", CONSOLE, "POST", kwargs=worded, data=given(text="改正")),
    Row("console:wording_decide", ADMIN, "POST", kwargs=corrected, data=given(do="agree")),
    Row("console:calendar", READERS),
    Row("console:calendar", ADMIN, "POST"),
    Row("console:news", CONSOLE),
    Row("console:news_new", CONSOLE),
    Row("console:news_new", CONSOLE, "POST", data=given(kind="news", title="t")),
    Row("console:article", CONSOLE, kwargs=article),
    Row("console:article", CONSOLE, "POST", kwargs=article, data=given(kind="news", title="t")),
    Row("console:article_publish", CONSOLE, "POST", kwargs=article),
    Row("console:article_withdraw", CONSOLE, "POST", kwargs=published),
    Row("console:access_log", ADMIN),
    Row("console:outside", KEEPERS),
    Row("console:outside", KEEPERS, "POST", data=given(office="x")),
    Row("console:outside_contact", KEEPERS, kwargs=somebody),
    Row("console:outside_contact", KEEPERS, "POST", kwargs=somebody, data=given(office="x")),
    Row("console:outside_reveal", KEEPERS, "POST", kwargs=somebody, data=given(purpose="联系")),
    Row("console:telephony", KEEPERS),
    Row("console:telephony_page", KEEPERS, kwargs=lambda story: {"page": "lists"}),
    Row(
        "console:telephony_save",
        KEEPERS,
        "POST",
        kwargs=lambda story: {"name": "line"},
        data=given(number="12345", pool="in", capacity="30", skill="general"),
    ),
    Row("console:telephony_remove", KEEPERS, "POST", kwargs=called_in),
    Row("console:models", CONSOLE),
    Row("console:routes", CONSOLE),
    Row("console:thresholds", CONSOLE),
    Row("console:model", CONSOLE, kwargs=learned),
    Row("console:model_activate", ADMIN, "POST", kwargs=learned),
    Row("console:model_off", ADMIN, "POST", kwargs=used),
    Row("console:simulation", CONSOLE),
    Row("console:simulation_run", CONSOLE, kwargs=simulated),
]
