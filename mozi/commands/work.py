"""flask work: build the posters in the queue."""

from __future__ import annotations

import click

from mozi.commands.endings import operator_command
from mozi.jobs import work as work_on
from mozi.services import services


@operator_command("work")
@click.option("--burst", is_flag=True, help="End when the queue is empty.")
def work(burst: bool) -> None:
    """Build the posters that imports, the admin and `warm-posters --enqueue` queue in Redis.

    Any number of workers may run, on any machine. SIGTERM ends one after its present work.
    """
    queue = services().queue
    if queue is None:
        raise click.UsageError("REDIS_URL is not set, so there is no queue.")
    queue.workers()  # QueueError if Redis is down now; later RQ waits for it
    work_on(queue, burst=burst)
