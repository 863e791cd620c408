"""`flask warm-posters` interrupted, killed, resumed and run twice at once: who is fetched twice?

    .venv/bin/python -m scripts.bench.interrupted FILMS.csv [--posters 2000]

FILMS.csv is a file for import-movies; so many of its films, spread over it, get an address at a
server that draws their posters and counts fetches. A run is ended by SIGINT, the next by
SIGTERM, the next by SIGKILL, each after a share of the posters; then two runs at once do the
rest, and a last one finds nothing to do. The database is SQLite, or DATABASE_URL where that is
set (an empty one: it is filled), the storage the local disk, or S3 as set.

Exit status 1 where a source was fetched twice that no killed run had in hand, or one is missing.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[2]
HOSTS = 8
FLASK = [sys.executable, "-m", "flask"]
VARIANTS = 3


class Source:
    """The server of drawn posters, by its port."""

    def __init__(self, port: int) -> None:
        self.port = port

    def address(self, number: int) -> str:
        return f"http://127.0.0.{1 + number % HOSTS}:{self.port}/{number}.jpg"

    def counts(self) -> dict[str, Any]:
        with urlopen(f"http://127.0.0.1:{self.port}/counts") as answer:
            return dict(json.load(answer))

    def fetched(self) -> set[str]:
        return set(self.counts()["fetches"])

    def twice(self) -> set[str]:
        return {path for path, times in self.counts()["fetches"].items() if times > 1}


@contextmanager
def drawing() -> Iterator[Source]:
    """Give the server, in a process of its own."""
    server = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "scripts.bench.drawn"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None  # noqa: S101
    try:
        yield Source(int(server.stdout.readline()))
    finally:
        server.kill()
        server.wait()


def with_posters(films: Path, copy: Path, source: Source, posters: int) -> int:
    """Write films with so many poster addresses, spread over it, to copy; return how many."""
    with films.open(newline="") as file:
        rows = list(csv.DictReader(file))
    every = max(1, len(rows) // posters)
    for number, row in enumerate(rows):
        has_one = number % every == 0 and number // every < posters
        row["poster_url"] = source.address(number // every) if has_one else ""
    with copy.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return sum(bool(row["poster_url"]) for row in rows)


def start(env: dict[str, str]) -> subprocess.Popen[str]:
    """Start a run."""
    command = [*FLASK, "warm-posters", "--json"]
    return subprocess.Popen(  # noqa: S603
        command,
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


def ended_by(number: int, env: dict[str, str], source: Source, at: int) -> str:
    """Start a run, send it a signal once so many posters are fetched; return what became of it."""
    run = start(env)
    while len(source.fetched()) < at and run.poll() is None:
        time.sleep(0.02)
    began = time.perf_counter()
    run.send_signal(number)
    out, _ = run.communicate()
    took, built = time.perf_counter() - began, json.loads(out)["built"] if out else "unknown"
    name = signal.Signals(number).name
    return f"{name}: status {run.returncode} after {took:.2f} s, variants built: {built}"


def finished(runs: list[subprocess.Popen[str]]) -> str:
    """Wait for the runs; return what they say of themselves."""
    said = [(json.loads(run.communicate()[0]), run.returncode) for run in runs]
    return ", ".join(
        f"built {each['built']} in {each['seconds']:.1f} s, failed {len(each['failed'])}, "
        f"status {status}"
        for each, status in said
    )


def main() -> None:
    """Print what each run did, and who was fetched more than once."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("films", type=Path)
    parser.add_argument("--posters", type=int, default=2000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, drawing() as source:
        own = {"DATA_DIR": folder, "POSTER_ALLOW_PRIVATE_SOURCES": "1", "LOG_LEVEL": "ERROR"}
        env = {**os.environ, **own}
        copy = Path(folder) / "films.csv"
        posters = with_posters(options.films, copy, source, options.posters)
        for command in (["db", "upgrade"], ["import-movies", str(copy)]):
            subprocess.run([*FLASK, *command], cwd=ROOT, env=env, check=True)  # noqa: S603
        stops = ((signal.SIGINT, 0.2), (signal.SIGTERM, 0.4), (signal.SIGKILL, 0.6))
        for number, share in stops:
            before = source.twice()
            print(ended_by(number, env, source, int(share * posters)), flush=True)
            print(f"  fetched twice by then: {sorted(before) or 'none'}", flush=True)
        killed = source.fetched
        print("two at once:", finished([start(env), start(env)]))
        print("once more:", finished([start(env)]))
        counts, twice = source.counts(), source.twice()
    fetches = sum(counts["fetches"].values())
    print(f"{posters} posters, {fetches} fetches ({killed} by the end of the killed run)")
    print(
        f"fetched twice: {sorted(twice) or 'none'}; at most {counts['most_a_host']} at once a host"
    )
    sys.exit(int(len(counts["fetches"]) < posters))


if __name__ == "__main__":
    main()
