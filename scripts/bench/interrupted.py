"""`flask warm-posters` interrupted, killed, resumed and run twice at once: who is fetched twice?

    .venv/bin/python -m scripts.bench.interrupted FILMS.csv [--posters 2000] [--servers]

FILMS.csv is a file for import-movies; so many of its films, spread over it, get an address at a
server that draws their posters and counts fetches. A run is ended by SIGINT, the next by
SIGTERM, the next by SIGKILL, each after a share of the posters; then two runs at once do the
rest, and a last one finds nothing to do, without its source. The database is SQLite and the
storage the local disk; with --servers a PostgreSQL and moto's S3 of the script's own, and the
last run, whose S3 address leads nowhere, ends well only where it asks nothing of it.

Exit status 1 where a source was fetched twice that the killed run had not in hand, one is
missing, or the last run did anything.
"""

from __future__ import annotations

import argparse
import csv
import json
import logging
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import boto3
from sqlalchemy import create_engine, text

from tests.support import servers

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

    def fetches(self) -> dict[str, int]:
        return dict(self.counts()["fetches"])


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


@dataclass
class Run:
    """One warm-posters: how it ended, and the most memory that it held."""

    env: dict[str, str]

    def __post_init__(self) -> None:
        self.began, self.most_mb = time.perf_counter(), 0.0
        self.process = subprocess.Popen(  # noqa: S603
            [*FLASK, "warm-posters", "--json"],
            cwd=ROOT,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    def end(self) -> None:
        """Wait for it, looking at its memory, and keep what it says of itself."""
        while self.process.poll() is None:
            self.look()
            time.sleep(0.05)
        self.seconds = time.perf_counter() - self.began
        out, _ = self.process.communicate()
        self.said = json.loads(out) if out else {"built": "?", "failed": []}

    def look(self) -> None:
        """Keep the most memory so far. (rusage's figure has the parent's, from before exec.)"""
        with suppress(OSError):  # it has ended meanwhile
            status = Path(f"/proc/{self.process.pid}/status").read_text()
            if found := re.search(r"VmHWM:\s+(\d+) kB", status):
                self.most_mb = int(found[1]) / 1024

    def __str__(self) -> str:
        failed = len(self.said["failed"])
        return (
            f"built {self.said['built']}, failed {failed}, status {self.process.returncode}, "
            f"{self.seconds:.1f} s, {self.most_mb:.0f} MB"
        )


def ended_by(number: int, env: dict[str, str], source: Source, at: int) -> None:
    """Start a run, send it a signal once so many posters are fetched; tell what became of it."""
    run = Run(env)
    while len(source.fetches()) < at and run.process.poll() is None:
        run.look()
        time.sleep(0.05)
    signalled = time.perf_counter()
    run.process.send_signal(number)
    run.end()
    took, fetches = time.perf_counter() - signalled, source.fetches()
    print(f"{signal.Signals(number).name}: {run}, {took:.2f} s after the signal", flush=True)
    twice = [path for path, times in fetches.items() if times > 1]
    print(f"  {len(fetches)} fetched by then, twice: {twice or 'none'}", flush=True)


def unrecorded(database: str) -> set[str]:
    """Return the paths of the addresses whose original no row knows."""
    query = text("SELECT source_url FROM poster WHERE original_key IS NULL")
    engine = create_engine(database)
    with engine.connect() as connection:
        found = {urlsplit(url).path for url in connection.scalars(query) if url}
    engine.dispose()
    return found


def transactions(database: str) -> int:
    """Return how many PostgreSQL has ended so far; each look is counted too. 0 for SQLite."""
    if not database.startswith("postgresql"):
        return 0
    engine = create_engine(database)
    with engine.connect() as connection:
        count = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = "
        found = connection.scalar(text(count + "current_database()"))
    engine.dispose()
    return int(found or 0)


@contextmanager
def services(*, wanted: bool) -> Iterator[dict[str, str]]:
    """Give the settings of a PostgreSQL and an S3 server; of none where none is wanted."""
    if not wanted:
        yield {}
        return
    keys = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}
    keys["AWS_DEFAULT_REGION"] = "us-east-1"
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # moto's line a request
    with servers.postgresql() as database, servers.s3() as endpoint:
        os.environ.update(keys)
        boto3.client("s3", endpoint_url=endpoint).create_bucket(Bucket="posters")
        bucket = {"S3_ENDPOINT_URL": endpoint, "S3_BUCKET": "posters"}
        yield {"DATABASE_URL": database, "SECRET_KEY": "bench" * 8, **bucket, **keys}


def bench(env: dict[str, str], database: str, source: Source, posters: int) -> bool:
    """Tell what each run did, and who was fetched more than once; return whether all is well."""
    for number, share in ((signal.SIGINT, 0.2), (signal.SIGTERM, 0.4), (signal.SIGKILL, 0.6)):
        ended_by(number, env, source, int(share * posters))
    in_hand = unrecorded(database) & set(source.fetches())
    print(f"  in the killed run's hand, fetched and not recorded: {sorted(in_hand) or 'none'}")
    two = [Run(env), Run(env)]
    threads = [Thread(target=run.end) for run in two]
    for thread in threads:
        thread.start()
    for thread, run in zip(threads, two, strict=True):
        thread.join()
        print(f"two at once: {run}", flush=True)
    first, second, before = transactions(database), transactions(database), source.fetches()
    last = Run({**env, "S3_ENDPOINT_URL": "http://127.0.0.1:9"} if "S3_BUCKET" in env else env)
    last.end()
    looking, counts = second - first, source.counts()
    print(f"once more: {last}, {transactions(database) - second - looking} transactions")
    twice = {path for path, times in counts["fetches"].items() if times > 1}
    print(f"{posters} posters, {sum(counts['fetches'].values())} fetches, twice: {sorted(twice)}")
    print(f"at most {counts['most_a_host']} at once a host")
    idle = (last.process.returncode, last.said["built"], counts["fetches"]) == (0, 0, before)
    return idle and len(before) == posters and twice <= in_hand and not unrecorded(database)


def main() -> None:
    """Fill a calendar, and bench it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("films", type=Path)
    parser.add_argument("--posters", type=int, default=2000)
    parser.add_argument("--servers", action="store_true", help="PostgreSQL and S3, by wheels.")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        source = stack.enter_context(drawing())
        own = {"DATA_DIR": folder, "POSTER_ALLOW_PRIVATE_SOURCES": "1", "LOG_LEVEL": "ERROR"}
        env = {**os.environ, **own, **stack.enter_context(services(wanted=options.servers))}
        copy = Path(folder) / "films.csv"
        posters = with_posters(options.films, copy, source, options.posters)
        for command in (["db", "upgrade"], ["import-movies", str(copy)]):
            subprocess.run([*FLASK, *command], cwd=ROOT, env=env, check=True)  # noqa: S603
        database = env.get("DATABASE_URL", f"sqlite:///{folder}/mozi.sqlite3")
        database = database.replace("postgresql://", "postgresql+psycopg://")
        well = bench(env, database, source, posters)
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
