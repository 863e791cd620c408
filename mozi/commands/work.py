"""flask work: build the posters that others have queued."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from mozi.commands.endings import plain_ending
from mozi.jobs import work as work_on
from mozi.services import services


@click.command("work")
@click.option("--burst", is_flag=True, help="End when nothing is queued any more.")
@with_appcontext
@plain_ending()
def work(burst: bool) -> None:
    """Build the posters that imports, the admin and `warm-posters --enqueue` queue in Redis.

    As many as you like may run, on any machine. SIGTERM ends it after what is in hand.
    """
    queue = services().queue
    if queue is None:
        raise click.UsageError("REDIS_URL is not set, so there is no queue to work on.")
    queue.workers()  # QueueError where Redis is away; later RQ waits for it to come back
    work_on(queue, burst=burst)
