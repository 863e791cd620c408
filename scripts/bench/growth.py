"""What grows with the calendar: up to a million movies, in SQLite and in PostgreSQL.

    .venv/bin/python -m scripts.bench.growth [--movies 1000 100000 1000000] [--runs 40]
        [--databases SQLite PostgreSQL] [--parts pages commands import] [--rows 100000]

pages: p50 and p95 of so many requests, in milliseconds, after a first one that does not count.
Each is a miss of the cache, read, rendered and compressed, and asks for another month, movie,
word or page where there are several.
commands: a command's seconds and the most that its process held; the objects are links to a few
files of a byte.
import: a file of so many rows into an empty calendar, and the same file once more. filling.py
says what is in the database. PostgreSQL comes from the development requirements, as it is.
"""

from __future__ import annotations

import argparse
import csv
import gc
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

import flask_migrate
from flask import Flask
from flask.testing import FlaskClient

from mozi import create_app
from mozi.accounts.admins import ensure_admin
from mozi.calendar.editing.listing.list_query import PERIODS, SORTS, STATES
from mozi.pagecache.memory import PageMemory
from mozi.posters.keys import slug_of
from mozi.services import NAME, Services
from mozi.settings import Settings
from scripts.bench.filling import (
    DATED,
    RARE_GENRE,
    TODAY,
    day_of,
    fill,
    leave_unbuilt,
    object_keys,
    people_of,
    title_of,
)
from tests.support.servers import postgresql

ROOT = Path(__file__).resolve().parents[2]
EMAIL, PASSWORD = "bench@example.org", "correct horse battery"
COMMANDS = (("warm-posters", "--json"), ("check-posters", "--json"))
DATABASES = ("SQLite", "PostgreSQL")
LINKS = 50_000  # of a file; ext4 allows 65,000
FLASK_WITH_PEAK = """
import atexit, re, sys
from pathlib import Path
from flask.cli import main
def tell():
    print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1], file=sys.stderr)
atexit.register(tell)
main()
"""
Addresses = Callable[[random.Random], str]
# Each request comes from another network: one has 100 searches in 10 s.
VISITORS = (f"10.{number // 256 % 256}.{number % 256}.1" for number in count())


def public_pages(movies: int) -> dict[str, Addresses]:
    """Return by what it is how to make an address of it."""
    dated = min(movies, DATED)

    def month(chance: random.Random) -> str:
        return f"/premierek/{day_of(chance.randint(1, dated))[0]:%Y/%m}"

    def movie(chance: random.Random) -> str:
        number = chance.randint(1, movies)
        return f"/film/{number}-{slug_of(title_of(number))}"

    def word(chance: random.Random) -> str:
        return title_of(chance.randint(1, movies)).split()[-2]

    return {
        "index": lambda _: "/",
        "month": month,
        "movie": movie,
        "A–Z": lambda chance: f"/filmek?page={chance.randint(1, min(movies // 96, 10_000))}",
        "search, one": lambda chance: f"/kereses?q={chance.randint(1, movies)}",
        "search, many": lambda chance: f"/kereses?q={word(chance)}",
        "search, an article and a word": lambda chance: f"/kereses?q=a+{word(chance)}",
        "search, a typo": lambda chance: f"/kereses?q=x{word(chance)}",
        "naptar.ics": lambda _: "/naptar.ics",
        "rss.xml": lambda _: "/rss.xml",
        "sitemap, a part": lambda chance: (
            f"/sitemap-{chance.randint(1, max(1, movies // 10_000))}.xml"
        ),
        "api/v1/premieres": lambda _: f"/api/v1/premieres?from={TODAY}&to={TODAY.year + 1}-01-31",
    }


def admin_lists() -> dict[str, Addresses]:
    """Return the same for each filter and order of the admin's list."""
    filters = {state or "all": f"state={state}" for state in STATES}
    filters |= {period: f"period={period}" for period in PERIODS[1:]}
    filters |= {text: urlencode({"q": text}) for text in ("ka", "forgalmazó 7", "zzz")}
    filters |= {kind: f"kind={kind}" for kind in ("streaming", "rerelease")}
    filters |= {genre: urlencode({"genre": genre}) for genre in ("dráma", RARE_GENRE)}
    few, many, old = "Forgalmazó 150", "Forgalmazó 0", "Régi Film"
    filters |= {name: urlencode({"distributor": name}) for name in (few, many, old)}
    filters["four at once"] = urlencode(
        {"distributor": many, "kind": "streaming", "genre": "dráma", "state": "no_synopsis"}
    )
    lists = {
        f"admin, {name}, {sort}": f"/admin/movies?{query}&sort={sort}"
        for name, query in filters.items()
        for sort in SORTS
    }
    lists |= {f"admin, page {page}": f"/admin/movies?page={page}" for page in (20, 200)}
    return {name: _always(address) for name, address in lists.items()}


def _always(address: str) -> Addresses:
    return lambda _: address


def timed(client: FlaskClient, pages: Mapping[str, Addresses], runs: int) -> dict[str, list[float]]:
    """Return the p50 and p95 of each page."""
    found = {}
    for name, address_of in pages.items():
        chance = random.Random(name)  # noqa: S311 - no secret
        taken = sorted([_taken_ms(client, address_of(chance)) for _ in range(runs + 1)][1:])
        found[name] = [taken[len(taken) // 2], taken[int(len(taken) * 0.95)]]
    return found


def _taken_ms(client: FlaskClient, address: str) -> float:
    """Return the milliseconds of a request for a page that is in no cache."""
    services: Services = client.application.extensions[NAME]
    services.pages.memory = PageMemory()
    for kept in (services.settings.data_dir / "pages").rglob("*"):
        if kept.is_file():
            kept.unlink()
    began = time.perf_counter()
    answer = client.get(address, environ_overrides={"REMOTE_ADDR": next(VISITORS)})
    assert answer.status_code == 200, (address, answer.status_code)  # noqa: S101
    return 1000 * (time.perf_counter() - began)


def signed_in(app: Flask) -> FlaskClient:
    """Return a client in which an admin is signed in."""
    with app.app_context():
        ensure_admin(EMAIL, PASSWORD)
    client = app.test_client()
    form = client.get("/admin/login").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    given = {"email": EMAIL, "password": PASSWORD, "csrf_token": token[1] if token else ""}
    assert client.post("/admin/login", data=given).status_code == 303  # noqa: S101
    return client


def command(env: dict[str, str], *args: str) -> list[float]:
    """Return a command's seconds, start included, and the MB that it held at most."""
    began = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", FLASK_WITH_PEAK, *args],
        cwd=ROOT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr  # noqa: S101
    return [time.perf_counter() - began, int(done.stderr.split()[-1]) / 1024]


def peak_mb() -> float:
    """Return the most that this process has held so far (VmHWM, proc(5))."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def measure_pages(app: Flask, options: argparse.Namespace) -> dict[str, list[float]]:
    """Return the figures of pages, first with a few waiting posters, then with the older half."""
    found = timed(app.test_client(), public_pages(options.only), options.runs)
    admin = signed_in(app)
    found |= timed(admin, admin_lists(), options.runs)
    others = {"status": "status", "work list": "", "changes": "changes"}
    others["suggestions"] = "suggestions/director?q=ko"
    desk = {f"admin, {name}": _always(f"/admin/{path}") for name, path in others.items()}
    found |= timed(admin, desk, options.runs)
    with app.app_context():
        leave_unbuilt(options.only)
    waiting = {n: a for n, a in admin_lists().items() if "waiting" in n}
    waiting = {f"{name}, half of all": address for name, address in waiting.items()}
    return found | timed(admin, waiting, options.runs) | {"MB": [peak_mb()]}


def measure_commands(env: dict[str, str], movies: int) -> dict[str, list[float]]:
    """Return the commands' seconds and MB; the objects are made first."""
    make_objects(Path(env["DATA_DIR"]) / "media", movies)
    return {name: command(env, name, *rest) for name, *rest in COMMANDS}


def make_objects(media: Path, movies: int) -> None:
    """Make the file of each variant; as links, 3 million take the disk of 60."""
    (media / "posters").mkdir(parents=True)
    for number, key in enumerate(object_keys(movies)):
        if number % LINKS == 0:
            first = media / key
            first.write_bytes(b"x")
        else:
            os.link(first, media / key)


def measure_import(env: dict[str, str], rows: int) -> dict[str, list[float]]:
    """Return the seconds and MB of an import of so many new rows, and of the same rows again."""
    path = Path(env["DATA_DIR"]) / "movies.csv"
    with path.open("w", newline="") as file:
        _write_table(csv.writer(file), rows)
    first, again = (command(env, "import-movies", str(path)) for _ in range(2))
    return {f"import of {rows:,} new rows": first, "the same rows again": again}


def _write_table(table: object, rows: int) -> None:
    write: Callable[[Iterable[object]], object] = table.writerow  # type: ignore[attr-defined]
    columns = ("external_id", "title", "premiere_date", "synopsis", "genres", "director", "cast")
    write([*columns, "poster_url"])
    for number in range(1, rows + 1):
        day, _ = day_of(number)
        director, cast = people_of(number)
        synopsis = f"{director} filmje. " * 12
        fields = (f"x{number}", title_of(number), day, synopsis, "dráma;vígjáték", director, cast)
        write([*fields, f"https://poster.example/{number}.jpg"])


def measured(options: argparse.Namespace) -> dict[str, list[float]]:
    """Return the figures of one database of one size, in a process of its own."""
    on_postgresql = options.databases == ["PostgreSQL"]
    server = postgresql() if on_postgresql else nullcontext()
    with tempfile.TemporaryDirectory() as folder, server as url:
        env = {"DATA_DIR": folder, "SITE_TODAY": TODAY.isoformat(), "LOG_LEVEL": "ERROR"}
        env |= {"SECRET_KEY": "x" * 32} | ({"DATABASE_URL": url} if url else {})
        app = create_app(Settings.from_env(env))
        gc.freeze()  # as gunicorn.conf.py does: else a request in some hundred waits 0.1 s for it
        with app.app_context():
            flask_migrate.upgrade()
            if options.parts == ["import"]:
                return measure_import(env, options.rows)
            began = time.perf_counter()
            fill(options.only, unbuilt="pages" in options.parts)
            found = {"filled, s": [time.perf_counter() - began]}
        if options.parts == ["pages"]:
            return found | measure_pages(app, options)
        return found | measure_commands(env, options.only)


def measured_apart(options: argparse.Namespace, **given: str) -> dict[str, list[float]]:
    """Have another process measure, so that its memory is that of one size."""
    arguments = ["-m", "scripts.bench.growth", "--runs", str(options.runs)]
    arguments += ["--rows", str(options.rows)]
    for name, value in given.items():
        arguments += [f"--{name}", value]
    said = subprocess.run(  # noqa: S603 - this very program
        [sys.executable, *arguments], cwd=ROOT, stdout=subprocess.PIPE, check=True
    )
    figures: dict[str, list[float]] = json.loads(said.stdout)
    return figures


def print_table(columns: Mapping[str, Mapping[str, list[float]]]) -> None:
    """Print the columns beside each other, a row for each figure."""
    print(f"| | {' | '.join(columns)} |")
    print(f"| --- |{' --- |' * len(columns)}")
    for name in next(iter(columns.values())):
        cells = (", ".join(f"{value:.1f}" for value in each[name]) for each in columns.values())
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--movies", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=list(DATABASES))
    known = ("pages", "commands", "import")
    parser.add_argument("--parts", nargs="+", choices=known, default=list(known))
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--only", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only is not None:
        print(json.dumps(measured(options)))
        return
    for part in options.parts:
        sizes = [0] if part == "import" else options.movies
        print_table(
            {
                f"{database}, {movies:,}": measured_apart(
                    options, databases=database, only=str(movies), parts=part
                )
                for movies in sizes
                for database in options.databases
            }
        )


if __name__ == "__main__":
    main()
