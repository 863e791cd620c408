"""Visitors as browsers are: a page, then its pictures, six at a time, over kept connections.

A picture that is answered 503 is asked for again after its Retry-After, three times, as
static/mozi.js does; what a visitor has seen comes out of the browser's own cache.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

CONNECTIONS = 6
TRIES = 3
ANSWER_S = 30.0
PICTURE = re.compile(rb'<img class="poster" src="([^"]+)"')


@dataclass
class Seen:
    """What all visitors met. Seconds; kinds: page, poster (the route), object (the file).

    first_after: until each had a real picture; real_after: all pictures of their first page.
    """

    seconds: dict[str, list[float]] = field(default_factory=dict)
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    first_after: list[float] = field(default_factory=list)
    real_after: list[float] = field(default_factory=list)
    broken: int = 0

    def note(self, kind: str, status: int, seconds: float) -> None:
        """Keep one answer; status 0: none came."""
        self.seconds.setdefault(kind, []).append(seconds)
        self.statuses[kind, status] += 1

    def count(self, kind: str, status: int | None = None) -> int:
        """Return how many answers there were."""
        return sum(n for (k, s), n in self.statuses.items() if k == kind and status in {None, s})

    def line(self, kind: str) -> str:
        """Return the percentiles of a kind in milliseconds, and its statuses."""
        statuses = {s: n for (k, s), n in sorted(self.statuses.items()) if k == kind}
        return f"{percentiles(kind, self.seconds.get(kind, []))}  {statuses}"


def percentiles(name: str, seconds: Sequence[float]) -> str:
    """Return how many there are, and p50, p95, p99 and the worst in milliseconds."""
    ordered = sorted(seconds)
    if not ordered:
        return f"{name:7} none"
    at = {p: ordered[min(len(ordered) - 1, len(ordered) * p // 100)] for p in (50, 95, 99)}
    times = "  ".join(f"p{p} {1000 * s:.0f}" for p, s in at.items())
    return f"{name:7} {len(ordered):6}  {times}  worst {1000 * ordered[-1]:.0f} ms"


def kind_of(path: str) -> str:
    """Return what is asked for at this address: a poster's route, an object, or a page."""
    if "/poster/" in path:
        return "poster"
    return "object" if path.endswith(".jpg") else "page"


class Connections:
    """Six connections to one host, kept open between requests."""

    def __init__(self, address: str) -> None:
        self.host = urlsplit(address)
        self._free = asyncio.Semaphore(CONNECTIONS)
        self._kept: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def get(self, path: str, seen: Seen) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body of the last answer, having followed where they lead.

        Each answer is noted with its seconds from when it could be asked for. A redirect is
        followed on the same connection: browsers put it before what they have yet to ask for.
        """
        async with self._free:
            return await self.get_now(path, seen)

    def ready(self) -> asyncio.Semaphore:
        """Return what holds one of the connections within a block, for get_now."""
        return self._free

    async def get_now(self, path: str, seen: Seen) -> tuple[int, dict[str, str], bytes]:
        """Do as get, by a connection that is held already."""
        while True:
            began = time.perf_counter()
            status, headers, body = await self._answer(path)
            seen.note(kind_of(path), status, time.perf_counter() - began)
            if status not in {301, 302}:
                return status, headers, body
            path = headers["location"]

    async def _answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body; status 0 where no answer came in ANSWER_S."""
        try:
            async with asyncio.timeout(ANSWER_S):
                return await self._get(path)
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            return 0, {}, b""

    async def _get(self, path: str) -> tuple[int, dict[str, str], bytes]:
        request = f"GET {path} HTTP/1.1\r\nHost: {self.host.netloc}\r\n\r\n".encode()
        while self._kept:  # one that the server has closed meanwhile answers nothing
            connection = self._kept.pop()
            try:
                return await self._ask(connection, request)
            except (OSError, asyncio.IncompleteReadError):
                connection[1].close()
        fresh = await asyncio.open_connection(self.host.hostname, self.host.port)
        return await self._ask(fresh, request)

    async def _ask(
        self, connection: tuple[asyncio.StreamReader, asyncio.StreamWriter], request: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        reader, writer = connection
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        if headers.get("connection") == "close":
            writer.close()
        else:
            self._kept.append(connection)
        return int(head[0].split()[1]), headers, body

    def close(self) -> None:
        """Hang up."""
        for _, writer in self._kept:
            writer.close()


class Visitor:
    """One visitor, who reads pages with pauses between and has all of their pictures shown."""

    def __init__(self, address: str, seen: Seen, seed: int) -> None:
        self.web = Connections(address)
        self.seen = seen
        self.chance = random.Random(seed)  # noqa: S311 - no secret
        self.shown: set[str] = set()
        self.came = time.perf_counter()
        self.waits_for_first = True

    async def read(self, pages: Sequence[str], *, pause_s: float) -> None:
        """Read these pages, each time in an order of their own."""
        for path in self.chance.sample(list(pages), len(pages)):
            await self._read(path)
            await asyncio.sleep(self.chance.uniform(0, 2 * pause_s))
        self.web.close()

    async def _read(self, path: str) -> None:
        _, _, body = await self.web.get(path, self.seen)
        pictures = [each.decode() for each in PICTURE.findall(body)]
        wanted = deque(each for each in dict.fromkeys(pictures) if each not in self.shown)
        # A task a connection: one a picture, of all visitors at once, took longer than the pages.
        real = await asyncio.gather(*(self._show_in_turn(wanted) for _ in range(CONNECTIONS)))
        if self.waits_for_first and pictures:
            self.waits_for_first = False
            if all(real):
                self.seen.real_after.append(time.perf_counter() - self.came)

    async def _show_in_turn(self, wanted: deque[str]) -> bool:
        """Show what is still wanted, one after the other, and return whether each came."""
        real = True
        while wanted:
            real = await self._show(wanted.popleft()) and real
        return real

    async def _show(self, address: str) -> bool:
        """Return whether the picture came, and not the placeholder."""
        for left in range(TRIES, -1, -1):
            status, headers, _ = await self.web.get(address, self.seen)
            if status == 200:
                if not self.shown:
                    self.seen.first_after.append(time.perf_counter() - self.came)
                self.shown.add(address)
                return True
            if status != 503 or not left:
                break
            await asyncio.sleep(int(headers.get("retry-after", 2)))
        self.seen.broken += 1
        return False
