"""nginx and Varnish in front of the site, with the files of docs/edge/ as they stand.

Only addresses and folders are others: those that the files tell an operator to change.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from tests.support.servers import free_port

DOCS = Path(__file__).parent.parent.parent / "docs" / "edge"
HOST = "example.org"
START_S = 30


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Edge:
    """A shared cache that runs. name: "nginx" or "varnish"."""

    name: str
    port: int

    def ask(
        self, path: str = "/", *, method: str = "GET", body: str | None = None, **headers: str
    ) -> Answer:
        """Return the answer; a header's name is written with "_" for "-"."""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, {"Host": HOST, **fields})
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.headers), answer.read())
        finally:
            connection.close()


def nginx_command(origin: int, port: int, folder: Path) -> list[str]:
    """Write nginx's files, and return the command that serves with them."""
    site = changed(
        "nginx.conf",
        {
            "127.0.0.1:8000": f"127.0.0.1:{origin}",
            "listen 80": f"listen 127.0.0.1:{port}",
            "/var/cache/nginx": str(folder),
            "/run/mozi-edge.sock": str(folder / "edge.sock"),
        },
    )
    (folder / "mozi.conf").write_text(site)
    temporary = "".join(
        f"{each}_temp_path {folder}/{each};\n"
        for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    main = folder / "main.conf"
    main.write_text(
        f"{user} daemon off; worker_processes 2; pid {folder}/pid; error_log {folder}/errors;\n"
        f"events {{ worker_connections 4096; }}\n"
        f"http {{ access_log off; {temporary} include {folder}/mozi.conf; }}\n"
    )
    return ["nginx", "-c", str(main), "-p", str(folder), "-e", f"{folder}/errors"]


def varnish_command(origin: int, port: int, folder: Path) -> list[str]:
    """Write Varnish's file, and return the command that serves with it."""
    vcl = folder / "mozi.vcl"
    vcl.write_text(changed("varnish.vcl", {'.port = "8000"': f'.port = "{origin}"'}))
    listen = ["-a", f"127.0.0.1:{port}", "-n", str(folder / "state")]
    return ["varnishd", "-F", "-f", str(vcl), *listen, "-j", "none", "-s", "malloc,64m"]


COMMANDS: Mapping[str, tuple[str, Callable[[int, int, Path], list[str]]]] = {
    "nginx": ("nginx", nginx_command),
    "varnish": ("varnishd", varnish_command),
}


def changed(name: str, changes: Mapping[str, str]) -> str:
    """Return the documented file with other addresses; each one must be in it."""
    text = (DOCS / name).read_text()
    for old, new in changes.items():
        assert old in text, f"{name} has no {old}"
        text = text.replace(old, new)
    return text


def require(name: str) -> None:
    """Skip the test where the server is not installed."""
    program, _ = COMMANDS[name]
    if shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin") is None:
        package = "nginx-light" if name == "nginx" else "varnish"
        pytest.skip(f"{program} is not installed: apt-get install {package}")


@contextmanager
def edge(name: str, origin: int) -> Iterator[Edge]:
    """Give a running cache in front of the origin at this port of 127.0.0.1."""
    require(name)
    folder, port = Path(tempfile.mkdtemp(prefix="mozi-edge-")), free_port()
    command = COMMANDS[name][1](origin, port, folder)
    path = f"{os.environ['PATH']}:/usr/sbin"
    with (folder / "output").open("w") as output:
        server = subprocess.Popen(
            command, stdout=output, stderr=output, env={**os.environ, "PATH": path}
        )
    running = Edge(name, port)
    try:
        _wait_for(running, server, folder / "output")
        yield running
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(folder)


def _wait_for(running: Edge, server: subprocess.Popen[bytes], output: Path) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        assert server.poll() is None, output.read_text()
        with suppress(OSError, HTTPException):
            if running.ask("/healthz").status == 200:
                return
        time.sleep(0.05)
    raise AssertionError(output.read_text())
