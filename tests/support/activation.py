"""systemd's part in docs/systemd/mozi.service, for machines without systemd.

What the unit says is done: its command, its folder, its environment; the socket of mozi.socket is
held here, and the program gets it as descriptor 3 (sd_listen_fds(3)).
"""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO

UNIT = Path(__file__).parents[2] / "docs/systemd/mozi.service"
SITE = "/srv/mozi"
# Becomes the program: LISTEN_PID has to be its own number.
ACTIVATE = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(sys.argv[2], sys.argv[2:])
"""


class Service:
    """mozi.service below site instead of /srv/mozi, behind a socket that outlives it."""

    def __init__(self, site: Path, env: Mapping[str, str], *, log: IO[str]) -> None:
        self.site = site
        self.log = log
        # What a shell would leave behind, and systemd may: the folder by the name it was asked for.
        self.env = {**env, "PWD": f"{site}/app"}
        for name in self._said("UnsetEnvironment"):
            self.env.pop(name)

    def __enter__(self) -> Service:
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=2048)
        self.port = int(self.socket.getsockname()[1])
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.stop()
        self.socket.close()

    def start(self) -> None:
        """Start what is at site/app now."""
        listening = self.socket.fileno()
        command = [sys.executable, "-c", ACTIVATE, str(listening), *self._said("ExecStart")]
        (folder,) = self._said("WorkingDirectory")
        self.process = subprocess.Popen(
            command, cwd=folder, env=self.env, pass_fds=[listening], stderr=self.log, text=True
        )

    def stop(self) -> None:
        """End it as systemd does, and wait for it."""
        self.process.terminate()
        self.process.wait(30)

    def restart(self) -> None:
        self.stop()
        self.start()

    def _said(self, directive: str) -> list[str]:
        found = re.findall(rf"^{directive}=(.*)$", UNIT.read_text(), re.MULTILINE)
        return [word.replace(SITE, str(self.site)) for line in found for word in line.split()]
