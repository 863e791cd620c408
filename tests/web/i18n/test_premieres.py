"""Premieres for calendars, feed readers and the API."""

from __future__ import annotations

from datetime import date

from mozi.calendar.pages import feeds
from mozi.calendar.pages.filters import Filters
from mozi.calendar.pages.values import FeedMovie
from mozi.database import reading
from mozi.web.i18n.premieres import events_of, feed_name
from tests.support.factories import make_movie
from tests.web.conftest import InLanguage

TODAY = date(2026, 11, 26)


def movie(**columns: object) -> FeedMovie:
    movie_id = make_movie(**columns)
    with reading() as session:
        return feeds.movie_feed(session, movie_id).movies[0]


def test_a_feed_is_named_after_its_filters(in_language: InLanguage) -> None:
    with in_language("en"):
        name = feed_name(Filters(kind="streaming", genre="dráma", age="12"))
    assert name.endswith("(streaming, drama, 12)")


def test_a_cancelled_premiere_says_so_and_a_rerelease_says_how_it_opens(
    in_language: InLanguage,
) -> None:
    cancelled, again = movie(title="Bors", status="cancelled"), movie(title="Só", kind="rerelease")
    with in_language("hu"):
        off, back = events_of([cancelled, again], today=TODAY)
    assert (off.summary, off.cancelled) == ("Elmarad: Bors", True)
    assert (back.summary, back.cancelled) == ("Só (újra a mozikban)", False)


def test_an_event_describes_the_film(in_language: InLanguage) -> None:
    film = movie(genres=("dráma",), runtime_minutes=100, age_rating="12", director=("Gothár",))
    with in_language("hu"):
        [event] = events_of([film], today=TODAY)
    assert event.description.splitlines()[-2:] == ["dráma · 100 perc · 12", "Rendező: Gothár"]
