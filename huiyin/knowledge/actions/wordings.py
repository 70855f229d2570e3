"""Correcting the words of a rule in force: asked by one person, made by another."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from huiyin.kernel import cached, text
from huiyin.kernel.checks import present
from huiyin.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from huiyin.knowledge import wording_queries
from huiyin.knowledge.models import RuleWording
from huiyin.knowledge.states import WordingKind, WordingState
from huiyin.orgs.actors import Actor
from huiyin.orgs.policy import require
from huiyin.orgs.states import Perm

LONGEST = {"text": 300, "source": 200, "reason": 200}
SHORTEST = 2


@transaction.atomic
def ask_wording(  # noqa: PLR0913 - a correction names both texts and why
    kind: WordingKind, key: int, *, words: str, source: str, reason: str, by: Actor, now: datetime
) -> RuleWording:
    """Ask to correct a misprint in the text or source of a rule; value and days stay as they are.

    Raises:
        NotAllowed: the actor does not look after what the console shows.
        NotFound: there is no such rule.
        Invalid: words are missing, too long, or nothing changes.
        WrongState: another correction of the same rule waits.

    Source: R-392 (handbook domain.md 2.9, rules with effective dates; 7.2: two persons).
    """
    require(by, Perm.CONTENT)
    row = wording_queries.rule_row(kind, key)
    if row is None:
        raise NotFound("没有这条规则", remedy="请从列表重新进入")
    clean = {"text": text.clean(words), "source": text.clean(source), "reason": text.clean(reason)}
    held = wording_queries.text_of(kind, row)
    _check(clean, (held, row.source))
    try:
        with transaction.atomic():
            return RuleWording.objects.create(
                kind=kind.value, code=wording_queries.code_of(kind, row), asked_at=now,
                valid_from=row.valid_from, old_text=held, old_source=row.source,
                asked_by=present(by.staff), **clean,
            )  # fmt: skip
    except IntegrityError as error:
        raise WrongState("这条规则已有更正等待复核", remedy="请先复核原来的更正") from error


def _check(clean: dict[str, str], held: tuple[str, str]) -> None:
    wrong = {name: f"最多 {most} 个字" for name, most in LONGEST.items() if len(clean[name]) > most}
    wrong |= {name: "请填写" for name in LONGEST if len(clean[name]) < SHORTEST}
    if wrong:
        raise Invalid("说明、出处和更正原因须写明，也不能过长", fields=wrong)
    if (clean["text"], clean["source"]) == held:
        raise Invalid("文字没有变化", fields={"text": "与现在相同"})


@transaction.atomic
def decide_wording(
    key: int, *, agreed: bool, note: str = "", by: Actor, now: datetime
) -> RuleWording:
    """Correct the words as asked, or refuse; never by the person who asked.

    Raises:
        NotAllowed: the actor does not look after rules, or asked themselves.
        NotFound: there is no such correction.
        WrongState: it has been decided, or the rule's words have changed meanwhile.
        Invalid: refused without a reason.

    Source: R-392 (handbook domain.md 2.9, rules with effective dates; 7.2: two persons).
    """
    require(by, Perm.CONTENT)
    found = RuleWording.objects.select_for_update().filter(pk=key).first()
    if found is None:
        raise NotFound("没有这项更正", remedy="请从列表重新进入")
    if found.state != WordingState.ASKED:
        raise WrongState(f"这项更正{WordingState(found.state).label}")
    if by.staff is None or by.staff.pk == found.asked_by_id:
        raise NotAllowed("提出人不能复核自己的更正", remedy="请由另一人复核")
    said = text.clean(note)[: LONGEST["reason"]]
    if not agreed and len(said) < SHORTEST:
        raise Invalid("请写明不同意的理由", fields={"note": "请填写"})
    if agreed:
        _correct(found)
    found.state = (WordingState.DONE if agreed else WordingState.REFUSED).value
    found.decided_at, found.decided_by, found.note = now, by.staff, said
    found.save(update_fields=["state", "decided_at", "decided_by", "note"])
    return found


def _correct(wanted: RuleWording) -> None:
    row, kind = wording_queries.row_of(wanted), WordingKind(wanted.kind)
    held = (wording_queries.text_of(kind, row), row.source) if row else None
    if row is None or held != (wanted.old_text, wanted.old_source):
        raise WrongState("这条规则的文字已有变化", remedy="请退回这项更正，重新提出")
    field = wording_queries.TABLES[kind].text
    setattr(row, field, wanted.text)
    row.source = wanted.source
    row.save(update_fields=[field, "source"])
    transaction.on_commit(cached.forget_all)
