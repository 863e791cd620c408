"""gunicorn's worker for Mozi: greenlets hold the connections, threads run the app.

gthread keeps a thread for every connection that sends slowly. gevent's own worker patches the
standard library, and then the C code of Pillow, SQLite and psycopg stops its loop. This worker
patches nothing: only the listening sockets are gevent's. So headers, request bodies and answers
move in greenlets, each with a deadline, and the app runs in a native thread, in which locks,
sockets and C code work as usual.
"""

from __future__ import annotations

import socket as native_socket
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from typing import Any

import gevent
from gevent import socket
from gevent.event import Event
from gevent.threadpool import ThreadPool
from gunicorn.util import close_graceful
from gunicorn.workers.ggevent import GeventWorker

from mozi import metrics
from mozi.server import capacity
from mozi.server.answers import BUSY, Answer, Environ, StartResponse, WSGIApp, collect, pieces
from mozi.server.bodies import (
    REFUSALS,
    TOO_LARGE,
    Bodies,
    BodyLimits,
    BodyRefused,
    ClientGone,
    NotReceived,
)
from mozi.server.hooks import find_hooks
from mozi.server.parking import MAY_PARK, PARKED, Parked
from mozi.server.ready import ReadyAnswers
from mozi.units import MIB

SEND_S = 30
"""Seconds in which a client has to take 64 KiB of an answer; one that reads nothing is cut off."""

LINGER_S, LINGER_BYTES = 3.0, 64 * MIB
"""How long, and how much, is read from a refused client, so that it sees why (RFC 9112, 9.6)."""

NOT_FOR_THREADS = ("gunicorn.socket", "wsgi.early_hints")  # they write on the greenlets' socket


class ThreadedApp:
    """The app as the greenlets call it: runs in a thread, and refuses when too many wait.

    max_waiting: requests that wait for a thread. max_parked: requests that wait in their greenlet
    and then have the app called once more.
    """

    def __init__(self, app: WSGIApp, *, threads: int, max_waiting: int, max_parked: int) -> None:
        self.app = app
        self.pool = ThreadPool(threads)
        self.threads = threads
        self.max_in_hand = threads + max_waiting
        self.max_parked = max_parked
        self.parked = 0
        self.in_hand = 0
        self.finished = 0

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if self.in_hand >= self.max_in_hand:
            answer = BUSY
            metrics.HTTP_REQUEST_SECONDS.labels("refused", "503").observe(0)
        else:
            answer = self._answer(environ)
        start_response(answer.status, answer.headers)
        return pieces(answer.body)

    @property
    def is_full(self) -> bool:
        """Whether every thread is taken."""
        return self.in_hand >= self.threads

    def _answer(self, environ: Environ) -> Answer:
        for name in NOT_FOR_THREADS:
            environ.pop(name, None)
        environ[MAY_PARK] = self.parked < self.max_parked
        answer = self._answer_in_thread(environ)
        if (parked := environ.pop(PARKED, None)) is None:
            return answer
        self._wait(parked)
        return self._answer_in_thread(environ)

    def _wait(self, parked: Parked) -> None:
        """Wait in this greenlet. A client that goes meanwhile is noticed when it is answered."""
        done, loop = Event(), gevent.get_hub().loop
        parked.done.add_done_callback(lambda _: loop.run_callback_threadsafe(done.set))
        self.parked += 1
        try:
            done.wait(parked.most_s)
        finally:
            self.parked -= 1

    def _answer_in_thread(self, environ: Environ) -> Answer:
        self.in_hand += 1
        try:
            answer = self.pool.spawn(_collect, self.app, environ).get()
        finally:
            self.in_hand -= 1
            self.finished += 1
        if isinstance(answer, BaseException):
            raise answer
        return answer  # type: ignore[no-any-return]  # gevent's results have no types


def _collect(app: WSGIApp, environ: Environ) -> Answer | BaseException:
    """Return the answer or the error; gevent would print one that is raised in its thread."""
    try:
        return collect(app, environ)
    except BaseException as error:
        return error


class HeadersTimeout(gevent.Timeout):  # type: ignore[misc]  # gevent has no types
    """Ends the wait for a request's headers after so many seconds, or when the worker stops."""

    def __init__(self, seconds: float, waits: HeaderWaits) -> None:
        super().__init__(seconds, False)  # False: the block ends, nothing is raised
        self.waits = waits

    def __enter__(self) -> HeadersTimeout:
        self.waits.waiting[self] = gevent.getcurrent()
        super().__enter__()
        return self

    def __exit__(self, *raised: Any) -> Any:
        del self.waits.waiting[self]
        return super().__exit__(*raised)


class HeaderWaits:
    """The connections of one worker that wait for a request's headers."""

    def __init__(self) -> None:
        self.waiting: dict[HeadersTimeout, Any] = {}
        self.seen: set[HeadersTimeout] = set()

    def end_those_seen_before(self) -> None:
        """End the waits that the last call has seen already.

        A connection that has just come gets from one call to the next: its request may be on
        the way, and one that is cut off then is lost.
        """
        for timeout in self.seen & self.waiting.keys():
            gevent.get_hub().loop.run_callback(self._end, timeout)
        self.seen = set(self.waiting)

    def _end(self, timeout: HeadersTimeout) -> None:
        """End this wait, unless its headers have come meanwhile: then the answer is being made."""
        if (greenlet := self.waiting.get(timeout)) is not None:
            greenlet.throw(timeout)


class Worker(GeventWorker):  # type: ignore[misc]  # gunicorn has no types
    """One process: up to worker_connections greenlets in front of `threads` threads."""

    sockets: list[Any]
    wsgi: Any
    max_body_bytes = 20 * MIB + capacity.FORM_BYTES  # gunicorn.conf.py sets it

    def patch(self) -> None:
        """Make the listening sockets gevent's, and patch nothing else."""
        self.sockets = [
            socket.socket(s.FAMILY, native_socket.SOCK_STREAM, fileno=s.sock.detach())
            for s in self.sockets
        ]

    def load_wsgi(self) -> None:
        """Load the app, warm it up, and put the threads in front of it."""
        super().load_wsgi()
        self.hooks = find_hooks(self.wsgi)
        self.ready = ReadyAnswers(self.hooks.ready_layers) if self.hooks else None
        if self.hooks:
            self.hooks.warm_up()
        limits = BodyLimits(self.max_body_bytes, capacity.HELD_BODY_BYTES)
        self.bodies = Bodies(limits, lambda seconds: gevent.Timeout(seconds, TimeoutError))
        self.header_waits = HeaderWaits()
        self.finished_at_beat = 0
        self.wsgi = ThreadedApp(
            self.wsgi,
            threads=self.cfg.threads,
            max_waiting=capacity.REQUESTS_WAITING,
            max_parked=capacity.MAX_PARKED,
        )

    def timeout_ctx(self) -> HeadersTimeout:
        """Bound idling and headers together: `keepalive` seconds in all, however slow they come."""
        return HeadersTimeout(self.cfg.keepalive, self.header_waits)

    def notify(self) -> None:
        """Beat once a second, unless all threads are taken and none came free since the last beat.

        The master replaces a worker that has not beaten for `timeout` seconds: so it replaces
        one whose threads all hang. A worker that stops closes its idle connections here, a beat
        after it has stopped to accept new ones.
        """
        if not self.wsgi.is_full or self.wsgi.finished != self.finished_at_beat:
            super().notify()
        self.finished_at_beat = self.wsgi.finished
        if not self.alive:
            if self.hooks:
                self.hooks.wind_down()
            self.header_waits.end_those_seen_before()

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> Any:
        """Receive the body, have the app answer, send the answer; StopIteration closes."""
        sock.settimeout(SEND_S)
        if self.alive and self.ready is not None:
            answer = self.ready.find(req, addr)
            if answer is not None:
                return self._send(answer, req, sock)
        unread = req.body
        try:
            with ExitStack() as stack:
                if (declared := _declared_bytes(req)) != 0:
                    self._invite(req, sock, declared)
                    received = self.bodies.received(unread, declared, cut_at=self._cut_at(req))
                    req.body = stack.enter_context(received)
                return super().handle_request(listener_name, req, sock, addr)
        except BodyRefused as refused:
            if refused.status == TOO_LARGE and self._is_admin(req.path):
                self._refuse_with_page(listener_name, req, sock, addr)
            else:
                _refuse(sock, refused.status)
            raise StopIteration from refused
        except (ClientGone, TimeoutError, gevent.GreenletExit) as gone:
            raise StopIteration from gone
        finally:
            req.body = unread  # the parser reads on here, to the next request's start

    def _send(self, answer: tuple[bytes, ...], req: Any, sock: Any) -> bool:
        """Send an answer that was ready.

        It counts towards --max-requests; the next request that takes a thread ends the worker.
        """
        self.nr += 1
        send_all(sock, answer)
        if req.should_close():
            raise StopIteration
        return True

    def _is_admin(self, path: str) -> bool:
        return self.hooks is not None and self.hooks.is_admin(path)

    def _cut_at(self, req: Any) -> int | None:
        """Return up to which size a form that is too large is read, so that an admin is told.

        A client without a valid session may send no more than any other. The app checks the
        session, in a thread, and only for a body that is too large.
        """
        declared = _declared_bytes(req) or 0
        if declared <= self.bodies.limits.max_bytes or self.hooks is None:
            return None
        if not (self._is_admin(req.path) and _is_browser_form(req)):
            return None
        cookie = dict(req.headers)["COOKIE"]
        valid = self.wsgi.pool.spawn(self.hooks.is_session, cookie).get()
        return capacity.DRAINED_BYTES if valid else None

    def _refuse_with_page(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> None:
        """Have the app say that the body was too large, and read on for a moment, as _refuse."""
        req.body = NotReceived()
        req.force_close()
        with suppress(StopIteration):
            super().handle_request(listener_name, req, sock, addr)
        close_graceful(sock, timeout=LINGER_S, max_drain=LINGER_BYTES)

    def _invite(self, req: Any, sock: Any, declared: int | None) -> None:
        """Send 100 Continue to a client that waits for it, unless its body will be refused.

        gunicorn would send it when the app is called, which here is after the body.
        """
        if req._expected_100_continue and (declared or 0) <= self.bodies.limits.max_bytes:
            sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        req._expected_100_continue = False


def send_all(sock: Any, buffers: tuple[bytes, ...]) -> None:
    """Send the buffers one after another; each piece has a deadline of its own.

    Nearly always the system takes all at once, and nothing is copied (60 KB: 8 µs, not 12).
    """
    try:
        sent = sock.sendmsg(buffers)
    except NotImplementedError:  # under TLS
        sent = 0
    if sent < sum(map(len, buffers)):
        for piece in pieces(b"".join(buffers)[sent:]):
            sock.sendall(piece)


def _declared_bytes(req: Any) -> int | None:
    """Return Content-Length, 0 where there is no body, None where it comes in chunks."""
    fields = dict(req.headers)  # gunicorn has refused doubled and contradicting ones
    if "TRANSFER-ENCODING" in fields:
        return None
    return int(fields.get("CONTENT-LENGTH", 0))


def _is_browser_form(req: Any) -> bool:
    """Return whether this may be a form with files from a browser that has signed in.

    A client that waits for 100 Continue has not begun to send, and is refused in time.
    """
    fields = dict(req.headers)
    return (
        "session=" in fields.get("COOKIE", "")
        and fields.get("CONTENT-TYPE", "").startswith("multipart/form-data")
        and "EXPECT" not in fields
    )


def _refuse(sock: Any, status: str) -> None:
    """Answer with plain text, and read on for a moment: a reset would lose the answer."""
    body = f"{REFUSALS[status]}\n"
    again = "" if status == TOO_LARGE else "Retry-After: 2\r\n"
    sock.sendall(
        f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: text/plain\r\n"
        f"{again}Content-Length: {len(body)}\r\n\r\n{body}".encode("latin-1")
    )
    close_graceful(sock, timeout=LINGER_S, max_drain=LINGER_BYTES)
