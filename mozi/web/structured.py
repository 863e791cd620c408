"""Structured data of a page for search engines, and its picture for shared links."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import singledispatch
from itertools import islice
from typing import Any

from flask_babel import gettext
from markupsafe import Markup

from mozi.calendar.pages.alphabet import AlphabetPage
from mozi.calendar.pages.values import (
    Card,
    IndexPage,
    MonthPage,
    MoviePage,
    MoviePremiere,
    Picture,
    YearPage,
)
from mozi.calendar.weeks import Month, month_of
from mozi.feeds import schema_org
from mozi.feeds.schema_org import Film, Node, Release
from mozi.services import services
from mozi.web import links
from mozi.web.i18n.genres import genre_name
from mozi.web.i18n.languages import current, dates_in, url_for

CARD_PX = (1200, 630)  # of static/icons/card.png, the usual size of share cards
HUNGARIAN = "hu"
DUBBED, SUBTITLED = ("dubbed", "both"), ("subtitled", "both")
UNDUBBED = (*SUBTITLED, "original")
LISTED = 100  # more than any week has; a year's page would repeat all its films


def structured_data(page: object) -> Markup:
    """Return the page's JSON-LD block, empty where it has none.

    It is data and not a script, so the Content-Security-Policy allows it (HTML, 4.12.1).
    """
    nodes = tuple(nodes_of(page))
    text = schema_org.json_ld(*nodes) if nodes else ""
    block = f'<script type="application/ld+json">{text}</script>' if nodes else ""
    return Markup(block)  # noqa: S704 - json_ld leaves nothing to end it # nosec B704


def card_picture(page: object) -> Picture:
    """Return the picture of a shared link: one of the movie that is built, else Mozi's card."""
    own = (page.share or page.poster) if isinstance(page, MoviePage) else None
    if own is not None and own.built:
        return replace(own, url=links.absolute(own.url))
    address = links.absolute(url_for("static", filename="icons/card.png"))
    return Picture("card", address, *CARD_PX, built=True)


@singledispatch
def nodes_of(page: object) -> Iterator[Node]:
    """Yield the nodes of a page, by its type."""
    yield from ()


@nodes_of.register
def _index(page: IndexPage) -> Iterator[Node]:
    yield schema_org.web_site(
        services().settings.site_name, _address("pages.index"), language=current()
    )
    yield from _list(card for week in page.weeks for day in week.days for card in day.cards)


@nodes_of.register
def _month(page: MonthPage) -> Iterator[Node]:
    yield from _list([*(card for day in page.days for card in day.cards), *page.undated])
    yield schema_org.breadcrumbs([_home(), _year_step(page.month.year), _month_step(page.month)])


@nodes_of.register
def _year(page: YearPage) -> Iterator[Node]:
    yield from _list(card for month in page.months for card in month.cards)
    yield schema_org.breadcrumbs([_home(), _year_step(page.year)])


@nodes_of.register
def _alphabet(page: AlphabetPage) -> Iterator[Node]:
    yield from _list(card for group in page.groups for card in group.cards)


@nodes_of.register
def _movie(page: MoviePage) -> Iterator[Node]:
    movie = page.movie
    month = month_of(movie.premiere_date)
    yield schema_org.movie(_film(page))
    steps = [_home(), _year_step(month.year)]
    if movie.date_precision != "year":
        steps.append(_month_step(month))
    yield schema_org.breadcrumbs([*steps, _step(movie)])


def _list(cards: Iterable[Card]) -> Iterator[Node]:
    entries = [_step(card.movie) for card in islice(cards, LISTED)]
    if entries:
        yield schema_org.item_list(gettext("Filmpremierek"), entries)


def _film(page: MoviePage) -> Film:
    movie = page.movie
    built = page.poster is not None and page.poster.built
    return Film(
        address=_step(movie)[1],
        name=movie.title,
        original_name=movie.original_title if movie.original_title != movie.title else None,
        pictures=(links.absolute(page.poster.url),) if page.poster and built else (),
        synopsis=movie.synopsis,
        releases=tuple(_release(each, movie.original_language) for each in page.premieres),
        minutes=movie.runtime_minutes,
        age=movie.age_rating,
        genres=tuple(genre_name(genre) for genre in movie.genres),
        directors=movie.director,
        actors=movie.cast,
        countries=movie.country,
        distributor=movie.distributor,
        year=movie.year,
        language=movie.original_language,
        elsewhere=_elsewhere(page),
    )


def _elsewhere(page: MoviePage) -> tuple[str, ...]:
    if page.catalogue is None:
        return ()
    return tuple(filter(None, (page.catalogue.tmdb_url, page.catalogue.imdb_url)))


def _release(premiere: MoviePremiere, original: str | None) -> Release:
    day = _date(premiere.premiere_date, premiere.date_precision)
    status, before = _status(premiere)
    version = premiere.language_version
    spoken = [HUNGARIAN if version in DUBBED else None, original if version in UNDUBBED else None]
    return Release(
        day,
        before,
        status,
        is_new=premiere.kind != "rerelease",
        languages=tuple(language for language in spoken if language),
        subtitles=(HUNGARIAN,) if version in SUBTITLED else (),
    )


def _status(premiere: MoviePremiere) -> tuple[str, str | None]:
    """Return the premiere's status, and its former date where it was moved."""
    move = premiere.moves[0] if premiere.moves else None
    moved = move is not None and move.old_precision == premiere.date_precision == "day"
    if premiere.status == "cancelled" or move is None or not moved:
        return premiere.status, None
    return "moved", move.old_date.isoformat()


def _date(day: object, precision: str) -> str:
    said: str = dates_in(current()).machine_date(day, precision)
    return said


def _home() -> tuple[str, str]:
    return services().settings.site_name, _address("pages.index")


def _year_step(year: int) -> tuple[str, str]:
    return str(year), _address("pages.year", year=year)


def _month_step(month: Month) -> tuple[str, str]:
    name = dates_in(current()).full_month(month)
    return name, _address("pages.month", year=month.year, month=month.month)


def _step(movie: links.HasTitle) -> tuple[str, str]:
    return movie.title, links.absolute(links.film_path(movie))


def _address(endpoint: str, **values: Any) -> str:
    return links.absolute(url_for(endpoint, **values))
