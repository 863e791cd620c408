"""Reads TMDB's answers: from its JSON to Mozi's values. Pure; nothing here asks or writes.

TMDB is written by volunteers, so any part of an answer may be missing, null, or of another type.
Such a part reads as absent; only a film without an id or a title is no film.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from babel import Locale

from mozi.calendar.fields import FieldValue, check_fields
from mozi.catalogue.tmdb.films import FilmPoster, FilmPremiere, Found, ListPage, Reader, TmdbFilm
from mozi.catalogue.tmdb.parts import (
    Json,
    as_day,
    as_dict,
    as_items,
    as_language,
    as_list,
    as_number,
    as_path,
    as_text,
    as_whole,
)
from mozi.errors import CatalogueFailed

THEATRICAL, LIMITED, DIGITAL = 3, 2, 4
"""Types of a release: https://developer.themoviedb.org/reference/movie-release-dates"""

RERELEASE_AFTER = timedelta(days=180)
MOST_ACTORS = 10
NARROWEST_POSTER_PX = 780  # what the movie's page shows
CANCELED = "Canceled"  # TMDB's word, in its spelling
LANGUAGE = "hu"  # of Mozi's texts
APPENDED = "translations,alternative_titles,release_dates,credits,external_ids,images,videos"

# https://developer.themoviedb.org/reference/genre-movie-list; Mozi's words for them.
GENRES = {
    28: "akció", 12: "kaland", 16: "animáció", 35: "vígjáték", 80: "bűnügyi",
    99: "dokumentumfilm", 18: "dráma", 10751: "családi", 14: "fantasy", 36: "történelmi",
    27: "horror", 10402: "zenés", 9648: "misztikus", 10749: "romantikus", 878: "sci-fi",
    10770: "tévéfilm", 53: "thriller", 10752: "háborús", 37: "western",
}  # fmt: skip
_COUNTRIES = Locale("hu").territories


def read_film(said: Json, reader: Reader) -> TmdbFilm:
    """Return the film of a /movie/{id} answer; raises CatalogueFailed where it is none."""
    tmdb_id, original_title = as_whole(said.get("id")), as_text(said.get("original_title"))
    original_title = original_title or as_text(said.get("title"))
    if tmdb_id is None or original_title is None:
        raise CatalogueFailed("TMDB's answer is no film: it has no id or no title.")
    language = as_language(said.get("original_language"))
    releases = list(_releases(said, reader.region))
    posters = _posters(said, reader.poster_languages, language)
    title = _title(said, reader.region, original_title)
    given = {
        "title": title,
        "original_title": original_title if original_title != title else None,
        "synopsis": _synopsis(said, reader.region),
        "genres": _genres(said),
        "director": _names(_crew(said, "Director")),
        "cast": _names(_actors(said))[:MOST_ACTORS],
        "country": _countries(said),
        "year": released.year if (released := as_day(said.get("release_date"))) else None,
        "original_language": language,
        "runtime_minutes": as_whole(said.get("runtime")) or None,
        "age_rating": _age_rating(releases),
        "trailer_url": _trailer(said, language),
        "poster_url": picture_url(reader.picture_base, posters[0].path) if posters else None,
    }
    return TmdbFilm(
        tmdb_id=tmdb_id,
        imdb_id=_imdb_id(said),
        original_language=language,
        values=_usable(given, original_title),
        premieres=tuple(_premieres(releases, reader.today)),
        listed=frozenset(day for type_, day, _ in releases if type_ in (THEATRICAL, LIMITED)),
        cancelled=said.get("status") == CANCELED,
        posters=posters,
    )


def read_list(said: Json) -> ListPage:
    """Return one page of /discover, /search or /find; entries without an id are left out."""
    entries = as_items(said.get("results", said.get("movie_results")))
    return ListPage(
        films=tuple(film for entry in entries if (film := _found(entry)) is not None),
        pages=as_whole(said.get("total_pages")) or 1,
        results=as_whole(said.get("total_results")) or 0,
    )


def read_changed_ids(said: Json) -> tuple[list[int], int]:
    """Return the ids on one page of /movie/changes, and how many pages there are."""
    ids = [as_whole(entry.get("id")) for entry in as_items(said.get("results"))]
    return [each for each in ids if each is not None], as_whole(said.get("total_pages")) or 1


def read_picture_base(said: Json) -> str:
    """Return the address that pictures' sizes and paths follow, of a /configuration answer."""
    base = as_text(as_dict(said.get("images")).get("secure_base_url"))
    if base is None or not base.startswith(("https://", "http://")):
        raise CatalogueFailed("TMDB's configuration names no address of pictures.")
    return base if base.endswith("/") else f"{base}/"


def picture_url(base: str, path: str, *, size: str = "original") -> str:
    """Return a picture's address. size: "original", or one such as "w342"."""
    return f"{base}{size}/{path.lstrip('/')}"


def picture_languages(poster_languages: Sequence[str], original: str | None) -> str:
    """Return include_image_language for a film.

    https://developer.themoviedb.org/docs/image-languages
    """
    own = {"original": original, "none": "null"}
    named = [own.get(each, each) for each in poster_languages]
    return ",".join(dict.fromkeys(each for each in named if each))


def _found(entry: Json) -> Found | None:
    tmdb_id = as_whole(entry.get("id"))
    if tmdb_id is None:
        return None
    released = as_day(entry.get("release_date"))
    return Found(
        tmdb_id,
        as_text(entry.get("title")) or as_text(entry.get("original_title")) or "",
        as_language(entry.get("original_language")),
        released.year if released else None,
        as_path(entry.get("poster_path")),
    )


def _usable(given: Mapping[str, object], original_title: str) -> dict[str, FieldValue]:
    """Return what the desk would take of it; what it would refuse reads as absent."""
    empty: dict[str, object] = {
        column: [] if isinstance(value, list) else None for column, value in given.items()
    }
    checked = dict(check_fields({**empty, "title": original_title[:300]}).values)
    checked |= check_fields(given).values
    if "title" not in checked:
        raise CatalogueFailed("TMDB's title of the film cannot be used.")
    return checked


# Releases: (type, day, age mark), in TMDB's order.
Release = tuple[int, date, str]


def _releases(said: Json, region: str) -> Iterator[Release]:
    for place in as_items(as_dict(said.get("release_dates")).get("results")):
        if place.get("iso_3166_1") == region:
            for entry in as_items(place.get("release_dates")):
                # Ten characters and nothing else: a zone would move some days.
                day, type_ = as_day(entry.get("release_date")), as_whole(entry.get("type"))
                if day is not None and type_ is not None:
                    yield type_, day, as_text(entry.get("certification")) or ""


def _premieres(releases: Sequence[Release], today: date) -> Iterator[FilmPremiere]:
    cinema = _earliest(releases, THEATRICAL) or _earliest(releases, LIMITED)
    if cinema is not None:
        yield FilmPremiere("cinema", cinema)
        later = sorted(
            day
            for type_, day, _ in releases
            if type_ in (THEATRICAL, LIMITED) and day > cinema + RERELEASE_AFTER
        )
        if later:
            yield FilmPremiere("rerelease", next((d for d in later if d >= today), later[-1]))
    streaming = _earliest(releases, DIGITAL)
    if streaming is not None:
        yield FilmPremiere("streaming", streaming)


def _earliest(releases: Sequence[Release], wanted: int) -> date | None:
    return min((day for type_, day, _ in releases if type_ == wanted), default=None)


def _age_rating(releases: Sequence[Release]) -> str | None:
    """Return the mark of the earliest cinema release that has one, else of any release."""
    rank = {THEATRICAL: 0, LIMITED: 1, DIGITAL: 2}
    for _, _, mark in sorted(releases, key=lambda each: (rank.get(each[0], 3), each[1])):
        value = check_fields({"age_rating": mark.removesuffix("+").strip()}).values
        if mark and value.get("age_rating"):
            return str(value["age_rating"])
    return None


def _title(said: Json, region: str, original: str) -> str:
    if as_text(said.get("original_language")) == LANGUAGE:
        return original
    translated = _translated(said, "title", lambda t: t.get("iso_3166_1") == region)
    alternatives = [
        each
        for each in as_items(as_dict(said.get("alternative_titles")).get("titles"))
        if each.get("iso_3166_1") == region and as_text(each.get("title"))
    ]
    plain = sorted(alternatives, key=lambda each: bool(as_text(each.get("type"))))  # stable
    alternative = as_text(plain[0].get("title")) if plain else None
    return translated or alternative or original


def _synopsis(said: Json, region: str) -> str | None:
    """Return the Hungarian text, the region's first; None where there is none."""
    own = _translated(
        said,
        "overview",
        lambda t: t.get("iso_639_1") == LANGUAGE and t.get("iso_3166_1") == region,
    )
    return own or _translated(said, "overview", lambda t: t.get("iso_639_1") == LANGUAGE)


def _translated(said: Json, name: str, is_wanted: Any) -> str | None:
    found = [
        text
        for each in as_items(as_dict(said.get("translations")).get("translations"))
        if is_wanted(each) and (text := as_text(as_dict(each.get("data")).get(name)))
    ]
    return found[0] if found else None


def _genres(said: Json) -> list[str]:
    named = []
    for entry in as_items(said.get("genres")):
        other = as_text(entry.get("name")) or ""
        named.append(GENRES.get(as_whole(entry.get("id")) or 0, other.lower()))
    return _names(named)


def _crew(said: Json, job: str) -> list[str]:
    crew = as_items(as_dict(said.get("credits")).get("crew"))
    return [as_text(each.get("name")) or "" for each in crew if each.get("job") == job]


def _actors(said: Json) -> list[str]:
    cast = as_items(as_dict(said.get("credits")).get("cast"))
    ordered = sorted(cast, key=lambda each: as_whole(each.get("order")) or 0)
    return [as_text(each.get("name")) or "" for each in ordered]


def _countries(said: Json) -> list[str]:
    codes = [
        str(each.get("iso_3166_1")) for each in as_items(said.get("production_countries"))
    ] or [code for code in as_list(said.get("origin_country")) if isinstance(code, str)]
    return _names(_COUNTRIES[code] for code in codes if code in _COUNTRIES)


def _names(names: Iterable[str]) -> list[str]:
    """Return each usable name once; a semicolon would part a list in two."""
    return list(dict.fromkeys(name.replace(";", ",") for name in names if name))


def _trailer(said: Json, original: str | None) -> str | None:
    """Return YouTube's address of a trailer: Hungarian, else the original language's, else any."""
    languages = {LANGUAGE: 0, original: 1}
    trailers = [
        each
        for each in as_items(as_dict(said.get("videos")).get("results"))
        if each.get("site") == "YouTube"
        and each.get("type") == "Trailer"
        and re.fullmatch("[A-Za-z0-9_-]{6,20}", str(each.get("key")))
    ]
    best = sorted(
        trailers,
        key=lambda e: (
            languages.get(as_text(e.get("iso_639_1")), 2),
            e.get("official") is not True,
        ),
    )
    return f"https://www.youtube.com/watch?v={best[0]['key']}" if best else None


def _posters(said: Json, languages: Sequence[str], original: str | None) -> tuple[FilmPoster, ...]:
    """Return the posters that are large enough, the preferred one first."""
    ranks: dict[str | None, int] = {}
    for rank, each in enumerate(languages):
        ranks.setdefault({"original": original, "none": None}.get(each, each), rank)
    posters = [
        poster
        for entry in as_items(as_dict(said.get("images")).get("posters"))
        if (poster := _poster(entry)) is not None
        and poster.width_px >= NARROWEST_POSTER_PX
        and poster.language in ranks
    ]
    return tuple(
        sorted(
            posters,
            key=lambda p: (ranks[p.language], -p.vote_average, -p.vote_count, p.path),
        )
    )


def _poster(entry: Json) -> FilmPoster | None:
    path = as_path(entry.get("file_path"))
    width, height = as_whole(entry.get("width")), as_whole(entry.get("height"))
    if path is None or not width or not height or not width <= height <= 3 * width:
        return None
    language = as_language(entry.get("iso_639_1"))
    return FilmPoster(
        path,
        None if language == "xx" else language,
        width,
        height,
        as_number(entry.get("vote_average")),
        int(as_number(entry.get("vote_count"))),
    )


def _imdb_id(said: Json) -> str | None:
    given = as_text(said.get("imdb_id")) or as_text(
        as_dict(said.get("external_ids")).get("imdb_id")
    )
    return given if given and re.fullmatch("tt[0-9]{5,12}", given) else None
