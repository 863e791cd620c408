"""gunicorn's configuration, read by its master: `gunicorn wsgi:app` needs no options.

The figures were measured on two cores with two workers, by scripts/bench/slow_clients.py
(20 requests a second for a page of 20 KB while N clients drip headers and N drip a body),
slowhttptest and wrk; the answers are a callable's, to compare servers:

    worker                p95 with N = 200    p95 with N = 1,000    bare answers a second
    Mozi's (below)                  1.7 ms                1.9 ms          11,700 to 14,400
    gthread, 2 × 8            none answered         none answered          19,500
    gthread, 2 × 256      over half failed         none answered          13,600 (2 × 32)
    gevent, patched                 1.7 ms                2.1 ms          19,300
    sync                                 -                     -          12,300

With a thread for each connection, slow clients take all threads. gevent holds them all, but
patched it runs the app in its loop, where decoding one picture stops every page. So greenlets
hold the connections and threads run the app; the way there and back takes some 40 µs, which
pages in memory are spared (mozi/server/ready.py).
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

gc.disable()  # until the program is imported, which makes no garbage

# Names in there are from mkdtemp, so that no other user can foresee them.
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 # nosec B108

METRICS = "mozi-metrics-"
LOCKED = f"{METRICS}of-"  # folders of former releases have no lock, and are left alone
MINE = f"{LOCKED}{os.getpid()}-"


def _lock_folder(folder: str) -> int | None:
    """Return the descriptor that holds the folder's lock; None where another process has it.

    The kernel releases the lock with the last process that has the descriptor: the master and its
    workers, however they end. A process number would not do: it may be reused, or be counted in
    another container with the same /dev/shm.
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
    """Remove the folders of masters that were killed with all their workers."""
    for folder in Path(parent).glob(f"{LOCKED}*"):
        handle = _lock_folder(str(folder))
        if handle is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(handle)


def _make_folder(parent: str) -> str:
    """Return a new folder whose lock this process has.

    Another master that starts now may remove the new folder before it is locked: hence the loop.
    """
    for _ in range(3):
        folder = tempfile.mkdtemp(prefix=MINE, dir=parent)
        if _lock_folder(folder) is not None:  # stays open for as long as this process lives
            break
    return folder


def _remove_folder(folder: str, master: int) -> None:
    """Remove the folder when the master ends; its forks leave it alone."""
    if os.getpid() == master:
        shutil.rmtree(folder, ignore_errors=True)


def _use_own_folder(parent: str) -> None:
    """Have the workers of this master share their metrics in a folder of the master's own.

    A reload (SIGHUP) reads this file again and keeps the folder. A second master (SIGUSR2)
    inherits the folder's name, but makes its own, since the first one removes the former at its
    end. An operator's own folder is used as it is.
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
from mozi.server import (  # noqa: E402
    capacity,
    start_token,  # noqa: F401 - made here, so that all workers have the same
)
from mozi.settings import Settings  # noqa: E402

gc.enable()

# Checked in the master, before it binds: an unusable setting ends the start with a line for each
# fault, instead of workers that die and are started again.
try:
    settings = Settings.from_env()
except SettingsError as error:
    sys.stderr.write(f"{error}\n")
    raise SystemExit(1) from None

worker_class = "mozi.server.worker.Worker"

# WEB_CONCURRENCY, 2 where it is unset.
workers = settings.web_concurrency

# Threads that run the app, and connections, in each process. Most threads wait (for the database,
# for a poster); a slow connection costs 12 KB, so 4,096 take 50 MB at worst.
threads = capacity.THREADS
worker_connections = capacity.CONNECTIONS
backlog = 2048

# Seconds for a request's headers, the wait for its first byte included: in all, not between two
# bytes, so that a client that sends drop by drop is cut off. The deadlines of bodies and answers
# are in mozi/server.
keepalive = 10

# A worker beats once a second while its loop runs and threads come free. A build ends after 25 s
# and a visitor's wait after 5 s, so if all threads are taken for 40 s they hang, and the master
# replaces the worker.
timeout = 40

# SIGTERM: idle connections are closed, running requests finish. Heroku kills after 30 s.
graceful_timeout = 25

# The master has imported the program to read these settings, so all workers share its code (156 MB
# for the master and two workers; preloading the app too would save 9 MB of that). Each worker makes
# its own app, so no connection or lock is older than its process.
preload_app = False

# Workers are not recycled: over 280,000 pages one grew by 1 MB. If a new dependency leaks,
# `--max-requests 20000 --max-requests-jitter 2000` works.
max_requests = 0

# The heartbeat touches a file: on a disk that stalls, a live worker would look dead.
worker_tmp_dir = MEMORY

# gunicorn's control socket is not used; it costs a thread in the master.
control_socket_disable = True

# TRUSTED_PROXY_HOPS alone decides about forwarding headers, in the app; gunicorn ignores them.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""

loglevel = settings.log_level.lower()
logconfig_dict = gunicorn_logging(settings)


def _allow_open_files(wanted: int) -> None:
    """Raise this process's limit of open files towards `wanted`; forks inherit it.

    A connection is a file, and so is a body beyond 64 KiB. The usual limit is 1,024.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


_allow_open_files(2 * capacity.CONNECTIONS + 512)


def _reuse_memory() -> None:
    """Have glibc keep little of the memory that pictures held; no effect on other C libraries.

    By default each thread has an arena, and the thresholds rise to the largest block that was
    freed: after 60 posters two workers had 180 and 235 MB. Giving everything back at once
    (mallopt(3)) they had 74 and 79 MB, but each poster faulted 6,300 fresh pages. With one arena,
    which the next thread reuses, and a threshold of 4 MiB it faults 2,300, and a build thread
    holds 25 MB at most, not 37. Commands keep the default.
    """
    arenas, mmap_threshold, trim_threshold = -8, -3, -1
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(arenas, 1)
        mallopt(mmap_threshold, 4 * 2**20)
        mallopt(trim_threshold, 4 * 2**20)


_reuse_memory()


def when_ready(server: Any) -> None:
    """Exclude what was loaded before the fork from garbage collection: its memory stays shared."""
    gc.freeze()


def post_fork(server: Any, worker: Any) -> None:
    """Tell the worker how large a body may be: the largest file and the form around it."""
    worker.max_body_bytes = capacity.largest_body(settings.poster_max_bytes)


def child_exit(server: Any, worker: Any) -> None:
    """Remove the gauges of a worker that has ended; its counters stay."""
    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
