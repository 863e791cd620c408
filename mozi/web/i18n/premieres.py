"""Premieres for other programs: events of calendars, items of feeds, records of the API."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext as _

from mozi.calendar.merges import calendar_id
from mozi.calendar.pages.feeds import LONG_AGO
from mozi.calendar.pages.filters import Filters
from mozi.calendar.pages.values import (
    FeedMovie,
    FeedNews,
    FeedPicture,
    MovieWithPremieres,
    PicturedMovie,
)
from mozi.feeds.ical import CalendarEvent
from mozi.feeds.rss import Item, ItemPicture
from mozi.posters.recipes import RECIPES
from mozi.services import services
from mozi.web import links
from mozi.web.i18n.genres import genre_name
from mozi.web.i18n.languages import current, dates_in
from mozi.web.i18n.words import kind_name, move_words, version_name

SITE = "mozi"  # the host in ids if SITE_URL is not set


def feed_name(filters: Filters) -> str:
    """Return a feed's name with its filters."""
    name = _("%(site)s – filmpremierek", site=services().settings.site_name)
    chosen = filters.arguments
    if filters.kind:
        chosen["kind"] = kind_name(filters.kind)
    if filters.genre:
        chosen["genre"] = genre_name(filters.genre)
    return f"{name} ({', '.join(chosen.values())})" if chosen else name


def events_of(movies: Iterable[FeedMovie], *, today: date) -> list[CalendarEvent]:
    """Return the events of movies; the days of their premieres must be known."""
    surroundings = (current(), links.origin(services().settings), _site())
    return [_kept_event(movie, today, *surroundings) for movie in movies]


# An event takes 0.1 ms, and of a thousand only a few change: as in feeds/ical.py.
@lru_cache(maxsize=8192)
def _kept_event(movie: FeedMovie, today: date, *surroundings: str) -> CalendarEvent:
    """Return the event in these surroundings: language, origin and site of the request."""
    off = movie.status == "cancelled"
    return CalendarEvent(
        uid=f"{_id(movie)}@{_site()}",
        day=movie.premiere_date,
        summary=_title(movie),
        description="\n".join(_lines(movie, today=today)),
        url=_address(movie),
        categories=_genres(movie),
        cancelled=off,
        # The versions count an editor's changes and never decrease (RFC 5545, 3.8.7.4).
        sequence=movie.version + movie.premiere_version - 2,
        changed_at=movie.changed_at or LONG_AGO,
    )


def item_of(news: FeedNews, *, today: date) -> Item:
    """Return a piece of news for feed readers."""
    movie, move = news.movie, news.move
    when = dates_in(current()).premiere(movie.premiere_date, movie.date_precision)
    moved = "" if move is None else move_words(move, move.new_date, move.new_precision, today=today)
    return Item(
        id=_news_id(movie, news.published_at if move else None),
        title=f"{_title(movie)} – {moved or when}",
        text=" · ".join([when, *_lines(movie, today=today)]),
        url=_address(movie),
        categories=_genres(movie),
        published_at=news.published_at,
        picture=_picture(news.picture) if news.picture else None,
    )


def _picture(picture: FeedPicture) -> ItemPicture:
    return ItemPicture(
        links.absolute(picture.url),
        RECIPES[picture.media].content_type,
        picture.size_bytes,
        picture.width_px,
        picture.height_px,
    )


def record_of(item: PicturedMovie) -> dict[str, Any]:
    """Return a movie as the API shows it: the import table's names, its page, its pictures."""
    movie = item.movie
    return {
        "id": movie.id,
        "premiere_id": movie.premiere_id,
        "title": movie.title,
        "original_title": movie.original_title,
        "original_language": movie.original_language,
        "year": movie.year,
        "premiere_date": movie.premiere_date.isoformat(),
        "date_precision": movie.date_precision,
        "previous_date": movie.old_date.isoformat() if movie.old_date else None,
        "status": movie.status,
        "kind": movie.kind,
        "language_version": movie.language_version,
        "genres": movie.genres,
        "runtime_minutes": movie.runtime_minutes,
        "age_rating": movie.age_rating,
        "director": movie.director,
        "cast": movie.cast,
        "country": movie.country,
        "distributor": movie.distributor,
        "synopsis": movie.synopsis,
        "trailer_url": links.web_link(movie.trailer_url),
        "url": _address(movie),
        "posters": {each.media: links.absolute(each.url) for each in item.pictures},
    }


def movie_record_of(found: MovieWithPremieres) -> dict[str, Any]:
    """Return a movie as record_of() does, with all its premieres."""
    premieres = [
        {
            "premiere_id": each.id,
            "kind": each.kind,
            "premiere_date": each.premiere_date.isoformat(),
            "date_precision": each.date_precision,
            "status": each.status,
            "language_version": each.language_version,
        }
        for each in found.premieres
    ]
    return {**record_of(found.item), "premieres": premieres}


def _title(movie: FeedMovie) -> str:
    if movie.status == "cancelled":
        return str(_("Elmarad: %(title)s", title=movie.title))
    return movie.title if movie.kind == "cinema" else f"{movie.title} ({kind_name(movie.kind)})"


def _lines(movie: FeedMovie, *, today: date) -> Iterable[str]:
    """Yield the lines about a movie, without its title and date."""
    if movie.original_title and movie.original_title != movie.title:
        yield movie.original_title
    minutes = _("%(minutes)d perc", minutes=movie.runtime_minutes) if movie.runtime_minutes else ""
    version = version_name(movie.language_version) if movie.language_version else ""
    genres = ", ".join(_genres(movie))
    facts = [str(movie.year or ""), genres, minutes, version, movie.age_rating or ""]
    if any(facts):
        yield " · ".join(fact for fact in facts if fact)
    if movie.director:
        yield f"{_('Rendező')}: {', '.join(movie.director)}"
    if movie.note:
        yield movie.note
    if moved := move_words(movie, movie.premiere_date, movie.date_precision, today=today):
        yield moved


def _genres(movie: FeedMovie) -> tuple[str, ...]:
    return tuple(genre_name(genre) for genre in movie.genres)


def _id(movie: FeedMovie) -> str:
    """Return a premiere's id in feeds, which stays where its movie is merged into another one."""
    own = calendar_id(movie.id, movie.premiere_id, first=movie.first)
    return f"film-{movie.calendar_id or own}"


def _news_id(movie: FeedMovie, moved_at: datetime | None) -> str:
    moved = f"-{moved_at:%Y%m%dT%H%M%S%f}" if moved_at else ""
    return f"{_id(movie)}{moved}@{_site()}"


def _site() -> str:
    """Return the host of SITE_URL: ids must not change with the Host header of a request."""
    return urlsplit(services().settings.site_url or "").hostname or SITE


def _address(movie: FeedMovie) -> str:
    return links.absolute(links.film_path(movie))
