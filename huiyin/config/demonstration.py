"""The demonstration's accounts: made when it is asked for, remembered for the next start, removed."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
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

    made = actions.create_demo_accounts(profile, now=clock.now())
    accounts = [Account(*facts) for facts in made]
    handle = os.open(_file(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump([_plain(account) for account in accounts], file)
    return accounts


def forget() -> None:
    """Forget the passwords."""
    _file().unlink(missing_ok=True)


def _plain(account: Account) -> dict[str, str]:
    return {
        "username": account.username,
        "password": account.password,
        "role": account.role,
    }


def _file() -> Path:
    return environment.var_dir() / "demo-accounts.json"
