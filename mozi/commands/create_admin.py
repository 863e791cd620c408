"""flask create-admin: someone who may edit."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from mozi.accounts.admins import ensure_admin, is_email, normal_email
from mozi.accounts.passwords import MAX_LENGTH, MIN_LENGTH
from mozi.commands.endings import plain_ending


@click.command("create-admin")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@with_appcontext
@plain_ending()
def create_admin(email: str, password_stdin: bool) -> None:
    """Make an admin who signs in with EMAIL, or set a new password for the one there is.

    The password is asked for twice, or is the first line of standard input. A new one ends
    every session that the admin has.
    """
    if not is_email(normal_email(email)):
        raise click.BadParameter(f"{email!r} is no e-mail address", param_hint="EMAIL")
    password = _read_line() if password_stdin else _ask()
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        length = f"{len(password)} characters; it takes {MIN_LENGTH} to {MAX_LENGTH}"
        raise click.UsageError(f"The password has {length}.")
    made = ensure_admin(email, password)
    said = "is an admin now" if made else "has a new password; every session has ended"
    click.echo(f"{normal_email(email)} {said}.")


def _read_line() -> str:
    return sys.stdin.readline().rstrip("\r\n")


def _ask() -> str:
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password
