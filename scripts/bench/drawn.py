"""A web server of drawn posters that counts who fetched what: the source of interrupted.py.

    python -m scripts.bench.drawn

prints its port and serves on 127.0.0.1 to 127.0.0.8 there. /<number>.jpg is a poster of
1000 × 1500 pixels, another one for each number and the same one each time. /counts is a JSON
object: `fetches` by path, `most_a_host` (the most answers under way at once on one address).
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from contextlib import suppress
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw, ImageFont

HOSTS = tuple(f"127.0.0.{n}" for n in range(1, 9))
SIZE = (1000, 1500)

fetches: Counter[str] = Counter()
under_way: Counter[str] = Counter()
most_a_host = 0
lock = threading.Lock()


@lru_cache(maxsize=16)
def poster(number: int) -> bytes:
    """Return poster number as a JPEG: a sky of soft light, a few figures, the number as title."""
    chance = Random(number)  # noqa: S311 - drawing, not secrets
    sky = Image.frombytes("RGB", (8, 12), chance.randbytes(8 * 12 * 3))
    picture = sky.resize(SIZE, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    for _ in range(12):
        x, y, radius = chance.randrange(1000), chance.randrange(1200), chance.randrange(20, 160)
        draw.ellipse(
            (x - radius, y - radius, x + radius, y + radius), fill=tuple(chance.randbytes(3))
        )
    draw.text((60, 1300), f"Film {number}", font=ImageFont.load_default(120), fill="white")
    body = BytesIO()
    picture.save(body, "JPEG", quality=88)
    return body.getvalue()


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    def do_GET(self) -> None:  # noqa: N802 - the library's name
        """Answer /counts, or a poster."""
        if self.path == "/counts":
            with lock:
                told = json.dumps({"fetches": fetches, "most_a_host": most_a_host})
            self._answer(told.encode(), "application/json")
            return
        host = str(self.connection.getsockname()[0])
        self._begin(host)
        try:
            with suppress(ConnectionError):  # of a run that was killed
                self._answer(poster(int(self.path[1:-4])), "image/jpeg")
        finally:
            with lock:
                under_way[host] -= 1

    def _begin(self, host: str) -> None:
        global most_a_host  # noqa: PLW0603 - one server a process
        with lock:
            fetches[self.path] += 1
            under_way[host] += 1
            most_a_host = max(most_a_host, under_way[host])

    def _answer(self, body: bytes, content_type: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing: the counts do."""


def main() -> None:
    """Serve until killed."""
    first = ThreadingHTTPServer((HOSTS[0], 0), Handler)
    port = first.server_address[1]
    servers = [first, *(ThreadingHTTPServer((host, port), Handler) for host in HOSTS[1:])]
    for server in servers:
        threading.Thread(target=server.serve_forever).start()
    print(port, flush=True)


if __name__ == "__main__":
    main()
