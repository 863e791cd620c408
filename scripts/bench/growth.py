"""What grows with the calendar: 1,000, 10,000 and 100,000 movies, all posters built.

    .venv/bin/python -m scripts.bench.growth [--movies 1000 10000 100000] [--runs 11]

Ninety movies a month, back into the past as far as it takes, so that every page shows as much
whatever the size: milliseconds and memory should stay, and only what has to look at everything
may take longer in all. Pages are misses of the cache: read, rendered and compressed. SQLite and
the local disk; a command's memory is the most that its process held.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from statistics import median

import flask_migrate
from flask import Flask
from sqlalchemy import insert

from mozi import create_app
from mozi.calendar.search.names import ensure_names
from mozi.database import writing
from mozi.models import MOVIES, POSTERS, VARIANTS
from mozi.posters.keys import slug_of
from mozi.posters.recipes import RECIPES
from mozi.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 26)
A_DAY = 3
AHEAD_DAYS = 59
AT_ONCE = 2_000
SYLLABLES = ("ka", "re", "mi", "szó", "lá", "ve", "tor", "nyi", "bel", "gyö", "ház", "fü")
COMMANDS = (("warm-posters", "--json"), ("check-posters", "--json"))
FLASK_WITH_PEAK = """
import atexit, re, sys
from pathlib import Path
from flask.cli import main
def tell():
    print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1], file=sys.stderr)
atexit.register(tell)
main()
"""
hosts = count()


def title_of(number: int) -> str:
    """Return three words made of syllables, and one that is this movie's alone."""
    chance = random.Random(number)  # noqa: S311 - no secret
    words = ("".join(chance.choices(SYLLABLES, k=3)).title() for _ in range(3))
    return f"{' '.join(words)} {number}"


def fill(movies: int, media: Path) -> None:
    """Add the movies with their variants, recorded and stored (a byte each)."""
    (media / "posters").mkdir(parents=True)
    for start in range(1, movies + 1, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, movies + 1))
        variants = [_variant(n, name) for n in numbers for name in RECIPES]
        with writing() as session:
            session.execute(insert(MOVIES), [_movie(number) for number in numbers])
            sources = [{"movie_id": n, "source_url": "http://poster.example/a"} for n in numbers]
            session.execute(insert(POSTERS), sources)
            session.execute(insert(VARIANTS), variants)
        while not ensure_names():  # as a calendar's first visitors do, a bounded part each
            pass
        for variant in variants:
            (media / str(variant["object_key"])).write_bytes(b"x")


def _movie(number: int) -> dict[str, object]:
    day = TODAY + timedelta(days=AHEAD_DAYS - (number - 1) // A_DAY)
    genres = ("dráma", "vígjáték")
    return {"id": number, "title": title_of(number), "premiere_date": day, "genres": genres}


def _variant(movie_id: int, media: str) -> dict[str, object]:
    digest = f"{movie_id:032x}"
    key = f"posters/{movie_id}-{slug_of(title_of(movie_id))}.{media}.{digest}.jpg"
    sizes = {"width_px": 342, "height_px": 513, "size_bytes": 1}
    recipe = {"media": media, "recipe_version": RECIPES[media].version, "source_number": 1}
    return {"movie_id": movie_id, "object_key": key, "url": f"/media/{key}", **sizes, **recipe}


def pages(movies: int) -> dict[str, str]:
    """Return an address by what it is; month and movie are in the middle of the calendar."""
    middle = movies // 2
    day = TODAY + timedelta(days=AHEAD_DAYS - middle // A_DAY)
    common, *_ = title_of(middle).split()
    return {
        "index": "/",
        "month": f"/premierek/{day:%Y/%m}",
        "movie": f"/film/{middle}-{slug_of(title_of(middle))}",
        "search, one": f"/kereses?q={middle}",
        "search, many": f"/kereses?q={common}",
    }


def page_ms(app: Flask, address: str, runs: int) -> float:
    """Return the median of a page's misses: each asks under a host of its own."""
    client, taken = app.test_client(), []
    for _ in range(runs):
        host = f"http://h{next(hosts)}.example"
        began = time.perf_counter()
        answer = client.get(address, base_url=host)
        taken.append(1000 * (time.perf_counter() - began))
        assert answer.status_code == 200, (address, answer.status_code)  # noqa: S101
    return median(taken)


def command(env: dict[str, str], *args: str) -> tuple[float, float]:
    """Return a command's seconds, start included, and the MB that it held at most."""
    began = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", FLASK_WITH_PEAK, *args],
        cwd=ROOT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=True,
    )
    return time.perf_counter() - began, int(done.stderr.split()[-1]) / 1024


def peak_mb() -> float:
    """Return the most that this process has held so far (VmHWM, proc(5))."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def measured(movies: int, runs: int) -> dict[str, float]:
    """Return the figures of a calendar of this size, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        env = {"DATA_DIR": folder, "SITE_TODAY": TODAY.isoformat(), "LOG_LEVEL": "ERROR"}
        app = create_app(Settings.from_env(env))
        with app.app_context():
            flask_migrate.upgrade()
            fill(movies, Path(folder) / "media")
        found = {
            f"{name}, ms": page_ms(app, address, runs) for name, address in pages(movies).items()
        }
        found["a process with pages, MB"] = peak_mb()
        for args in COMMANDS:
            found[f"{args[0]}, s"], found[f"{args[0]}, MB"] = command(env, *args)
        return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--movies", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--only", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        print(json.dumps(measured(options.only, options.runs)))
        return
    rows: dict[int, dict[str, float]] = {}
    for movies in options.movies:
        again = ["-m", "scripts.bench.growth", "--only", str(movies), "--runs", str(options.runs)]
        said = subprocess.run(  # noqa: S603 - this very program
            [sys.executable, *again], cwd=ROOT, stdout=subprocess.PIPE, check=True
        )
        rows[movies] = json.loads(said.stdout)
    print(f"| | {' | '.join(f'{movies:,}' for movies in rows)} |")
    print(f"| --- |{' --- |' * len(rows)}")
    for name in next(iter(rows.values())):
        print(f"| {name} | {' | '.join(f'{row[name]:.1f}' for row in rows.values())} |")


if __name__ == "__main__":
    main()
