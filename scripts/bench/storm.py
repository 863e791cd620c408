"""A storm: a cold calendar of 800 movies, slow sources, and 64 visitors who all come at once.

    .venv/bin/python -m scripts.bench.storm [--movies 800] [--visitors 64] [--slow 0]

Two workers as they are deployed; sources that take 300 ms; visitors as browsers are (browsing.py),
who read the front page and the months in an order of their own, until nothing is missing. Then
the same when warm, and what warm-posters takes alone for the same calendar. --slow N: N clients
that drip headers and N that drip bodies beside it. Everything, the visitors included, is on this
machine, on SQLite and the local disk, or on what DATABASE_URL, REDIS_URL and S3_… say.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

from sqlalchemy import create_engine, text

from mozi.settings import Settings
from scripts.bench.browsing import Seen, Visitor, percentiles
from scripts.bench.serving import Workers, serving
from scripts.bench.slow_clients import Slow, _head, drip
from scripts.bench.sources import jpeg_sources
from scripts.bench.warm import flask

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 26)
HOSTS = 8
SOURCE_S = 0.3
PAUSE_S = 1.0
LONGEST_S = 600.0
COALESCE_S = 2.0
LOOK_S = 0.25
# AVIF and cards come after the three variants, when the machine is idle.
BUILT = text("SELECT count(*) FROM poster_variant WHERE media IN ('poster', 'thumb', 'blurred')")
THREE = {"POSTER_EXTRAS": "0"}
ON_INDEX = 120  # of the movies; the others lie in the months after
BARS = "p95 of pages ≤ 250 ms, 503s ≤ 20 % of picture requests, real pictures within 10 s"

SLOW_SOURCES = """
import json, sys, time
from collections import Counter
from pathlib import Path
from threading import Thread
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
bodies = [path.read_bytes() for path in sorted(Path(sys.argv[1]).iterdir())]
hits = Counter()
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/hits":
            body = json.dumps(hits).encode()
        else:
            hits[self.path] += 1
            time.sleep(float(sys.argv[2]))
            body = bodies[int(self.path[1:-4]) % len(bodies)]
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass
class Server(ThreadingHTTPServer):
    request_queue_size = 128
servers = [Server(("127.0.0.1", 0), Handler)]
port = servers[0].server_address[1]
servers += [Server((f"127.0.0.{n}", port), Handler) for n in range(2, 9)]
for server in servers:
    Thread(target=server.serve_forever).start()
print(port, flush=True)
"""


@contextmanager
def slow_sources(folder: Path) -> Iterator[int]:
    """Give the port of a server of photographs, kept in folder, that takes its time and counts."""
    folder /= "sources"
    folder.mkdir()
    for number, source in enumerate(jpeg_sources()):
        (folder / f"{number:03}.jpg").write_bytes(source.body)
    command = [sys.executable, "-c", SLOW_SOURCES, str(folder), str(SOURCE_S)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
    assert server.stdout is not None  # noqa: S101
    try:
        yield int(server.stdout.readline())
    finally:
        server.kill()
        server.wait()


def calendar(folder: Path, port: int, movies: int) -> dict[str, str]:
    """Return the environment of a calendar: some movies on the front page, the rest in months."""
    folder.mkdir(parents=True, exist_ok=True)
    env = {"DATA_DIR": str(folder), "POSTER_ALLOW_PRIVATE_SOURCES": "1", "LOG_LEVEL": "ERROR"}
    env["SITE_TODAY"] = TODAY.isoformat()
    flask(env, "db", "upgrade")
    rows = [
        {
            "title": f"Film {n}",
            "premiere_date": str(_day(n, movies)),
            "poster_url": f"http://127.0.0.{1 + n % HOSTS}:{port}/{n}.jpg",
        }
        for n in range(movies)
    ]
    (folder / "movies.json").write_text(json.dumps(rows))
    flask(env, "import-movies", str(folder / "movies.json"))
    return env


def _day(number: int, movies: int) -> date:
    """Return ON_INDEX movies within the weeks that the front page shows, the others over a year."""
    if number < ON_INDEX:
        return TODAY + timedelta(days=number % 56)
    return TODAY + timedelta(days=64 + (number * 7) % 330)


def pages() -> list[str]:
    """Return the front page and the months that all movies are in."""
    months = [(TODAY.month - 1 + n) for n in range(14)]
    return ["/", *(f"/premierek/{TODAY.year + m // 12}/{m % 12 + 1:02}" for m in months)]


def counted(address: str) -> Counter[str]:
    """Return the samples of /metrics by name and labels."""
    text = urllib.request.urlopen(f"{address}metrics").read().decode()  # noqa: S310 - loopback
    found = re.findall(r"^(mozi_\S+) (\S+)$", text, re.M)
    return Counter({name: float(value) for name, value in found})


@contextmanager
def watching(env: dict[str, str], movies: int) -> Iterator[list[float]]:
    """Give a list that gets the seconds after which every movie had its variants."""
    warm_after: list[float] = []
    engine = create_engine(Settings.from_env({**os.environ, **env}).database_url)
    began, ended = time.perf_counter(), Event()

    def look() -> None:
        while not warm_after and not ended.wait(LOOK_S):
            with engine.connect() as connection:
                if connection.execute(BUILT).scalar_one() >= 3 * movies:
                    warm_after.append(time.perf_counter() - began)

    watcher = Thread(target=look)
    watcher.start()
    try:
        yield warm_after
    finally:
        ended.set()
        watcher.join()
        engine.dispose()


def missing(env: dict[str, str]) -> int:
    """Return how many movies still miss one of the three variants."""
    said = flask(env | THREE, "warm-posters", "--dry-run").split()
    return int(said[0])


async def come(address: str, visitors: int, *, slow: int) -> tuple[Seen, float]:
    """Have all visitors come at once and read everything; return what they saw and the seconds."""
    seen, url = Seen(), urlsplit(address)
    kinds = [
        {"first": _head(url), "then": b"X-Drip: 1\r\n"},
        {"first": _head(url, body_bytes=100_000) + b"\r\n", "then": b"x"},
    ]
    clients = [
        asyncio.create_task(drip(url, Slow(), **kinds[number % 2])) for number in range(2 * slow)
    ]
    await asyncio.sleep(1 if slow else 0)
    began = time.perf_counter()
    async with asyncio.timeout(LONGEST_S):
        people = (Visitor(address, seen, seed) for seed in range(visitors))
        await asyncio.gather(*(each.read(pages(), pause_s=PAUSE_S) for each in people))
    seconds = time.perf_counter() - began
    for client in clients:
        client.cancel()
    await asyncio.gather(*clients, return_exceptions=True)
    return seen, seconds


def report(name: str, seen: Seen, seconds: float, *, visitors: int) -> None:
    """Print a phase's table. The visitors' first pages, all asked for at once, also stand apart."""
    print(f"{name}: {seconds:.1f} s")
    for kind in ("page", "poster", "object"):
        print(f"  {seen.line(kind)}")
    pages = seen.seconds.get("page", [])
    print(f"  {percentiles('first', pages[:visitors])}\n  {percentiles('later', pages[visitors:])}")
    asked, refused = seen.count("poster"), seen.count("poster", 503)
    share = 100 * refused / asked if asked else 0
    print(f"  503 of picture requests {share:.1f} %; given up {seen.broken}")
    for what, after in (("a real picture", seen.first_after), ("the whole page", seen.real_after)):
        real = sorted(after)
        if real:
            middle, last = real[len(real) // 2], real[-1]
            print(f"  {len(real)} visitors had {what}: half after {middle:.1f} s, all {last:.1f} s")


def storm(options: argparse.Namespace, folder: Path, port: int) -> float:
    """Print the storm and the calm after it; return the seconds until all was warm."""
    env = calendar(folder / "storm", port, options.movies)
    with serving("wsgi:app", env) as address:
        workers = Workers()
        with watching(env, options.movies) as warm_after:
            seen, seconds = asyncio.run(come(address, options.visitors, slow=options.slow))
        report("cold", seen, seconds, visitors=options.visitors)
        left, samples = missing(env), counted(address)
        renders = 1 + sum(n for k, n in samples.items() if 'resets_total{page="index"' in k)
        built = sum(n for k, n in samples.items() if k.startswith("mozi_poster_builds_total"))
        print(
            f"  left to build {left}; variants built {built:.0f};"
            f" renders of the front page {renders:.0f} in {seconds / COALESCE_S:.0f} pauses"
        )
        seen, took = asyncio.run(come(address, options.visitors, slow=options.slow))
        report("warm", seen, took, visitors=options.visitors)
        peaks = " and ".join(f"{mb:.0f}" for mb in workers.mb("VmHWM"))
        print(f"  a worker held at most {peaks} MB")
    hits = json.loads(urllib.request.urlopen(f"http://127.0.0.1:{port}/hits").read())  # noqa: S310
    print(f"fetches a source: {dict(Counter(hits.values()))}")
    return warm_after[0] if warm_after else seconds


def main() -> None:
    """Print the storm's table, and warm-posters alone beside it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--movies", type=int, default=800)
    parser.add_argument("--visitors", type=int, default=64)
    parser.add_argument("--slow", type=int, default=0, help="slow clients of each kind beside it")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name, slow_sources(Path(name)) as port:
        print(f"load before {load:.1f}; bars: {BARS}")
        seconds = storm(options, Path(name), port)
        env = calendar(Path(name) / "alone", port, options.movies)
        alone = float(json.loads(flask(env | THREE, "warm-posters", "--json"))["seconds"])
    print(
        f"warm-posters alone: {alone:.1f} s; the storm was warm after {seconds / alone:.2f} × that"
    )


if __name__ == "__main__":
    main()
