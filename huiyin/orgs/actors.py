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
    """The one who acts; ``staff`` is set exactly when ``kind`` is STAFF."""

    kind: ActorKind
    label: str
    staff: Staff | None = None

    @property
    def perms(self) -> frozenset[Perm]:
        """Return what this actor may do; citizen and system have no staff permission."""
        return self.staff.perms if self.staff else frozenset()

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


def acting(staff: Staff) -> Actor:
    """Return the actor that is this member of staff."""
    return Actor(ActorKind.STAFF, f"{staff.name}", staff)
