"""gunicorn's configuration, read by its master: `gunicorn wsgi:app` needs no options.

The figures were measured on two cores with two workers, by scripts/bench/slow_clients.py
(20 requests a second for a page of 20 KB while N clients drip headers and N drip a body),
slowhttptest and wrk (the answers are a callable's, to compare servers; Mozi's own front page,
35 KB out of its cache, then reached 11,600 to 12,200, and p95 5.3 and 5.1 ms):

    worker                p95 with N = 200    p95 with N = 1,000    bare answers a second
    Mozi's (below)                  1.7 ms                1.9 ms          11,700 to 14,400
    gthread, 2 × 8            none answered         none answered          19,500
    gthread, 2 × 256      over half failed         none answered          13,600 (2 × 32)
    gevent, patched                 1.7 ms                2.1 ms          19,300
    sync                                 -                     -          12,300

A thread a connection is lost to whoever sends slowly. gevent holds them all, but patched it
runs the app in its loop, where one picture that is decoded stops every page. So greenlets
hold the connections and threads run the app; the way there and back takes some 40 µs.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import fcntl
import gc
import os
import resource
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

gc.disable()  # until the program is imported: that makes no garbage

# What is put there gets its name from mkdtemp, which nobody can foresee.
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 # nosec B108


METRICS = "mozi-metrics-"
LOCKED = f"{METRICS}of-"  # folders of a release before this one have no lock, and are left alone
MINE = f"{LOCKED}{os.getpid()}-"


def _lock_folder(folder: str) -> int | None:
    """Return the descriptor that holds the folder's lock; None where it cannot be had.

    The kernel ends the lock with the last process that has the descriptor: with the master and
    its workers, however they end. A number of a process could be another's by now, or be counted
    in another container that has the same /dev/shm.
    """
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        opened = os.fstat(handle)
        if opened.st_uid == os.geteuid() and os.path.samestat(opened, Path(folder).stat()):
            return handle
    except OSError:  # another process has the lock, or has removed the folder
        pass
    os.close(handle)
    return None


def _remove_abandoned(parent: str) -> None:
    """Remove the folders of masters that were killed, and whose workers are gone."""
    for folder in Path(parent).glob(f"{LOCKED}*"):
        handle = _lock_folder(str(folder))
        if handle is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(handle)


def _make_folder(parent: str) -> str:
    """Return a new folder whose lock this process has.

    A start at the same moment may take the new folder for an abandoned one before it is locked.
    """
    for _ in range(3):
        folder = tempfile.mkdtemp(prefix=MINE, dir=parent)
        if _lock_folder(folder) is not None:  # stays open for as long as this process lives
            break
    return folder


def _remove_folder(folder: str, master: int) -> None:
    """Remove the metrics of this server at its end; its forks leave them alone."""
    if os.getpid() == master:
        shutil.rmtree(folder, ignore_errors=True)


def _use_own_folder(parent: str) -> None:
    """Have the workers of this master keep their metrics for each other, in a folder of its own.

    A reload (SIGHUP) reads this file again and keeps the folder. From then on a master that
    this one starts (SIGUSR2) inherits the folder's name, and needs one that the end of the first
    master does not remove. An operator's own folder is used as it is.
    """
    given = Path(os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")).name
    if given.startswith(MINE) or (given and not given.startswith(METRICS)):
        return
    _remove_abandoned(parent)
    folder = _make_folder(parent)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    atexit.register(_remove_folder, folder, os.getpid())


# Before prometheus_client is imported. In memory: these files are mapped, and on a full disk
# writing to them would kill the worker (SIGBUS).
_use_own_folder(MEMORY or tempfile.gettempdir())

from prometheus_client import multiprocess  # noqa: E402 - reads the variable above

from mozi.errors import SettingsError  # noqa: E402
from mozi.logs import gunicorn_logging  # noqa: E402
from mozi.server import capacity  # noqa: E402
from mozi.settings import Settings  # noqa: E402

gc.enable()

# Checked here, in the master, before anything is bound: a setting that cannot be used ends the
# start with a line a fault, instead of a worker that dies and is started again.
try:
    settings = Settings.from_env()
except SettingsError as error:
    sys.stderr.write(f"{error}\n")
    raise SystemExit(1) from None

worker_class = "mozi.server.worker.Worker"

# WEB_CONCURRENCY, 2 where it is unset.
workers = settings.web_concurrency

# Threads that run the app, and connections, a process. Most threads wait (for the database, for
# a poster); a connection costs 12 KB while it is slow, so 4,096 are 50 MB at the very worst.
threads = capacity.THREADS
worker_connections = capacity.CONNECTIONS
backlog = 2048

# Seconds for a request's headers, waiting for its first byte included: in all, not between two
# bytes, so a drip is cut too. The deadlines of bodies and of answers are in mozi/web.
keepalive = 10

# A worker beats once a second while its loop turns and any thread comes free. A build ends
# itself after 25 s and a visitor's wait after 5 s, so threads that are all still held after
# 40 s hang, and the worker is replaced.
timeout = 40

# SIGTERM: idle connections are closed, requests in hand finish. Heroku kills after 30 s.
graceful_timeout = 25

# The master has imported the program to read these settings, so its code is shared by all
# workers (156 MB for the master and two; preloading the app as well saves 9 MB of that). The
# app itself is made in each, and no connection or lock is older than its process.
preload_app = False

# Not recycled: over 280,000 pages a worker grew by 1 MB. `--max-requests 20000
# --max-requests-jitter 2000` works, should a new dependency leak.
max_requests = 0

# The heartbeat is a file that is touched: on a disk that stalls, a worker would look dead.
worker_tmp_dir = MEMORY

# A socket to control gunicorn by, with a thread in the master, that nobody here uses.
control_socket_disable = True

# Forwarding headers count by TRUSTED_PROXY_HOPS alone, in the app; gunicorn believes none.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""

loglevel = settings.log_level.lower()
logconfig_dict = gunicorn_logging(settings)


def _allow_open_files(wanted: int) -> None:
    """Raise this process's limit towards `wanted`, as far as it may be raised; forks inherit it.

    A connection is a file, and so is a body beyond 64 KiB. Often the limit is 1,024.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


_allow_open_files(2 * capacity.CONNECTIONS + 512)


def _reuse_memory() -> None:
    """Have glibc keep a little of what pictures held, for the next; other C libraries are left.

    By default each thread has an arena, and the thresholds rise to the largest block that was
    ever freed: two workers stood at 180 and 235 MB after 60 posters. All given back at once
    (mallopt(3)) they stood at 74 and 79, but a poster met 6,300 fresh pages. With one arena,
    which the next thread reuses, and 4 MiB as the size that is kept, it meets 2,300, and a build
    thread holds 25 MB at most, not 37. Commands keep the default.
    """
    arenas, mmap_threshold, trim_threshold = -8, -3, -1
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(arenas, 1)
        mallopt(mmap_threshold, 4 * 2**20)
        mallopt(trim_threshold, 4 * 2**20)


_reuse_memory()


def when_ready(server: Any) -> None:
    """Keep the collector off what was loaded before the fork, so that its memory stays shared."""
    gc.freeze()


def post_fork(server: Any, worker: Any) -> None:
    """Tell the worker how large a body may be: the largest poster, and the form around it."""
    worker.max_body_bytes = capacity.largest_body(settings.poster_max_bytes)


def child_exit(server: Any, worker: Any) -> None:
    """Take a worker that is gone out of what is counted at the moment; its totals stay."""
    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
