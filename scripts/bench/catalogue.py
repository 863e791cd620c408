"""`flask sync-catalogue` of many films: seconds, requests and memory.

    .venv/bin/python -m scripts.bench.catalogue [--films 800 10000] [--rate 4 100000]

Each of the films has two releases, 60 people and 40 posters, some 20 KB of JSON, spread over a
year; a process of its own answers as TMDB does. Two runs into an empty calendar: the first adds
all films, the second has no news. rate: requests a second, of the first and each further number
of films; 4 is what the command does, more shows its own cost. memory: the most that the process
held, above that of a run without a film.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from mozi import clock
from tests.support.tmdb import FakeTmdb, film, poster

ROOT = Path(__file__).resolve().parents[2]
SERVE = "import sys; from scripts.bench.catalogue import serve; serve(int(sys.argv[1]))"
COMMAND = """
import atexit, re, sys
from pathlib import Path
import mozi.catalogue.tmdb.client as client
from flask.cli import main
client.REQUESTS_A_SECOND = float(sys.argv.pop())
def tell():
    print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1], file=sys.stderr)
atexit.register(tell)
main()
"""


def serve(films: int) -> None:
    """Answer as TMDB with so many films, until standard input ends."""
    parts: dict[str, Any] = {
        "images": {"posters": [poster(f"/{n}.jpg", ("hu", "en")[n % 2]) for n in range(40)]},
        "credits": {
            "crew": [{"name": f"Stáb {n}", "job": "Director"} for n in range(2)],
            "cast": [{"name": f"Színész {n}", "order": n, "profile_path": None} for n in range(58)],
        },
    }
    today = clock.now().date()
    with FakeTmdb() as tmdb:
        for number in range(1, films + 1):
            day = today + timedelta(days=number % 364)
            home = day + timedelta(days=60)
            before = today - timedelta(days=30)  # a film that was changed today is fetched twice
            made = film(number, f"Film {number}", cinema=str(day), streaming=str(home), **parts)
            tmdb.add(made, on=before)
        print(json.dumps(tmdb.env), flush=True)
        sys.stdin.read()


def sync(env: Mapping[str, str], rate: float) -> tuple[dict[str, Any], int]:
    """Run the command; return its summary, and the most that its process held, in KiB."""
    words = [sys.executable, "-c", COMMAND, "sync-catalogue", "--json", str(rate)]
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=True, cwd=ROOT)  # noqa: S603 - our own arguments
    return json.loads(done.stdout), int(done.stderr.split()[-1])


def measure(films: int, rate: float) -> None:
    """Print what two runs of so many films took."""
    words = [sys.executable, "-c", SERVE, str(films)]
    pipe = subprocess.PIPE
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True, cwd=ROOT) as server,  # noqa: S603 - our own arguments
    ):
        assert server.stdin is not None  # noqa: S101
        assert server.stdout is not None  # noqa: S101
        told = json.loads(server.stdout.readline())
        env = {**os.environ, **told, "DATA_DIR": folder, "POSTER_EXTRAS": "0"}
        flask = [sys.executable, "-m", "flask"]
        subprocess.run(  # noqa: S603 - our own arguments
            [*flask, "db", "upgrade"], env=env, check=True, capture_output=True, cwd=ROOT
        )
        none = ("--from", "1900-01-01", "--to", "1900-01-01")
        idle = [sys.executable, "-c", COMMAND, "sync-catalogue", *none, str(rate)]
        idle_kib = int(subprocess.run(idle, env=env, capture_output=True, text=True).stderr)  # noqa: S603 - our own arguments
        for name in ("first run", "second run"):
            said, kib = sync(env, rate)
            bound_s = said["requests"] / rate
            print(
                f"{films:6} films, {name}: {said['added']} added, {said['unchanged']} unchanged,"
                f" {len(said['failed'])} failed; {said['requests']} requests,"
                f" {said['seconds']:.1f} s, {said['seconds'] / bound_s:.2f} × the rate's,"
                f" {(kib - idle_kib) / 1024:+.1f} MiB above {idle_kib / 1024:.1f}",
                flush=True,
            )
        server.stdin.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--films", type=int, nargs="+", default=[800, 10_000])
    parser.add_argument("--rate", type=float, nargs="+", default=[4, 100_000])
    options = parser.parse_args()
    for films, rate in zip(options.films, options.rate, strict=True):
        measure(films, rate)


if __name__ == "__main__":
    main()
