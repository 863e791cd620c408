"""Rendering the index and reading its fingerprint, with 60 movies on it and many in the table.

.venv/bin/python -m scripts.bench.render [--movies 100000]
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from statistics import median

import flask_migrate
from sqlalchemy import event, insert

from mozi import create_app
from mozi.calendar.pages.queries import index_page
from mozi.database import reading, writing
from mozi.extensions import db
from mozi.models import POSTERS, VARIANTS
from mozi.pagecache.entries import make_entry
from mozi.pagecache.fingerprints import digests_of, fingerprint_of
from mozi.settings import Settings
from scripts.bench.rows import insert_movies

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 26)
SHOWN = 60
RUNS = 41


def fill(movies: int) -> None:
    """Add movies, the first SHOWN of which are on the index, all with their thumbs built."""
    days = [TODAY + timedelta(days=n % 60) for n in range(SHOWN)]
    days += [TODAY - timedelta(days=30 + n % 20_000) for n in range(movies - SHOWN)]
    rows = [
        {"id": n, "title": f"Film {n}", "premiere_date": day, "genres": ("dráma", "vígjáték")}
        for n, day in enumerate(days, 1)
    ]
    with writing() as session:
        insert_movies(session, rows)
        session.execute(
            insert(POSTERS), [{"movie_id": r["id"], "source_url": "http://x"} for r in rows]
        )
        session.execute(insert(VARIANTS), [_thumb(row["id"]) for row in rows])


def _thumb(movie_id: object) -> dict[str, object]:
    key = f"posters/{movie_id}-film.thumb.{'0' * 32}.jpg"
    sizes = {"width_px": 342, "height_px": 513, "size_bytes": 30_000}
    numbers = {"source_number": 1, "recipe_version": 1}
    url = f"https://posters.example/{key}"
    return {
        "movie_id": movie_id,
        "media": "thumb",
        "object_key": key,
        "url": url,
        **sizes,
        **numbers,
    }


def milliseconds(call: Callable[[], object]) -> float:
    """Return the median time of a call."""
    taken = []
    for _ in range(RUNS):
        began = time.perf_counter()
        call()
        taken.append(1000 * (time.perf_counter() - began))
    return median(taken)


def measure(movies: int) -> None:
    """Print one line for a table of so many movies."""
    with tempfile.TemporaryDirectory() as folder:
        env = {"DATA_DIR": folder, "SITE_TODAY": str(TODAY), "LOG_LEVEL": "ERROR"}
        app = create_app(Settings.from_env({**os.environ, **env}))
        with app.app_context():
            flask_migrate.upgrade()
            fill(movies)
            read = milliseconds(_fingerprint)
            statements: list[str] = []
            event.listen(db.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
            _fingerprint()
            queries = len(statements)
            with app.test_request_context("/"):
                whole = milliseconds(_render)
            db.engine.dispose()
    print(
        f"{movies:8,} movies: fingerprint {read:5.1f} ms, render {whole:5.1f} ms, {queries} queries"
    )


def _fingerprint() -> str:
    with reading() as session:
        return fingerprint_of(index_page(session, TODAY))


def _render() -> None:
    from flask import render_template

    with reading() as session:
        shown = index_page(session, TODAY)
    html = render_template("index.html", page=shown, today=TODAY, canonical=None)
    make_entry(
        html.encode(), page="index", fingerprint=fingerprint_of(shown), day="", began=0,
        content_type="text/html", digests=digests_of(shown),
    )  # fmt: skip


def main() -> None:
    """Print a line for a small and one for a large table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--movies", type=int, default=100_000)
    for movies in (1_000, parser.parse_args().movies):
        measure(movies)


if __name__ == "__main__":
    main()
