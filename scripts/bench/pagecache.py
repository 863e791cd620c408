"""A cached page beside what a user would pick instead, each on its fastest server, on two cores.

    .venv/bin/python -m scripts.bench.pagecache [--seconds 3] [--runs 5] [--peers FOLDER]

Each app answers with the same page of some 60 KB; wrk asks with 16 connections. Mozi runs as it
is deployed, its request log, metrics and security headers on; each rival runs on the fastest of
gunicorn's own workers, the one that takes the least processor time in two short trials, with
gunicorn's defaults, which log no request. The apps take turns, each figure is the median of the
runs; all servers stay up meanwhile, and only the one that is asked takes any time. Then come the
first page of fresh processes, and what scripts.bench.beside measures. With --runs 1 --seconds 1
all of it took 12 minutes at a load of 12 to 20, most of it for starting; the defaults ask four
minutes longer.

Installs Flask-Compress, which Mozi does not need, into a folder of its own. Needs wrk (Debian:
apt-get install wrk).

On a busy machine the processor time of an answer is the better figure: it is that of gunicorn's
workers, and does not hold what else ran meanwhile.
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
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median

from scripts.bench import beside
from scripts.bench.serving import ROOT, STOCK, Workers, serving, stock

TRIALS, TRIAL_S = 2, 1.0
FIRST_PAGES = 5
BESIDE_MOVIES = 200
CODINGS = ("gzip", "br")
RIVALS = "scripts.bench.rivals"
PACKAGES = ("flask-compress",)


@dataclass(frozen=True)
class Subject:
    """A row of the table: an app, and the headers that it is asked with ({etag}: its page's)."""

    name: str
    app: str
    headers: tuple[str, ...] = ()

    @property
    def is_ours(self) -> bool:
        """Whether this is Mozi, which brings its own server."""
        return self.app == "wsgi:app"


def requests_a_second(address: str, seconds: float, headers: tuple[str, ...]) -> float:
    """Return how many requests a second wrk had answered, all with 200 or 304."""
    tag = _etag_of(address) if any("{etag}" in header for header in headers) else ""
    given = [part for header in headers for part in ("-H", header.format(etag=tag))]
    wrk = ["wrk", "-t1", "-c16", f"-d{seconds:g}s", *given, address]
    said = subprocess.run(wrk, capture_output=True, text=True, check=True).stdout  # noqa: S603
    if "Non-2xx" in said:
        raise SystemExit(f"{address} answered with errors:\n{said}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])  # type: ignore[index]


@dataclass(frozen=True)
class Rate:
    """How many requests a second were answered; what an answer took of the workers' processors."""

    a_second: float
    processor_us: float

    @staticmethod
    def median(rates: list[Rate]) -> Rate:
        """Return the median of each figure."""
        return Rate(median(r.a_second for r in rates), median(r.processor_us for r in rates))


def rate_of(address: str, seconds: float, headers: tuple[str, ...]) -> Rate:
    """Return the rate at which the server of this process's own answers."""
    workers = Workers(address)
    before_s = workers.cpu_s()
    a_second = requests_a_second(address, seconds, headers)
    return Rate(a_second, 1e6 * (workers.cpu_s() - before_s) / (a_second * seconds))


def _etag_of(address: str) -> str:
    with urllib.request.urlopen(address) as answer:  # noqa: S310 - loopback
        return str(answer.headers["ETag"])


def mozi_env(folder: str) -> dict[str, str]:
    """Return the environment of a calendar whose index has about 60 KB."""
    env = {"DATA_DIR": folder, "SITE_TODAY": "2026-11-26"}
    flask = [sys.executable, "-m", "flask"]
    for command in (["db", "upgrade"], ["load-demo"], ["warm-posters"]):
        everything = {**os.environ, **env, "LOG_LEVEL": "ERROR"}
        subprocess.run(  # noqa: S603
            [*flask, *command], cwd=ROOT, env=everything, check=True, stdout=subprocess.DEVNULL
        )
    return env


def install(folder: Path) -> None:
    """Install the rivals that Mozi does not need into folder, once."""
    if not folder.exists():
        pip = [sys.executable, "-m", "pip", "install", "-qq", "--target", str(folder)]
        subprocess.run([*pip, *PACKAGES], check=True)  # noqa: S603 - our own list


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default="", help="subjects whose name has this in it")
    parser.add_argument("--peers", type=Path, default=Path.home() / ".cache" / "mozi-bench")
    options = parser.parse_args()
    if not shutil.which("wrk"):
        raise SystemExit("wrk is needed: apt-get install wrk")
    flask_peers = options.peers.resolve() / "flask"
    install(flask_peers)
    with tempfile.TemporaryDirectory(prefix="mozi-bench-") as folder:
        env = mozi_env(folder)
        with serving("wsgi:app", env) as address, urllib.request.urlopen(address) as page:  # noqa: S310
            Path(folder, "page.html").write_bytes(page.read())
        env |= {"BENCH_PAGE": str(Path(folder, "page.html")), "BENCH_PEERS": str(flask_peers)}
        measure(env, options)
        if not options.only:
            print(f"first page of a fresh process: {median(first_pages_ms(env)):.0f} ms")
            beside.measure(movies=BESIDE_MOVIES, rate=200)


def first_pages_ms(env: dict[str, str]) -> Iterator[float]:
    """Yield the milliseconds of the first page of fresh processes; no store has it."""
    for _ in range(FIRST_PAGES):
        shutil.rmtree(Path(env["DATA_DIR"], "pages"))
        with serving("wsgi:app", env, until="healthz") as address:
            began = time.perf_counter()
            urllib.request.urlopen(address).read()  # noqa: S310 - loopback
            yield 1000 * (time.perf_counter() - began)


def measure(env: dict[str, str], options: argparse.Namespace) -> None:
    """Measure each subject in turns, and print the table."""

    @cache
    def fastest_worker(app: str) -> str:
        tried = {worker: least_processor_us(app, worker) for worker in STOCK}
        return min(tried, key=lambda worker: tried[worker])

    def least_processor_us(app: str, worker: str) -> float:
        with stock(app, env, worker) as address:
            return min(rate_of(address, TRIAL_S, ()).processor_us for _ in range(TRIALS))

    def server(subject: Subject) -> AbstractContextManager[str]:
        if subject.is_ours:
            return serving(subject.app, env)
        return stock(subject.app, env, fastest_worker(subject.app))

    chosen = [each for each in subjects() if re.search(options.only, each.name)]
    taken: dict[Subject, list[Rate]] = {each: [] for each in chosen}
    with ExitStack() as servers:
        addresses: dict[str, str] = {}
        for subject in chosen:
            if subject.app not in addresses:
                addresses[subject.app] = servers.enter_context(server(subject))
        for _ in range(options.runs):
            for subject, rates in taken.items():
                rates.append(rate_of(addresses[subject.app], options.seconds, subject.headers))
    workers = {each: "Mozi's" if each.is_ours else fastest_worker(each.app) for each in taken}
    show({subject: Rate.median(rates) for subject, rates in taken.items()}, workers)


def subjects() -> Iterator[Subject]:
    """Yield what is compared; the bare callable of each kind stands before its rivals."""
    yield Subject("bare WSGI", f"{RIVALS}:bare")
    yield Subject("Mozi, a hit", "wsgi:app")
    yield Subject("Flask, hello world", f"{RIVALS}:hello")
    yield Subject("Flask, bytes in memory", f"{RIVALS}:in_memory")
    yield Subject("Flask-Caching, SimpleCache", f"{RIVALS}:simple_cache")
    yield Subject("Flask-Caching, files", f"{RIVALS}:file_cache")
    for coding in CODINGS:
        accepted = (f"Accept-Encoding: {coding}",)
        yield Subject(f"bare WSGI, {coding}", f"{RIVALS}:bare_{coding}", accepted)
        yield Subject(f"Mozi, a hit, {coding}", "wsgi:app", accepted)
        yield Subject(f"Flask-Compress, {coding}", f"{RIVALS}:compress", accepted)
    yield Subject("bare WSGI, 304", f"{RIVALS}:bare", ("If-None-Match: {etag}",))
    yield Subject("Mozi, 304", "wsgi:app", ("If-None-Match: {etag}",))


def show(rates: dict[Subject, Rate], workers: dict[Subject, str]) -> None:
    """Print each figure, and its ratio to bare WSGI that answers the same; more is better."""
    bare = {each.name: rate for each, rate in rates.items() if each.name.startswith("bare")}
    print(f"{'':28} {'worker':8} requests/s   × bare    µs of processor time   × bare")
    for subject, rate in rates.items():
        kind = subject.name.rpartition(", ")[2]
        base = bare.get(f"bare WSGI, {kind}", bare.get("bare WSGI", rate))
        print(
            f"{subject.name:28} {workers[subject]:8} {rate.a_second:10,.0f}"
            f"   {rate.a_second / base.a_second:6.2f}    {rate.processor_us:20.1f}"
            f"   {base.processor_us / rate.processor_us:6.2f}"
        )


if __name__ == "__main__":
    main()
