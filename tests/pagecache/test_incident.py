"""The incident of 2016, replayed: a warm-up of 800 movies while visitors read the index.

Then, each poster that got its URL threw the index away, old movies' and full-size ones
included: nearly every visit rendered it, and the mean page went from 250 ms to over a second.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mozi.database import writing
from mozi.models import Movie, Poster, Premiere
from tests.conftest import MakeApp
from tests.support.factories import THURSDAY, make_variants

MOVIES, SHOWN = 800, 60
COALESCE_S = 0.5
A_REQUEST_S = 0.004


class Visitors:
    """A visitor who reloads the index all the time; counts the cache's results, and the time."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.said: Counter[str] = Counter()
        self.took_s: list[float] = []
        self.gone = threading.Event()

    def visit(self) -> str:
        """Ask once; return the page."""
        began = time.perf_counter()
        answer = self.client.get("/")
        self.took_s.append(time.perf_counter() - began)
        self.said[answer.headers["Cache-Status"]] += 1
        return answer.text

    def keep_visiting(self) -> None:
        while not self.gone.wait(A_REQUEST_S):
            self.visit()

    @property
    def renders(self) -> int:
        return self.said["mozi; fwd=miss; stored"]

    def report(self, phase: str) -> None:
        """Print hit rate, renders and p95."""
        asked = sum(self.said.values())
        p95_ms = 1000 * statistics.quantiles(self.took_s, n=20)[-1]
        print(  # noqa: T201 - the figures are what the replay is for; pytest -s shows them
            f"{phase}: {asked} visits, {100 * (1 - self.renders / asked):.1f} % hits, "
            f"{self.renders} renders, p95 {p95_ms:.1f} ms"
        )


@pytest.fixture
def app(make_app: MakeApp) -> Iterator[Flask]:
    made = make_app(PAGE_CACHE_COALESCE_SECONDS=str(COALESCE_S))
    with made.app_context():
        yield made


@pytest.fixture
def movies(app: Flask) -> list[int]:
    """800 movies with a poster to be had; the first 60 of them are on the index."""
    with writing() as session:
        added = [
            Movie(
                title=f"Film {n}",
                premieres=[Premiere(first=True, premiere_date=premiere(n))],
                poster=Poster(source_url="http://x"),
            )
            for n in range(MOVIES)
        ]
        session.add_all(added)
        session.flush()
        return [movie.id for movie in added]


def premiere(number: int) -> date:
    if number < SHOWN:
        return THURSDAY + timedelta(days=7 * (number % 8))
    return THURSDAY - timedelta(days=30 + number)


@contextmanager
def visited(app: Flask) -> Iterator[Visitors]:
    visitors = Visitors(app.test_client())
    visitors.visit()
    thread = threading.Thread(target=visitors.keep_visiting)
    thread.start()
    try:
        yield visitors
    finally:
        visitors.gone.set()
        thread.join()


def test_the_incident_of_2016(app: Flask, movies: list[int]) -> None:
    shown, old = movies[:SHOWN], movies[SHOWN:]
    with visited(app) as before:
        time.sleep(0.2)
    with visited(app) as unseen:
        build(old, "poster", "thumb", "blurred", for_s=1.0)
        build(shown, "poster", for_s=0.5)
    with visited(app) as seen:
        began = time.monotonic()
        build(shown, "thumb", for_s=2.0)
        took_s = time.monotonic() - began
    time.sleep(COALESCE_S + 1)
    with visited(app) as after:
        page = after.visit()
    phases = {"before": before, "unseen": unseen, "seen": seen, "after": after}
    for phase, visitors in phases.items():
        visitors.report(phase)
    assert unseen.renders == 0
    assert 1 <= seen.renders <= took_s / COALESCE_S + 2
    assert page.count("https://posters.example/") >= SHOWN


def build(movie_ids: list[int], *media: str, for_s: float) -> None:
    """Record the variants of these movies, evenly over so many seconds."""
    pause: Callable[[], None] = lambda: time.sleep(for_s / len(movie_ids))  # noqa: E731
    for movie_id in movie_ids:
        make_variants(movie_id, *media)
        pause()
