"""``huiyin django``: Django's own commands, with our settings and database."""

from __future__ import annotations

import warnings

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
    from django.core.management import execute_from_command_line

    with warnings.catch_warnings():
        if needs_no_database:
            warnings.filterwarnings("ignore", message="Got an error checking a consistent")
        execute_from_command_line(["huiyin django", *words])
