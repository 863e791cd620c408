"""What operators run: `flask …`. Thin: parse, call one function, print."""

from __future__ import annotations

from flask import Flask

from mozi.commands.backup import backup_command, restore_command
from mozi.commands.check_posters import check_posters
from mozi.commands.check_storage import check_storage
from mozi.commands.create_admin import create_admin
from mozi.commands.import_movies import import_movies
from mozi.commands.load_demo import load_demo
from mozi.commands.prune_posters import prune_posters
from mozi.commands.upload_posters import upload_posters
from mozi.commands.warm_posters import warm_posters
from mozi.commands.work import work

COMMANDS = (
    backup_command,
    check_posters,
    check_storage,
    create_admin,
    import_movies,
    load_demo,
    prune_posters,
    restore_command,
    upload_posters,
    warm_posters,
    work,
)


def register(app: Flask) -> None:
    """Add every command to `flask`."""
    for command in COMMANDS:
        app.cli.add_command(command)
