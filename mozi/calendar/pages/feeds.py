"""Loads the feeds: the calendar to subscribe to, the news, and the premieres for other programs.

Every feed is bounded in days, and in movies, because an import may add thousands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from mozi.calendar.merges import with_merged
from mozi.calendar.pages.filter_options import load_filter_options
from mozi.calendar.pages.filters import NONE, Filters
from mozi.calendar.pages.listings import FEED, load_premieres, rows_of
from mozi.calendar.pages.pictures import Pictures, load_feed_pictures, load_pictures
from mozi.calendar.pages.values import (
    CalendarFeed,
    FeedMovie,
    FeedNews,
    Move,
    Movies,
    MovieWithPremieres,
    NewsFeed,
    Picture,
    PicturedMovie,
    Premieres,
)
from mozi.calendar.weeks import week_of
from mozi.errors import MovieNotFound
from mozi.models import IS_SHOWN, DateChange, Movie, Premiere, is_main
from mozi.posters.recipes import POSTER, RECIPES

PAST_DAYS = 366  # an event that leaves the feed leaves the subscribers' calendars too
PAST_LIMIT = 1000
COMING_LIMIT = 2000
NEWS_LIMIT = 50
NEWS_PAST_DAYS = 28  # imported old films are no news
PREMIERES_A_PART = 500
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def calendar_feed(
    session: Session, today: date, filters: Filters = NONE, *only: ColumnElement[bool]
) -> CalendarFeed:
    """Return the premieres whose day is known, from a year ago on, cancelled ones included.

    only: further conditions on Movie and Premiere.
    """
    day = Premiere.premiere_date
    conditions = (Premiere.date_precision == "day", *filters.conditions(), *only)
    past = _movies(
        session,
        day.between(today - timedelta(days=PAST_DAYS), today - timedelta(days=1)),
        *conditions,
        order=(day.desc(), Premiere.id.desc()),
        limit=PAST_LIMIT,
    )
    coming = _movies(
        session, day >= today, *conditions, order=(day, Premiere.id), limit=COMING_LIMIT
    )
    movies = [*reversed(past), *coming]
    load_filter_options(session, filters, movies)
    return CalendarFeed(tuple(movies))


def movie_feed(session: Session, movie_id: int) -> CalendarFeed:
    """Return all premieres of one movie, removed ones included; raises MovieNotFound."""
    order = (Premiere.premiere_date, Premiere.id)
    found = _movies(session, Movie.id == movie_id, order=order, limit=COMING_LIMIT)
    if not found:
        raise MovieNotFound(movie_id)
    return CalendarFeed(tuple(found))


def news_feed(
    session: Session, today: date, filters: Filters = NONE, *only: ColumnElement[bool]
) -> NewsFeed:
    """Return the premieres that were added or moved last, old premieres left out.

    only: further conditions on Movie and Premiere.
    """
    since = week_of(today).first - timedelta(days=NEWS_PAST_DAYS)
    conditions = (IS_SHOWN, Premiere.premiere_date >= since, *filters.conditions(), *only)
    # Of a sum there is no index: that of the ids may lead through a million old premieres.
    latest = (Premiere.id + 0).desc()
    new = _movies(session, *conditions, order=(latest,), limit=NEWS_LIMIT)
    items = [FeedNews(movie, None) for movie in new] + _moved(session, *conditions)
    load_filter_options(session, filters, [item.movie for item in items])
    items.sort(key=lambda item: item.published_at or LONG_AGO, reverse=True)
    shown = items[:NEWS_LIMIT]
    pictures = load_feed_pictures(session, [item.movie for item in shown], media=POSTER.media)
    return NewsFeed(tuple(replace(each, picture=pictures.get(each.movie.id)) for each in shown))


def premieres(
    session: Session, first: date, last: date, *, part: int, filters: Filters = NONE
) -> Premieres:
    """Return one part (counted from 1) of the premieres from first to last, by date."""
    day = Premiere.premiere_date
    found = _movies(
        session,
        IS_SHOWN,
        day.between(first, last),
        *filters.conditions(),
        order=(day, Premiere.id),
        limit=PREMIERES_A_PART + 1,
        offset=(part - 1) * PREMIERES_A_PART,
    )
    movies = found[:PREMIERES_A_PART]
    load_filter_options(session, filters, movies)
    pictures = load_pictures(session, dict.fromkeys(RECIPES, movies))
    return Premieres(
        movies=tuple(PicturedMovie(movie, _all_of(movie, pictures)) for movie in movies),
        has_more=len(found) > len(movies),
    )


def movies_by_id(session: Session, movie_ids: Collection[int], today: date) -> Movies:
    """Return these movies by id, each by its next premiere, else its latest one, and with all.

    A merged movie's id stands for the movie that it is part of now.
    """
    chosen = with_merged(session, movie_ids)
    found = _movies(
        session, Movie.id.in_(chosen), is_main(today), order=(Movie.id,), limit=len(chosen)
    )
    pictures = load_pictures(session, dict.fromkeys(RECIPES, found))
    premieres = load_premieres(session, [movie.id for movie in found])
    return Movies(
        tuple(
            MovieWithPremieres(PicturedMovie(movie, _all_of(movie, pictures)), premieres[movie.id])
            for movie in found
        )
    )


def _all_of(movie: FeedMovie, pictures: Pictures) -> tuple[Picture, ...]:
    """Return the movie's pictures, without fields that a record does not show."""
    found = (pictures.find(movie, media) for media in RECIPES)
    plain = (replace(picture, preview=None, avif=None) for picture in found if picture)
    return tuple(plain)


def _movies(
    session: Session,
    *conditions: ColumnElement[bool],
    order: Iterable[Any],
    limit: int,
    offset: int = 0,
) -> list[FeedMovie]:
    rows = session.execute(
        rows_of(FEED).where(*conditions).order_by(*order).limit(limit).offset(offset)
    )
    return [FeedMovie(*row) for row in rows]


def _moved(session: Session, *conditions: ColumnElement[bool]) -> list[FeedNews]:
    """Return the latest moves, each with the premiere's present row."""
    columns = [getattr(DateChange, field.name) for field in fields(Move)]
    rows = session.execute(
        select(DateChange.premiere_id, *columns)
        .join(Premiere, Premiere.id == DateChange.premiere_id)
        .join(Movie, Movie.id == Premiere.movie_id)
        .where(*conditions)
        .order_by(DateChange.id.desc())
        .limit(NEWS_LIMIT)
    ).all()
    ids = {premiere_id for premiere_id, *_ in rows}
    moved = _movies(session, Premiere.id.in_(ids), order=(), limit=NEWS_LIMIT)
    premieres = {movie.premiere_id: movie for movie in moved}
    return [FeedNews(premieres[premiere_id], Move(*move)) for premiere_id, *move in rows]
