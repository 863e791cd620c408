"""The `flask …` commands of operators. Each one parses, calls one function, and prints."""

from __future__ import annotations

from importlib import import_module

import click
from flask import Flask
from flask.cli import AppGroup

from mozi.commands.endings import plain_ending

# The module of each command, and its name there.
COMMANDS = {
    "backup": ("mozi.commands.operating.backup", "backup_command"),
    "check-posters": ("mozi.commands.check_posters", "check_posters"),
    "check-storage": ("mozi.commands.check_storage", "check_storage"),
    "copy-database": ("mozi.commands.operating.copy_database", "copy_database_command"),
    "create-admin": ("mozi.commands.operating.create_admin", "create_admin"),
    "db": ("flask_migrate.cli", "db"),
    "doctor": ("mozi.commands.operating.doctor", "doctor"),
    "export-movies": ("mozi.commands.export_movies", "export_movies"),
    "import-movies": ("mozi.commands.import_movies", "import_movies"),
    "load-demo": ("mozi.commands.load_demo", "load_demo"),
    "prune-posters": ("mozi.commands.prune_posters", "prune_posters"),
    "remove-admin": ("mozi.commands.operating.remove_admin", "remove_admin_command"),
    "restore": ("mozi.commands.operating.backup", "restore_command"),
    "sync-catalogue": ("mozi.commands.sync_catalogue", "sync_catalogue"),
    "upload-posters": ("mozi.commands.upload_posters", "upload_posters"),
    "warm-posters": ("mozi.commands.warm_posters", "warm_posters"),
    "work": ("mozi.commands.work", "work"),
}


class Commands(AppGroup):
    """Commands that are imported at their first use: a server's workers need none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return all names, with those of Flask and its extensions."""
        return sorted({*super().list_commands(ctx), *COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command with this name, None if there is none."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, attribute = COMMANDS[cmd_name]
        with plain_ending():  # the operator may interrupt the import, too
            command: click.Command = getattr(import_module(module), attribute)
        return command


def register(app: Flask) -> None:
    """Add every command to `flask`."""
    commands = Commands(app.cli.name)
    commands.commands.update(app.cli.commands)
    app.cli = commands
