"""Connects by a deadline, to addresses and ports that the guard allows and to no others.

The name is looked up once, each address is judged, and exactly those addresses are connected
to: nothing looks the name up again, so a name whose answer changes in between (DNS rebinding)
gains nothing, nor do odd spellings such as http://2130706433/, which the look-up undoes.
"""

from __future__ import annotations

import errno
import os
import socket
import threading
import time
from collections.abc import Collection, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from mozi.errors import Busy
from mozi.posters.fetch.addresses import forbidden_kind
from mozi.posters.messages import unavailable
from mozi.settings import SOURCE_PORTS

# A look-up cannot be interrupted: its thread stays until the system's resolver gives up, which
# may take half a minute. So many may hang in one process; the next one is told to come back.
MAX_LOOKUPS = 16
_LOOKUPS = threading.BoundedSemaphore(MAX_LOOKUPS)

# Our own want of files, memory or buffers is never a source's fault.
OVERLOADED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS})


@dataclass(frozen=True)
class Endpoint:
    """One address of a host, as the socket module wants it."""

    family: int
    sockaddr: tuple[Any, ...]

    @property
    def address(self) -> str:
        return str(self.sockaddr[0])


class Dialer:
    """The connections of one fetch, all of them cut when its time is up.

    A socket's own time-out counts from its last byte, so a server that drips could go on for
    ever: in headers, in a TLS handshake, in a body. Here a timer shuts the connection itself
    down, on a second handle, whatever layer reads it at that moment. Use as a context manager;
    one thread connects and reads. ports: the only ones that are connected to, unless
    allow_private: test servers and those of an intranet listen anywhere.
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
        self._hold()

    @property
    def left_s(self) -> float:
        """The seconds until the deadline, never less than a millisecond (0 means "for ever")."""
        return max(self._until - time.monotonic(), 0.001)

    @property
    def is_over(self) -> bool:
        """Whether the deadline has passed; what was read by then may be cut short."""
        return time.monotonic() >= self._until

    def check(self) -> None:
        """Raise SourceUnavailable("timed_out") once the deadline has passed."""
        if self.is_over:
            raise unavailable("timed_out", seconds=self.timeout_s)

    def connect(self, host: str, port: int) -> socket.socket:
        """Return a socket connected to host.

        Raises SourceUnavailable (name_not_found, forbidden_address, forbidden_port, unreachable,
        timed_out, bad_address), or Busy where this process has no thread or file left for it.
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
        """Try each in turn; one that is silent may use up only its share of the time left."""
        for index, endpoint in enumerate(endpoints):
            connected = _connected(endpoint, timeout_s=self.left_s / (len(endpoints) - index))
            if connected is not None:
                return connected
        return None

    def _hold(self, *handles: socket.socket) -> None:
        """Keep the handles of the connection in use, for the timer; close those of the last."""
        with self._lock:
            for old in self._held:
                _close(old)
            self._held = handles
        if self.is_over:
            self._cut()  # the timer went off before there was anything to cut

    def _cut(self) -> None:
        with self._lock:
            self._until = time.monotonic()  # is_over from now on, however clocks are rounded
            for handle in self._held:
                with suppress(OSError):  # closed by now, by us or by the other side
                    handle.shutdown(socket.SHUT_RDWR)


def look_up(host: str, port: int, *, timeout_s: float) -> list[Endpoint]:
    """Return the addresses of host, at least one, in the system's order of preference.

    One that is a number, however it is spelt, needs no resolver and no thread to wait for it.
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
    except ValueError as error:  # a label that is empty, too long, or no IDNA
        raise unavailable("bad_address") from error


def _endpoints(host: str, port: int, flags: int = 0) -> list[Endpoint]:
    found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM, flags=flags)
    return [Endpoint(family, sockaddr) for family, *_, sockaddr in found]


def _look_up(answer: Future[list[Endpoint]], host: str, port: int) -> None:
    try:
        answer.set_result(_endpoints(host, port))
    except Exception as error:  # told in the thread that waits
        answer.set_exception(error)
    finally:
        _LOOKUPS.release()


def _connected(endpoint: Endpoint, *, timeout_s: float) -> socket.socket | None:
    """Return a socket connected to endpoint, None where nothing answers; Busy without a socket."""
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
    """Return a handle that stays usable when TLS takes over the first one."""
    try:
        return connected.dup()
    except OSError as error:
        connected.close()
        _raise_if_overloaded(error)
        raise


def _close(handle: socket.socket) -> None:
    """Close for good: socket.close() leaves the file open while a response refers to it, which
    urllib3 forgets to end for an answer whose Content-Length contradicts itself."""
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
