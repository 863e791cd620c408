"""Asks TMDB what a run needs: which films there are, which have changed, and each of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from mozi.catalogue.tmdb.client import Tmdb
from mozi.catalogue.tmdb.films import Found, ListPage, Reader, TmdbFilm
from mozi.catalogue.tmdb.reading import (
    APPENDED,
    LANGUAGE,
    picture_languages,
    read_changed_ids,
    read_film,
    read_list,
    read_picture_base,
)
from mozi.settings import Settings

RELEASES = ("2|3", "4")  # cinema, streaming: see reading.py
MOST_PAGES = 500  # of a list; TMDB refuses further ones. An empty page ends a list sooner.
SAME_LIST = 3  # tries to read all pages of a list that shifts meanwhile
DAYS_OF_CHANGES = 14  # TMDB lists no older ones


def get_reader(tmdb: Tmdb, settings: Settings, today: date) -> Reader:
    """Return how this site reads TMDB's answers."""
    base = read_picture_base(tmdb.get("/configuration"))
    return Reader(settings.tmdb_region, settings.tmdb_poster_languages, base, today)


def get_film(tmdb: Tmdb, reader: Reader, film: Found) -> TmdbFilm:
    """Return the film with all its parts, in one request; raises CatalogueGone."""
    languages = picture_languages(reader.poster_languages, film.original_language)
    own = {LANGUAGE, "en", *filter(None, [film.original_language])}
    said = tmdb.get(
        f"/movie/{film.tmdb_id}",
        language=f"{LANGUAGE}-{reader.region}",
        append_to_response=APPENDED,
        include_image_language=languages,
        include_video_language=",".join(sorted(own)),
    )
    return read_film(said, reader)


def find_by_imdb_id(tmdb: Tmdb, imdb_id: str) -> Found | None:
    """Return the film that has this id of IMDb now."""
    films = read_list(tmdb.get(f"/find/{imdb_id}", external_source="imdb_id")).films
    return films[0] if films else None


def search_films(tmdb: Tmdb, title: str, region: str) -> tuple[Found, ...]:
    """Return the films that TMDB finds by this title, the likeliest first."""
    language = f"{LANGUAGE}-{region}"
    return read_list(tmdb.get("/search/movie", query=title, language=language)).films


def find_premieres(tmdb: Tmdb, region: str, first: date, last: date) -> dict[int, Found]:
    """Return the films with a release in the region from first to last, by TMDB's id."""
    found: dict[int, Found] = {}
    for start, end in _months(first, last):
        for types in RELEASES:
            found |= _whole_list(tmdb, region, types, start, end)
    return found


def _months(first: date, last: date) -> Iterator[tuple[date, date]]:
    while first <= last:
        next_month = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        yield first, min(last, next_month - timedelta(days=1))
        first = next_month


def _whole_list(tmdb: Tmdb, region: str, types: str, first: date, last: date) -> dict[int, Found]:
    """Return all films of a list; one that shifts while it is read is read again.

    A list of more pages than TMDB gives is read in two halves.
    """
    found: dict[int, Found] = {}
    for _ in range(SAME_LIST):
        page = _list_page(tmdb, region, types, first, last, number=1)
        if page.pages >= MOST_PAGES and first < last:
            middle = first + (last - first) // 2
            found |= _whole_list(tmdb, region, types, first, middle)
            return found | _whole_list(tmdb, region, types, middle + timedelta(days=1), last)
        found |= {film.tmdb_id: film for film in page.films}
        for number in range(2, min(page.pages, MOST_PAGES) + 1):
            further = _list_page(tmdb, region, types, first, last, number=number)
            found |= {film.tmdb_id: film for film in further.films}
            if not further.films:
                break
        if len(found) >= page.results:
            break
    return found


def _list_page(
    tmdb: Tmdb, region: str, types: str, first: date, last: date, *, number: int
) -> ListPage:
    said = tmdb.get(
        "/discover/movie",
        **{"release_date.gte": str(first), "release_date.lte": str(last)},
        language=f"{LANGUAGE}-{region}",
        region=region,
        with_release_type=types,
        sort_by="primary_release_date.asc",  # popularity, the default, moves all the time
        include_adult="false",
        page=number,
    )
    return read_list(said)


def find_changed(tmdb: Tmdb, since: date, until: date) -> dict[int, date]:
    """Return the films that have changed, and the last day on which they may have.

    since, until: days in UTC. Each day is asked with the next one, since TMDB does not say whether
    the end of a range is in it.
    """
    changed: dict[int, date] = {}
    for offset in range((until - since).days + 1):
        day = since + timedelta(days=offset)
        end = day + timedelta(days=1)
        changed |= dict.fromkeys(_changed_on(tmdb, day, end), end)
    return changed


def _changed_on(tmdb: Tmdb, first: date, last: date) -> Iterator[int]:
    number, pages = 1, 1
    while number <= min(pages, MOST_PAGES):
        said = tmdb.get("/movie/changes", start_date=str(first), end_date=str(last), page=number)
        ids, pages = read_changed_ids(said)
        yield from ids
        number, pages = number + 1, pages if ids else 0
