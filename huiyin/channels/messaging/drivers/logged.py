"""The default: nothing leaves the house; the console shows what would have been sent."""

from __future__ import annotations

from huiyin.channels.messaging.drivers.base import Parcel, Receipt
from huiyin.channels.messaging.states import MessageState
from huiyin.kernel import log

_log = log.logger(__name__)


class LoggedOnly:
    """Takes every message and sends none."""

    name = "log"
    idempotent = True
    delivers = False

    def send(self, parcel: Parcel) -> Receipt:
        """Note that a message would have gone; neither its address nor its text is logged."""
        _log.info("message %s (%s) only logged", parcel.key, parcel.template or "free text")
        return Receipt(MessageState.LOGGED)
