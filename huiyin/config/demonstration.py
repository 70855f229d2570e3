"""The demonstration's accounts: made when it is asked for, remembered, removed."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from huiyin.config import environment


@dataclass(frozen=True, slots=True)
class Account:
    """One account of the demonstration, with its password, which is no secret."""

    username: str
    password: str
    role: str


def remembered(usernames: tuple[str, ...]) -> list[Account] | None:
    """Return the accounts as they were made, if they are still exactly these; else None."""
    try:
        accounts = [Account(**facts) for facts in json.loads(_file().read_text())]
    except (OSError, ValueError, TypeError):
        return None
    same = {account.username for account in accounts} == set(usernames)
    return accounts if accounts and same else None


def create(profile: str) -> list[Account]:
    """Make one account per role in the city that is loaded, and remember them. Needs Django."""
    from huiyin.cities import actions
    from huiyin.kernel import clock

    password = f"Huiyin-{secrets.randbelow(900_000) + 100_000}"
    made = actions.create_demo_accounts(profile, password=password, now=clock.now())
    accounts = [Account(one.username, password, one.role_label) for one in made]
    handle = os.open(_file(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump([asdict(account) for account in accounts], file)
    return accounts


def password() -> str:
    """Return the one password of the accounts, to be shown on the sign-in page; empty without."""
    try:
        accounts = [Account(**facts) for facts in json.loads(_file().read_text())]
    except (OSError, ValueError, TypeError):
        return ""
    return accounts[0].password if accounts else ""


def remove() -> int:
    """Close every account of the demonstration and forget the passwords; return how many."""
    from huiyin.cities import actions
    from huiyin.kernel import clock

    closed = actions.remove_demo_accounts(now=clock.now())
    _file().unlink(missing_ok=True)
    return closed


def _file() -> Path:
    return environment.var_dir() / "demo-accounts.json"
