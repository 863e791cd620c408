"""Which premieres each feed holds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from mozi.calendar.pages import feeds
from mozi.calendar.pages.feeds import calendar_feed, movie_feed, news_feed, premieres
from mozi.database import reading, writing
from mozi.errors import MovieNotFound
from mozi.models import Movie
from tests.conftest import on_both_backends
from tests.support.factories import THURSDAY, make_movie, make_variants, update_movie


@on_both_backends
def test_the_calendar_has_a_year_back_and_all_that_comes_by_date(app: Flask) -> None:
    days = (feeds.PAST_DAYS + 1, feeds.PAST_DAYS, 0, -400)
    ids = [make_movie(premiere_date=THURSDAY - timedelta(days=past)) for past in days]
    make_movie(date_precision="month")
    cancelled = make_movie(premiere_date=THURSDAY + timedelta(days=1), status="cancelled")
    with reading() as session:
        feed = calendar_feed(session, THURSDAY)
    assert [movie.id for movie in feed.movies] == [ids[1], ids[2], cancelled, ids[3]]


def test_the_nearest_premieres_stay_where_they_are_too_many(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "PAST_LIMIT", 1)
    monkeypatch.setattr(feeds, "COMING_LIMIT", 1)
    for days in (-2, -1, 0, 1):
        make_movie(title=f"{days}", premiere_date=THURSDAY + timedelta(days=days))
    with reading() as session:
        assert [m.title for m in calendar_feed(session, THURSDAY).movies] == ["-1", "0"]


def test_a_moved_premiere_is_news_again_with_its_move(app: Flask) -> None:
    moved, new = make_movie(), make_movie()
    make_movie(premiere_date=THURSDAY - timedelta(days=feeds.NEWS_PAST_DAYS + 1))
    with writing() as session:
        day = {"premiere_date": THURSDAY + timedelta(days=7)}
        update_movie(session, session.get_one(Movie, moved), day)
    with reading() as session:
        items = news_feed(session, THURSDAY).items
    assert [(item.movie.id, item.move is not None) for item in items] == [
        (moved, True),
        (new, False),
        (moved, False),
    ]
    assert items[0].move is not None
    assert items[0].published_at == items[0].move.changed_at


def test_premieres_come_in_parts_with_their_pictures(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "PREMIERES_A_PART", 1)
    first, second = make_movie(), make_movie()
    urls = make_variants(first)
    with reading() as session:
        parts = [premieres(session, THURSDAY, THURSDAY, part=part) for part in (1, 2)]
    assert [[item.movie.id for item in part.movies] for part in parts] == [[first], [second]]
    assert [part.has_more for part in parts] == [True, False]
    assert {picture.url for picture in parts[0].movies[0].pictures} == set(urls.values())
    assert parts[1].movies[0].pictures == ()


def test_an_unknown_movie_is_not_found(app: Flask) -> None:
    movie_id = make_movie(title="Kontroll")
    with reading() as session:
        assert [m.title for m in movie_feed(session, movie_id).movies] == ["Kontroll"]
        with pytest.raises(MovieNotFound):
            movie_feed(session, movie_id + 1)
