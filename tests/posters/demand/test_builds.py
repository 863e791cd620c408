from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import event

from mozi.calendar.editing.trash import delete_movie
from mozi.database import writing
from mozi.errors import Busy, MovieNotFound
from mozi.extensions import db
from mozi.posters.build.leases import release_lease, take_lease
from mozi.posters.demand.builds import BUILD_THREADS, OnDemandBuilds
from mozi.posters.demand.requests import BuildRequest
from mozi.posters.queries import PosterState, get_poster
from mozi.services import Services
from tests.support.factories import make_jpeg, make_movie
from tests.support.origin import Origin
from tests.support.visits import request_and_wait


@pytest.fixture
def movie(app: Flask, origin: Origin) -> int:
    origin.serve("/a.jpg", make_jpeg(), delay_s=0.2)
    return make_movie(poster_url=origin.url("/a.jpg"))


def asked_at_once(
    app: Flask,
    builds: OnDemandBuilds,
    states: list[PosterState],
    *,
    after_busy: tuple[int, Callable[[], None]] | None = None,
) -> list[str]:
    """Ask for all the posters from a thread each; return what became of each.

    after_busy: what is called once so many were told to come back.
    """
    barrier, busy = threading.Barrier(len(states)), list[PosterState]()

    def ask(state: PosterState) -> str:
        with app.app_context():
            barrier.wait()
            try:
                return "built" if not request_and_wait(builds, state).missing() else "missing"
            except Busy:
                busy.append(state)
                if after_busy and len(busy) == after_busy[0]:
                    after_busy[1]()
                return "busy"

    with ThreadPoolExecutor(len(states)) as threads:
        return list(threads.map(ask, states))


def test_requests_at_once_share_one_build(
    app: Flask, app_services: Services, movie: int, origin: Origin
) -> None:
    answers = asked_at_once(app, app_services.builds, [get_poster(movie)] * 12)
    assert answers == ["built"] * 12
    assert origin.hits["/a.jpg"] == 1


def test_requests_beyond_the_bound_are_busy_at_once(
    app: Flask, app_services: Services, movie: int, origin: Origin
) -> None:
    builds = OnDemandBuilds(app_services.pipeline, app.app_context, waiters=2)
    fetched = origin.hold_until_told(make_jpeg())
    del origin.answers["/a.jpg"]
    answers = asked_at_once(app, builds, [get_poster(movie)] * 6, after_busy=(4, fetched.set))
    assert sorted(answers) == ["built"] * 2 + ["busy"] * 4


def test_a_build_that_outlives_its_waiter_goes_on(
    app: Flask, app_services: Services, movie: int
) -> None:
    with pytest.raises(Busy):
        request_and_wait(app_services.builds, get_poster(movie), wait_s=0.05)
    assert wait_until(lambda: not get_poster(movie).missing())


def test_a_request_for_a_remote_build_goes_on_when_that_ends(
    app: Flask, app_services: Services, movie: int
) -> None:
    remote = take_lease(movie)
    assert remote is not None

    def finish() -> None:
        with app.app_context():
            release_lease(remote)

    threading.Timer(0.3, finish).start()
    assert not request_and_wait(app_services.builds, get_poster(movie)).missing()


def test_builds_of_other_processes_hold_no_build_thread(
    app: Flask, app_services: Services, movie: int, origin: Origin
) -> None:
    origin.serve("/b.jpg", make_jpeg())
    for _ in range(BUILD_THREADS):
        remote = make_movie(poster_url=origin.url("/b.jpg"))
        assert take_lease(remote)
        assert app_services.builds.start(remote)
    assert not request_and_wait(app_services.builds, get_poster(movie)).missing()
    assert not origin.hits["/b.jpg"]


def test_a_request_that_another_process_builds_ends_with_it(
    app: Flask, app_services: Services, movie: int
) -> None:
    remote = take_lease(movie)
    assert remote is not None
    request = app_services.builds.request(get_poster(movie))
    release_lease(remote)
    app_services.pipeline.build(movie)
    assert not request.built.result(timeout=20).missing()


def test_a_movie_that_is_deleted_while_others_build_it_ends_the_request(
    app: Flask, app_services: Services, movie: int
) -> None:
    assert take_lease(movie)
    request = app_services.builds.request(get_poster(movie))
    with writing() as session:
        delete_movie(session, movie)
    with pytest.raises(MovieNotFound):
        request.built.result(timeout=20)


def test_nothing_is_kept_of_a_build_that_ended(
    app: Flask, app_services: Services, movie: int
) -> None:
    request_and_wait(app_services.builds, get_poster(movie))
    assert app_services.builds._requests == {}


def test_a_build_can_be_begun_without_waiting(app_services: Services, movie: int) -> None:
    assert app_services.builds.start(movie)
    assert wait_until(lambda: not get_poster(movie).missing())


def test_a_build_without_a_visitor_records_its_failure(
    app_services: Services, origin: Origin
) -> None:
    movie_id = make_movie(poster_url=origin.url("/missing.jpg"))
    app_services.builds.start(movie_id)
    assert wait_until(lambda: get_poster(movie_id).failure is not None)
    failure = get_poster(movie_id).failure
    assert failure is not None
    assert (failure.message.code, failure.message.data) == ("http_status", {"status": 404})


def wait_until(true: Callable[[], bool]) -> bool:
    """Return whether it becomes true within some seconds."""
    until = time.monotonic() + 20
    while not true() and time.monotonic() < until:
        time.sleep(0.02)
    return true()


def test_a_queued_request_ends_when_another_process_has_built_it(
    app: Flask, app_services: Services, movie: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mozi.posters.demand.builds.BUILD_THREADS", 0)
    builds = OnDemandBuilds(app_services.pipeline, app.app_context, waiters=2)
    request = builds.request(get_poster(movie))
    app_services.pipeline.build(movie)
    assert not request.built.result(timeout=20).missing()


def test_a_full_queue_evicts_a_request_without_waiters(
    app: Flask, app_services: Services, movie: int, origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mozi.posters.demand.builds.BUILD_THREADS", 0)
    monkeypatch.setattr("mozi.posters.demand.builds.BUILDS_IN_HAND", 1)
    builds = OnDemandBuilds(app_services.pipeline, app.app_context, waiters=2)
    left = builds.request(get_poster(movie))
    wanted = builds.request(get_poster(make_movie(poster_url=origin.url("/a.jpg"))))
    with pytest.raises(Busy):
        left.built.result(timeout=0)
    wanted.waiters.join()
    with pytest.raises(Busy):
        builds.request(get_poster(movie))
    builds._end([(wanted, Busy("over"))])  # or the watcher looks at it for ever


def test_without_a_thread_requests_get_busy_and_later_ones_are_built(
    app_services: Services, movie: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as exhausted:
        exhausted.setattr(threading.Thread, "start", refuse)
        for _ in range(BUILD_THREADS + 1):
            with pytest.raises(Busy, match="No thread"):
                app_services.builds.request(get_poster(movie)).built.result(timeout=0)
    assert not request_and_wait(app_services.builds, get_poster(movie)).missing()


def test_a_time_out_of_the_build_itself_is_not_taken_for_a_long_wait(
    app: Flask, app_services: Services, movie: int
) -> None:
    builds = OnDemandBuilds(app_services.pipeline, app.app_context, waiters=2)
    request = BuildRequest(movie)
    request.built.set_exception(TimeoutError("of the build"))
    with pytest.raises(TimeoutError, match="of the build"):
        builds.wait_for(request, wait_s=1)


def test_a_build_reads_the_poster_once(app_services: Services, movie: int) -> None:
    state, statements = get_poster(movie), list[str]()
    event.listen(db.engine, "before_cursor_execute", lambda *each: statements.append(each[2]))
    after = request_and_wait(app_services.builds, state)
    reads = [each for each in statements if "WHERE movie.id = " in each]  # the watcher reads by IN
    assert len(reads) == 1
    assert after == get_poster(movie)
