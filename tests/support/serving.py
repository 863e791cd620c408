"""gunicorn with gunicorn.conf.py and an app, as a process of its own, over real sockets."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import IO

from mozi.server.capacity import FORM_BYTES, IMPORT_BYTES
from mozi.units import MIB
from tests.support.forks import Forked, Forks
from tests.support.servers import free_port

GUNICORN = "from gunicorn.app.wsgiapp import run; run()"
ROOT = Path(__file__).parent.parent.parent
# The larger of a poster (1 MiB here) and a file of movies, with the rest of its form.
LARGEST_BODY = max(MIB, IMPORT_BYTES) + FORM_BYTES


@dataclass(frozen=True)
class Server:
    process: subprocess.Popen[str] | Forked
    port: int

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def ask(self, path: str = "/", **options: object) -> tuple[int, bytes]:
        """Return status and body; options are those of HTTPConnection.request."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            method = str(options.pop("method", "GET"))
            connection.request(method, path, **options)  # type: ignore[arg-type]
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


@contextmanager
def serving(
    *options: str,
    folder: Path,
    app: str = "tests.support.bare:app",
    start: Forks | None = None,
    **changes: str,
) -> Iterator[Server]:
    """Give a running server; settings as the environment's and changes, DATA_DIR its own.

    start: makes it a fork, which takes 1.5 s of the processor less. Its metrics are not shared
    by its workers: that is decided when the library is imported.
    """
    port = free_port()
    with (folder / "log").open("w") as log:
        process = _started(
            ["--bind", f"127.0.0.1:{port}", *options, app],
            env=environment(folder, **changes),
            log=log,
            start=start,
        )
        server = Server(process, port)
        try:
            wait_until(lambda: answers(server))
            yield server
        finally:
            process.terminate()
            process.wait(30)


def _started(
    options: list[str], *, env: dict[str, str], log: IO[str], start: Forks | None
) -> subprocess.Popen[str] | Forked:
    if start:
        return start("-c", GUNICORN, *options, env=env, stderr=log)
    return subprocess.Popen([*gunicorn(), *options], cwd=ROOT, env=env, stderr=log, text=True)


def gunicorn() -> list[str]:
    """Return its script, as the units have it: by `-m` SIGUSR2 starts no second master."""
    return [str(Path(sys.executable).with_name("gunicorn"))]


def environment(folder: Path, **changes: str) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    limits = {"POSTER_MAX_BYTES": str(MIB), "WEB_CONCURRENCY": "2"}
    return {**inherited, **limits, "DATA_DIR": str(folder), **changes}


def wait_until(done: Callable[[], bool], *, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def answers(server: Server) -> bool:
    assert server.process.poll() is None, "gunicorn stopped"
    try:
        return server.ask()[0] == 200
    except OSError:
        return False
