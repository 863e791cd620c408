"""flask load-demo: a calendar to look at, posters drawn by the program."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from mozi import clock
from mozi.commands.endings import plain_ending
from mozi.demo.loading import add_films, add_poster, missing_posters
from mozi.services import services


@click.command("load-demo")
@with_appcontext
@plain_ending()
def load_demo() -> None:
    """Add the demo calendar: some 60 films around today, their posters drawn by the program.

    What is there already stays as it is, so it can be run again at any time.
    """
    today = clock.today(services().settings)
    films = add_films(today)
    wanted = missing_posters(today)
    hidden = not sys.stderr.isatty()
    with click.progressbar(wanted, label="Drawing", file=sys.stderr, hidden=hidden) as bar:
        for missing in bar:
            add_poster(services().storage, missing)
    click.echo(f"{films} films added, {len(wanted)} posters drawn.")
