"""What a worker does (`flask work`): takes jobs from the queue and builds their posters.

Each job runs in a fork of the worker, which thereby survives whatever a picture does to it.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from flask import current_app
from rq import Worker
from rq.serializers import JSONSerializer

from mozi import clock
from mozi.extensions import db
from mozi.parts import parts
from mozi.posters.queueing import WORKER_LIFE_S, PosterJob, PosterQueue
from mozi.posters.selection import Selection
from mozi.posters.warming import WORKERS_A_SLOT, Warming
from mozi.posters.worker_counts import counted_for_all
from mozi.signals import handled_by


class ShutDown(Exception):
    """The worker goes: RQ queues the job again, for another one."""


class PosterWorker(Worker):
    """RQ's worker; told to go, it has the job in hand finish the movies that it has begun.

    Heroku kills what is left after 30 s, so 20 slow sources must not be waited for.
    """

    def handle_warm_shutdown_request(self) -> None:
        """Tell the fork as well: not every supervisor signals all processes."""
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]
        if self.horse_pid:
            with suppress(ProcessLookupError):
                os.kill(self.horse_pid, signal.SIGTERM)


def work(queue: PosterQueue, *, burst: bool = False) -> None:
    """Take jobs until told to stop; burst: until none is left. Nothing is unpickled."""
    listening = queue.opened_for_work()
    worker = PosterWorker(
        [listening],
        connection=listening.connection,
        job_class=PosterJob,
        serializer=JSONSerializer,
        worker_ttl=WORKER_LIFE_S,
    )
    worker.work(burst=burst)


def build_posters(
    movie_ids: Sequence[int],
    *,
    media: Sequence[str] = (),
    rebuild: bool = False,
    retry_failed: bool = False,
) -> dict[str, Any]:
    """Build what these movies miss; return `built` variants and the `failed` movies, JSON-able.

    Raises ShutDown where the worker was told to go before all were done.
    """
    db.engine.dispose(close=False)  # connections of the worker are not the fork's
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # threads need the app
    warming = Warming(
        parts().pipeline,
        Selection(
            shown_from=clock.today(parts().settings),
            movie_ids=tuple(movie_ids),
            media=tuple(media),
            rebuild=rebuild,
            retry_failed=retry_failed,
        ),
        workers=WORKERS_A_SLOT * parts().settings.poster_build_slots,
        in_context=app.app_context,
    )
    told_to_go = handled_by(lambda number, frame: warming.stop.set(), signal.SIGTERM)
    with told_to_go, counted_for_all(parts().queue):
        report = warming.run()
    if report.interrupted:
        raise ShutDown("The worker was told to go.")
    return {"built": report.built, "failed": [vars(failed) for failed in report.failed]}
