"""Whether a text that everybody will read tells who asked; what is compared leaves no trace."""

from __future__ import annotations

from collections.abc import Collection

from huiyin.kernel import crypto, text
from huiyin.orders.models import Requester, WorkOrder

SHORTEST_NAME, SHORTEST_ADDRESS, SHORTEST_PHONE = 2, 4, 7


def tells_who(orders: Collection[int], said: str) -> bool:
    """Tell whether a text holds name, number or address of who asked in any of these orders.

    Nobody reads anything here: the answer is yes or no. The name of an enterprise is no person's.
    One query.

    Source: R-586 (requirement 173; handbook domain.md 7.1, 7.2).
    """
    words, digits = "".join(said.split()), text.phone_digits(said)
    rows = Requester.objects.filter(order__in=orders).defer("email_sealed")
    return any(_is_told(row, words, digits) for row in rows)


def name_of(order: WorkOrder) -> str:
    """Return the name of who asked, to take it out of a text; nobody is shown it. One query.

    Source: R-206 (handbook domain.md 7.2).
    """
    sealed = Requester.objects.filter(order=order).values_list("name_sealed", flat=True).first()
    return crypto.unseal(sealed, "requester.name") if sealed else ""


def _is_told(row: Requester, words: str, digits: str) -> bool:
    name = "" if row.is_enterprise else crypto.unseal(row.name_sealed, "requester.name")
    phone = crypto.unseal(row.phone_sealed, "requester.phone")
    address = "".join(crypto.unseal(row.address_sealed, "requester.address").split())
    return (
        (len(name) >= SHORTEST_NAME and name in words)
        or (len(phone) >= SHORTEST_PHONE and phone in digits)
        or (len(address) >= SHORTEST_ADDRESS and address in words)
    )
