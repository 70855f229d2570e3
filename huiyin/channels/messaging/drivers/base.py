"""What every driver takes, gives and raises."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from huiyin.channels.messaging.states import MessageState


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message in the clear, for the moment of its sending; never logged, hence no ``repr``.

    Attributes:
        key: names the message for ever, so that the other side can drop a repetition.
        to: telephone number or e-mail address.
        subject: of an e-mail.
        body: the text, without signature.
        signature: who writes, put before an SMS as the trade demands: 【德州12345】.
        template: key of the template.
        written_at: when it was queued; stays the same over attempts.
    """

    key: str
    to: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)
    signature: str
    template: str
    written_at: datetime

    @property
    def signed(self) -> str:
        """Return the body with the signature in front."""
        return f"【{self.signature}】{self.body}" if self.signature else self.body


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a parcel, and what the other side calls it."""

    state: MessageState
    external_id: str = ""


class Driver(Protocol):
    """A way to send. Registered in ``drivers.registry``.

    Attributes:
        name: kept with each message.
        idempotent: the other side drops a second parcel with the same key.
        delivers: messages really reach people.
    """

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def idempotent(self) -> bool: ...  # noqa: D102
    @property
    def delivers(self) -> bool: ...  # noqa: D102

    def send(self, parcel: Parcel) -> Receipt:
        """Send one parcel. Raises NotSent."""
        ...


class NotSent(Exception):
    """It was not sent; the reason may repeat personal data and is masked before it is kept."""


class TryLater(NotSent):
    """Surely not accepted, and it may go better later."""


class Rejected(NotSent):
    """Surely not accepted, and never will be."""


class Unknown(NotSent):
    """Perhaps accepted: the line broke after the other side could have taken it."""


class Misconfigured(Exception):
    """The operator's settings of a driver cannot be used; one clear line in Chinese."""
