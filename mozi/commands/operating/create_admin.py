"""flask create-admin: make an admin, or set a new password."""

from __future__ import annotations

import sys

import click

from mozi.accounts.admins import ADMIN, ROLES, ensure_admin, is_email, normal_email
from mozi.accounts.links import create_link
from mozi.accounts.passwords import MAX_LENGTH, MIN_LENGTH
from mozi.commands.endings import operator_command
from mozi.services import services


@operator_command("create-admin")
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), help="New ones are admins if it is not given.")
@click.option("--link", is_flag=True, help="Print a one-time link to set the password, instead.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def create_admin(email: str, role: str | None, link: bool, password_stdin: bool) -> None:
    """Make an admin who signs in with EMAIL, or set the password of an existing one.

    The command asks twice for the password, or reads it from the first line of standard input.
    A new password ends all sessions of the admin and removes the passkeys. With --link the admin
    sets the password in a browser: the link is used once, within a day by an existing admin,
    within a week by a new one.
    """
    if not is_email(normal_email(email)):
        raise click.BadParameter(f"{email!r} is not an e-mail address", param_hint="EMAIL")
    if link:
        click.echo(_link(email, role or ADMIN))
        return
    password = _read_password() if password_stdin else _ask_password()
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        length = f"{len(password)} characters; it takes {MIN_LENGTH} to {MAX_LENGTH}"
        raise click.UsageError(f"The password has {length}.")
    made = ensure_admin(email, password, role=role)
    said = "is an admin now" if made else "has a new password; every session has ended"
    click.echo(f"{normal_email(email)} {said}.")


def _link(email: str, role: str) -> str:
    settings = services().settings
    origin = settings.site_url or f"http://127.0.0.1:{settings.port}"
    return f"{origin}/admin/link?token={create_link(email, role=role)}"


def _read_password() -> str:
    return sys.stdin.readline().rstrip("\r\n")


def _ask_password() -> str:
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password
