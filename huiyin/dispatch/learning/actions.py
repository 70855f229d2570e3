"""A model is trained, takes over or not, is taken into use again, is switched off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from huiyin.dispatch.learning import queries, rules
from huiyin.dispatch.learning.classifier import Classifier
from huiyin.dispatch.learning.models import ModelVersion, Suggested
from huiyin.dispatch.learning.rules import Costs, Judged, Standing
from huiyin.dispatch.learning.samples import Sample
from huiyin.dispatch.learning.states import Field, ModelState, Purpose, Source
from huiyin.dispatch.learning.training import SUM, Trained, train
from huiyin.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from huiyin.knowledge import queries as knowledge
from huiyin.orgs.actors import Actor
from huiyin.orgs.states import Perm

LARGEST = 60_000_000
_KEPT = 12
ENOUGH_NEW = 500
_LOCK = "select pg_advisory_xact_lock(hashtext('learning'), hashtext(%s))"


@dataclass(frozen=True, slots=True)
class Learned:
    """What came of a training: the new version, and why it was taken into use or not."""

    version: ModelVersion
    adopted: bool
    why: str


def learn(
    samples: Sequence[Sample], purpose: Purpose, *, source: str, by: str, costs: Costs,
    replace: bool = False, now: datetime,
) -> Learned:  # fmt: skip
    """Train a model on labelled messages, store it as a version, and use it unless it is worse.

    Args:
        samples: the messages with their labels.
        purpose: what the model suggests.
        source: from what it learns, in words.
        by: who asked for it, in words.
        costs: what wrong and manual decisions cost.
        replace: use it even if it is worse.
        now: when it was asked for.

    Raises:
        Invalid: there is too little to learn from.

    Source: R-373 (requirement 211; a worse model never replaces a better one).
    """
    trained = train(samples, costs)
    old = queries.in_use(purpose)
    takes, why = rules.takes_over(
        trained.figures.macro_f1,
        frozenset(trained.model.labels),
        _standing(old, trained) if old else None,
    )
    if replace and not takes:
        takes, why = True, f"{why}；但指定了替换"
    return store(trained, purpose, source=source, by=by, takes=takes, why=why, now=now)


@transaction.atomic
def store(
    trained: Trained, purpose: Purpose, *, source: str, by: str, takes: bool, why: str,
    now: datetime,
) -> Learned:  # fmt: skip
    """Store a trained model as the next version of its purpose; the oldest unused ones go."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [purpose.value])
    stored = trained.model.to_bytes()
    if len(stored) > LARGEST:
        takes, why = False, f"模型有 {len(stored) // 1_000_000} MB，超过 60 MB，不启用"
    mine = ModelVersion.objects.filter(purpose=purpose.value)
    last = mine.order_by("-number").values_list("number", flat=True).first()
    if takes:
        mine.filter(state=ModelState.ACTIVE.value).update(
            state=ModelState.REPLACED.value, state_at=now, state_by=by
        )
    made = ModelVersion.objects.create(
        purpose=purpose.value,
        number=(last or 0) + 1,
        state=(ModelState.ACTIVE if takes else ModelState.REFUSED).value,
        source=source[:200],
        made_at=now,
        made_by=by[:60],
        state_at=now,
        state_by=by[:60],
        why=why[:300],
        rows=trained.rows,
        left_out=trained.left_out,
        hold_out_by=trained.hold_out_by,
        macro_f1=trained.figures.macro_f1,
        figures=trained.figures.as_dict(),
        labels=list(trained.model.labels),
        seconds=trained.seconds,
        size=len(stored),
        stored=stored,
        seen=trained.seen,
    )
    older = mine.exclude(state=ModelState.ACTIVE.value).order_by("-number")
    mine.filter(pk__in=list(older.values_list("pk", flat=True)[_KEPT:])).delete()
    return Learned(made, takes, why)


def _standing(old: ModelVersion, trained: Trained) -> Standing:
    """Return how the version in use does on those of the new hold-out that it has not seen."""
    known = bytes(ModelVersion.objects.filter(pk=old.pk).values_list("seen", flat=True).get())
    sums = {known[i : i + SUM] for i in range(0, len(known), SUM)}
    unseen = [held for held in trained.hold_out if held.seen not in sums]
    model = queries.model_of(old.pk)
    assert model is not None  # noqa: S101 - the row was read above
    return Standing(
        macro_f1=old.macro_f1,
        labels=frozenset(old.labels),
        unseen=len(unseen),
        unseen_f1=rules.macro_f1(_asked(model, [held.sample for held in unseen])),
        new_unseen_f1=rules.macro_f1([held.judged for held in unseen]),
    )


def _asked(model: Classifier, samples: Sequence[Sample]) -> list[Judged]:
    guesses = model.guesses([(s.title, s.detail) for s in samples], reasons=False)
    return [
        Judged(sample.label, guess.label, guess.probability)
        for sample, guess in zip(samples, guesses, strict=True)
    ]


@transaction.atomic
def activate(key: int, *, by: Actor, now: datetime) -> ModelVersion:
    """Take a version into use; the one in use until now is replaced.

    Raises:
        NotAllowed: the person may not set rules.
        NotFound: there is no such version.
        WrongState: it is in use already.

    Source: R-374 (requirement 211; a person has the last word on what suggests).
    """
    row = _locked(key, by)
    if row.state == ModelState.ACTIVE.value:
        raise WrongState("这个版本已在使用中")
    mine = ModelVersion.objects.filter(purpose=row.purpose, state=ModelState.ACTIVE.value)
    mine.update(state=ModelState.REPLACED.value, state_at=now, state_by=by.label)
    return _put(row, ModelState.ACTIVE, by, now)


@transaction.atomic
def switch_off(key: int, *, by: Actor, now: datetime) -> ModelVersion:
    """Stop using a version; nothing learned is suggested for its purpose until another is used.

    Raises:
        NotAllowed: the person may not set rules.
        NotFound: there is no such version.
        WrongState: it is not in use.

    Source: R-374 (requirement 211; a person has the last word on what suggests).
    """
    row = _locked(key, by)
    if row.state != ModelState.ACTIVE.value:
        raise WrongState("这个版本没有在使用")
    return _put(row, ModelState.OFF, by, now)


def _locked(key: int, by: Actor) -> ModelVersion:
    if Perm.RULES not in by.perms:
        raise NotAllowed("只有管理规则的人员可以启用或停用模型")
    found = ModelVersion.objects.filter(pk=key).values_list("purpose", flat=True).first()
    if found is None:
        raise NotFound("没有这个版本")
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [found])
    return ModelVersion.objects.defer("stored", "seen").get(pk=key)


def _put(row: ModelVersion, state: ModelState, by: Actor, now: datetime) -> ModelVersion:
    row.state, row.state_at, row.state_by = state.value, now, by.label
    row.save(update_fields=["state", "state_at", "state_by"])
    return row


@dataclass(frozen=True, slots=True)
class Offer:
    """One suggestion as it was shown to a person."""

    field: Field
    value: str
    label: str
    probability: float
    source: Source
    because: str = ""


def record(
    order_id: int, offers: Sequence[Offer], chosen: Mapping[Field, str], *, now: datetime
) -> int:
    """Store what was suggested for an order and what the person chose; return how many.

    Of a field with several suggestions each is a row. One statement, none without suggestions.

    Source: R-379 (requirement 211; corrections teach).
    """
    rows = [
        Suggested(
            order_id=order_id,
            field=each.field.value,
            value=each.value[:40],
            label=each.label[:200],
            probability=each.probability,
            source=each.source.value,
            because=each.because[:200],
            chosen=chosen.get(each.field, "")[:400],
            taken=each.value in chosen.get(each.field, "").split(","),
            at=now,
        )
        for each in offers
    ]
    Suggested.objects.bulk_create(rows)
    return len(rows)


def learn_nightly(now: datetime) -> int:
    """Learn category, unit and kind anew where enough orders were confirmed since; return how many.

    In a process of the worker, never of a page. Too little to learn from is no error.

    Source: R-370 (requirement 211; handbook domain.md 3.4).
    """
    enough = int(knowledge.parameter("suggest.learn_after", now, default=ENOUGH_NEW))
    done = 0
    for purpose in (Purpose.CATEGORY, Purpose.UNIT, Purpose.KIND):
        if not enough or queries.closed_since_learning(purpose) < enough:
            continue
        try:
            learn(
                queries.confirmed(purpose),
                purpose,
                source=queries.FROM_ORDERS,
                by="每晚的学习",
                costs=queries.costs(now),
                now=now,
            )
        except Invalid:
            continue
        done += 1
    return done
