"""Hours of visitors while posters are replaced all the while: no hole, no stale page, no growth.

    nice .venv/bin/python -m scripts.bench.soak [--seconds 3600] [--rate 50] [--replace-s 2]

Two workers as they are deployed. By the clock, and not by the answers, the front page, months
and the pictures that pages link are asked for; every so often this process, as another machine
would, gives a movie of the front page another source and builds it. A picture that a page links
and that is not answered 200 is a hole. A page that begins later than the coalescing pause, 1 s
and a render after a change, and still links the former picture, is stale. Memory is that of the
workers after a tenth of the time and at the end.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from flask import Flask

from mozi import create_app
from mozi.database import writing
from mozi.posters.queries import get_poster
from mozi.posters.source import set_source_url
from mozi.services import services
from mozi.settings import Settings
from scripts.bench.browsing import PICTURE, Connections, Seen
from scripts.bench.serving import Workers, serving
from scripts.bench.storm import COALESCE_S, HOSTS, calendar, pages, slow_sources
from scripts.bench.warm import flask

ROOT = Path(__file__).resolve().parents[2]
MOVIES = 200
ON_FRONT = 60  # the first of the calendar are on the front page
RENDER_S = 1.0  # allowed for one render on a busy machine
PICTURES = 4  # in five requests
VISITORS = 8


@dataclass
class Found:
    """What went wrong, and what was done."""

    replaced: int = 0
    holes: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    errors: Counter[int] = field(default_factory=Counter)
    former: dict[str, float] = field(default_factory=dict)
    linked: list[str] = field(default_factory=list)


class Soak:
    """One run against the app at address."""

    def __init__(self, address: str, app: Flask, port: int) -> None:
        self.app, self.port = app, port
        self.seen, self.found = Seen(), Found()
        self.visitors = [Connections(address) for _ in range(VISITORS)]
        self.chance = random.Random(0)  # noqa: S311 - no secret
        self.numbers = count(MOVIES)

    async def run(self, seconds: float, rate: float, replace_s: float) -> None:
        """Send by the clock until the time is up; then wait for what is under way."""
        until, asked = time.perf_counter() + seconds, set[asyncio.Task[None]]()
        replacing = asyncio.create_task(self._replace(until, replace_s))
        for number in count():
            asked.add(asyncio.create_task(self._ask(number)))
            asked = {task for task in asked if not task.done()}
            await asyncio.sleep(1 / rate)
            if time.perf_counter() >= until:
                break
        await asyncio.gather(replacing, *asked)

    async def _ask(self, number: int) -> None:
        web = self.visitors[number % VISITORS]
        if number % (PICTURES + 1) and self.found.linked:
            address = self.chance.choice(self.found.linked)
            status, _, _ = await web.get(address, self.seen)
            if status != 200:
                self.found.holes.append(f"{address}: {status}")
            return
        path = "/" if number % 2 else self.chance.choice(pages())
        await self._read(web, path)

    async def _read(self, web: Connections, path: str) -> None:
        async with web.ready():
            began = time.perf_counter()
            status, _, body = await web.get_now(path, self.seen)
        if status != 200:
            self.found.errors[status] += 1
            return
        linked = [each.decode() for each in PICTURE.findall(body)]
        self.found.linked = linked or self.found.linked
        for address in linked:
            changed = self.found.former.get(address)
            if changed is not None and began > changed + COALESCE_S + 1 + RENDER_S:
                self.found.stale.append(f"{path}: {address}, {began - changed:.1f} s after")

    async def _replace(self, until: float, every_s: float) -> None:
        while time.perf_counter() < until:
            await asyncio.to_thread(self._replace_one, self.chance.randint(1, ON_FRONT))
            await asyncio.sleep(every_s)

    def _replace_one(self, movie_id: int) -> None:
        number = next(self.numbers)
        url = f"http://127.0.0.{1 + number % HOSTS}:{self.port}/{number}.jpg"
        with self.app.app_context():
            former = get_poster(movie_id).variants["thumb"].url
            with writing() as session:
                set_source_url(session, movie_id, url)
            services().pipeline.build(movie_id)
            now = get_poster(movie_id).variants["thumb"].url
        self.found.former.pop(now, None)  # the same photograph has the same address again
        if now != former:
            self.found.former[former] = time.perf_counter()
            self.found.replaced += 1


async def soaked(soak: Soak, options: argparse.Namespace, workers: Workers) -> list[float]:
    """Run; return the workers' MB after a tenth of the time."""
    early = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(
        options.seconds / 10, lambda: early.set_result(workers.mb("VmRSS"))
    )
    await soak.run(options.seconds, options.rate, options.replace_s)
    return list(await early)


def main() -> None:
    """Print what was seen; end with 1 where anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--replace-s", type=float, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, slow_sources(Path(name)) as port:
        env = calendar(Path(name) / "soak", port, MOVIES)
        flask(env, "warm-posters")
        app = create_app(Settings.from_env({**os.environ, **env}))
        with serving("wsgi:app", env) as address:
            soak, workers = Soak(address, app, port), Workers()
            early = asyncio.run(soaked(soak, options, workers))
            late = workers.mb("VmRSS")
    found = soak.found
    for kind in ("page", "object", "poster"):
        print(soak.seen.line(kind))
    print(
        f"replaced {found.replaced}; holes {len(found.holes)} {found.holes[:3]}; stale pages"
        f" {len(found.stale)} {found.stale[:3]}; pages not 200 {dict(found.errors)}"
    )
    print("MB a worker:", *(f"{a:.0f} then {b:.0f}" for a, b in zip(early, late, strict=True)))
    sys.exit(bool(found.holes or found.stale or found.errors))


if __name__ == "__main__":
    main()
