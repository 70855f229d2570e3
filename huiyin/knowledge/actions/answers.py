"""Questions with answers: written, reviewed by the owner unit, published, withdrawn, each kept."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from huiyin.kernel import text
from huiyin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from huiyin.knowledge import article_queries, policy
from huiyin.knowledge.article_states import (
    BY_VERB,
    UNDER_WORK,
    VersionState,
    Visibility,
)
from huiyin.knowledge.models import Article, ArticleEvent, ArticleVersion, Category
from huiyin.knowledge.states import ArticleKind, Kind
from huiyin.orgs.actors import SYSTEM, Actor
from huiyin.orgs.models import Unit
from huiyin.worktime.calendar import SHANGHAI

LONGEST_TITLE, LONGEST_BODY, LONGEST_NOTE, MOST_WORDINGS = 100, 10_000, 500, 20
SHOWN = (
    "title", "body", "wordings", "request_kind", "category_id", "unit_id", "visibility",
    "source_code", "clause", "review_on", "expires_on",
)  # fmt: skip
"""What a version hands to the article when it is published."""


@dataclass(frozen=True, slots=True)
class AnswerText:
    """What an editor writes of a question and its answer; a draft may lack the answer.

    ``wordings`` are other ways to ask it; ``source`` is the code of the document it follows.
    """

    title: str
    body: str = ""
    wordings: tuple[str, ...] = ()
    request_kind: Kind | None = None
    category: Category | None = None
    unit: Unit | None = None
    visibility: Visibility = Visibility.PUBLIC
    source: str = ""
    clause: str = ""
    review_on: date | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class _Step:
    """A step that is being taken: the locked article, its version, who and when."""

    article: Article
    version: ArticleVersion
    by: Actor
    now: datetime
    note: str = ""

    def log(self, verb: str) -> None:
        ArticleEvent.objects.create(
            article=self.article, number=self.version.number, verb=verb, by=self.by.label[:60],
            staff=self.by.staff, at=self.now, note=self.note,
        )  # fmt: skip


@transaction.atomic
def write_answer(written: AnswerText, *, by: Actor, now: datetime) -> ArticleVersion:
    """Store the first draft of a new answer.

    Raises:
        NotAllowed: the actor may not write for the owner unit.
        Invalid: something is missing or too long.

    Source: R-353 (handbook domain.md 1.2 (一), 3.4; own default: two people).
    """
    _require_writer(by, written.unit)
    values = _values(written, now)
    shown = {name: values[name] for name in SHOWN}
    article = Article.objects.create(
        code=f"q-{secrets.token_hex(6)}", kind=ArticleKind.ANSWER.value, **shown, changed_at=now
    )
    version = _new_version(article, 1, values, by, now)
    _Step(article, version, by, now).log("write")
    return version


@transaction.atomic
def revise_answer(
    article_id: int, written: AnswerText, *, by: Actor, now: datetime
) -> ArticleVersion:
    """Change the draft of an answer, or begin its next version beside the published one.

    Raises:
        NotFound: there is no such answer.
        NotAllowed: the actor may not write for the old or the new owner unit.
        WrongState: its new version waits for review.
        Invalid: something is missing or too long.

    Source: R-353 (handbook domain.md 1.2 (一), 3.4; own default: two people).
    """
    article = _locked(article_id)
    _require_writer(by, article.unit)
    _require_writer(by, written.unit)
    values = _values(written, now)
    worked_on = article.versions.filter(state__in=UNDER_WORK).first()
    if worked_on is None:
        last = article.versions.order_by("-number").first()
        version = _new_version(article, last.number + 1 if last else 1, values, by, now)
        _Step(article, version, by, now).log("write")
        return version
    if worked_on.standing is not VersionState.DRAFT:
        raise WrongState("新版正在审核，不能修改", remedy="请等审核人发布或退回")
    _put(worked_on, values, by, now)
    worked_on.save()
    if article.published_at is None:
        _show(article, worked_on, now)
    _Step(article, worked_on, by, now).log("edit")
    return worked_on


@transaction.atomic
def take_step(
    article_id: int, verb: str, *, by: Actor, now: datetime, note: str = "", number: int = 0
) -> Article:
    """Submit, send back, publish, confirm, withdraw or drop a version of an answer.

    Args:
        article_id: which answer.
        verb: a step of ``article_states.STEPS`` that people take.
        by: who takes it.
        now: the moment.
        note: why, where the step needs a reason; for ``confirm`` the next review date stays.
        number: the version that the person has seen; 0 for whichever stands in that state.

    Raises:
        NotFound: there is no such answer or no such step.
        WrongState: no version is in a state for this step.
        Conflict: another version than the one seen stands there now.
        NotAllowed: the actor may not, or wrote it.
        Invalid: the reason or the answer is missing.

    Source: R-353 (handbook domain.md 1.2 (一), 3.4; own default: two people).
    """
    step = BY_VERB.get(verb)
    if step is None or not step.before or step.verb == "edit":
        raise NotFound("没有这一步")
    article = _locked(article_id)
    version = article.versions.select_related("unit").filter(state__in=step.before).first()
    if version is None:
        raise WrongState(f"现在不能{step.label}")
    if number and number != version.number:
        raise Conflict("内容已被他人改过", remedy="请刷新后再看")
    policy.require_step(by, step, version)
    note = text.clean(note)[:LONGEST_NOTE]
    if step.needs_note and not note:
        raise Invalid("请写明原因", fields={"note": "请写明原因"})
    taken = _Step(article, version, by, now, note)
    _EFFECTS.get(verb, _nothing)(taken)
    version.state = step.after.value
    version.save()
    taken.log(verb)
    return article


def _publish(step: _Step) -> None:
    if not step.version.body:
        raise Invalid("答复还是空的，不能发布", fields={"body": "请填写答复"})
    earlier = step.article.versions.filter(state=VersionState.PUBLISHED.value).first()
    if earlier:
        earlier.state = VersionState.REPLACED.value
        earlier.save(update_fields=["state"])
        _Step(step.article, earlier, SYSTEM, step.now).log("replace")
    step.version.reviewed_by, step.version.reviewed_at = step.by.staff, step.now
    _show(step.article, step.version, step.now, published_at=step.now)


def _confirm(step: _Step) -> None:
    """Move the review date on: as far from today as it was from the last look."""
    version, today = step.version, step.now.astimezone(SHANGHAI).date()
    before = (version.reviewed_at or version.written_at).astimezone(SHANGHAI).date()
    if version.review_on:
        version.review_on = today + max(version.review_on - before, _LEAST_REVIEW)
    source = article_queries.document_on(version.source_code, today)
    version.source_from = source.valid_from if source else None
    version.reviewed_by, version.reviewed_at = step.by.staff, step.now
    _show(step.article, version, step.now, published_at=step.article.published_at)


def _withdraw(step: _Step) -> None:
    step.article.published_at, step.article.changed_at = None, step.now
    step.article.save(update_fields=["published_at", "changed_at"])


def _nothing(step: _Step) -> None:
    """Take a step that only moves the version."""


_EFFECTS = {"publish": _publish, "confirm": _confirm, "withdraw": _withdraw}
_LEAST_REVIEW = date(2026, 2, 1) - date(2026, 1, 1)


@transaction.atomic
def expire_answers(*, today: date, now: datetime) -> int:
    """Withdraw the answers whose last day has passed; return how many. Safe twice, in parallel.

    Source: R-354 (requirement 98; handbook domain.md 3.4).
    """
    gone = Article.objects.select_for_update(skip_locked=True).filter(
        published_at__isnull=False, expires_on__lte=today
    )
    done = 0
    for article in gone:
        version = article.versions.filter(state=VersionState.PUBLISHED.value).first()
        if version:
            version.state = BY_VERB["expire"].after.value
            version.save(update_fields=["state"])
            taken = _Step(article, version, SYSTEM, now, f"有效期到 {article.expires_on}（不含）")
            taken.log("expire")
        article.published_at, article.changed_at = None, now
        article.save(update_fields=["published_at", "changed_at"])
        done += 1
    return done


def _require_writer(by: Actor, unit: Unit | None) -> None:
    if not policy.may_write(by, unit):
        raise NotAllowed("您不能写这条问答", remedy=f"请由{unit or '热线中心'}的人员或内容编辑起草")


def _locked(article_id: int) -> Article:
    found = Article.objects.select_for_update().filter(pk=article_id, kind=ArticleKind.ANSWER.value)
    article = found.first()
    if article is None:
        raise NotFound("没有这条问答")
    return article


def _new_version(
    article: Article, number: int, values: dict[str, Any], by: Actor, now: datetime
) -> ArticleVersion:
    return ArticleVersion.objects.create(
        article=article, number=number, state=VersionState.DRAFT.value, **values,
        written_by=by.staff, written_at=now,
    )  # fmt: skip


def _put(version: ArticleVersion, values: dict[str, Any], by: Actor, now: datetime) -> None:
    for name, value in values.items():
        setattr(version, name, value)
    version.written_by, version.written_at = by.staff, now


def _show(
    article: Article, version: ArticleVersion, now: datetime, published_at: datetime | None = None
) -> None:
    """Let readers see a version (or its editors, while nothing is published)."""
    for name in SHOWN:
        setattr(article, name, getattr(version, name))
    article.published_at, article.changed_at = published_at, now
    article.save()


def _values(written: AnswerText, now: datetime) -> dict[str, Any]:
    """Return what was written as columns of a version. Raises Invalid."""
    title, body = text.clean(written.title), text.clean(written.body, lines=True)
    wordings = [w for w in (text.clean(each) for each in written.wordings) if w]
    today, faults = now.astimezone(SHANGHAI).date(), {}
    if not title or len(title) > LONGEST_TITLE:
        faults["title"] = f"请填写问题，不超过 {LONGEST_TITLE} 个字"
    if len(body) > LONGEST_BODY:
        faults["body"] = f"答复不超过 {LONGEST_BODY} 个字"
    if len(wordings) > MOST_WORDINGS or any(len(each) > LONGEST_TITLE for each in wordings):
        faults["wordings"] = f"其他问法最多 {MOST_WORDINGS} 条，每条不超过 {LONGEST_TITLE} 个字"
    if written.expires_on and written.expires_on <= today:
        faults["expires_on"] = "有效期须在今天以后"
    source = article_queries.document_on(written.source, today) if written.source else None
    if written.source and source is None:
        faults["source"] = "没有这份文件，或已失效"
    if faults:
        raise Invalid("内容填写有误", fields=faults)
    return {
        "title": title,
        "body": body,
        "wordings": wordings,
        "request_kind": written.request_kind.value if written.request_kind else "",
        "category_id": written.category.pk if written.category else None,
        "unit_id": written.unit.pk if written.unit else None,
        "visibility": written.visibility.value,
        "source_code": written.source,
        "source_from": source.valid_from if source else None,
        "clause": text.clean(written.clause)[:60],
        "review_on": written.review_on,
        "expires_on": written.expires_on,
    }
