"""Pages from nginx and Varnish in front of Mozi, against an nginx that serves the page as a file.

    python -m scripts.bench.edge [--seconds 5] [--trials 5]

All three send the demo's front page, gzip, to wrk with 64 connections on the same machine; the
trials take turns. Beside it: how often Mozi was asked, and its share of a core meanwhile.
Needs wrk, nginx and Varnish.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from tests.support.edge_origin import EdgeOrigin, edge_origin
from tests.support.edges import HOST, edge
from tests.support.forks import forks
from tests.support.servers import free_port

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@contextmanager
def static_file(body: bytes) -> Iterator[int]:
    """Serve these gzip bytes by nginx; give the port."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="mozi-bench-") as folder:
        Path(folder, "index.html").write_bytes(body)
        Path(folder).chmod(0o755)
        Path(folder, "nginx.conf").write_text(
            f"daemon off; worker_processes 2; pid {folder}/pid; error_log {folder}/errors;"
            "events { worker_connections 4096; } http { access_log off; sendfile on;"
            f"server {{ listen 127.0.0.1:{port}; root {folder}; default_type text/html;"
            "add_header Content-Encoding gzip; add_header Cache-Control no-cache; } }"
        )
        command = ["/usr/sbin/nginx", "-c", f"{folder}/nginx.conf", "-e", f"{folder}/errors"]
        server = subprocess.Popen(command)  # noqa: S603 - our own arguments
        try:
            time.sleep(0.5)
            yield port
        finally:
            server.terminate()
            server.wait(10)


def wrk(port: int, seconds: int) -> float:
    """Return the requests a second; refuses answers that are errors."""
    address = f"http://127.0.0.1:{port}/"
    headers = ["-H", f"Host: {HOST}", "-H", "Accept-Encoding: gzip"]
    command = ["wrk", "-t2", "-c64", f"-d{seconds}", *headers, address]
    told = subprocess.run(  # noqa: S603 - our own arguments
        command, check=True, capture_output=True, text=True
    ).stdout
    if "Non-2xx" in told:
        raise SystemExit(told)
    return float(re.findall(r"Requests/sec:\s+([\d.]+)", told)[0])


def cpu_seconds(origin: EdgeOrigin) -> float:
    """Return the processor time of the master's children, the workers."""
    pid = origin.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    stats = [
        Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split() for child in children
    ]
    return sum(int(stat[11]) + int(stat[12]) for stat in stats) / TICKS_A_SECOND


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--trials", type=int, default=5)
    asked = parser.parse_args()
    with ExitStack() as stack:
        origin = stack.enter_context(edge_origin(stack.enter_context(forks()), is_demo=True))
        caches = {
            name: stack.enter_context(edge(name, origin.port)) for name in ("nginx", "varnish")
        }
        body = caches["nginx"].ask("/", Accept_Encoding="gzip").body
        ports = {"file": stack.enter_context(static_file(body))}
        ports |= {name: cache.port for name, cache in caches.items()}
        rates: dict[str, list[float]] = {name: [] for name in ports}
        before, cpu = len(origin.statuses("/")), cpu_seconds(origin)
        began = time.monotonic()
        for _ in range(asked.trials):
            for name, port in ports.items():
                rates[name].append(wrk(port, asked.seconds))
        passed = time.monotonic() - began
        time.sleep(1)  # the log lines are written in batches
        questions, used = len(origin.statuses("/")) - before, cpu_seconds(origin) - cpu
    plain = median(rates["file"])
    for name, each in rates.items():
        print(f"{name:8} {median(each):9,.0f}/s  {median(each) / plain:.2f} of the file")
    print(f"Mozi: {questions} questions and {used:.2f} s of processor time in {passed:.0f} s")


if __name__ == "__main__":
    main()
