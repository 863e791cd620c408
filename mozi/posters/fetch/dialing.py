"""Connects within a deadline, and only to addresses and ports that are allowed.

The name is looked up once, each of its addresses is checked, and only those are connected to. A
name whose answer changes in between (DNS rebinding) gains nothing, since nothing looks it up
again. Nor do odd spellings such as http://2130706433/, which the look-up resolves.
"""

from __future__ import annotations

import errno
import math
import os
import socket
import threading
import time
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from mozi.errors import Busy
from mozi.posters.fetch.addresses import forbidden_kind
from mozi.posters.messages import unavailable
from mozi.settings import SOURCE_PORTS

# A look-up cannot be interrupted: its thread stays until the system's resolver gives up, which
# can take half a minute. At most so many hang in one process; the next one is Busy.
MAX_LOOKUPS = 16
_LOOKUPS = threading.BoundedSemaphore(MAX_LOOKUPS)

# If this machine lacks files, memory or buffers, the source is not at fault.
OVERLOADED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS})


@dataclass(frozen=True)
class Endpoint:
    """One address of a host, in the form that the socket module takes."""

    family: int
    sockaddr: tuple[Any, ...]

    @property
    def address(self) -> str:
        return str(self.sockaddr[0])


class Dialer:
    """The connections of one fetch; a timer cuts them all at the deadline.

    A socket's own time-out starts again with each byte, so a server that drips bytes could go on
    for ever: in headers, in a TLS handshake, in a body. The timer shuts the connection down by a
    second handle, whichever layer reads it at that moment. Use it as a context manager; one
    thread connects and reads. ports: the only allowed ones, unless allow_private: servers of
    tests and intranets listen on any port.
    """

    def __init__(
        self, timeout_s: float, *, allow_private: bool, ports: Collection[int] = SOURCE_PORTS
    ) -> None:
        self.allow_private = allow_private
        self.ports = ports
        self.timeout_s = timeout_s
        self._until = time.monotonic() + timeout_s
        self._timer = threading.Timer(timeout_s, self._cut)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._held: tuple[socket.socket, ...] = ()

    def __enter__(self) -> Dialer:
        _start(self._timer)
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self.release()

    @contextmanager
    def renewed(self, *, most_s: float = math.inf) -> Iterator[None]:
        """Give the block the whole time again, or most_s; its connection is kept after it."""
        timeout_s = min(self.timeout_s, most_s)
        self._until = time.monotonic() + timeout_s
        self._timer = threading.Timer(timeout_s, self._cut)
        self._timer.daemon = True
        _start(self._timer)
        try:
            yield
        finally:
            self._timer.cancel()

    def release(self) -> None:
        """Close the connection."""
        self._hold()

    @property
    def left_s(self) -> float:
        """Return the seconds until the deadline, at least 0.001, since 0 would mean no limit."""
        return max(self._until - time.monotonic(), 0.001)

    @property
    def is_over(self) -> bool:
        """Return whether the deadline has passed; then what was read can be cut short."""
        return time.monotonic() >= self._until

    def check(self) -> None:
        """Raise SourceUnavailable("timed_out") after the deadline."""
        if self.is_over:
            raise unavailable("timed_out", seconds=self.timeout_s)

    def connect(self, host: str, port: int) -> socket.socket:
        """Return a socket connected to host.

        Raises SourceUnavailable (name_not_found, forbidden_address, forbidden_port, unreachable,
        timed_out, bad_address), or Busy if this process has no thread or file left.
        """
        endpoints = self._allowed(host, look_up(host, port, timeout_s=self.left_s))
        if not self.allow_private and port not in self.ports:
            raise unavailable("forbidden_port", port=port)
        connected = self._first_that_answers(endpoints)
        if connected is None:
            self.check()
            raise unavailable("unreachable", host=host)
        self._hold(connected, _second_handle(connected))
        connected.settimeout(self.left_s)
        return connected

    def _allowed(self, host: str, endpoints: Sequence[Endpoint]) -> list[Endpoint]:
        self.check()
        kinds = [forbidden_kind(e.address, allow_private=self.allow_private) for e in endpoints]
        allowed = [e for e, kind in zip(endpoints, kinds, strict=True) if kind is None]
        if not allowed:
            found, kind = endpoints[0].address, kinds[0] or ""
            raise unavailable("forbidden_address", host=host, address=found, kind=kind)
        return allowed

    def _first_that_answers(self, endpoints: Sequence[Endpoint]) -> socket.socket | None:
        """Try each in turn; a silent one uses only its share of the time left."""
        for index, endpoint in enumerate(endpoints):
            connected = _connected(endpoint, timeout_s=self.left_s / (len(endpoints) - index))
            if connected is not None:
                return connected
        return None

    def _hold(self, *handles: socket.socket) -> None:
        """Keep the handles of this connection for the timer; close those of the one before."""
        with self._lock:
            for old in self._held:
                _close(old)
            self._held = handles
        if self.is_over:
            self._cut()  # the timer fired before there was a connection

    def _cut(self) -> None:
        with self._lock:
            self._until = time.monotonic()  # is_over is true from now on, however clocks round
            for handle in self._held:
                with suppress(OSError):  # either side has closed it already
                    handle.shutdown(socket.SHUT_RDWR)


def look_up(host: str, port: int, *, timeout_s: float) -> list[Endpoint]:
    """Return the addresses of host, at least one, in the system's order of preference.

    A numeric address, in any spelling, needs no resolver and so no thread.
    Raises SourceUnavailable (name_not_found, bad_address), TimeoutError, or Busy.
    """
    with suppress(OSError, ValueError):
        return _endpoints(host, port, socket.AI_NUMERICHOST)
    if not _LOOKUPS.acquire(timeout=timeout_s):
        raise Busy("Too many look-ups of names hang at once.")
    answer: Future[list[Endpoint]] = Future()
    try:
        _start(threading.Thread(target=_look_up, args=(answer, host, port), daemon=True))
    except Busy:
        _LOOKUPS.release()
        raise
    try:
        return answer.result(timeout_s)
    except socket.gaierror as error:
        raise unavailable("name_not_found", host=host) from error
    except ValueError as error:  # an empty label, one that is too long, or invalid IDNA
        raise unavailable("bad_address") from error


def _endpoints(host: str, port: int, flags: int = 0) -> list[Endpoint]:
    found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM, flags=flags)
    return [Endpoint(family, sockaddr) for family, *_, sockaddr in found]


def _look_up(answer: Future[list[Endpoint]], host: str, port: int) -> None:
    try:
        answer.set_result(_endpoints(host, port))
    except Exception as error:  # the thread that waits raises it
        answer.set_exception(error)
    finally:
        _LOOKUPS.release()


def _connected(endpoint: Endpoint, *, timeout_s: float) -> socket.socket | None:
    """Return a socket connected to endpoint, None without an answer; raises Busy if overloaded."""
    try:
        connection = socket.socket(endpoint.family, socket.SOCK_STREAM)
    except OSError as error:
        _raise_if_overloaded(error)
        return None
    try:
        connection.settimeout(timeout_s)
        connection.connect(endpoint.sockaddr)
    except OSError as error:
        connection.close()
        _raise_if_overloaded(error)
        return None
    return connection


def _second_handle(connected: socket.socket) -> socket.socket:
    """Return a second handle, which stays usable after TLS has taken the first one."""
    try:
        return connected.dup()
    except OSError as error:
        connected.close()
        _raise_if_overloaded(error)
        raise


def _close(handle: socket.socket) -> None:
    """Close the file itself. socket.close() leaves it open as long as a response refers to it,
    and urllib3 does not end a response with contradictory Content-Lengths."""
    descriptor = handle.detach()
    if descriptor >= 0:
        os.close(descriptor)


def _raise_if_overloaded(error: OSError) -> None:
    if error.errno in OVERLOADED:
        raise Busy(f"No connection can be opened: {error.strerror}.") from error


def _start(thread: threading.Thread) -> None:
    try:
        thread.start()
    except RuntimeError as error:  # the machine gives no more threads
        raise Busy("No thread can be started.") from error
