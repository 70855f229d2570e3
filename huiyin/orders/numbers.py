"""Numbers that a citizen can read over the telephone, and the code that goes with them."""

from __future__ import annotations

import re
from datetime import date

from huiyin.kernel import crypto, text

SEQUENCE_DIGITS = 7
_DIGITS = re.compile(r"\d{14}")


def check_digit(digits: str) -> str:
    """Return the check digit of ``digits`` by ISO 7064 MOD 11,10 (GB/T 17710).

    Notices every wrong digit and nearly every swap of two neighbours.

    Source: R-40 (architecture 3; GB/T 17710).
    """
    rest = 10
    for digit in digits:
        rest = (rest + int(digit)) % 10 or 10
        rest = rest * 2 % 11
    return str((11 - rest) % 10)


def make(day: date, sequence: int) -> str:
    """Return the order number of a day: yymmdd, seven digits of ``sequence``, check digit.

    Unique as long as fewer than ten million orders are made on one day.

    Source: R-40 (architecture 3).
    """
    body = f"{day:%y%m%d}{sequence % 10**SEQUENCE_DIGITS:0{SEQUENCE_DIGITS}d}"
    return body + check_digit(body)


def read(raw: str) -> str | None:
    """Return the number that was typed or read out, without separators; None if it cannot be one.

    Source: R-40 (architecture 3).
    """
    digits = re.sub(r"[\s-]", "", text.clean(raw))
    if not _DIGITS.fullmatch(digits) or check_digit(digits[:-1]) != digits[-1]:
        return None
    return digits


def spoken(number: str) -> str:
    """Return the number in groups: ``261122 0000123 4``."""
    return f"{number[:6]} {number[6:13]} {number[13:]}"


def query_code(number: str) -> str:
    """Return the six digits that open the case to whoever holds them.

    Derived by a keyed digest, so nothing in the database gives it away; tries are limited.
    """
    mac = crypto.keyed_digest(number.encode(), "query-code")
    return f"{int.from_bytes(mac[1:9], 'big') % 10**6:06d}"


def rating_token(number: str, round_: int) -> str:
    """Return the secret part of the one-time link by which a citizen rates one round."""
    mac = crypto.keyed_digest(f"{number}:{round_}".encode(), "rating-link")
    return mac[1:13].hex()
