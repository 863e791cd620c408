"""What a visitor's first hit costs: alone, 64 of one poster at once, and in memory.

    .venv/bin/python -m scripts.bench.first_hits [--runs 5]

Mozi is served as it is deployed, by gunicorn with two workers; the sources are photographs of
1400 × 2100 to 2000 × 3000 pixels from a server of its own; SQLite and the local disk, or what
DATABASE_URL and S3_… say. CPU is that of gunicorn's processes. Memory is a worker's largest
resident size while it built, less what it had before the first poster.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from scripts.bench.serving import Workers, serving
from scripts.bench.sources import jpeg_sources
from scripts.bench.warm import SERVE, calendar
from tests.support import pictures

ROOT = Path(__file__).resolve().parents[2]
AT_ONCE = 64
ROUNDS = 8  # a visitor whom Retry-After sent away so often would have given up
PAGES_A_SECOND = 50
GRACE_S = 5.0
SETTLED_S = 0.3  # the other process looks again every 0.2 s

# As large as is accepted: the most that a decoder can be made to hold.
HEAVIEST: tuple[Callable[[], bytes], ...] = (
    lambda: pictures.saved(
        pictures.scene((3726, 3726)).convert("CMYK"), "JPEG", subsampling=0, progressive=True
    ),
    lambda: pictures.saved(pictures.scene((5000, 5000)).convert("RGBA"), "PNG"),
    lambda: pictures.saved(pictures.scene((2738, 2738)), "WEBP", method=0),
    lambda: pictures.saved(pictures.scene((3162, 3162)), "AVIF", speed=10),
    pictures.text_bomb_png,
    pictures.profile_bomb_png,
)


@dataclass(frozen=True)
class Answer:
    """seconds: from the first byte sent to the last one read. retry_s: the header's, 0 without."""

    status: int
    seconds: float
    retry_s: int


async def ask(address: str, path: str) -> Answer:
    """Ask once, on a connection of its own."""
    began, host = time.perf_counter(), urlsplit(address)
    reader, writer = await asyncio.open_connection(host.hostname, host.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: mozi\r\nConnection: close\r\n\r\n".encode())
    head, _, _ = (await reader.read(-1)).partition(b"\r\n\r\n")
    writer.close()
    retry = [line[12:] for line in head.split(b"\r\n") if line.lower().startswith(b"retry-after:")]
    return Answer(int(head.split()[1]), time.perf_counter() - began, int(retry[0]) if retry else 0)


async def at_once(address: str, path: str) -> list[Answer]:
    """Ask AT_ONCE times at once."""
    return list(await asyncio.gather(*(ask(address, path) for _ in range(AT_ONCE))))


async def until_all_have_it(address: str, path: str, answers: list[Answer]) -> int:
    """Ask again after the longest Retry-After, until all are forwarded; return the rounds."""
    rounds = 1
    while any(answer.status != 302 for answer in answers) and rounds < ROUNDS:
        await asyncio.sleep(max(answer.retry_s for answer in answers))
        answers = await at_once(address, path)
        rounds += 1
    return rounds


async def beside_pages(address: str, paths: Sequence[str]) -> list[Answer]:
    """Ask for the front page by the clock while each path in turn is asked for AT_ONCE times."""
    pages: list[asyncio.Task[Answer]] = []
    done = asyncio.Event()

    async def visitors() -> None:
        while not done.is_set():
            pages.append(asyncio.create_task(ask(address, "/")))
            await asyncio.sleep(1 / PAGES_A_SECOND)

    task = asyncio.create_task(visitors())
    for path in paths:
        await until_all_have_it(address, path, await at_once(address, path))
    done.set()
    await task
    return list(await asyncio.gather(*pages))


@contextmanager
def sources(files: Path) -> Iterator[int]:
    """Give the port of a server of these files."""
    server = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", SERVE, str(files)], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None  # noqa: S101
    try:
        yield int(server.stdout.readline())
    finally:
        server.kill()
        server.wait()


def fetch_s(port: int, number: int) -> float:
    """Return the seconds of fetching a source plainly."""
    began = time.perf_counter()
    urllib.request.urlopen(f"http://127.0.0.1:{port}/{number}.jpg").read()  # noqa: S310
    return time.perf_counter() - began


def path_of(number: int) -> str:
    """Return the address of the thumb of the movie with this number, from 0."""
    return f"/poster/{number + 1}-film-{number}.thumb.jpg"


def alone(address: str, port: int, numbers: Sequence[int], workers: Workers) -> list[float]:
    """Print what single first hits take; return the processor seconds of each."""
    beyond, cpu = [], []
    for number in numbers:
        fetch, before = fetch_s(port, number), workers.cpu_s()
        answer = asyncio.run(ask(address, path_of(number)))
        assert answer.status == 302, answer  # noqa: S101
        beyond.append(1000 * (answer.seconds - fetch))
        time.sleep(SETTLED_S)
        cpu.append(workers.cpu_s() - before)
    print(
        f"a first hit, idle, beyond the fetch: median {median(beyond):.0f} ms, "
        f"{min(beyond):.0f} to {max(beyond):.0f}; processor {1000 * median(cpu):.0f} ms"
    )
    return cpu


def together(address: str, numbers: Sequence[int], workers: Workers, one_s: float) -> None:
    """Print what AT_ONCE first hits of one poster take, beside one alone."""
    ratios, slowest, rounds, said = [], [], [], Counter[int]()
    for number in numbers:
        before = workers.cpu_s()
        answers = asyncio.run(at_once(address, path_of(number)))
        time.sleep(SETTLED_S)
        ratios.append((workers.cpu_s() - before) / one_s)
        slowest.append(max(answer.seconds for answer in answers))
        rounds.append(asyncio.run(until_all_have_it(address, path_of(number), answers)))
        said.update(answer.status for answer in answers)
    print(
        f"{AT_ONCE} at once: processor {median(ratios):.2f} × one (up to {max(ratios):.2f}), "
        f"slowest answer {max(slowest):.2f} s, {dict(said)}, all 302 by round {max(rounds)}"
    )


def pages_meanwhile(address: str, numbers: Sequence[int]) -> None:
    """Print how long the front page takes meanwhile."""
    asyncio.run(ask(address, "/"))
    pages = asyncio.run(beside_pages(address, [path_of(number) for number in numbers]))
    ms = sorted(1000 * page.seconds for page in pages)
    failed = sum(page.status != 200 for page in pages)
    p95 = ms[int(0.95 * len(ms))]
    print(
        f"the front page meanwhile: {len(ms)} answers, {failed} not 200, p50 {median(ms):.1f} ms, "
        f"p95 {p95:.1f} ms, worst {ms[-1]:.0f} ms"
    )


async def many(address: str, paths: Sequence[str], each: int) -> Counter[int]:
    """Ask for all paths, so many at a time; return how often each status came."""
    free = asyncio.Semaphore(each)

    async def one(path: str) -> int:
        async with free:
            return (await ask(address, path)).status

    return Counter(await asyncio.gather(*(one(path) for path in paths)))


def memory(address: str, numbers: Sequence[int], workers: Workers, idle: list[float]) -> None:
    """Print the memory that building takes, 8 posters asked for at a time."""
    workers.forget_peaks()
    said = asyncio.run(many(address, [path_of(number) for number in numbers], 8))
    slots = len(os.sched_getaffinity(0))
    peaks, after = workers.mb("VmHWM"), workers.mb("VmRSS")
    over = [(peak - before) / slots for peak, before in zip(peaks, idle, strict=True)]
    print(
        f"memory, {len(numbers)} posters, 8 at a time {dict(said)}: a worker idle "
        f"{_listed(idle)} MB, at most {_listed(peaks)}, then {_listed(after)}; "
        f"over idle a build thread {_listed(over)} MB"
    )
    print(f"Pss of workers and master: {_listed(workers.private_mb())} MB")


def _listed(numbers: Sequence[float]) -> str:
    return " and ".join(f"{number:.0f}" for number in numbers)


def hostile(folder: Path) -> None:
    """Print the memory that a worker takes for the tests' hostile and heaviest pictures."""
    files = folder / "hostile"
    files.mkdir()
    bodies = [make() for _, make in pictures.HOSTILE.values()] + [make() for make in HEAVIEST]
    for number, body in enumerate(bodies):
        (files / f"{number:03}.jpg").write_bytes(body)
    with sources(files) as port:
        env = calendar(folder, port, len(bodies))
        with serving("wsgi:app", env) as address:
            workers = Workers()
            paths = [path_of(number) for number in range(len(bodies))]
            said = asyncio.run(many(address, paths, len(paths)))
            time.sleep(GRACE_S)  # what outlived its visitor is built to its end
            peaks = _listed(workers.mb("VmHWM"))
    print(f"{len(bodies)} hostile and heavy pictures at once {dict(said)}: at most {peaks} MB")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        photographs(Path(first), runs)
        hostile(Path(second))


def photographs(folder: Path, runs: int) -> None:
    """Print all figures of ordinary posters."""
    files = folder / "photographs"
    files.mkdir()
    for number, source in enumerate(jpeg_sources()):
        (files / f"{number:03}.jpg").write_bytes(source.body)
    with sources(files) as port:
        env = calendar(folder, port, 2 + 4 * runs + 60) | {"POSTER_EXTRAS": "0"}  # idle
        with serving("wsgi:app", env) as address:
            workers = Workers()
            idle = workers.mb("VmRSS")
            print("the first two of fresh processes:")
            alone(address, port, range(2), workers)
            cpu = alone(address, port, range(2, 2 + runs), workers)
            together(address, range(2 + runs, 2 + 2 * runs), workers, median(cpu))
            pages_meanwhile(address, range(2 + 2 * runs, 2 + 4 * runs))
            memory(address, range(2 + 4 * runs, 62 + 4 * runs), workers, idle)


if __name__ == "__main__":
    main()
