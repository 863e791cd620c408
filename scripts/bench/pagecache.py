"""A cached page beside what a user would pick instead, on the same gunicorn and two cores.

    .venv/bin/python -m scripts.bench.pagecache [--seconds 4] [--runs 3]

Each app answers with the same page of some 60 KB; wrk asks with 16 connections. The apps take
turns, each figure is the median of the runs. Needs wrk (Debian: apt-get install wrk) and, for
Flask-Compress, an environment that has it; what is missing is left out of the table.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.support.servers import free_port  # noqa: E402 - found by the path above

WORKERS_START_S = 2
CODINGS = {"gzip": "gzip", "br": "br"}


@contextmanager
def serving(app: str, env: dict[str, str]) -> Iterator[str]:
    """Serve an app by gunicorn as Mozi is served; give its address."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "gunicorn.conf.py")]
    server = subprocess.Popen(  # noqa: S603 - our own apps
        [*command, "--bind", f"127.0.0.1:{port}", "--log-level", "error", app],
        cwd=ROOT,
        env={**os.environ, **env, "LOG_LEVEL": "ERROR", "PYTHONPATH": str(ROOT)},
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


def asked(address: str, seconds: float, *headers: str) -> float:
    """Return requests a second."""
    given = [part for header in headers for part in ("-H", header)]
    wrk = ["wrk", "-t1", "-c16", f"-d{seconds:g}s", *given, address]
    said = subprocess.run(wrk, capture_output=True, text=True, check=True).stdout  # noqa: S603
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])  # type: ignore[index]


def etag_of(address: str) -> str:
    with urllib.request.urlopen(address) as answer:  # noqa: S310 - loopback
        return str(answer.headers["ETag"])


def mozi_env(folder: str) -> dict[str, str]:
    """Return the environment of a calendar whose index has about 60 KB."""
    env = {"DATA_DIR": folder, "SITE_TODAY": "2026-11-26"}
    flask = [sys.executable, "-m", "flask"]
    for command in (["db", "upgrade"], ["load-demo"], ["warm-posters"]):
        subprocess.run(  # noqa: S603
            [*flask, *command], cwd=ROOT, env={**os.environ, **env}, check=True, capture_output=True
        )
    return env


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="", help="subjects whose name has this in it")
    options = parser.parse_args()
    if not shutil.which("wrk"):
        raise SystemExit("wrk is needed: apt-get install wrk")
    with tempfile.TemporaryDirectory(prefix="mozi-bench-") as folder:
        env = mozi_env(folder)
        with serving("wsgi:app", env) as address, urllib.request.urlopen(address) as page:  # noqa: S310
            Path(folder, "page.html").write_bytes(page.read())
        env["BENCH_PAGE"] = str(Path(folder, "page.html"))
        rates = measure(env, options.seconds, options.runs, options.only)
    show(rates)


def measure(env: dict[str, str], seconds: float, runs: int, only: str) -> dict[str, float]:
    """Return requests a second by app and request, medians of the runs."""
    taken: dict[str, list[float]] = {}
    for _ in range(runs):
        for name, app, headers in subjects():
            if not re.search(only, name):
                continue
            try:
                with serving(app, env) as address:
                    tag = etag_of(address) if "304" in name else ""
                    given = [header.format(etag=tag) for header in headers]
                    taken.setdefault(name, []).append(asked(address, seconds, *given))
            except SystemExit:
                continue
    return {name: median(rates) for name, rates in taken.items()}


def subjects() -> Iterator[tuple[str, str, list[str]]]:
    """Yield each name, app, and the headers that it is asked with."""
    apps = "scripts.bench.rivals"
    yield "bare WSGI", f"{apps}:bare", []
    yield "Mozi, a hit", "wsgi:app", []
    yield "Flask, hello world", f"{apps}:hello", []
    yield "Flask, bytes in memory", f"{apps}:in_memory", []
    yield "Flask-Caching, SimpleCache", f"{apps}:simple_cache", []
    yield "Flask-Caching, files", f"{apps}:file_cache", []
    for coding in CODINGS:
        yield f"bare WSGI, {coding}", f"{apps}:bare_{coding}", [f"Accept-Encoding: {coding}"]
        yield f"Mozi, a hit, {coding}", "wsgi:app", [f"Accept-Encoding: {coding}"]
        yield f"Flask-Compress, {coding}", f"{apps}:compress", [f"Accept-Encoding: {coding}"]
    yield "bare WSGI, 304", f"{apps}:bare", ["If-None-Match: {etag}"]
    yield "Mozi, 304", "wsgi:app", ["If-None-Match: {etag}"]


def show(rates: dict[str, float]) -> None:
    """Print requests a second and the ratio to bare WSGI that answers the same."""
    for name, rate in rates.items():
        kind = name.rpartition(", ")[2]
        bare = rates.get(f"bare WSGI, {kind}", rates["bare WSGI"])
        print(f"{name:28} {rate:9,.0f} requests/s   {rate / bare:5.2f} × bare WSGI")


if __name__ == "__main__":
    main()
