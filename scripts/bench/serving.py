"""Servers for the benches: Mozi as it is deployed, and rivals on gunicorn's own workers."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
WORKERS_START_S = 2
STOCK = {
    "sync": ["--worker-class", "sync"],
    "gthread": ["--worker-class", "gthread", "--threads", "8"],
    "gevent": ["--worker-class", "gevent"],
}
"""gunicorn's own workers, by name, with what their documentation recommends for two cores."""


@contextmanager
def serving(app: str, env: dict[str, str]) -> Iterator[str]:
    """Serve an app by Mozi's gunicorn.conf.py, and give its address.

    Nothing is switched off: the request log is on, and goes to a file as to a service manager.
    """
    with _running(app, env, ["-c", str(ROOT / "gunicorn.conf.py")], cwd=ROOT) as address:
        yield address


@contextmanager
def stock(app: str, env: dict[str, str], worker: str) -> Iterator[str]:
    """Serve an app by two of gunicorn's own workers and its defaults, and give its address."""
    with tempfile.TemporaryDirectory(prefix="mozi-bench-") as elsewhere:  # no gunicorn.conf.py
        options = ["--workers", "2", *STOCK[worker]]
        with _running(app, env, options, cwd=Path(elsewhere)) as address:
            yield address


@contextmanager
def _running(app: str, env: dict[str, str], options: list[str], *, cwd: Path) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", *options, "--bind", f"127.0.0.1:{port}", app]
    with tempfile.TemporaryFile(prefix="mozi-bench-log-") as log:
        server = subprocess.Popen(  # noqa: S603 - our own apps
            command,
            cwd=cwd,
            env={**os.environ, **env, "PYTHONPATH": str(ROOT)},
            stdout=log,
            stderr=log,
        )
        address = f"http://127.0.0.1:{port}/"
        try:
            _wait_for(address)
            time.sleep(WORKERS_START_S)  # or wrk's connections all go to the first that is ready
            yield address
        finally:
            server.terminate()
            server.wait(30)


def _wait_for(address: str) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(address).read()  # noqa: S310 - loopback
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"{address} does not answer")
