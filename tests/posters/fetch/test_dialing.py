"""Connecting: what is this machine's fault, and addresses that swallow what they are sent."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from mozi.errors import Busy
from mozi.posters.fetch import dialing
from mozi.posters.fetch.dialing import Dialer, look_up
from tests.support.names import resolve
from tests.support.origin import Origin


@pytest.fixture
def origin() -> Iterator[Origin]:
    with Origin() as server:
        yield server


def connect(host: str, port: int, *, timeout_s: float = 5) -> str:
    with Dialer(timeout_s, allow_private=True) as dialer:
        peer = dialer.connect(host, port).getpeername()
        dialer.check()  # connected in time
        return str(peer[0])


def test_a_silent_address_leaves_time_for_the_next_one(
    origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve(monkeypatch, lambda: ["127.0.0.2", "127.0.0.1"])
    with _black_hole("127.0.0.2", origin.port):
        assert connect("two.example", origin.port, timeout_s=1.5) == "127.0.0.1"


def test_a_connection_is_closed_for_good_with_its_fetch(origin: Origin) -> None:
    with Dialer(5, allow_private=True) as dialer:
        connected = dialer.connect("127.0.0.1", origin.port)
        reading = connected.makefile("rb")
    assert connected.fileno() == -1
    reading.close()


def test_the_timer_ends_with_the_fetch(origin: Origin) -> None:
    connect("127.0.0.1", origin.port, timeout_s=3600)
    timers = [t for t in threading.enumerate() if isinstance(t, threading.Timer)]
    for timer in timers:
        timer.join(20)
    assert not any(timer.is_alive() for timer in timers)


@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS])
def test_want_of_files_or_memory_is_no_fault_of_the_source(
    origin: Origin, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(code, "too many")

    resolve(monkeypatch, lambda: ["127.0.0.1"])
    monkeypatch.setattr("mozi.posters.fetch.dialing.socket.socket", refuse)
    with pytest.raises(Busy):
        connect("127.0.0.1", origin.port)


def test_want_of_threads_is_no_fault_of_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    for _ in range(2 * dialing.MAX_LOOKUPS):  # a look-up that never began gives its place back
        with pytest.raises(Busy, match="No thread"):
            look_up("localhost", 80, timeout_s=0.01)


def test_look_ups_that_hang_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    resolve(monkeypatch, lambda: ["127.0.0.1"] if released.wait(30) else [])
    for _ in range(dialing.MAX_LOOKUPS):
        with pytest.raises(TimeoutError):
            look_up("hanging.example", 80, timeout_s=0.001)
    with pytest.raises(Busy):
        look_up("hanging.example", 80, timeout_s=0.001)
    assert look_up("127.0.0.1", 80, timeout_s=0.001)  # a number is looked up nowhere
    released.set()


@contextmanager
def _black_hole(address: str, port: int) -> Iterator[None]:
    """Listen with a full queue: further connections are neither taken nor refused."""
    with ExitStack() as held:
        server = held.enter_context(socket.create_server((address, port), backlog=0))
        for _ in range(4):
            visitor = held.enter_context(socket.socket())
            visitor.setblocking(False)
            visitor.connect_ex(server.getsockname())
        yield
