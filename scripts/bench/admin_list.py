"""The admin's list, by filter and order, with many movies: milliseconds to read a page of it.

    .venv/bin/python -m scripts.bench.admin_list [--movies 100000] [--runs 15]

SQLite, and PostgreSQL from the development requirements, analysed as autovacuum does. One movie
in a hundred has no poster, one a source that failed, one waits to be built, one is cancelled.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import flask_migrate
from sqlalchemy import insert, text

from mozi import create_app
from mozi.calendar.editing.admin_list import SORTS, STATES, ListQuery, admin_list_page
from mozi.calendar.search.names import ensure_names
from mozi.database import reading, writing
from mozi.extensions import db
from mozi.models import MOVIES, POSTERS, VARIANTS
from mozi.posters.recipes import RECIPES
from mozi.settings import Settings
from scripts.bench.growth import A_DAY, AHEAD_DAYS, TODAY, title_of
from tests.support.servers import postgresql

ROOT = Path(__file__).resolve().parents[2]
AT_ONCE = 5_000
LED = ("failed", "cancelled")  # filters that an index of their own leads


def fill(movies: int) -> None:
    """Add the movies, their posters and the rows of their variants; nothing is stored."""
    for start in range(1, movies + 1, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, movies + 1))
        with writing() as session:
            session.execute(insert(MOVIES), [_movie(number) for number in numbers])
            session.execute(insert(POSTERS), [_poster(number) for number in numbers])
            built = [n for n in numbers if n % 100 > 2]
            variants = [_variant(number, media) for number in built for media in RECIPES]
            session.execute(insert(VARIANTS), variants)
    while not ensure_names():
        pass
    if db.engine.dialect.name == "postgresql":
        with db.engine.begin() as connection:
            connection.execute(text("ANALYZE"))


def _movie(number: int) -> dict[str, object]:
    day = TODAY + timedelta(days=AHEAD_DAYS - (number - 1) // A_DAY)
    status = "cancelled" if number % 100 == 3 else "scheduled"
    return {"id": number, "title": title_of(number), "premiere_date": day, "status": status}


def _poster(number: int) -> dict[str, object]:
    url = None if number % 100 == 0 else "https://poster.example/a.jpg"
    code = "http_status" if number % 100 == 1 else None
    return {"movie_id": number, "source_url": url, "failure_code": code, "failure_message": code}


def _variant(movie_id: int, media: str) -> dict[str, object]:
    key = f"posters/{movie_id}.{media}.jpg"
    sizes = {"width_px": 342, "height_px": 513, "size_bytes": 1}
    recipe = {"media": media, "recipe_version": RECIPES[media].version, "source_number": 1}
    return {"movie_id": movie_id, "object_key": key, "url": f"/media/{key}", **sizes, **recipe}


def taken_ms(query: ListQuery, runs: int) -> float:
    """Return the least that reading that page of the list took: others use the machine, too."""
    taken = []
    for _ in range(runs):
        began = time.perf_counter()
        with reading() as session:
            admin_list_page(session, query, TODAY)
        taken.append(1000 * (time.perf_counter() - began))
    return min(taken)


def measure(database_url: str | None, *, movies: int, runs: int) -> dict[str, dict[str, float]]:
    """Return the milliseconds by filter and order."""
    with tempfile.TemporaryDirectory() as folder:
        given = {"DATA_DIR": folder, "SECRET_KEY": "x" * 32}
        url = {"DATABASE_URL": database_url} if database_url else {}
        with create_app(Settings.from_env({**given, **url})).app_context():
            flask_migrate.upgrade()
            fill(movies)
            found = by_state(STATES, runs)
            drop_indexes()
            found |= {f"{state}, without": by for state, by in by_state(LED, runs).items()}
            return found


def by_state(states: tuple[str, ...], runs: int) -> dict[str, dict[str, float]]:
    """Return the milliseconds by filter and order."""
    return {
        state or "all": {
            sort: round(taken_ms(ListQuery(state=state, sort=sort), runs), 1) for sort in SORTS
        }
        for state in states
    }


def drop_indexes() -> None:
    """Take away what leads to the rows of LED, so that both are measured side by side."""
    with db.engine.begin() as connection:
        for name in ("ix_movie_cancelled", "ix_poster_failed"):
            connection.execute(text(f"DROP INDEX {name}"))


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--movies", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=15)
    asked = parser.parse_args()
    figures = {"SQLite": measure(None, movies=asked.movies, runs=asked.runs)}
    with postgresql() as url:
        figures["PostgreSQL"] = measure(url, movies=asked.movies, runs=asked.runs)
    print(json.dumps({"movies": asked.movies, "ms": figures}, indent=1))


if __name__ == "__main__":
    main()
