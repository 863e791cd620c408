"""Ask for a page at a steady rate while one network floods the site with what costs a query.

    .venv/bin/python -m scripts.bench.flood http://127.0.0.1:8000/ --flood 1000

Both are sent on time whatever the answers do (open loop), the flood over connections that stay
open. Prints a line a phase: p50, p95, p99 and the worst of the pages, and the flood that got
through a second.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import time
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from scripts.bench.slow_clients import measure

FLOODS = ("/film/999999-x", "/nincs/ilyen", "/kereses?q=oz")
CONNECTIONS = 16
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


@dataclass
class Flood:
    """How much of a flood was answered, with which statuses."""

    answers: int = 0
    refused: int = 0


async def flood_one(url: SplitResult, path: str, flood: Flood, *, pause_s: float) -> None:
    """Ask for path over one connection for ever, once in pause_s."""
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    asked = f"GET {path} HTTP/1.1\r\nHost: {url.netloc}\r\n\r\n".encode()
    due = time.perf_counter()
    try:
        while True:
            writer.write(asked)
            head = await reader.readuntil(b"\r\n\r\n")
            if found := LENGTH.search(head):
                await reader.readexactly(int(found[1]))
            flood.answers += 1
            flood.refused += head.startswith(b"HTTP/1.1 429")
            due += pause_s
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
    finally:
        writer.close()


async def main(options: argparse.Namespace) -> None:
    """Measure without and then beside each flood."""
    url = urlsplit(options.url)
    phase = await measure(url, seconds=options.seconds, rate=options.rate)
    sys.stdout.write(phase.line("no flood") + "\n")
    for path in FLOODS:
        flood = Flood()
        pause_s = CONNECTIONS / options.flood
        tasks = [
            asyncio.create_task(flood_one(url, path, flood, pause_s=pause_s))
            for _ in range(CONNECTIONS)
        ]
        await asyncio.sleep(1)  # until it is refused
        flood.answers = flood.refused = 0
        phase = await measure(url, seconds=options.seconds, rate=options.rate)
        each_s = flood.answers / options.seconds
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        sys.stdout.write(f"{phase.line(path)}  {each_s:.0f}/s, {flood.refused} refused\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("url", help="a page of a running site")
    parser.add_argument("--flood", type=float, default=1000, help="requests a second")
    parser.add_argument("--rate", type=float, default=20, help="pages a second")
    parser.add_argument("--seconds", type=float, default=10)
    asyncio.run(main(parser.parse_args()))
