"""Ask for a page at a steady rate while many clients send their requests slowly.

    .venv/bin/python -m scripts.bench.slow_clients http://127.0.0.1:8000/ --slow 200

Half of the trouble drips headers, the other half a body; a slow client that is cut comes
back at once. Requests are sent on time whatever the answers do (open loop), each over a
connection of its own, so a stall is seen in full. Prints a line a phase: p50, p95, p99 and
the worst in milliseconds, and what failed (no 200 within 10 s).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

ANSWER_S = 10
DRIP_S = 1.0
RAMP_S = 3.0


@dataclass
class Slow:
    """What the slow clients met: cuts by the server, and connections that were refused."""

    open: int = 0
    cut: int = 0
    refused: int = 0


@dataclass
class Phase:
    """Seconds that each answer took, and how many never came."""

    seconds: list[float] = field(default_factory=list)
    failed: int = 0

    def line(self, name: str) -> str:
        """Return the phase's figures as one line."""
        times = sorted(self.seconds) or [float("nan")]
        p50, p95, p99, worst = (
            times[min(len(times) - 1, int(len(times) * share))] * 1000
            for share in (0.50, 0.95, 0.99, 1)
        )
        return (
            f"{name:<28} answered {len(self.seconds):>4}  failed {self.failed:>4}  "
            f"p50 {p50:>7.1f}  p95 {p95:>7.1f}  p99 {p99:>7.1f}  worst {worst:>7.1f} ms"
        )


def _head(url: SplitResult, *, body_bytes: int = 0) -> bytes:
    method, length = ("POST", f"Content-Length: {body_bytes}\r\n") if body_bytes else ("GET", "")
    return f"{method} {url.path or '/'} HTTP/1.1\r\nHost: {url.netloc}\r\n{length}".encode()


async def drip(url: SplitResult, slow: Slow, *, first: bytes, then: bytes) -> None:
    """Be one slow client for ever: send first, then a little each second."""
    while True:
        try:
            reader, writer = await asyncio.open_connection(url.hostname, url.port)
        except OSError:
            slow.refused += 1
            await asyncio.sleep(DRIP_S)
            continue
        slow.open += 1
        try:
            writer.write(first)
            while not reader.at_eof():
                writer.write(then)
                await writer.drain()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(reader.read(4096), DRIP_S)
        except OSError:
            pass
        finally:
            slow.open -= 1
            slow.cut += 1
            writer.close()


async def ask(url: SplitResult, phase: Phase) -> None:
    """Ask once, over a connection of its own, and note how long the whole answer took."""
    started = time.perf_counter()
    try:
        async with asyncio.timeout(ANSWER_S):
            reader, writer = await asyncio.open_connection(url.hostname, url.port)
            try:
                writer.write(_head(url) + b"Connection: close\r\n\r\n")
                answer = await reader.read(-1)
            finally:
                writer.close()
    except (OSError, TimeoutError):
        answer = b""
    if answer.split(b" ", 2)[1:2] == [b"200"]:
        phase.seconds.append(time.perf_counter() - started)
    else:
        phase.failed += 1


async def measure(url: SplitResult, *, seconds: float, rate: float) -> Phase:
    """Ask `rate` times a second, on time, and wait for every answer."""
    phase, started = Phase(), time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for number in range(int(seconds * rate)):
            await asyncio.sleep(max(0.0, started + number / rate - time.perf_counter()))
            tasks.create_task(ask(url, phase))
    return phase


async def main(options: argparse.Namespace) -> None:
    """Measure without and then with slow clients."""
    url = urlsplit(options.url)
    calm = await measure(url, seconds=options.seconds / 2, rate=options.rate)
    sys.stdout.write(calm.line("no slow clients") + "\n")
    slow = Slow()
    kinds = [
        {"first": _head(url), "then": b"X-Drip: 1\r\n"},
        {"first": _head(url, body_bytes=100_000) + b"\r\n", "then": b"x"},
    ]
    clients = []
    for number in range(2 * options.slow):
        clients.append(asyncio.create_task(drip(url, slow, **kinds[number % 2])))
        await asyncio.sleep(RAMP_S / (2 * options.slow))
    stormy = await measure(url, seconds=options.seconds, rate=options.rate)
    name = f"{options.slow} headers, {options.slow} bodies"
    sys.stdout.write(stormy.line(name) + f"  (open {slow.open}, cut {slow.cut})\n")
    for client in clients:
        client.cancel()
    await asyncio.gather(*clients, return_exceptions=True)


def parsed(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("url", help="the page to ask for, such as http://127.0.0.1:8000/")
    parser.add_argument("--slow", type=int, default=200, help="slow clients of each kind")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rate", type=float, default=20, help="requests a second")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    asyncio.run(main(parsed()))
