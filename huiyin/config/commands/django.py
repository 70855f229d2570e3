"""``huiyin django``: Django's own commands, with our settings and database."""

from __future__ import annotations

import typer

from huiyin.config import database, installation
from huiyin.config.commands.voice import Progress


def django(context: typer.Context) -> None:
    """执行 Django 的管理命令，如 huiyin django migrate。"""
    words = context.args
    needs_no_database = words[:1] == ["makemigrations"] and "--check" in words
    if not needs_no_database:
        database.make_ready(Progress())
        installation.ensure_keys(installation.facts())
    installation.choose_settings()
    if needs_no_database:
        _use_no_database()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["huiyin django", *words])


def _use_no_database() -> None:
    """Let models be compared with migrations where no database is at hand."""
    from django.conf import settings

    settings.DATABASES["default"] = {"ENGINE": "django.db.backends.dummy"}
