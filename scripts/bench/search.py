"""Search and pages among many movies, on SQLite and PostgreSQL: what a visitor waits for.

.venv/bin/python -m scripts.bench.search [--movies 100000] [--queries 400] [--films FILE]

Each query goes through the whole app (/kereses?q=…, nothing of it is kept): words, ranking,
pictures, template, compression. The queries are titles and people of the table, whole, begun,
without accents and with a slip, and some that find nothing or very much.

--films: imports this table beside the demo's films, and asks the queries of queries.csv, each
with the film that a person means: the mean reciprocal rank of that film, and how often it is
among the first five. `meant` is a title ("*": any that begins so), "by" a director, or "with"
an actor.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import flask_migrate
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, insert, select, text

from mozi import create_app
from mozi.calendar.importing.run import import_file
from mozi.calendar.search.names import ensure_names
from mozi.calendar.search.query import search_page, tidy
from mozi.calendar.search.text import fold
from mozi.database import reading, writing
from mozi.demo.loading import add_films
from mozi.extensions import db
from mozi.models import POSTERS, Movie, MoviePerson
from mozi.settings import Settings
from scripts.bench.rows import insert_movies
from tests.support import servers

QUERIES = Path(__file__).with_name("queries.csv")
TODAY = date(2026, 11, 26)
AT_ONCE = 5000
# Some 2,000 words made of syllables, used as words are: a few often, most of them seldom.
SYLLABLES = (
    *("ár", "víz", "tű", "rő", "kö", "rög", "fé", "nyű", "szá", "gyó", "hul", "lám", "csen"),
    *("des", "nap", "zsi", "vány", "ö", "rök", "út", "táv", "lat", "ked", "ves", "nyár", "ég"),
)
FIRST = ("Anna", "Béla", "Csilla", "Dénes", "Éva", "Ferenc", "Gábor", "Hanna", "Ödön", "Zsófia")


class Words:
    """Words by a law like Zipf's, the same in every run."""

    def __init__(self) -> None:
        self.random = random.Random(6)  # noqa: S311 - the same words in every run
        made = ("".join(self.random.choices(SYLLABLES, k=2 + n % 3)) for n in range(3000))
        self.words = list(set(made))
        self.words.sort()
        self.random.shuffle(self.words)
        self.weights = [1 / rank for rank in range(1, len(self.words) + 1)]

    def some(self, least: int, most: int) -> list[str]:
        return self.random.choices(self.words, self.weights, k=self.random.randint(least, most))

    def title(self) -> str:
        return " ".join(self.some(1, 4)).capitalize()

    def person(self) -> str:
        return f"{self.some(1, 1)[0].capitalize()} {self.random.choice(FIRST)}"


def fill(movies: int) -> list[dict[str, object]]:
    """Add movies over 60 years, 60 of them on the index; return their rows."""
    words = Words()
    days = [TODAY + timedelta(days=n % 60) for n in range(60)]
    days += [TODAY - timedelta(days=30 + n % 20_000) for n in range(movies - 60)]
    rows: list[dict[str, object]] = [
        {
            "id": number, "title": words.title(), "original_title": words.title(),
            "premiere_date": day, "genres": ("dráma", "vígjáték"), "runtime_minutes": 100,
            "age_rating": "12", "director": (words.person(),),
            "cast": tuple(words.person() for _ in range(4)),
        }
        for number, day in enumerate(days, 1)
    ]  # fmt: skip
    sources = [{"movie_id": row["id"], "source_url": "http://x"} for row in rows]
    for start in range(0, movies, AT_ONCE):
        with writing() as session:
            insert_movies(session, rows[start : start + AT_ONCE])
            session.execute(insert(POSTERS), sources[start : start + AT_ONCE])
    while not ensure_names():
        pass
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return rows


def queries(rows: list[dict[str, object]], count: int) -> list[str]:
    """Return what visitors might type, the same in every run."""
    dice = random.Random(7)  # noqa: S311 - the same queries in every run
    asked = [typed(dice, remembered(dice, dice.choice(rows))) for _ in range(count)]
    return [*asked, "a", "ar", "arv", "anna", "anna bela", "x" * 100, "e " * 50]


def remembered(dice: random.Random, row: Mapping[str, Any]) -> str:
    """Return what one knows of a movie."""
    return str(dice.choice((row["title"], row["original_title"], *row["director"], *row["cast"])))


def typed(dice: random.Random, whole: str) -> str:
    """Return what one types of it: all, without accents, a part, with a slip, or too much."""
    at = dice.randrange(len(whole))
    slips = (whole[:at] + whole[at + 1 :], f"{whole[:at]}x{whole[at:]}")
    parts = (whole[: max(3, len(whole) // 2)], whole.split()[-1])
    return dice.choice((whole, fold(whole), *parts, *slips, f"{fold(whole)} qwzzk"))


def measure(name: str, app: Flask, movies: int, count: int) -> None:
    """Print the times of one database."""
    with app.app_context():
        flask_migrate.upgrade()
        asked = queries(fill(movies), count)
        client = app.test_client()
        client.get("/kereses?q=warm")
        taken = [answered(client, query, number) for number, query in enumerate(asked)]
        pages = {path: rendered(app, path) for path in ("/", "/moziban", *letters_and_people())}
        db.engine.dispose()
    print(f"{name}, {movies:,} movies, {len(asked)} queries")
    for what, place in (("by the clock", 0), ("of our processor", 1)):
        times = sorted(each[place] for each in taken)
        cuts = quantiles(times, n=100, method="inclusive")
        print(
            f"  {what:17}: p50 {cuts[49]:5.1f} ms, p95 {cuts[94]:5.1f} ms, p99 {cuts[98]:5.1f} ms"
        )
    slowest = max(zip(taken, asked, strict=True))[1]
    print(f"  slowest: {slowest[:40]!r}")
    for path, (clock, processor, statements) in pages.items():
        print(
            f"  {path}: {clock:.1f} ms, {processor:.1f} ms of our processor, {statements} queries"
        )


def letters_and_people() -> tuple[str, str, str]:
    """Return the pages of a full letter, of somebody with some 20 films, and of the busiest."""
    counted = select(MoviePerson.slug, func.count().label("films")).group_by(MoviePerson.slug)
    films = counted.subquery().c
    with reading() as session:
        usual = session.scalars(select(films.slug).order_by(func.abs(films.films - 20))).first()
        busiest = session.scalars(select(films.slug).order_by(films.films.desc())).first()
    return "/filmek?betu=a", f"/szemely/{usual}", f"/szemely/{busiest}"


def answered(client: FlaskClient, query: str, number: int) -> tuple[float, float]:
    """Return the milliseconds that an answer took, by the clock and of this process.

    Each query comes from a network of its own, since one network may search ten times a second.
    """
    sender = {"REMOTE_ADDR": f"10.{number // 256}.{number % 256}.1"}
    began, used = time.perf_counter(), time.process_time()
    asked = client.get("/kereses", query_string={"q": query}, environ_base=sender)
    status = asked.status_code
    taken = 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - used)
    if status != 200:
        raise SystemExit(f"{query!r}: {status}")
    return taken


def rendered(app: Flask, path: str, runs: int = 21) -> tuple[float, float, int]:
    """Return the median times of a page that no cache holds, and its number of queries."""
    statements: list[str] = []

    def note(*said: Any) -> None:
        statements.append(said[2])

    event.listen(db.engine, "before_cursor_execute", note)
    client, taken = app.test_client(), []
    for run in range(runs):
        statements.clear()
        began, used = time.perf_counter(), time.process_time()
        client.get(path, headers={"Host": f"run-{run}.example"})  # without SITE_URL its own page
        taken.append((time.perf_counter() - began, time.process_time() - used))
    clock, processor = (1000 * median(times) for times in zip(*taken, strict=True))
    event.remove(db.engine, "before_cursor_execute", note)
    return clock, processor, sum(said.lstrip().startswith("SELECT") for said in statements)


def measure_ranks(name: str, app: Flask, films: Path) -> None:
    """Print how far up the films stand that people mean."""
    with app.app_context():
        flask_migrate.upgrade()
        add_films(TODAY)
        import_file(films)
        with QUERIES.open(encoding="utf-8", newline="") as table:
            asked = [(row["query"], row["meant"]) for row in csv.DictReader(table)]
        ranks = [(rank_of(meant, query), query, meant) for query, meant in asked]
    found = [rank for rank, *_ in ranks if rank]
    mean = sum(1 / rank for rank in found) / len(ranks)
    in_five = sum(rank <= 5 for rank in found) / len(ranks)
    print(f"{name}, {len(ranks)} queries: mean reciprocal rank {mean:.3f}, in five {in_five:.3f}")
    for rank, query, meant in ranks:
        if not 1 <= rank <= 5:
            print(f"  {query!r}: {meant}, {f'place {rank}' if rank else 'not on the first page'}")


def rank_of(meant: str, query: str) -> int:
    """Return the place of the meant film on the first page of results, 0 where it is not there."""
    with reading() as session:
        cards = [found.card for found in search_page(session, tidy(query), TODAY).found]
        fits = [is_meant(session.get_one(Movie, card.movie.id), meant) for card in cards]
    return fits.index(True) + 1 if True in fits else 0


def is_meant(movie: Movie, meant: str) -> bool:
    """Return whether the movie is the one that queries.csv means."""
    how, _, name = meant.partition(" ")
    if how in {"by", "with"}:
        return name in (movie.director if how == "by" else movie.cast)
    titles = [title for title in (movie.title, movie.original_title) if title]
    return any(t.startswith(meant[:-1]) if meant.endswith("*") else t == meant for t in titles)


@contextmanager
def made_app(**env: str) -> Iterator[Flask]:
    with tempfile.TemporaryDirectory() as folder:
        fixed = {"DATA_DIR": folder, "SITE_TODAY": str(TODAY), "LOG_LEVEL": "ERROR"}
        yield create_app(Settings.from_env({**os.environ, **fixed, **env}))


def main() -> None:
    """Print a line for each database, with few and with many movies."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--movies", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=400)
    parser.add_argument("--films", type=Path, help="a table to import, for the order of results")
    asked = parser.parse_args()
    if asked.films:
        with made_app() as app:
            measure_ranks("SQLite", app, asked.films)
    with made_app() as app:
        measure("SQLite", app, asked.movies, asked.queries)
    with servers.postgresql() as url, made_app(DATABASE_URL=url, SECRET_KEY="of-no-use" * 4) as app:  # noqa: S106
        measure("PostgreSQL", app, asked.movies, asked.queries)


if __name__ == "__main__":
    main()
