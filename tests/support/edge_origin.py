"""The site behind a shared cache: it can be killed, stopped, and started again."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from subprocess import DEVNULL

from tests.support.forks import Forks
from tests.support.servers import free_port
from tests.support.serving import ROOT, Server, answers, environment, gunicorn, wait_until

ADMIN, PASSWORD = "admin@example.org", "correct horse battery staple"
SETTINGS = {
    "EDGE_SECONDS": "1",
    "POSTER_EXTRAS": "0",  # pages must not change by themselves
    "TRUSTED_PROXY_HOPS": "1",
    "PAGE_CACHE_COALESCE_SECONDS": "0.1",
}


class EdgeOrigin:
    """A calendar, served by gunicorn at one port of 127.0.0.1, with one admin.

    is_demo: that of the demo, whose posters take seconds of the processor to draw.
    """

    def __init__(self, folder: Path, start: Forks, *, is_demo: bool = False) -> None:
        self.folder, self.port = folder, free_port()
        self.env = environment(folder, **SETTINGS)
        (folder / "password").write_text(PASSWORD)
        (folder / "films.csv").write_text(f"title,premiere_date\n{films()}")
        for command in (
            ("db", "upgrade"),
            ("load-demo",) if is_demo else ("import-movies", str(folder / "films.csv")),
            ("create-admin", ADMIN, "--password-stdin"),
        ):
            with (folder / "password").open() as given:
                process = start("-m", "flask", *command, env=self.env, stdin=given, stderr=DEVNULL)
            assert process.wait(60) == 0
        self.start()

    def start(self) -> None:
        """Serve, and return once it answers."""
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(
                [*gunicorn(), "--bind", f"127.0.0.1:{self.port}", "wsgi:app"],
                cwd=ROOT,
                env=self.env,
                stderr=log,
                text=True,
                process_group=0,
            )
        wait_until(lambda: answers(Server(self.process, self.port)))

    def signal(self, number: int) -> None:
        """Send a signal to all of its processes."""
        os.killpg(self.process.pid, number)

    def kill(self) -> None:
        """End it without warning."""
        self.signal(signal.SIGKILL)
        self.process.wait(10)

    def statuses(self, path: str) -> list[str]:
        """Return the status of each answer for this path, as the log has it, a moment later."""
        log = (self.folder / "log").read_text()
        return re.findall(rf": GET {re.escape(path)} (\d+) ", log)

    def rename(self, movie: int, title: str) -> None:
        """Give a film another title, past the program."""
        with sqlite3.connect(self.folder / "mozi.sqlite3", timeout=20) as database:
            database.execute("UPDATE movie SET title = ? WHERE id = ?", (title, movie))
        database.close()


def films() -> str:
    """Return rows of films from now on."""
    days = (date.today() + timedelta(days=number) for number in range(40))  # noqa: DTZ011
    return "".join(f"Film {number},{day}\n" for number, day in enumerate(days))


@contextmanager
def edge_origin(start: Forks, *, is_demo: bool = False) -> Iterator[EdgeOrigin]:
    """Give the site; it is ended at the end, with its folder."""
    with tempfile.TemporaryDirectory(prefix="mozi-origin-") as folder:
        origin = EdgeOrigin(Path(folder), start, is_demo=is_demo)
        try:
            yield origin
        finally:
            origin.signal(signal.SIGCONT)
            origin.kill()
