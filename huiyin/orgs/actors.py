"""Who acts: a member of staff, a citizen, or the system itself. There is no anonymous power."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from huiyin.orgs.models import Staff, Unit
from huiyin.orgs.states import Perm


class ActorKind(StrEnum):
    """What sort of actor took a step."""

    STAFF = "staff"
    CITIZEN = "citizen"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who acts; ``staff`` is set exactly when ``kind`` is STAFF.

    ``scopes`` are those of the token by which another system acts for the account; None when the
    person acts in person.
    """

    kind: ActorKind
    label: str
    staff: Staff | None = None
    scopes: frozenset[Perm] | None = None

    @property
    def perms(self) -> frozenset[Perm]:
        """Return what this actor may do: never more than account and token both allow.

        Citizen and system have no staff permission.
        """
        if self.staff is None:
            return frozenset()
        own = self.staff.perms
        return own if self.scopes is None else own & self.scopes

    @property
    def unit(self) -> Unit | None:
        """Return the unit on whose behalf the actor acts."""
        return self.staff.unit if self.staff else None

    @property
    def reference(self) -> str:
        """Return a stable name for logs: ``staff:17``, ``citizen``, ``system``."""
        return f"staff:{self.staff.pk}" if self.staff else self.kind.value


CITIZEN = Actor(ActorKind.CITIZEN, "诉求人")
SYSTEM = Actor(ActorKind.SYSTEM, "系统")


def acting(staff: Staff, *, scopes: frozenset[Perm] | None = None) -> Actor:
    """Return the actor that is this member of staff, within the scopes of a token if any."""
    return Actor(ActorKind.STAFF, f"{staff.name}", staff, scopes)
