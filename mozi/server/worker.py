"""gunicorn's worker for Mozi: greenlets hold the connections, threads run the app.

gthread keeps a thread for every connection that sends slowly; gevent's own worker patches
the standard library, and then Pillow, SQLite and psycopg's C code stop its loop. Here nothing
is patched: the listening sockets alone are gevent's, so headers, request bodies and answers
move in greenlets, each with a deadline, and the app runs from its call to its last byte in a
native thread, in which locks, sockets and C code are what they always were.
"""

from __future__ import annotations

import socket as native_socket
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from typing import Any

import gevent
from flask import Flask
from gevent import socket
from gevent.event import Event
from gevent.threadpool import ThreadPool
from gunicorn.util import close_graceful
from gunicorn.workers.ggevent import GeventWorker

from mozi import metrics
from mozi.database.postgresql import fail_fast
from mozi.extensions import db
from mozi.server import capacity
from mozi.server.answers import BUSY, PIECE_BYTES, Answer, WSGIApp, collect
from mozi.server.bodies import (
    TOO_LARGE,
    WHY,
    Bodies,
    BodyLimits,
    BodyRefused,
    ClientGone,
    NotReceived,
)
from mozi.server.parking import MAY_PARK, PARKED, Parked
from mozi.server.ready import READY, ReadyAnswers
from mozi.units import MIB
from mozi.web.i18n.languages import is_admin
from mozi.web.rendering import load_templates
from mozi.web.sessions import is_session

SEND_S = 30
"""What a client has to take 64 KiB of an answer: one that reads nothing must not hold it."""

LINGER_S, LINGER_BYTES = 3.0, 64 * MIB
"""How long, and how much, is read from a refused client, so that it sees why (RFC 9112, 9.6)."""

NOT_FOR_THREADS = ("gunicorn.socket", "wsgi.early_hints")  # they write on the greenlets' socket


class ThreadedApp:
    """The app as the greenlets call it: runs in a thread, and refuses when too many wait.

    places: for requests that wait in their greenlet, and then have the app called once more.
    """

    def __init__(self, app: WSGIApp, *, threads: int, waiting: int, places: int) -> None:
        self.app = app
        self.pool = ThreadPool(threads)
        self.threads = threads
        self.most = threads + waiting
        self.places = places
        self.parked = 0
        self.in_hand = 0
        self.finished = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if self.in_hand >= self.most:
            answer = BUSY
            metrics.HTTP_REQUEST_SECONDS.labels("refused", "503").observe(0)
        else:
            answer = self._answer(environ)
        start_response(answer.status, answer.headers)
        return answer.pieces()

    @property
    def full(self) -> bool:
        """Whether every thread is taken."""
        return self.in_hand >= self.threads

    def _answer(self, environ: dict[str, Any]) -> Answer:
        for name in NOT_FOR_THREADS:
            environ.pop(name, None)
        environ[MAY_PARK] = self.parked < self.places
        answer = self._in_a_thread(environ)
        if (parked := environ.pop(PARKED, None)) is None:
            return answer
        self._wait(parked)
        return self._in_a_thread(environ)

    def _wait(self, parked: Parked) -> None:
        """Wait in this greenlet; a client that goes meanwhile is noticed when it is answered."""
        done, loop = Event(), gevent.get_hub().loop
        parked.done.add_done_callback(lambda _: loop.run_callback_threadsafe(done.set))
        self.parked += 1
        try:
            done.wait(parked.most_s)
        finally:
            self.parked -= 1

    def _in_a_thread(self, environ: dict[str, Any]) -> Answer:
        self.in_hand += 1
        try:
            answer = self.pool.spawn(_in_thread, self.app, environ).get()
        finally:
            self.in_hand -= 1
            self.finished += 1
        if isinstance(answer, BaseException):
            raise answer
        return answer  # type: ignore[no-any-return]  # gevent's results have no types


def _in_thread(app: WSGIApp, environ: dict[str, Any]) -> Answer | BaseException:
    """Return the answer or the error; one that is raised here would be printed twice."""
    try:
        return collect(app, environ)
    except BaseException as error:
        return error


class RequestWait(gevent.Timeout):  # type: ignore[misc]  # gevent has no types
    """Ends the wait for a request's last header line after so many seconds, or when told to."""

    def __init__(self, seconds: float, waits: dict[RequestWait, Any]) -> None:
        super().__init__(seconds, False)  # False: the block ends, nothing is raised
        self.waits = waits

    def __enter__(self) -> RequestWait:
        self.waits[self] = gevent.getcurrent()
        super().__enter__()
        return self

    def __exit__(self, *raised: Any) -> Any:
        del self.waits[self]
        return super().__exit__(*raised)


class Worker(GeventWorker):  # type: ignore[misc]  # gunicorn has no types
    """One process: up to worker_connections greenlets before `threads` threads."""

    sockets: list[Any]
    wsgi: Any
    max_body_bytes = 20 * MIB + capacity.FORM_BYTES  # gunicorn.conf.py sets it

    def patch(self) -> None:
        """Make the listening sockets gevent's, and nothing else."""
        self.sockets = [
            socket.socket(s.FAMILY, native_socket.SOCK_STREAM, fileno=s.sock.detach())
            for s in self.sockets
        ]

    def load_wsgi(self) -> None:
        """Load the app, ready for its first visitor, and put the threads before it."""
        super().load_wsgi()
        self.ready = None
        if isinstance(self.wsgi, Flask):
            load_templates(self.wsgi)
            self.ready = ReadyAnswers(self.wsgi.extensions[READY])
            with self.wsgi.app_context():
                fail_fast(db.engine)
        limits = BodyLimits(self.max_body_bytes, capacity.HELD_BODY_BYTES)
        self.bodies = Bodies(limits, lambda seconds: gevent.Timeout(seconds, TimeoutError))
        self.waits: dict[RequestWait, Any] = {}
        self.finished_at_beat = 0
        self.wsgi = ThreadedApp(
            self.wsgi,
            threads=self.cfg.threads,
            waiting=capacity.REQUESTS_WAITING,
            places=capacity.PARKED,
        )

    def timeout_ctx(self) -> RequestWait:
        """Bound idling and the headers together: `keepalive` seconds in all, however they drip."""
        return RequestWait(self.cfg.keepalive, self.waits)

    def notify(self) -> None:
        """Beat once a second, unless all threads are taken and none came free since the last beat.

        The master replaces a worker that does not beat for `timeout` seconds: the way out
        for one whose threads all hang. A worker that goes lets idle connections go first.
        """
        if not self.wsgi.full or self.wsgi.finished != self.finished_at_beat:
            super().notify()
        self.finished_at_beat = self.wsgi.finished
        if not self.alive:
            for wait, greenlet in list(self.waits.items()):
                gevent.kill(greenlet, wait)

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
            if refused.status == TOO_LARGE and is_admin(req.path):
                self._refuse_in_words(listener_name, req, sock, addr)
            else:
                _refuse(sock, refused.status)
            raise StopIteration from refused
        except (ClientGone, TimeoutError, gevent.GreenletExit) as gone:
            raise StopIteration from gone
        finally:
            req.body = unread  # the parser looks here for the next request's start

    def _send(self, answer: bytes, req: Any, sock: Any) -> bool:
        """Send an answer that was ready; each piece has a deadline of its own."""
        for start in range(0, len(answer), PIECE_BYTES):
            sock.sendall(answer[start : start + PIECE_BYTES])
        if req.should_close():
            raise StopIteration
        return True

    def _cut_at(self, req: Any) -> int | None:
        """Return how much of a form that is too large is read on, for an admin to be told of it.

        Whose session is over, or made up, sends no more than anybody else may. The app looks, in
        a thread of its own, and only where so much comes.
        """
        declared = _declared_bytes(req) or 0
        if declared <= self.bodies.limits.max_bytes or not _is_admins_form(req):
            return None
        app, cookie = self.wsgi.app, dict(req.headers)["COOKIE"]
        ours = isinstance(app, Flask) and self.wsgi.pool.spawn(is_session, app, cookie).get()
        return capacity.DRAINED_BYTES if ours else None

    def _refuse_in_words(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> None:
        """Have the app say that it was too large, and read on for a moment, as _refuse does."""
        req.body = NotReceived()
        req.force_close()
        with suppress(StopIteration):
            super().handle_request(listener_name, req, sock, addr)
        close_graceful(sock, timeout=LINGER_S, max_drain=LINGER_BYTES)

    def _invite(self, req: Any, sock: Any, declared: int | None) -> None:
        """Say 100 Continue to a client that waits for it, unless its body will be refused.

        gunicorn would say it when the app is called, which is after the body here.
        """
        if req._expected_100_continue and (declared or 0) <= self.bodies.limits.max_bytes:
            sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        req._expected_100_continue = False


def _declared_bytes(req: Any) -> int | None:
    """Return Content-Length, 0 where there is no body, None where it comes in chunks."""
    fields = dict(req.headers)  # gunicorn has refused doubled and contradicting ones
    if "TRANSFER-ENCODING" in fields:
        return None
    return int(fields.get("CONTENT-LENGTH", 0))


def _is_admins_form(req: Any) -> bool:
    """Return whether this may be a browser's form of an admin, who is to be told what is wrong.

    A client that waits for 100 Continue has not begun to send, and hears of it in time.
    """
    fields = dict(req.headers)
    return (
        is_admin(req.path)
        and "session=" in fields.get("COOKIE", "")
        and fields.get("CONTENT-TYPE", "").startswith("multipart/form-data")
        and "EXPECT" not in fields
    )


def _refuse(sock: Any, status: str) -> None:
    """Answer in words, and read on for a moment, so that the answer is not lost by a reset."""
    body = f"{WHY[status]}\n"
    again = "" if status == TOO_LARGE else "Retry-After: 2\r\n"
    sock.sendall(
        f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: text/plain\r\n"
        f"{again}Content-Length: {len(body)}\r\n\r\n{body}".encode("latin-1")
    )
    close_graceful(sock, timeout=LINGER_S, max_drain=LINGER_BYTES)
