"""Several processes at one poster, and one that is killed."""

from __future__ import annotations

import os
import signal
import time
from subprocess import PIPE

from flask import Flask
from sqlalchemy import select, update

from mozi.database import database_now, writing
from mozi.models import Poster
from mozi.posters.demand.builds import BUILD_THREADS
from mozi.posters.queries import get_poster
from mozi.services import Services
from tests.conftest import on_both_backends
from tests.support.factories import make_jpeg, make_movie
from tests.support.forks import Forked, Forks
from tests.support.origin import Origin
from tests.support.outside import path_of

ASK = """
import sys
from mozi import create_app
from mozi.services import services
from mozi.posters.queries import get_poster
from tests.support.visits import request_and_wait
app = create_app()
with app.app_context():
    print("ready", flush=True)
    sys.stdin.readline()
    request_and_wait(services().builds, get_poster(int(sys.argv[1])))
"""

SERVE = """
import signal, sys, threading
from mozi import create_app
from mozi.services import services

def tell():
    threading.main_thread().join()
    print("going", flush=True)

app = create_app()
threading.Thread(target=tell).start()
signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))  # as gunicorn's worker ends
with app.app_context():
    for movie in sys.argv[1:]:
        assert services().builds.start(int(movie))
signal.pause()
"""


def started(start: Forks, env: dict[str, str], movie_id: int) -> Forked:
    """Return a process that is ready, and asks for the poster when it is sent a line."""
    env = {**os.environ, **env, "POSTER_ALLOW_PRIVATE_SOURCES": "1", "LOG_LEVEL": "ERROR"}
    process = start("-c", ASK, str(movie_id), env=env, stdin=PIPE, stdout=PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: Forked) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def ended(process: Forked) -> int:
    process.communicate(timeout=30)
    return process.returncode


@on_both_backends
def test_four_processes_fetch_a_poster_once(
    app: Flask, app_services: Services, start: Forks, backend_env: dict[str, str], origin: Origin
) -> None:
    origin.serve("/a.jpg", make_jpeg(), delay_s=0.3)
    movie = make_movie(poster_url=origin.url("/a.jpg"))
    processes = [started(start, backend_env, movie) for _ in range(4)]
    for process in processes:
        go(process)
    assert [ended(process) for process in processes] == [0] * 4
    assert origin.hits["/a.jpg"] == 1
    assert not get_poster(movie).missing()


def test_a_builder_that_is_killed_is_overtaken_after_its_lease(
    app: Flask, app_services: Services, start: Forks, backend_env: dict[str, str], origin: Origin
) -> None:
    origin.serve("/a.jpg", make_jpeg(), delay_s=30)
    movie = make_movie(poster_url=origin.url("/a.jpg"))
    process = started(start, backend_env, movie)
    go(process)
    while not origin.hits["/a.jpg"]:
        pass
    process.send_signal(signal.SIGKILL)
    assert ended(process) == -signal.SIGKILL
    assert get_poster(movie).leased
    origin.serve("/a.jpg", make_jpeg())
    let_the_lease_pass(movie)
    assert app_services.pipeline.build(movie).built == ("poster", "thumb", "blurred")


def test_the_queue_of_a_stopping_process_is_built_by_the_next_hits(
    app: Flask, start: Forks, backend_env: dict[str, str], origin: Origin
) -> None:
    answer = origin.hold_until_told(make_jpeg())
    movies = [make_movie(poster_url=origin.url(f"/{n}.jpg")) for n in range(BUILD_THREADS + 2)]
    env = {**os.environ, **backend_env, "POSTER_ALLOW_PRIVATE_SOURCES": "1"}
    env["POSTER_FETCH_TIMEOUT"] = "60"  # none ends by itself on a machine with much to do
    process = start("-c", SERVE, *map(str, movies), env=env, stdout=PIPE)
    while sum(get_poster(movie).leased for movie in movies) < BUILD_THREADS:
        time.sleep(0.02)
    process.terminate()
    assert process.stdout is not None
    assert process.stdout.readline() == "going\n"
    answer.set()
    assert ended(process) == 0
    dropped = [movie for movie in movies if get_poster(movie).missing()]
    assert len(dropped) == 2
    assert not any(get_poster(movie).leased for movie in movies)
    client = app.test_client()
    assert {client.get(path_of(movie)).status_code for movie in dropped} == {302}
    assert set(origin.hits.values()) == {1}


def let_the_lease_pass(movie_id: int) -> None:
    with writing() as session:
        session.execute(
            update(Poster)
            .where(Poster.movie_id == movie_id)
            .values(lease_until=Poster.lease_until - 30)
        )
        left_s = session.scalar(select(Poster.lease_until - database_now()))
    assert left_s is not None
    assert left_s < 0
