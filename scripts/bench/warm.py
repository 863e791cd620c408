"""`flask warm-posters` on one core and on two, beside the imaging alone and a first hit.

    .venv/bin/python -m scripts.bench.warm [--movies 200] [--runs 3]

Sources are photographs of 1400 × 2100 to 2000 × 3000 pixels, served over HTTP by a process of
its own on the same cores; storage is the local disk, the database SQLite. Each figure is the
median of the runs, which take turns. What they stored is deleted when all are through: ext4 goes
around the numbers of files that were deleted in the last minutes, one by one, which costs the
next run some milliseconds a poster.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median

from mozi.posters.imaging import decode, render
from mozi.posters.recipes import BLURRED, POSTER, THUMB
from scripts.bench.sources import jpeg_sources

ROOT = Path(__file__).resolve().parents[2]
CORES = sorted(os.sched_getaffinity(0))
SERVE = """
import sys
from pathlib import Path
from threading import Thread
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
bodies = [path.read_bytes() for path in sorted(Path(sys.argv[1]).iterdir())]
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = bodies[int(self.path[1:-4]) % len(bodies)]
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass
servers = [ThreadingHTTPServer(("127.0.0.1", 0), Handler)]
port = servers[0].server_address[1]
servers += [ThreadingHTTPServer((f"127.0.0.{n}", port), Handler) for n in range(2, 9)]
for server in servers:
    Thread(target=server.serve_forever).start()
print(port, flush=True)
"""


@contextmanager
def on_cores(count: int) -> Iterator[None]:
    """Run the block, and the processes that it starts, on so many cores."""
    os.sched_setaffinity(0, CORES[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, CORES)


def flask(env: dict[str, str], *args: str) -> str:
    """Return what a command printed."""
    command = [sys.executable, "-m", "flask", *args]
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=ROOT, env={**os.environ, **env}, stdout=subprocess.PIPE, check=True
    )
    return done.stdout.decode()


def calendar(folder: Path, port: int, movies: int) -> dict[str, str]:
    """Return the environment of a calendar whose posters the server on port has.

    The hosts differ (127.0.0.1 to 127.0.0.8), so that two posters a host are no limit here.
    """
    env = {"DATA_DIR": str(folder), "POSTER_ALLOW_PRIVATE_SOURCES": "1", "LOG_LEVEL": "ERROR"}
    flask(env, "db", "upgrade")
    rows = [
        {
            "title": f"Film {n}",
            "premiere_date": "2026-11-26",
            "poster_url": f"http://127.0.0.{1 + n % 8}:{port}/{n}.jpg",
        }
        for n in range(movies)
    ]
    (folder / "movies.json").write_text(json.dumps(rows))
    flask(env, "import-movies", str(folder / "movies.json"))
    return env


def warm_s(files: Path, folder: str, cores: int, movies: int) -> float:
    """Return the seconds that warming a cold calendar took, by the command's own account.

    folder: for the calendar, which stays there.
    """
    with on_cores(cores):
        server = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", SERVE, str(files)], stdout=subprocess.PIPE, text=True
        )
        assert server.stdout is not None  # noqa: S101
        try:
            env = calendar(Path(folder), int(server.stdout.readline()), movies)
            # The three variants alone: AVIF and cards come after them.
            env |= {"POSTER_BUILD_SLOTS": str(cores), "POSTER_EXTRAS": "0"}
            said = json.loads(flask(env, "warm-posters", "--json"))
        finally:
            server.terminate()
            server.wait()
        assert said["built"] == 3 * movies, said  # noqa: S101
        return float(said["seconds"])


def imaging_s(bodies: list[bytes], cores: int, movies: int) -> float:
    """Return the seconds of decoding and rendering alone, by as many threads as cores."""

    def build(number: int) -> None:
        decoded = decode(bodies[number % len(bodies)], max_pixels=25_000_000)
        render(decoded, (POSTER, THUMB, BLURRED))

    with on_cores(cores), ThreadPoolExecutor(cores) as threads:
        began = time.perf_counter()
        list(threads.map(build, range(movies)))
        return time.perf_counter() - began


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--movies", type=int, default=200)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    bodies = [source.body for source in jpeg_sources()]
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder, "sources")
        files.mkdir()
        for number, body in enumerate(bodies):
            (files / f"{number:03}.jpg").write_bytes(body)
        new = partial(tempfile.mkdtemp, dir=folder)
        measured: dict[str, Callable[[], float]] = {
            "imaging alone, one core": lambda: imaging_s(bodies, 1, options.movies),
            "imaging alone, two cores": lambda: imaging_s(bodies, 2, options.movies),
            "warm-posters, one core": lambda: warm_s(files, new(), 1, options.movies),
            "warm-posters, two cores": lambda: warm_s(files, new(), 2, options.movies),
        }
        seconds: dict[str, list[float]] = {name: [] for name in measured}
        for _ in range(options.runs):
            for name, measure in measured.items():
                seconds[name].append(measure())
    rates = {name: options.movies / median(taken) for name, taken in seconds.items()}
    for name, rate in rates.items():
        print(f"{name:26} {rate:6.1f} posters/s")
    one, two = rates["warm-posters, one core"], rates["warm-posters, two cores"]
    print(
        f"two cores: {two / one:.2f} × one, {two / rates['imaging alone, two cores']:.2f} × imaging"
    )


if __name__ == "__main__":
    main()
