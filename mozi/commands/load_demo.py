"""flask load-demo: add a demo calendar with posters that the program draws."""

from __future__ import annotations

import sys

import click

from mozi import clock
from mozi.commands.endings import operator_command
from mozi.demo.loading import add_films, add_poster, missing_posters
from mozi.services import services


@operator_command("load-demo")
def load_demo() -> None:
    """Add the demo calendar: some 60 films around today, with posters drawn by the program.

    Existing films and posters stay as they are, so the command can be run again at any time.
    """
    today = clock.today(services().settings)
    films = add_films(today)
    wanted = missing_posters(today)
    hidden = not sys.stderr.isatty()
    with click.progressbar(wanted, label="Drawing", file=sys.stderr, hidden=hidden) as bar:
        for missing in bar:
            add_poster(services().storage, missing)
    click.echo(f"{films} films added, {len(wanted)} posters drawn.")
