"""flask create-admin: make an admin, or set a new password."""

from __future__ import annotations

import sys

import click

from mozi.accounts.admins import ensure_admin, is_email, normal_email
from mozi.accounts.passwords import MAX_LENGTH, MIN_LENGTH
from mozi.commands.endings import operator_command


@operator_command("create-admin")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def create_admin(email: str, password_stdin: bool) -> None:
    """Make an admin who signs in with EMAIL, or set the password of an existing one.

    The command asks twice for the password, or reads it from the first line of standard input.
    A new password ends all sessions of the admin.
    """
    if not is_email(normal_email(email)):
        raise click.BadParameter(f"{email!r} is not an e-mail address", param_hint="EMAIL")
    password = _read_password() if password_stdin else _ask_password()
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        length = f"{len(password)} characters; it takes {MIN_LENGTH} to {MAX_LENGTH}"
        raise click.UsageError(f"The password has {length}.")
    made = ensure_admin(email, password)
    said = "is an admin now" if made else "has a new password; every session has ended"
    click.echo(f"{normal_email(email)} {said}.")


def _read_password() -> str:
    return sys.stdin.readline().rstrip("\r\n")


def _ask_password() -> str:
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password
