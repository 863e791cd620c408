"""Two editors who merge, separate, add or remove premieres of the same films at one time.

The second one begins while the first one has not committed: on PostgreSQL it has read the films
as they were before, and waits for a lock.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from mozi.calendar.editing.changes import MovieChange, lock_movie, save_changes
from mozi.calendar.editing.merging import (
    MergeOutdated,
    ensure_back,
    merge_movies,
    preview_merge,
)
from mozi.calendar.editing.premieres import PremiereChange
from mozi.calendar.editing.trash import delete_movie
from mozi.database import reading, writing
from mozi.errors import MoziError
from mozi.extensions import db
from mozi.models import IS_SHOWN, MergedMovie, Movie, Premiere
from tests.support.factories import THURSDAY, make_movie

BY = "anna@example.org"
KEPT, OTHER, THIRD = 1, 2, 3
Act = Callable[[Session], object]
WAITING = """SELECT 1 FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'"""


def merge(kept: int, other: int) -> Callable[[], Act]:
    """Return the merge of two movies as they are when the editor sees the question."""

    def asked() -> Act:
        with reading() as session:
            state = preview_merge(session, kept, other).state
        return lambda session: merge_movies(
            session, kept, other, state=state, others_poster=False, by=BY
        )

    return asked


def separate(movie_id: int) -> Callable[[], Act]:
    return lambda: lambda session: ensure_back(session, movie_id, by=BY)


def delete(movie_id: int) -> Callable[[], Act]:
    return lambda: lambda session: delete_movie(session, movie_id, by=BY)


def add(movie_id: int, days: int) -> Callable[[], Act]:
    values = {"kind": "streaming", "premiere_date": THURSDAY + timedelta(days=days)}
    return lambda: lambda session: write(session, movie_id, PremiereChange(None, values))


def remove(movie_id: int, day: date) -> Callable[[], Act]:
    def act(session: Session) -> object:
        movie = lock_movie(session, movie_id)
        [premiere] = [each for each in movie.premieres if each.premiere_date == day]
        return write(session, movie_id, PremiereChange(premiere, removed=True))

    return lambda: act


def write(session: Session, movie_id: int, change: PremiereChange) -> object:
    return save_changes(
        session, [MovieChange(lock_movie(session, movie_id), {}, premieres=[change])], by=BY
    )


SECOND = THURSDAY + timedelta(days=7)  # the day of movie 2, as of each by its number


@pytest.mark.parametrize("backend_env", ["servers"], indirect=True)  # SQLite has one writer
@pytest.mark.parametrize(("before", "first", "second", "outcome"), [
    ((), merge(KEPT, OTHER), merge(THIRD, OTHER), "MovieNotFound"),
    ((), merge(KEPT, OTHER), merge(OTHER, THIRD), "MovieNotFound"),
    ((), merge(KEPT, OTHER), merge(KEPT, THIRD), "MergeOutdated"),
    ((), merge(KEPT, OTHER), add(OTHER, 70), "MovieNotFound"),
    ((), merge(KEPT, OTHER), add(KEPT, 70), "done"),
    ((), merge(KEPT, OTHER), delete(OTHER), "MovieNotFound"),
    ((), merge(KEPT, OTHER), delete(KEPT), "done"),
    ((), add(OTHER, 70), merge(KEPT, OTHER), "MergeOutdated"),
    ((), add(KEPT, 70), merge(KEPT, OTHER), "MergeOutdated"),
    ((), delete(OTHER), merge(KEPT, OTHER), "MovieNotFound"),
    ((), add(KEPT, 70), add(KEPT, 70), "EqualPremieres"),
    ((), add(KEPT, 70), add(KEPT, 77), "done"),
    ((), add(KEPT, 70), remove(KEPT, THURSDAY), "done"),
    ([merge(KEPT, OTHER)], remove(KEPT, THURSDAY), remove(KEPT, SECOND), "NoPremiere"),
    ([merge(KEPT, OTHER)], separate(OTHER), separate(OTHER), "done"),
    ([merge(KEPT, OTHER)], separate(OTHER), add(KEPT, 70), "done"),
    ([merge(KEPT, OTHER)], separate(OTHER), remove(KEPT, THURSDAY), "NoPremiere"),
    ([merge(KEPT, OTHER)], remove(KEPT, THURSDAY), separate(OTHER), "NoPremiere"),
    ([merge(KEPT, OTHER)], separate(OTHER), merge(THIRD, KEPT), "MergeOutdated"),
    ([merge(KEPT, OTHER)], merge(THIRD, KEPT), separate(OTHER), "done"),
    ([merge(KEPT, OTHER), merge(KEPT, THIRD)], separate(OTHER), separate(THIRD), "done"),
])  # fmt: skip
def test_the_second_of_two_editors_is_told_or_loses_nothing(
    app: Flask,
    before: list[Callable[[], Act]],
    first: Callable[[], Act],
    second: Callable[[], Act],
    outcome: str,
) -> None:
    for number in (KEPT, OTHER, THIRD):
        day = THURSDAY + timedelta(weeks=number - 1)
        assert make_movie(title="Vuk", premiere_date=day) == number
    for each in before:
        assert done(each()) == "done"
    assert at_once(app, first(), second()) == ["done", outcome]
    with reading() as session:
        shown = list(session.scalars(select(Premiere.movie_id).where(IS_SHOWN)))
        movies = set(session.scalars(select(Movie.id)))
        merged = set(session.scalars(select(MergedMovie.movie_id)))
    assert set(shown) == movies
    assert not movies & merged


def at_once(app: Flask, first: Act, second: Act) -> list[str]:
    """Begin the second while the first has not committed; return the outcome of each."""
    outcomes: dict[str, str] = {}
    written, waits = threading.Event(), threading.Event()

    def begin_second() -> None:
        written.wait()
        with app.app_context():
            outcomes["second"] = done(second)
        waits.set()

    thread = threading.Thread(target=begin_second)
    thread.start()

    def hold(session: Session) -> object:
        result = first(session)
        session.flush()
        written.set()
        while not waits.is_set() and not is_one_waiting():
            time.sleep(0.005)  # the second one waits for the commit meanwhile
        return result

    try:
        outcomes["first"] = done(hold)
    finally:
        written.set()
        thread.join()
    return [outcomes["first"], outcomes["second"]]


def is_one_waiting() -> bool:
    """Return whether a transaction of this database waits for another one's lock."""
    with db.engine.connect() as connection:
        return bool(connection.scalar(text(WAITING)))


def done(act: Act) -> str:
    """Return how it ended: "done", or the name of what the editor is told."""
    try:
        with writing() as session:
            result = act(session)
    except MoziError as error:
        return type(error).__name__
    return "MergeOutdated" if isinstance(result, MergeOutdated) else "done"
