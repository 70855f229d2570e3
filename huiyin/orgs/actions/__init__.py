"""Everything that changes the city, its places, units, people, tokens and calendars."""

from huiyin.orgs.actions.accounts import (
    close_account,
    grant_token,
    open_account,
    reopen_account,
    reset_password,
    revoke_token,
    set_roles,
    unlock_account,
)
from huiyin.orgs.actions.calendars import load_calendar_year, sync_own_days
from huiyin.orgs.actions.demo import DemoRow, close_demo_accounts, sync_demo_accounts
from huiyin.orgs.actions.people import (
    LOCK_AFTER,
    LOCK_FOR,
    create_staff,
    issue_token,
    name_contact,
    set_password,
    sign_in,
    unlock,
)
from huiyin.orgs.actions.register import (
    CityRow,
    ContactRow,
    RegionRow,
    UnitRow,
    mark_loaded,
    set_city,
    sync_contacts,
    sync_regions,
    sync_units,
)

__all__ = [
    "unlock_account",
    "set_roles",
    "revoke_token",
    "reset_password",
    "reopen_account",
    "open_account",
    "grant_token",
    "close_account",
    "LOCK_AFTER",
    "LOCK_FOR",
    "CityRow",
    "ContactRow",
    "DemoRow",
    "RegionRow",
    "UnitRow",
    "close_demo_accounts",
    "create_staff",
    "issue_token",
    "load_calendar_year",
    "mark_loaded",
    "name_contact",
    "set_city",
    "set_password",
    "sign_in",
    "sync_contacts",
    "sync_demo_accounts",
    "sync_own_days",
    "sync_regions",
    "sync_units",
    "unlock",
]
