"""AVIF and share cards by themselves: their order, their conditions, failures, two processes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask

from mozi.calendar.pages.queries import index_page, movie_page
from mozi.database import reading
from mozi.errors import StorageError
from mozi.pagecache.fingerprints import fingerprint_of
from mozi.posters.extras.idle import IdleExtras, IdleThread
from mozi.posters.queries import get_poster
from mozi.posters.recipes import OPTIONAL
from mozi.services import services
from tests.conftest import MakeApp
from tests.support.factories import make_jpeg, make_movie
from tests.support.origin import Origin
from tests.support.posters import ALL, row_of, urls_of

SHOWN, OLD = date(2026, 11, 26), date(2020, 1, 2)


@pytest.fixture
def make(app: Flask, origin: Origin) -> Callable[[date], int]:
    """Return a function that makes a movie with its three JPEGs."""

    def make(day: date) -> int:
        origin.serve("/a.jpg", make_jpeg())
        movie = make_movie(premiere_date=day, poster_url=origin.url("/a.jpg"))
        services().pipeline.build(movie)
        return movie

    return make


def built_by(extras: IdleExtras, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str]]:
    """Return what is built, in its order, until nothing is missing."""
    order: list[tuple[int, str]] = []
    build = extras.pipeline.build

    def noting(movie_id: int, **options: tuple[str, ...]) -> object:
        result = build(movie_id, **options)
        order.extend((movie_id, media) for media in result.built)
        return result

    monkeypatch.setattr(extras.pipeline, "build", noting)
    while extras.build_next():
        pass
    return order


def test_what_the_index_shows_comes_first_and_thumbs_before_posters(
    make: Callable[[date], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    old, later, first = make(OLD), make(SHOWN + timedelta(days=9)), make(SHOWN)
    order = built_by(services().idle.extras, monkeypatch)
    assert order == [
        *((movie, media) for media in OPTIONAL for movie in (first, later)),
        *((old, media) for media in OPTIONAL),
    ]


def test_a_movie_without_its_jpegs_waits_for_a_visitor(app: Flask, origin: Origin) -> None:
    origin.serve("/a.jpg", make_jpeg())
    make_movie(poster_url=origin.url("/a.jpg"))
    assert not services().idle.extras.build_next()
    assert not origin.hits


def test_a_failure_leaves_the_jpegs_alone_and_is_not_tried_at_once(
    make: Callable[[date], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    movie = make(SHOWN)
    before, extras = urls_of(movie), services().idle.extras

    def refuse(*_: object, **__: object) -> None:
        raise StorageError("S3 is away.")

    monkeypatch.setattr(extras.pipeline.storage, "put", refuse)
    assert extras.build_next()
    assert not extras.build_next()
    assert (urls_of(movie), get_poster(movie).missing()) == (before, ())


def test_a_lost_source_is_recorded_and_rests(make: Callable[[date], int], origin: Origin) -> None:
    movie, extras = make(SHOWN), services().idle.extras
    services().storage.delete(str(row_of(movie).original_key))
    origin.serve("/a.jpg", b"no picture")
    assert extras.build_next()
    assert row_of(movie).failures == 1
    extras._skipped.clear()
    assert not extras.build_next()
    assert set(urls_of(movie)) == set(ALL)


@pytest.mark.parametrize(
    ("may_build", "is_free", "builds"),
    [(True, True, True), (False, True, False), (True, False, False)],
)
def test_a_busy_process_or_machine_builds_none(
    make: Callable[[date], int], may_build: bool, is_free: bool, builds: bool
) -> None:
    movie, extras = make(SHOWN), services().idle.extras
    IdleThread(extras, may_build=lambda: may_build, is_free=lambda: is_free).step()
    assert ("thumb-avif" in urls_of(movie)) is builds


def test_a_process_with_a_waiting_visitor_is_not_idle(
    make: Callable[[date], int], origin: Origin
) -> None:
    origin.serve("/slow.jpg", make_jpeg(), delay_s=0.5)
    movie = make_movie(poster_url=origin.url("/slow.jpg"))
    assert services().schedule.may_build_extras()
    request = services().builds.request(get_poster(movie))
    assert not services().schedule.may_build_extras()
    services().builds.wait_for(request, wait_s=20)


def test_two_processes_build_each_extra_once(
    make: Callable[[date], int], make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        make(SHOWN)
    put, stored, barrier = services().storage.put.__func__, [], threading.Barrier(2)  # type: ignore[attr-defined]

    def noting(storage: object, key: str, *arguments: object, **options: object) -> None:
        stored.append(key)
        put(storage, key, *arguments, **options)

    monkeypatch.setattr(type(services().storage), "put", noting)
    apps = [make_app(), make_app()]

    def work(app: Flask) -> None:
        with app.app_context():
            extras = services().idle.extras
        barrier.wait()
        while extras.build_next():
            pass

    threads = [threading.Thread(target=work, args=(app,)) for app in apps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    built = [key for key in stored if key.startswith("posters/")]
    assert len(built) == len(set(built)) == 4 * len(OPTIONAL)


def test_stop_ends_the_thread(app: Flask) -> None:
    idle = services().idle
    idle.start()
    thread = next(each for each in threading.enumerate() if each.name == "extras")
    idle.stop.set()
    thread.join(5)
    assert not thread.is_alive()


@pytest.mark.parametrize(
    ("media", "index_changes", "film_changes"),
    [
        (["thumb-avif"], True, False),  # the film's page shows it only beside the poster's
        (["poster-avif"], False, True),
        (["share"], False, True),
    ],
)
def test_a_page_is_rendered_again_only_for_what_it_shows(
    make: Callable[[date], int], media: list[str], index_changes: bool, film_changes: bool
) -> None:
    movie = make(SHOWN)

    def fingerprints() -> tuple[str, str]:
        with reading() as session:
            return fingerprint_of(index_page(session, SHOWN)), fingerprint_of(
                movie_page(session, movie, SHOWN)
            )

    before = fingerprints()
    services().pipeline.build(movie, media=media)
    after = fingerprints()
    assert [one != other for one, other in zip(before, after, strict=True)] == [
        index_changes,
        film_changes,
    ]
