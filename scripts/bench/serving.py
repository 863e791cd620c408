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
from urllib.parse import urlsplit

from mozi.units import MIB
from tests.support.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
WORKERS_START_S = 2
TICKS = os.sysconf("SC_CLK_TCK")
STOCK = {
    "sync": ["--worker-class", "sync"],
    "gthread": ["--worker-class", "gthread", "--threads", "8"],
    "gevent": ["--worker-class", "gevent"],
}
"""gunicorn's own workers, by name, with what their documentation recommends for two cores."""


@contextmanager
def serving(app: str, env: dict[str, str], *, until: str = "") -> Iterator[str]:
    """Serve an app by Mozi's gunicorn.conf.py, and give its address.

    Nothing is switched off: the request log is on, and goes to a file as to a service manager.
    until: the path that is asked for until it answers, the front page if "".
    """
    options = ["-c", str(ROOT / "gunicorn.conf.py")]
    with _running(app, env, options, cwd=ROOT, until=until) as address:
        yield address


@contextmanager
def stock(app: str, env: dict[str, str], worker: str) -> Iterator[str]:
    """Serve an app by two of gunicorn's own workers and its defaults, and give its address."""
    with tempfile.TemporaryDirectory(prefix="mozi-bench-") as elsewhere:  # no gunicorn.conf.py
        options = ["--workers", "2", *STOCK[worker]]
        with _running(app, env, options, cwd=Path(elsewhere)) as address:
            yield address


@contextmanager
def _running(
    app: str, env: dict[str, str], options: list[str], *, cwd: Path, until: str = ""
) -> Iterator[str]:
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
            _wait_for(address + until)
            time.sleep(WORKERS_START_S)  # or wrk's connections all go to the first that is ready
            yield address
        finally:
            server.terminate()
            server.wait(30)


def _wait_for(address: str) -> None:
    for _ in range(1200):
        try:
            urllib.request.urlopen(address).read()  # noqa: S310 - loopback
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"{address} does not answer")


class Workers:
    """gunicorn's processes, as /proc tells of them.

    address: of the server, where several run.
    """

    def __init__(self, address: str = "") -> None:
        children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
        bound = urlsplit(address).netloc or "gunicorn"
        masters = [pid for pid in children if bound in _command_of(pid)]
        self.master = masters[0]
        self.pids = Path(f"/proc/{self.master}/task/{self.master}/children").read_text().split()

    def cpu_s(self) -> float:
        """Return the seconds of processor time that they have used."""
        fields = [
            Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in self.pids
        ]
        return sum(int(each[11]) + int(each[12]) for each in fields) / TICKS

    def mb(self, name: str) -> list[float]:
        """Return VmRSS, or VmHWM (the largest since forget_peaks), of each in MB."""
        lines = [Path(f"/proc/{pid}/status").read_text().splitlines() for pid in self.pids]
        return [
            int(line.split()[1]) * 1024 / MIB
            for status in lines
            for line in status
            if line.startswith(f"{name}:")
        ]

    def private_mb(self) -> list[float]:
        """Return what each, and last the master, adds to the machine's memory (Pss)."""
        return [_pss_mb(pid) for pid in (*self.pids, self.master)]

    def forget_peaks(self) -> None:
        """Let VmHWM begin anew (proc(5), clear_refs)."""
        for pid in self.pids:
            Path(f"/proc/{pid}/clear_refs").write_text("5")


def _command_of(pid: str) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


def _pss_mb(pid: str) -> float:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in rollup if line.startswith("Pss:")) / 1024
