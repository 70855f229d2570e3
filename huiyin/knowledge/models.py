"""The catalogue of matters (派单目录), classes, lines, limits and parameters, reasons, articles."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from huiyin.knowledge.article_states import (
    UNDER_WORK,
    DocumentKind,
    TaskKind,
    TaskState,
    UseKind,
    VersionState,
    Visibility,
)
from huiyin.knowledge.states import (
    KIND_LABELS,
    ArticleKind,
    LineMode,
    TrialState,
    WordingKind,
    WordingState,
)
from huiyin.orgs.models import Staff, Unit

VALID = Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from"))


class Category(models.Model):
    """One node of the tree of matters, at most three levels; codes of two digits per level."""

    code = models.CharField(max_length=12, unique=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    name = models.CharField(max_length=60)
    aliases = models.CharField(max_length=200, blank=True, default="")
    full_name = models.CharField(max_length=200)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.full_name


class CatalogueItem(models.Model):
    """Which unit is responsible for a matter, on what basis, from when to when; half-open.

    ``ruling`` is the number of the order whose dispute was ruled so; empty for what the city
    profile says, and only that is brought into line when the profile is loaded. ``regions`` are
    the codes of the places in which the row holds; empty for the whole city.
    """

    code = models.CharField(max_length=20)
    category = models.ForeignKey(Category, models.PROTECT, related_name="items")
    matter = models.CharField(max_length=200)
    lead = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    lead_level = models.CharField(max_length=20, blank=True, default="")
    assist_codes = ArrayField(models.CharField(max_length=40), default=list)
    basis = models.CharField(max_length=300, blank=True, default="")
    ruling = models.CharField(max_length=24, blank=True, default="")
    regions = ArrayField(models.CharField(max_length=12), default=list)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["code", "valid_from"], name="catalogue_once"),
            models.CheckConstraint(condition=VALID, name="catalogue_dates"),
        )

    def __str__(self) -> str:
        return self.matter


class CaseClass(models.Model):
    """A class of orders 工单类别 (A, B, C; levels 1 to 4; fast kinds), with its handling standard.

    Empty conditions match everything; ``by_hand`` classes are only ever chosen by a person. Rows
    are never changed, only ended, and an order keeps the row that it was given.
    """

    code = models.CharField(max_length=10)
    name = models.CharField(max_length=20)
    standard = models.CharField(max_length=300)
    checklist = ArrayField(models.CharField(max_length=60), default=list)
    categories = ArrayField(models.CharField(max_length=12), default=list)
    kinds = ArrayField(models.CharField(max_length=20), default=list)
    urgencies = ArrayField(models.CharField(max_length=12), default=list)
    by_hand = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=200)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["code", "valid_from"], name="case_class_once"),
            models.CheckConstraint(condition=VALID, name="case_class_dates"),
        )

    def __str__(self) -> str:
        return self.name


class Line(models.Model):
    """A hotline of a department that was merged into this one 归并热线 (requirements 61, 94)."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=40)
    mode = models.CharField(max_length=10, choices=[(m.value, m.label) for m in LineMode])
    number = models.CharField(max_length=20, blank=True, default="")
    owner = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    since = models.DateField()
    service = models.CharField(max_length=100, blank=True, default="")
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class LimitRule(models.Model):
    """One limit: which clock, for which orders, how long, from when to when, and its source.

    Empty selectors match everything; the most specific valid row wins (``rules.choose_limit``).
    An order keeps the row that made its deadline; rows are never changed, only ended.
    """

    code = models.CharField(max_length=60)
    clock = models.CharField(max_length=20)
    kind = models.CharField(max_length=20, blank=True, default="")
    case_class = models.CharField(max_length=10, blank=True, default="")
    category = models.CharField(max_length=12, blank=True, default="")
    urgency = models.CharField(max_length=12, blank=True, default="")
    channel = models.CharField(max_length=20, blank=True, default="")
    round = models.SmallIntegerField(null=True)
    limit = models.CharField(max_length=12)
    postpone = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=200)
    text = models.CharField(max_length=300)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["code", "valid_from"], name="limit_once"),
            models.CheckConstraint(condition=VALID, name="limit_dates"),
        )

    def __str__(self) -> str:
        return self.text


class Parameter(models.Model):
    """One figure or choice that a city may set, by date, with its source."""

    key = models.CharField(max_length=60)
    value = models.JSONField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=200)
    text = models.CharField(max_length=300)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["key", "valid_from"], name="parameter_once"),
            models.CheckConstraint(condition=VALID, name="parameter_dates"),
        )

    def __str__(self) -> str:
        return f"{self.key} = {self.value}"


class ScoringScheme(models.Model):
    """How a city weighs its indicators, by date: shares of a hundred, with the source.

    ``partly_solved`` and ``fairly_satisfied`` say how much of a point these answers are worth, in
    hundredths; units with fewer than ``least_valid`` call-backs are shown but not ranked.
    """

    code = models.CharField(max_length=40)
    name = models.CharField(max_length=40)
    weights = models.JSONField()
    partly_solved = models.SmallIntegerField(default=0)
    fairly_satisfied = models.SmallIntegerField(default=100)
    least_valid = models.SmallIntegerField(default=5)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=200)
    text = models.CharField(max_length=300)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["code", "valid_from"], name="scoring_once"),
            models.CheckConstraint(condition=VALID, name="scoring_dates"),
        )

    def __str__(self) -> str:
        return self.name


class RuleWording(models.Model):
    """A correction of what a rule in force says of itself: a misprint in its text or source.

    The value and the days of the rule stay as they are; the old words stay here for ever.
    """

    kind = models.CharField(max_length=10, choices=[(k.value, k.label) for k in WordingKind])
    code = models.CharField(max_length=60)
    valid_from = models.DateField()
    old_text = models.CharField(max_length=300)
    old_source = models.CharField(max_length=200)
    text = models.CharField(max_length=300)
    source = models.CharField(max_length=200)
    reason = models.CharField(max_length=200)
    state = models.CharField(
        max_length=10,
        choices=[(s.value, s.label) for s in WordingState],
        default=WordingState.ASKED.value,
    )
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "code", "valid_from"],
                condition=Q(state="asked"),
                name="wording_asked_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.code} {self.valid_from}"


class Reason(models.Model):
    """A reason code of a group, the advice that the citizen is given, and the proof it needs."""

    group = models.CharField(max_length=20)
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    advice = models.CharField(max_length=400, blank=True, default="")
    needs = models.CharField(max_length=100, blank=True, default="")
    active = models.BooleanField(default=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["group", "code"], name="reason_once"),)

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    """A tag 标签 of a group of the city's taxonomy; orders keep its code."""

    code = models.CharField(max_length=20, unique=True)
    group = models.CharField(max_length=20)
    name = models.CharField(max_length=30)
    note = models.CharField(max_length=200, blank=True, default="")
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class Article(models.Model):
    """News of the hotline, or a question with its answer; shown while published.

    The row is what readers see. What editors write on an answer stands in its versions until the
    owner unit publishes one; news has no versions.
    """

    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in ArticleKind])
    title = models.CharField(max_length=100)
    body = models.TextField(max_length=10_000)
    wordings = ArrayField(models.CharField(max_length=100), default=list)
    request_kind = models.CharField(
        max_length=20,
        blank=True,
        default="",
        choices=[(k.value, v) for k, v in KIND_LABELS.items()],
    )
    category = models.ForeignKey(Category, models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    visibility = models.CharField(
        max_length=10,
        choices=[(v.value, v.label) for v in Visibility],
        default=Visibility.PUBLIC.value,
    )
    source_code = models.CharField(max_length=40, blank=True, default="")
    clause = models.CharField(max_length=60, blank=True, default="")
    review_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)
    demo = models.BooleanField(default=False)
    published_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["kind", "-published_at"], name="article_latest"),)

    def __str__(self) -> str:
        return self.title


class ArticleVersion(models.Model):
    """One version of an answer: at most one is being worked on, at most one is published."""

    article = models.ForeignKey(Article, models.PROTECT, related_name="versions")
    number = models.SmallIntegerField()
    state = models.CharField(max_length=10, choices=[(s.value, s.label) for s in VersionState])
    title = models.CharField(max_length=100)
    body = models.TextField(max_length=10_000)
    wordings = ArrayField(models.CharField(max_length=100), default=list)
    request_kind = models.CharField(max_length=20, blank=True, default="")
    category = models.ForeignKey(Category, models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    visibility = models.CharField(max_length=10, default=Visibility.PUBLIC.value)
    source_code = models.CharField(max_length=40, blank=True, default="")
    source_from = models.DateField(null=True)
    clause = models.CharField(max_length=60, blank=True, default="")
    review_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)
    written_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField()
    reviewed_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["state", "unit"], name="version_waiting"),)
        constraints = (
            models.UniqueConstraint(fields=["article", "number"], name="version_once"),
            models.UniqueConstraint(
                fields=["article"],
                condition=Q(state=VersionState.PUBLISHED.value),
                name="version_shown_once",
            ),
            models.UniqueConstraint(
                fields=["article"],
                condition=Q(state__in=[s.value for s in UNDER_WORK]),
                name="version_worked_on_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.title}（第 {self.number} 版）"

    @property
    def standing(self) -> VersionState:
        """Return the state as a word of the engine."""
        return VersionState(self.state)


class ArticleEvent(models.Model):
    """One step of an article, kept for ever; a trigger refuses changes."""

    article = models.ForeignKey(Article, models.PROTECT, related_name="events")
    number = models.SmallIntegerField()
    verb = models.CharField(max_length=20)
    by = models.CharField(max_length=60)
    staff = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        indexes = (models.Index(fields=["article", "id"], name="article_story"),)

    def __str__(self) -> str:
        return f"{self.article_id} {self.verb}"


class ArticleUse(models.Model):
    """An article used for an answer, or judged by whoever read it."""

    article = models.ForeignKey(Article, models.PROTECT, related_name="uses")
    kind = models.CharField(max_length=10, choices=[(k.value, k.label) for k in UseKind])
    by_staff = models.BooleanField()
    note = models.CharField(max_length=200, blank=True, default="")
    number = models.CharField(max_length=24, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["article", "kind"], name="article_uses"),)

    def __str__(self) -> str:
        return f"{self.article_id} {self.kind}"


class KnowledgeTask(models.Model):
    """Something missing or doubtful in the knowledge base, for its owner unit or the centre.

    ``key`` names what it is about, so that asking again only counts; one open task for each.
    """

    kind = models.CharField(max_length=20, choices=[(k.value, k.label) for k in TaskKind])
    key = models.CharField(max_length=120)
    words = models.CharField(max_length=200)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    category = models.ForeignKey(Category, models.PROTECT, null=True, related_name="+")
    article = models.ForeignKey(Article, models.PROTECT, null=True, related_name="tasks")
    times = models.IntegerField(default=1)
    evidence = ArrayField(models.CharField(max_length=200), default=list)
    state = models.CharField(
        max_length=10,
        choices=[(s.value, s.label) for s in TaskState],
        default=TaskState.OPEN.value,
    )
    opened_at = models.DateTimeField()
    last_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=60, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        indexes = (models.Index(fields=["state", "unit", "-times"], name="task_waiting"),)
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "key"], condition=Q(state="open"), name="task_open_once"
            ),
        )

    def __str__(self) -> str:
        return self.words


class Document(models.Model):
    """One version of a policy, a rule of work or a procedure, with the days on which it holds.

    Versions of one document share ``code``; they are never changed, only ended.
    """

    code = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=[(k.value, k.label) for k in DocumentKind])
    title = models.CharField(max_length=200)
    number = models.CharField(max_length=80, blank=True, default="")
    issuer = models.CharField(max_length=100, blank=True, default="")
    issued_on = models.DateField(null=True)
    body = models.TextField(max_length=100_000)
    roles = ArrayField(models.CharField(max_length=20), default=list)
    visibility = models.CharField(max_length=10, default=Visibility.STAFF.value)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    of_profile = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["code", "valid_from"], name="document_once"),
            models.CheckConstraint(condition=VALID, name="document_dates"),
        )

    def __str__(self) -> str:
        return self.title


class Duty(models.Model):
    """Who is called at once for a matter: the duty telephone of a unit and its hours.

    Without hours it is answered day and night. An empty number is still to be filled in.
    """

    code = models.CharField(max_length=20, unique=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    matter = models.CharField(max_length=60)
    categories = ArrayField(models.CharField(max_length=12), default=list)
    phone = models.CharField(max_length=20, blank=True, default="")
    opens = models.TimeField(null=True)
    closes = models.TimeField(null=True)
    hint = models.CharField(max_length=300, blank=True, default="")
    active = models.BooleanField(default=True)
    changed_at = models.DateTimeField(null=True)
    changed_by = models.CharField(max_length=60, blank=True, default="")

    def __str__(self) -> str:
        return self.matter


class RuleTrial(models.Model):
    """A question what a changed rules.toml would have done to past orders, and its answer.

    ``problems`` are lines for people when the text is refused; ``result`` is what
    ``cities.trial_words`` tells. The latest few are kept.
    """

    text = models.TextField()
    first = models.DateField()
    last = models.DateField()
    as_of = models.DateField(null=True)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=60)
    state = models.CharField(
        max_length=10,
        choices=[(s.value, s.label) for s in TrialState],
        default=TrialState.WAITING.value,
    )
    problems = ArrayField(models.CharField(max_length=400), default=list)
    result = models.JSONField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["id"], condition=Q(state=TrialState.WAITING.value), name="trial_waiting"
            ),
        )

    def __str__(self) -> str:
        return f"{self.first} - {self.last}"
