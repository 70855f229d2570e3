"""City, regions, units, staff and the working calendars of the region."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from huiyin.orgs.states import (
    PERMS,
    ChangeKind,
    ChangeState,
    Perm,
    Role,
    StaffMove,
    UnitKind,
)
from huiyin.orgs.territory_models import Area as Area

UNIT_KINDS = [(kind.value, kind.label) for kind in UnitKind]
_PLANNED = Q(state=ChangeState.PLANNED.value)


class City(models.Model):
    """The one city that this database serves: name, number, promise, hours, settings of pages."""

    code = models.CharField(max_length=12, unique=True)
    profile = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    hotline = models.CharField(max_length=20)
    slogan = models.CharField(max_length=100)
    promise = models.CharField(max_length=300)
    details = models.JSONField(default=dict)
    single = models.BooleanField(default=True)
    loaded_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["single"], name="city_only_one"),)

    def __str__(self) -> str:
        return self.name


class Region(models.Model):
    """A place in the tree city > county > street; codes are those of GB/T 2260 and longer.

    A place that was merged or renamed away is no longer ``active``; old orders keep it. The hotline
    takes requests from there since ``served_from``, always when that is not given.
    """

    code = models.CharField(max_length=12, unique=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    name = models.CharField(max_length=60)
    level = models.CharField(max_length=10)
    kind = models.CharField(max_length=10, blank=True, default="")
    active = models.BooleanField(default=True)
    served_from = models.DateField(null=True)

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """A unit that takes part: the centre, a bureau, a county, a township, an enterprise.

    ``path`` holds the keys of all ancestors and its own between slashes ("/1/17/"), so that one
    comparison answers "is it below?"; only ``orgs.actions`` writes it. ``superior`` is the city
    body that guides the unit in its line of work, beside the parent that it belongs to.
    ``joined_on`` is when it joined the hotline, where that is known.
    """

    code = models.CharField(max_length=40, unique=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    name = models.CharField(max_length=80)
    short_name = models.CharField(max_length=40)
    pinyin = models.CharField(max_length=80, blank=True, default="")
    kind = models.CharField(max_length=20, choices=UNIT_KINDS)
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")
    superior = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    path = models.CharField(max_length=200, blank=True, default="")
    depth = models.SmallIntegerField(default=0)
    active = models.BooleanField(default=True)
    joined_on = models.DateField(null=True)

    class Meta:
        indexes = (models.Index(fields=["path"], name="unit_path", opclasses=["text_pattern_ops"]),)

    def __str__(self) -> str:
        return self.short_name or self.name

    def is_within(self, other: Unit) -> bool:
        """Tell whether this unit is ``other`` or below it."""
        return self.path.startswith(other.path)

    @property
    def realm(self) -> str:
        """Return the path of all that the unit's staff look after.

        It is the unit and what is below it; for the hotline office of a county, the whole county.

        Source: R-170 (requirement 131).
        """
        if self.kind != UnitKind.SUB_CENTRE or not self.depth:
            return self.path
        return self.path.rstrip("/").rpartition("/")[0] + "/"


class UnitChange(models.Model):
    """A unit is renamed, merged into another or split at a date, on a written basis.

    ``successor`` takes over everything of a unit that is merged, and of a unit that is split
    whatever no ``SplitRow`` names. Once carried out it is never undone; another may be planned.
    """

    kind = models.CharField(max_length=10, choices=[(k.value, k.label) for k in ChangeKind])
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="changes")
    successor = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=80, blank=True, default="")
    short_name = models.CharField(max_length=40, blank=True, default="")
    effective = models.DateField()
    staff = models.CharField(
        max_length=10, blank=True, default="", choices=[(m.value, m.label) for m in StaffMove]
    )
    basis = models.CharField(max_length=200)
    state = models.CharField(
        max_length=10,
        choices=[(s.value, s.label) for s in ChangeState],
        default=ChangeState.PLANNED.value,
    )
    planned_at = models.DateTimeField()
    planned_by = models.CharField(max_length=60)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["unit"], condition=_PLANNED, name="change_one_plan"),
            models.CheckConstraint(
                condition=Q(kind="rename") | Q(successor__isnull=False),
                name="change_has_successor",
            ),
        )
        indexes = (models.Index(fields=["effective"], condition=_PLANNED, name="change_due"),)

    def __str__(self) -> str:
        return f"{self.unit} {self.kind} {self.effective}"


class SplitRow(models.Model):
    """Which unit takes over the matters and places whose codes begin so; empty means any.

    A row with ``numbers`` is about these open orders alone, whatever their matter and place.
    """

    change = models.ForeignKey(UnitChange, models.CASCADE, related_name="rows")
    successor = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    category = models.CharField(max_length=12, blank=True, default="")
    region = models.CharField(max_length=12, blank=True, default="")
    numbers = ArrayField(models.CharField(max_length=24), default=list)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["change", "category", "region"],
                condition=Q(numbers=[]),
                name="split_row_once",
            ),
        )

    def __str__(self) -> str:
        what = f"{len(self.numbers)} orders" if self.numbers else ""
        return f"{what or self.category or '*'} {self.region or '*'} -> {self.successor}"


class FormerName(models.Model):
    """A name that a unit had until a day, exclusive; ``change`` is empty when a profile said so."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="former_names")
    name = models.CharField(max_length=80)
    short_name = models.CharField(max_length=40)
    until = models.DateField()
    change = models.ForeignKey(UnitChange, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["unit", "until"], name="former_name_once"),)

    def __str__(self) -> str:
        return f"{self.name} < {self.until}"


class StaffManager(BaseUserManager["Staff"]):
    """Finds staff by account name; making them is ``orgs.actions.create_staff``."""


class Staff(AbstractBaseUser):
    """A person who may act, always on behalf of one unit, in one or more roles.

    ``team`` is the shift or group inside the unit; who reviews sees what the own team took down.
    """

    username = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=40)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="staff")
    roles = ArrayField(models.CharField(max_length=20), default=list)
    team = models.CharField(max_length=20, blank=True, default="")
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    failed_logins = models.SmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "username"
    objects: ClassVar[StaffManager] = StaffManager()

    def __str__(self) -> str:
        return f"{self.name}({self.unit})"

    @property
    def perms(self) -> frozenset[Perm]:
        """Return everything that this person's roles allow."""
        return frozenset().union(*(PERMS[Role(role)] for role in self.roles))

    @property
    def role_labels(self) -> str:
        """Return the Chinese names of the roles."""
        return "、".join(Role(role).label for role in self.roles)


class UnitContact(models.Model):
    """The person whom a unit has named for the hotline (requirement 133); exactly one per unit."""

    unit = models.OneToOneField(Unit, models.CASCADE, related_name="contact")
    title = models.CharField(max_length=60)
    name = models.CharField(max_length=40, blank=True, default="")
    phone_sealed = models.BinaryField(default=b"")
    phone_masked = models.CharField(max_length=20, blank=True, default="")
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.unit}: {self.title}"


class ContactChange(models.Model):
    """One change of a unit's contact person. Rows are only added."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="contact_changes")
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    before = models.CharField(max_length=140, blank=True, default="")
    after = models.CharField(max_length=140)

    def __str__(self) -> str:
        return f"{self.unit}: {self.after}"


class UnitMode(models.Model):
    """From when a unit answers in which way: directly, or signed by its leader 直派/签批.

    The latest row holds; rows are only added, so they are the log of the change as well.
    """

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="modes")
    signed = models.BooleanField()
    at = models.DateTimeField()
    by = models.CharField(max_length=60)

    class Meta:
        indexes = (models.Index(fields=["unit", "-id"], name="unit_mode_latest"),)

    def __str__(self) -> str:
        return f"{self.unit}: {'签批' if self.signed else '直派'}"


class AccountChange(models.Model):
    """What was done to an account, when and by whom: roles, lock, password, tokens. Only added."""

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    what = models.CharField(max_length=200)

    class Meta:
        indexes = (models.Index(fields=["staff", "-id"], name="account_change_latest"),)

    def __str__(self) -> str:
        return f"{self.staff}: {self.what}"


class ApiToken(models.Model):
    """A token by which another system acts as one staff account; only its digest is stored."""

    name = models.CharField(max_length=60)
    staff = models.ForeignKey(Staff, models.CASCADE, related_name="tokens")
    digest = models.BinaryField(max_length=33, unique=True)
    scopes = ArrayField(models.CharField(max_length=40), default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Signature(models.Model):
    """A picture of a person's handwritten signature 手写签名, sealed; at most one is in use.

    Ended ones stay: what was signed with them goes on showing them.
    """

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="signatures")
    picture_sealed = models.BinaryField()
    put_up_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["staff"], condition=Q(ended_at__isnull=True), name="signature_used_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.staff_id} {self.put_up_at}"


class CalendarYear(models.Model):
    """The published table of one year, or the city's own days when ``own`` is set.

    A year without a published row uses a provisional table (architecture 5).
    """

    year = models.SmallIntegerField()
    own = models.BooleanField(default=False)
    closed = ArrayField(models.DateField(), default=list)
    opened = ArrayField(models.DateField(), default=list)
    names = models.JSONField(default=dict)
    source = models.CharField(max_length=200)
    loaded_at = models.DateTimeField()
    loaded_by = models.CharField(max_length=60)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["year", "own"], name="calendar_year_once"),
            models.CheckConstraint(
                condition=Q(year__gte=2000, year__lte=2100), name="calendar_year_range"
            ),
        )

    def __str__(self) -> str:
        return str(self.year)
