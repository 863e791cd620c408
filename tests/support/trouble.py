"""A proxy between Mozi and a real server, that makes the trouble which the test asks for.

    with Trouble.before(redis_url) as trouble:
        app = make_app(REDIS_URL=trouble.url)
        trouble.begin("hang")

down: connections are cut and refused. hang: taken, and never answered. lose: what is asked
reaches the server, and its reply does not come back.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

PIECE = 64 * 1024


class Trouble:
    """One proxy on a port of its own. mode: "ok", "down", "hang" or "lose"."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname
        assert parts.port
        self.mode = "ok"
        self._target = (parts.hostname, parts.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        self.url = url.replace(f"{parts.hostname}:{parts.port}", f"127.0.0.1:{port}")
        self._open: set[socket.socket] = set()
        self._stopping = False
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    @classmethod
    @contextmanager
    def before(cls, url: str) -> Iterator[Trouble]:
        """Give a proxy before the server at url; it makes no trouble yet."""
        trouble = cls(url)
        try:
            yield trouble
        finally:
            trouble._stop()

    def begin(self, mode: str) -> None:
        """Make this trouble from now on, for connections that are open too."""
        self.mode = mode
        if mode == "down":
            self._cut()

    def end(self) -> None:
        """Serve again; what hung meanwhile is cut."""
        self.mode = "ok"
        self._cut()

    def _cut(self) -> None:
        for each in list(self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _stop(self) -> None:
        self._stopping = True
        self._cut()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join(5)

    def _accept(self) -> None:
        while not self._stopping:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.mode == "down":
                client.close()
                continue
            self._open.add(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError), socket.create_connection(self._target) as server:
            self._open.add(server)
            back = threading.Thread(target=self._pass, args=(server, client, True), daemon=True)
            back.start()
            self._pass(client, server, False)
            back.join(30)
            self._open.discard(server)
        self._open.discard(client)
        client.close()

    def _pass(self, source: socket.socket, to: socket.socket, is_reply: bool) -> None:
        """Hand on what comes, as the mode of the moment has it."""
        with suppress(OSError):
            while piece := source.recv(PIECE):
                if self.mode == "hang" or (self.mode == "lose" and is_reply):
                    continue
                to.sendall(piece)
        for each in (source, to):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
