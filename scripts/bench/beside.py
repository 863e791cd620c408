"""Hits at 200 requests a second, beside a warm-up of 800 movies and beside threads that hang.

    .venv/bin/python -m scripts.bench.beside [--movies 800] [--rate 200]

Open loop: requests are sent by the clock, whether the ones before were answered or not, and
timed from when they were due. Beside the warm-up also 200 requests at once on a page that has
just changed. Then every thread hangs, and as many requests wait as a worker lets wait.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from mozi.server.capacity import REQUESTS_WAITING, THREADS
from scripts.bench.serving import serving
from scripts.bench.sources import jpeg_sources
from scripts.bench.warm import SERVE, calendar

ROOT = Path(__file__).resolve().parents[2]
GRACE_S = 10.0
WORKERS = 2
HELD = THREADS + REQUESTS_WAITING
ALL_HANG_S = 2.0
LOOKS_AGAIN_S = 2.2  # the page is read again, and nobody has yet: the change meets all of them
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Timed:
    """Answers: seconds from when each was due, status and Cache-Status."""

    def __init__(self, address: str) -> None:
        self.address = urlsplit(address)
        self.seconds: list[float] = []
        self.said: Counter[str] = Counter()

    async def ask(self, due: float) -> None:
        """Ask once, on a connection of its own."""
        await self.ask_on(await self.connection(), due)

    async def connection(self) -> Connection:
        return await asyncio.open_connection(self.address.hostname, self.address.port)

    async def ask_on(self, connection: Connection, due: float) -> None:
        reader, writer = connection
        writer.write(
            b"GET / HTTP/1.1\r\nHost: mozi\r\nAccept-Encoding: br\r\nConnection: close\r\n\r\n"
        )
        answer = await reader.read(-1)
        self.seconds.append(time.perf_counter() - due)
        found = re.search(rb"Cache-Status: ([^\r]*)", answer)
        self.said[found[1].decode() if found else answer[:20].decode()] += 1
        writer.close()

    async def at_rate(self, rate: float, until: asyncio.Event) -> None:
        """Ask so many times a second until the event is set."""
        began, sent, tasks = time.perf_counter(), 0, set()
        while not until.is_set():
            due = began + sent / rate
            await asyncio.sleep(max(0, due - time.perf_counter()))
            task = asyncio.create_task(self.ask(due))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            sent += 1
        await asyncio.wait_for(asyncio.gather(*tasks), GRACE_S)

    def report(self, phase: str) -> None:
        """Print the percentiles."""
        ordered = sorted(self.seconds)
        at = {
            p: 1000 * ordered[min(len(ordered) - 1, int(p / 100 * len(ordered)))]
            for p in (50, 95, 99)
        }
        times = ", ".join(f"p{p} {ms:.1f} ms" for p, ms in at.items())
        worst = f"worst {1000 * ordered[-1]:.0f} ms"
        print(f"{phase}: {len(ordered)} answers, {times}, {worst}; {dict(self.said)}")


async def for_seconds(address: str, rate: float, seconds: float) -> Timed:
    timed, done = Timed(address), asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, done.set)
    await timed.at_rate(rate, done)
    return timed


async def while_warming(address: str, rate: float, env: dict[str, str]) -> Timed:
    timed, done = Timed(address), asyncio.Event()
    warm = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "flask", "warm-posters",
        cwd=ROOT, env={**os.environ, **env}, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    asking = asyncio.create_task(timed.at_rate(rate, done))
    await warm.wait()
    done.set()
    await asking
    return timed


async def at_once(address: str, number: int, change: Callable[[], None]) -> Timed:
    """Have so many clients that are connected already ask at once, right after a change."""
    timed = Timed(address)
    clients = [await timed.connection() for _ in range(number)]
    change()
    await asyncio.sleep(LOOKS_AGAIN_S)
    due = time.perf_counter()
    await asyncio.gather(*(timed.ask_on(client, due) for client in clients))
    return timed


async def while_threads_hang(address: str, rate: float, env: dict[str, str]) -> Timed:
    """Ask while no thread of any worker is free, and all places to wait for one are taken."""
    await for_seconds(address, rate, 2)  # each worker has the page then
    hanging = [asyncio.create_task(_freeze(address)) for _ in range(WORKERS * HELD)]
    await asyncio.sleep(ALL_HANG_S)
    timed = await for_seconds(address, rate, 5)
    Path(env["DATA_DIR"], "thaw").touch()
    print(f"hung: {dict(Counter(await asyncio.gather(*hanging)))}")
    return timed


async def _freeze(address: str) -> str:
    """Hold a thread; return the status, 503 where there was no place to wait any more."""
    url = urlsplit(address)
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    writer.write(b"GET /freeze HTTP/1.1\r\nHost: mozi\r\nConnection: close\r\n\r\n")
    answer = await reader.read(-1)
    writer.close()
    return answer[9:12].decode()


def change_a_title(env: dict[str, str]) -> None:
    """Change a movie on the index, by hand."""
    with closing(sqlite3.connect(Path(env["DATA_DIR"], "mozi.sqlite3"))) as database:
        database.execute("UPDATE movie SET title = title || '!' WHERE id = 1")
        database.commit()


def main() -> None:
    """Print percentiles before, while warming, after, and for 200 at once."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--movies", type=int, default=800)
    parser.add_argument("--rate", type=float, default=200)
    options = parser.parse_args()
    measure(movies=options.movies, rate=options.rate)


def measure(*, movies: int, rate: float) -> None:
    """Print the percentiles of all phases."""
    with tempfile.TemporaryDirectory() as files, tempfile.TemporaryDirectory() as folder:
        for number, source in enumerate(jpeg_sources()):
            Path(files, f"{number}.jpg").write_bytes(source.body)
        command = [sys.executable, "-c", SERVE, files]
        origin = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
        assert origin.stdout is not None  # noqa: S101
        env = calendar(Path(folder), int(origin.stdout.readline()), movies)
        env["SITE_TODAY"] = "2026-11-26"
        try:
            with serving("wsgi:app", env) as address:
                asyncio.run(for_seconds(address, rate, 5)).report("before")
                asyncio.run(while_warming(address, rate, env)).report("while warming")
                asyncio.run(for_seconds(address, rate, 5)).report("after")
                timed = asyncio.run(at_once(address, 200, lambda: change_a_title(env)))
                timed.report("200 at once, just changed")
            env["PAGE_CACHE_COALESCE_SECONDS"] = "60"  # no thread looks whether a page is current
            with serving("tests.support.freezing:app", env) as address:
                asyncio.run(while_threads_hang(address, rate, env)).report("beside them")
        finally:
            origin.terminate()


if __name__ == "__main__":
    main()
