"""Fills a database with any number of movies, in minutes for a million.

Titles, sort keys and words are made here; the database makes everything else from the movies'
rows, a table in one statement. Meanwhile there are no triggers, and no indexes but the keys'.

Three movies open on each day, back from AHEAD_DAYS after TODAY to FIRST_DAY. The movies that are
left have a year only, as old films in real lists do, so they all stand on the first of January.
Of a hundred movies one has no poster, one a poster whose source failed, one waits for its build,
and one is cancelled; the others have their three variants.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from functools import lru_cache
from importlib import import_module
from itertools import chain
from typing import Any

from sqlalchemy import Connection, create_engine, text

from mozi.calendar.collation import sort_key
from mozi.calendar.search.text import words_of
from mozi.extensions import db
from mozi.posters.recipes import RECIPES

TODAY = date(2026, 11, 26)
FIRST_DAY = date(1930, 1, 1)
A_DAY = 3
AHEAD_DAYS = 59
DATED = ((TODAY - FIRST_DAY).days + AHEAD_DAYS + 1) * A_DAY
OLDEST_YEAR, NEWEST_YEAR = 1900, 2025  # of the movies that have a year only
SYLLABLES = ("ka", "re", "mi", "szó", "lá", "ve", "tor", "nyi", "bel", "gyö", "ház", "fü")
RARE_GENRE = "western"
AGES = ("KN", "6", "12", "16", "18")
OLD_FROM = 90_000  # later numbers are earlier premieres
GENRES = ("dráma", "vígjáték", "animáció", "thriller", "dokumentumfilm")
PEOPLE = 20_000
STATE = import_module("migrations.versions.0012_poster_status").STATE
STATUS = f"""INSERT INTO poster_status (movie_id, state, premiere_date)
    SELECT movie_id, coalesce({STATE.format(movie="premiere.movie_id")}, 0),
    max(premiere_date) FROM premiere GROUP BY movie_id"""  # noqa: S608 - our own words


def title_of(number: int) -> str:
    """Return three words made of syllables, and one that is this movie's alone.

    Every third title begins with an article, which a search then finds in very many movies.
    """
    words = (_word(number * step + step) for step in (7919, 104_729, 1_299_709))
    return f"{'A ' if number % 3 == 0 else ''}{' '.join(words)} {number}"


@lru_cache(maxsize=2_000)
def _kept_word(number: int) -> str:
    chance = random.Random(number)  # noqa: S311 - no secret
    return "".join(chance.choices(SYLLABLES, k=3)).title()


def _word(number: int) -> str:
    return _kept_word(number % 1_999)


def day_of(number: int) -> tuple[date, str]:
    """Return the premiere's date and its precision."""
    if number <= DATED:
        return TODAY + timedelta(days=AHEAD_DAYS - (number - 1) // A_DAY), "day"
    return date(OLDEST_YEAR + number % (NEWEST_YEAR - OLDEST_YEAR + 1), 1, 1), "year"


def people_of(number: int) -> tuple[str, str]:
    """Return a director, and a cast of two separated by a semicolon."""
    director, *cast = (_person(number * step % PEOPLE) for step in (3, 7, 11))
    return director, ";".join(cast)


@lru_cache(maxsize=PEOPLE)
def _person(number: int) -> str:
    return f"{_word(number)} {_word(number // 7)} {number % 83}"


def fill(movies: int, *, unbuilt: bool) -> None:
    """Fill an empty, migrated database with the movies; gather the planner's statistics.

    unbuilt: whether there are posters that failed or wait; else those movies have no poster.
    """
    numbers = range(1, movies + 1)
    with _loading() as connection:
        for table, columns, rows in (
            ("movie", MOVIE, map(_movie, numbers)),
            ("premiere", PREMIERE, chain(map(_premiere, numbers), _second_premieres(numbers))),
            ("movie_name", "movie_id, sort_key, folded", map(_name, numbers)),
            ("search_word", "word", ((word,) for word in _words(numbers))),
        ):
            with _without_upkeep(connection, table):
                _load(connection, table, columns, rows)
        with _without_upkeep(connection, "movie_search"):
            _load_search(connection, numbers)
        for table, statements in _derived(sources_from=1 if unbuilt else 3).items():
            with _without_upkeep(connection, table):
                for statement in statements:
                    connection.execute(text(statement))


@contextmanager
def _loading() -> Iterator[Connection]:
    """Give a connection whose statements may take long, unlike the app's; commit at the end."""
    engine = create_engine(db.engine.url)
    with engine.begin() as connection:
        yield connection
    if engine.dialect.name == "postgresql":  # as autovacuum does in its own time
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    engine.dispose()


MOVIE = (
    'id, title, genres, director, "cast", country, synopsis, age_rating, distributor,'
    " added_at, changed_at"
)


def _movie(number: int) -> tuple[Any, ...]:
    genres, seen = GENRES[number % 5], "2026-01-01 00:00:00.000000"
    director, cast = people_of(number)
    synopsis = f"{director} filmje. " * 12 if number % 13 else None
    age = AGES[number % len(AGES)] if number % 11 else None
    row = (number, title_of(number), RARE_GENRE if number % 997 == 0 else genres, director, cast)
    return (*row, "magyar", synopsis, age, distributor_of(number), seen, seen)


def distributor_of(number: int) -> str | None:
    """Return one of 200 distributors, some with very many films and some with very few."""
    if number % 7 == 0:
        return None
    if number > OLD_FROM and number % 3 == 0:
        return "Régi Film"
    return f"Forgalmazó {int(200 * (number * 7919 % 1000 / 1000) ** 3)}"


def kind_of(number: int) -> str:
    """Return the kind of a movie's first premiere."""
    return "streaming" if number % 10 == 7 else "cinema"


PREMIERE = "id, movie_id, first, premiere_date, date_precision, status, kind, added_at, changed_at"


def _premiere(number: int) -> tuple[Any, ...]:
    day, precision = day_of(number)
    status, seen = "cancelled" if number % 100 == 3 else "scheduled", "2026-01-01 00:00:00.000000"
    row = (number, number, True, day.isoformat(), precision, status, kind_of(number))
    return (*row, seen, seen)


def _second_premieres(numbers: range) -> Iterator[tuple[Any, ...]]:
    """Yield the re-release of every twentieth movie, some time since 1960."""
    for number in numbers[19::20]:
        day, seen = date(1960 + number % 67, 1 + number % 12, 1 + number % 28), "2026-01-01"
        row = (
            len(numbers) + number,
            number,
            False,
            day.isoformat(),
            "day",
            "scheduled",
            "rerelease",
        )
        yield (*row, f"{seen} 00:00:00.000000", f"{seen} 00:00:00.000000")


def _name(number: int) -> tuple[Any, ...]:
    title = title_of(number)
    return number, sort_key(title), " ".join(words_of(title))


def _words(numbers: Iterable[int]) -> set[str]:
    return set(chain.from_iterable(_searched(number)[1] for number in numbers))


def _searched(number: int) -> tuple[list[str], list[str]]:
    """Return the words of the title, and those of title and people."""
    director, cast = people_of(number)
    titles = words_of(title_of(number))
    return titles, [*titles, *words_of(director), *words_of(cast)]


def _load_search(connection: Connection, numbers: Iterable[int]) -> None:
    if _is_postgresql(connection):
        rows = ((n, *(" ".join(sorted(set(each))) for each in _searched(n))) for n in numbers)
        _load(connection, "movie_search", "movie_id, titles, words", rows)
        return
    pairs = ((n, *_searched(n)) for n in numbers)
    texts = ((n, " ".join(titles), " ".join(all_[len(titles) :])) for n, titles, all_ in pairs)
    _load(connection, "movie_search", "rowid, titles, people", texts)


def _derived(*, sources_from: int) -> dict[str, Sequence[str]]:
    """Return the statements that fill the tables about posters from the movies."""
    key = "'posters/' || id || '-film.' || media || '.' || id || '.jpg'"
    url, failed = "'http://poster.example/' || id", "CASE WHEN id % 100 = 1 THEN 'http_status' END"
    failed_at = failed.replace("'http_status'", "added_at")
    media = " UNION ALL ".join(f"SELECT '{r.media}', {r.version}" for r in RECIPES.values())
    return {
        "poster": [
            "INSERT INTO poster (movie_id, source_url, failure_code, failure_message,"  # noqa: S608
            " failed_at, retry_at, failures)"
            f" SELECT id, CASE WHEN id % 100 >= {sources_from} THEN {url} END, {failed}, {failed},"
            f" {failed_at}, {failed_at}, 0 FROM movie"
        ],
        "poster_variant": [
            "INSERT INTO poster_variant (movie_id, media, source_number, recipe_version,"  # noqa: S608 - our own words
            " object_key, url, width_px, height_px, size_bytes)"
            f" SELECT id, media, 1, recipe.made, {key}, '/media/' || {key}, 342, 513, 1"
            f" FROM movie, (SELECT '' AS media, 0 AS made WHERE 1 = 0 UNION ALL {media}) recipe"
            " WHERE id % 100 > 2"
        ],
        "poster_status": [STATUS],
    }


def object_keys(movies: int) -> Iterator[str]:
    """Yield the keys of all variants that fill() records."""
    for number in range(1, movies + 1):
        if number % 100 > 2:
            for media in RECIPES:
                yield f"posters/{number}-film.{media}.{number}.jpg"


def _is_postgresql(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


def _load(connection: Connection, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows by the fastest way that the database has."""
    driver: Any = connection.connection.driver_connection
    if _is_postgresql(connection):
        with driver.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    places = ", ".join("?" * len(columns.split(",")))
    driver.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", rows)  # noqa: S608 - our own names


@contextmanager
def _without_upkeep(connection: Connection, table: str) -> Iterator[None]:
    """Take the table's triggers and indexes away, and make them again at the end."""
    postgresql = _is_postgresql(connection)
    if postgresql:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        made = text(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = :name AND NOT EXISTS"
            " (SELECT FROM pg_constraint WHERE conname = indexname)"
        )
    else:
        made = text(
            "SELECT type || ' ' || name, sql FROM sqlite_master"
            " WHERE tbl_name = :name AND type IN ('index', 'trigger') AND sql IS NOT NULL"
        )
    found = connection.execute(made, {"name": table}).all()
    for name, _ in found:
        connection.exec_driver_sql(f"DROP {'INDEX ' if postgresql else ''}{name}")
    yield
    for _, sql in found:
        connection.exec_driver_sql(sql)
    if postgresql:
        connection.exec_driver_sql("SET LOCAL session_replication_role = origin")


def leave_unbuilt(movies: int) -> None:
    """Take away the variants of the half of the movies that opened first, as in a first warm-up."""
    with _loading() as connection, _without_upkeep(connection, "poster_variant"):
        older = text("DELETE FROM poster_variant WHERE movie_id > :half")
        connection.execute(older, {"half": movies // 2})
        connection.execute(text("DELETE FROM poster_status"))
        connection.execute(text(STATUS))
