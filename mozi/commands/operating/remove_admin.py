"""flask remove-admin: take an admin away."""

from __future__ import annotations

import sys

import click

from mozi.accounts.admins import normal_email
from mozi.accounts.people import has_admins, remove_admin
from mozi.commands.endings import FAILED, operator_command


@operator_command("remove-admin")
@click.argument("email")
def remove_admin_command(email: str) -> None:
    """Take the admin EMAIL away; all sessions and links of EMAIL end at once.

    What EMAIL has edited stays. The last admin can be taken away, too: the next start then logs
    the address that makes a first one.
    """
    if not remove_admin(email, keep_last=False):
        click.echo(f"There is no admin {normal_email(email)}.", err=True)
        sys.exit(FAILED)
    last = "" if has_admins() else " No admin is left: the next start logs how to make one."
    click.echo(f"{normal_email(email)} is no admin any more; every session has ended.{last}")
