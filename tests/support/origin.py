"""A web server on 127.0.0.1 that posters are fetched from, and that can misbehave.

    with Origin() as origin:
        origin.serve("/a.jpg", body)
        fetch(origin.url("/a.jpg"), limits)
        assert origin.hits["/a.jpg"] == 1

Every answer ends as soon as the server stops, so that no test waits for a slow one.
"""

from __future__ import annotations

import gzip
import socket
import ssl
import struct
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import brotli

Answer = Callable[["_Handler"], None]
ZEROS = bytes(64 * 1024)


class Origin:
    """One server on a port of its own. A path without an answer gets 404.

    hits: requests by path, without the query. seen: the headers of the last one by path.
    tls: given, the server speaks https.
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self.hits: Counter[str] = Counter()
        self.seen: dict[str, Mapping[str, str]] = {}
        self.answers: dict[str, Answer] = {}
        self.otherwise: Answer = _not_found
        self.stopping = threading.Event()
        self.scheme = "https" if tls else "http"
        self._server = _Server(self, tls)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> Origin:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.break_connections()
        self._server.server_close()  # waits for the threads of the requests
        self._thread.join()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def url(self, path: str, *, host: str = "127.0.0.1") -> str:
        """Return the address of path; host: another name of this machine."""
        return f"{self.scheme}://{host}:{self.port}{path}"

    def serve(
        self,
        path: str,
        body: bytes,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        content_type: str = "image/jpeg",
        delay_s: float = 0,
    ) -> None:
        """Answer path with body; headers may contradict it (Content-Length, Content-Type)."""

        def answer(request: _Handler) -> None:
            request.origin.stopping.wait(delay_s)
            stated = {"Content-Type": content_type, "Content-Length": str(len(body))}
            request.head(status, {**stated, **(headers or {})})
            request.wfile.write(body)

        self.answers[path] = answer

    def serve_everywhere(self, body: bytes, *, content_type: str) -> None:
        """Answer every path that has no answer of its own with body."""

        def answer(request: _Handler) -> None:
            request.head(200, {"Content-Type": content_type, "Content-Length": str(len(body))})
            request.wfile.write(body)

        self.otherwise = answer

    def hold_until_told(self, body: bytes) -> threading.Event:
        """Answer every path with body once the event that is returned is set."""
        told = threading.Event()

        def answer(request: _Handler) -> None:
            while not (told.wait(0.02) or request.origin.stopping.is_set()):
                pass
            request.head(200, {"Content-Type": "image/jpeg", "Content-Length": str(len(body))})
            request.wfile.write(body)

        self.otherwise = answer
        return told

    def redirect(self, path: str, to: str, *, status: int = 302) -> None:
        """Forward path to any address, itself included."""
        self.serve(path, b"", status=status, headers={"Location": to})

    def drip(
        self, path: str, body: bytes, *, every_s: float = 0.02, with_length: bool = True
    ) -> None:
        """Answer one byte at a time; without a length the body ends where the connection does."""

        def answer(request: _Handler) -> None:
            request.head(200, {"Content-Length": str(len(body))} if with_length else {})
            request.write_slowly(body, every_s)

        self.answers[path] = answer

    def drip_headers(self, path: str, *, every_s: float = 0.02) -> None:
        """Answer with a header that never ends, one byte at a time."""

        def answer(request: _Handler) -> None:
            request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            request.write_slowly(ZEROS.replace(b"\0", b"x"), every_s)

        self.answers[path] = answer

    def endless(
        self, path: str, *, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        """Answer with a body that never ends and has no length."""

        def answer(request: _Handler) -> None:
            request.head(status, headers or {})
            while not self.stopping.is_set():
                request.wfile.write(ZEROS)

        self.answers[path] = answer

    def chunked(
        self, path: str, chunks: Iterable[bytes], *, headers: Mapping[str, str] | None = None
    ) -> None:
        """Answer with Transfer-Encoding: chunked."""

        def answer(request: _Handler) -> None:
            request.head(200, {"Transfer-Encoding": "chunked", **(headers or {})})
            for chunk in chunks:
                request.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
            request.wfile.write(b"0\r\n\r\n")

        self.answers[path] = answer

    def bomb(self, path: str, *, encoding: str, size_bytes: int) -> None:
        """Answer with a few bytes that unpack to size_bytes; encoding: gzip, deflate or br."""
        self.serve(path, packed_zeros(encoding, size_bytes), headers={"Content-Encoding": encoding})

    def reset(self, path: str, *, after: bytes = b"", length: int = 1000) -> None:
        """Promise length bytes, send `after`, then reset the connection (TCP RST)."""

        def answer(request: _Handler) -> None:
            request.head(200, {"Content-Length": str(length)})
            request.wfile.write(after)
            linger_on_for_0_s = struct.pack("ii", 1, 0)
            request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_on_for_0_s)
            request.connection.close()

        self.answers[path] = answer

    def silent(self, path: str) -> None:
        """Take the request and never answer."""
        self.answers[path] = lambda request: _wait(request.origin.stopping)

    def raw(self, path: str, answer: bytes) -> None:
        """Send these very bytes, headers or not, HTTP or not, and hang up."""
        self.answers[path] = lambda request: _write(request, answer)


def packed_zeros(encoding: str, size_bytes: int) -> bytes:
    """Return size_bytes zeros as a Content-Encoding packs them, made a piece at a time."""
    return b"".join(_PACKERS[encoding](size_bytes))


def _pieces(size_bytes: int) -> Iterator[bytes]:
    for start in range(0, size_bytes, len(ZEROS)):
        yield ZEROS[: size_bytes - start]


def _deflated(size_bytes: int, wbits: int = zlib.MAX_WBITS) -> Iterator[bytes]:
    packer = zlib.compressobj(wbits=wbits)
    yield from (packer.compress(piece) for piece in _pieces(size_bytes))
    yield packer.flush()


def _brotlied(size_bytes: int) -> Iterator[bytes]:
    packer = brotli.Compressor(quality=1)
    yield from (packer.process(piece) for piece in _pieces(size_bytes))
    yield packer.finish()


_PACKERS: dict[str, Callable[[int], Iterable[bytes]]] = {
    "gzip": lambda size_bytes: _deflated(size_bytes, zlib.MAX_WBITS | 16),
    "deflate": _deflated,
    "br": _brotlied,
    "gzip, gzip": lambda size_bytes: [gzip.compress(packed_zeros("gzip", size_bytes))],
}


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # joined by server_close, so that nothing outlives a test
    request_queue_size = 128

    def __init__(self, origin: Origin, tls: ssl.SSLContext | None) -> None:
        self.origin = origin
        self.tls = tls
        self.connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.add(request)
        super().process_request(request, client_address)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Answer, in the thread of the connection; TLS begins there, as it may take long."""
        if self.tls is None:
            super().finish_request(request, client_address)
            return
        request.settimeout(5)
        with self.tls.wrap_socket(request, server_side=True) as wrapped:
            super().finish_request(wrapped, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.connections.discard(request)
        super().shutdown_request(request)

    def break_connections(self) -> None:
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # ended by itself meanwhile

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients hang up on most of what is served here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    @property
    def origin(self) -> Origin:
        return self.server.origin

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.origin.hits[path] += 1
        self.origin.seen[path] = self.headers
        self.close_connection = True
        self.origin.answers.get(path, self.origin.otherwise)(self)

    def head(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Connection": "close", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def write_slowly(self, body: bytes, every_s: float) -> None:
        for byte in body:
            if self.origin.stopping.wait(every_s):
                return
            self.wfile.write(bytes([byte]))

    def log_message(self, *_: object) -> None:
        """Keep the tests' output free of access lines."""


def _not_found(request: _Handler) -> None:
    request.head(404, {"Content-Length": "9"})
    request.wfile.write(b"not here\n")


def _wait(event: threading.Event) -> None:
    event.wait()


def _write(request: _Handler, answer: bytes) -> None:
    request.wfile.write(answer)
