"""The worker in gunicorn, with a small app, over real sockets."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import gevent
import pytest
from gevent.event import Event

from mozi.server.capacity import THREADS
from mozi.server.worker import HeadersTimeout, HeaderWaits, send_all
from mozi.units import MIB
from tests.support.forks import Forks
from tests.support.serving import LARGEST_BODY, Server, answers, serving, wait_until

KEEP_ALIVE_S = 60


@pytest.fixture(scope="module")
def server(start: Forks, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    keep_alive = ("--keep-alive", str(KEEP_ALIVE_S))
    with serving(*keep_alive, folder=tmp_path_factory.mktemp("serving"), start=start) as running:
        yield running


@contextmanager
def slow_clients(server: Server, first: bytes, count: int) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        clients = [stack.enter_context(server.connect()) for _ in range(count)]
        for client in clients:
            client.sendall(first)
        yield clients


HEAD = b"GET / HTTP/1.1\r\nHost: test\r\n"
POST = b"POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 9\r\n\r\n"


def test_pages_are_answered_beside_400_slow_clients(server: Server) -> None:
    with slow_clients(server, HEAD, 200), slow_clients(server, POST, 200):
        started = time.monotonic()
        assert [server.ask()[0] for _ in range(5)] == [200] * 5
        assert time.monotonic() - started < KEEP_ALIVE_S / 2


def test_a_slow_body_is_answered_once_it_is_whole(server: Server) -> None:
    with slow_clients(server, POST + b"123", 1) as (client,):
        time.sleep(0.2)
        client.sendall(b"456789")
        assert read_answer(client) == (200, b"123456789")


@pytest.mark.parametrize("path", ["/park/0.2", "/park"])  # what is waited for comes, or does not
def test_a_parked_request_is_asked_again(server: Server, path: str) -> None:
    assert server.ask(path) == (200, b"page")


def test_parked_requests_hold_no_thread(server: Server) -> None:
    ask = b"GET /park HTTP/1.1\r\nHost: test\r\n\r\n"
    with slow_clients(server, ask, 2 * 2 * THREADS) as clients:  # two workers
        assert server.ask() == (200, b"page")
        assert [read_answer(client) for client in clients] == [(200, b"page")] * len(clients)


def test_headers_that_drip_are_cut(start: Forks, tmp_path: Path) -> None:
    with (
        serving("--keep-alive", "1", folder=tmp_path, start=start) as server,
        slow_clients(server, HEAD, 1) as (client,),
    ):
        client.settimeout(0.2)
        started = time.monotonic()
        while not ended(client):
            client.sendall(b"X")
            assert time.monotonic() - started < 20


def ended(client: socket.socket) -> bool:
    try:
        return client.recv(100) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def read_answer(client: socket.socket) -> tuple[int, bytes]:
    answer = HTTPResponse(client)
    answer.begin()
    return answer.status, answer.read()


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_arrives_as_it_was_sent(server: Server, chunked: bool) -> None:
    body = os.urandom(MIB)
    pieces = (body[i : i + 70_000] for i in range(0, MIB, 70_000))
    sent = {"body": pieces, "encode_chunked": True} if chunked else {"body": body}
    headers = {"Transfer-Encoding": "chunked"} if chunked else {}
    assert server.ask("/echo", method="POST", headers=headers, **sent) == (200, body)


def test_a_body_declared_too_large_is_refused_before_it_is_sent(server: Server) -> None:
    head = f"POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: {LARGEST_BODY + 1}\r\n"
    with slow_clients(server, f"{head}Expect: 100-continue\r\n\r\n".encode(), 1) as (client,):
        assert read_answer(client)[0] == 413


def test_a_body_in_chunks_that_grows_too_large_is_refused_meanwhile(server: Server) -> None:
    head = b"POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"10000\r\n" + bytes(0x10000) + b"\r\n"
    with slow_clients(server, head + (LARGEST_BODY // 0x10000 + 1) * chunk, 1) as (
        client,
    ):  # no last chunk
        assert read_answer(client)[0] == 413


def test_a_client_that_expects_it_is_told_to_continue(server: Server) -> None:
    head = POST.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n")
    with slow_clients(server, head, 1) as (client,):
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"123456789")
        assert read_answer(client) == (200, b"123456789")


def test_a_body_cut_short_never_reaches_the_app(server: Server) -> None:
    with slow_clients(server, POST + b"123", 1) as (client,):
        client.shutdown(socket.SHUT_WR)
        assert client.recv(100) == b""


def test_requests_sent_at_once_are_answered_in_turn(server: Server) -> None:
    unread = POST.replace(b"/echo", b"/unread") + b"123456789"
    with slow_clients(server, unread + POST + b"987654321", 1) as (client,):
        client.sendall(HEAD + b"Connection: close\r\n\r\n")
        answers = b"".join(iter(lambda: client.recv(4096), b""))
    assert answers.count(b"HTTP/1.1 200 OK") == 3
    assert answers.index(b"page") < answers.index(b"987654321") < answers.rindex(b"page")


@pytest.mark.parametrize(
    ("method", "path"), [("HEAD", "/"), ("GET", "/empty/204"), ("GET", "/empty/304")]
)
def test_answers_without_a_body_keep_the_connection(server: Server, method: str, path: str) -> None:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request(method, path)
    assert connection.getresponse().read() == b""
    connection.request("GET", "/")
    assert connection.getresponse().read() == b"page"
    connection.close()


def test_an_answer_is_made_in_one_thread_to_its_end(server: Server) -> None:
    assert server.ask("/stream") == (200, b"True\n" * 3)


def test_a_large_answer_comes_whole_to_a_client_that_reads_late(server: Server) -> None:
    with slow_clients(server, HEAD.replace(b"/", b"/large/8", 1) + b"\r\n", 1) as (client,):
        time.sleep(0.3)
        assert read_answer(client) == (200, bytes(8 * MIB))


def test_an_app_that_fails_is_a_500(server: Server) -> None:
    assert server.ask("/fail")[0] == 500


@pytest.mark.parametrize("second", ["test", "other"])
def test_a_request_with_two_hosts_is_refused(server: Server, second: str) -> None:
    doubled = HEAD + f"Host: {second}\r\n\r\n".encode()
    with slow_clients(server, doubled, 1) as (client,):
        assert read_answer(client)[0] == 400


def test_a_request_without_a_host_reaches_the_app_as_such(server: Server) -> None:
    with slow_clients(server, b"GET /host HTTP/1.1\r\n\r\n", 1) as (client,):
        assert read_answer(client) == (200, b"HTTP/1.1 None")


def test_forwarding_headers_are_not_gunicorns_to_believe(server: Server) -> None:
    claimed = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
    assert server.ask("/scheme", headers=claimed) == (200, b"http 127.0.0.1")


def test_sigterm_lets_requests_finish_and_idle_connections_go(start: Forks, tmp_path: Path) -> None:
    options = ("--keep-alive", "60", "--graceful-timeout", "60")
    with serving(*options, folder=tmp_path, start=start) as server, slow_clients(server, HEAD, 3):
        with slow_clients(server, HEAD.replace(b"/", b"/hold", 1) + b"\r\n", 1) as (client,):
            wait_until((tmp_path / "held").exists)
            server.process.send_signal(signal.SIGTERM)
            wait_until(lambda: refuses(server))
            (tmp_path / "over").touch()
            assert read_answer(client) == (200, b"page")
        assert server.process.wait(30) == 0  # the idle ones would have had 60 s


def test_a_request_that_was_on_the_way_at_sigterm_is_answered(start: Forks, tmp_path: Path) -> None:
    with (
        serving("--workers", "1", folder=tmp_path, start=start) as server,
        server.connect() as client,
    ):
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: refuses(server))
        client.sendall(HEAD + b"\r\n")
        assert read_answer(client) == (200, b"page")
        assert server.process.wait(30) == 0


def refuses(server: Server) -> bool:
    try:
        server.connect().close()
    except ConnectionRefusedError:
        return True
    return False


def test_headers_that_came_before_their_wait_was_ended_are_answered() -> None:
    waits, came, answered = HeaderWaits(), Event(), []

    def handle() -> None:
        with HeadersTimeout(9, waits):
            came.wait()
        gevent.sleep(0)  # the app runs
        answered.append(True)

    handling = gevent.spawn(handle)
    gevent.sleep(0)
    waits.end_those_seen_before()
    came.set()
    waits.end_those_seen_before()
    handling.get(timeout=5)
    assert answered


def test_a_worker_whose_threads_all_hang_is_replaced(start: Forks, tmp_path: Path) -> None:
    options = ("--workers", "1", "--threads", "2", "--timeout", "2")
    hanging = HEAD.replace(b"/", b"/sleep/60", 1) + b"\r\n"
    with (
        serving(*options, folder=tmp_path, start=start) as server,
        slow_clients(server, hanging, 2),
    ):
        time.sleep(0.3)
        wait_until(lambda: answers(server))


def test_requests_beyond_the_threads_and_the_queue_are_told_to_come_back(
    start: Forks, tmp_path: Path
) -> None:
    with serving("--workers", "1", "--threads", "1", folder=tmp_path, start=start) as server:
        held = HEAD.replace(b"/", b"/hold", 1) + b"\r\n"
        with slow_clients(server, held, 1), slow_clients(server, HEAD + b"\r\n", 256):
            wait_until(lambda: is_busy(server))
            (tmp_path / "over").touch()


def is_busy(server: Server) -> bool:
    """Return whether a request is refused; one that is queued is given up after a moment."""
    with server.connect() as client:
        client.settimeout(0.5)
        client.sendall(HEAD + b"\r\n")
        with suppress(TimeoutError):
            return read_answer(client)[0] == 503
    return False


def test_a_worker_is_recycled_without_a_lost_request(start: Forks, tmp_path: Path) -> None:
    with serving("--max-requests", "20", folder=tmp_path, start=start) as server:
        assert [server.ask()[0] for _ in range(100)] == [200] * 100


class Socket:
    """Takes so many bytes at once by sendmsg; None: it has no sendmsg, as under TLS."""

    def __init__(self, at_once: int | None) -> None:
        self.at_once, self.sent = at_once, b""

    def sendmsg(self, buffers: tuple[bytes, ...]) -> int:
        if self.at_once is None:
            raise NotImplementedError
        self.sent = b"".join(buffers)[: self.at_once]
        return len(self.sent)

    def sendall(self, piece: bytes) -> None:
        self.sent += piece


@pytest.mark.parametrize("at_once", [None, 0, 3, 4, 50_000, 200_004])
def test_an_answer_is_sent_whole_however_much_is_taken_at_once(at_once: int | None) -> None:
    taking = Socket(at_once)
    send_all(taking, (b"head", bytes(100_000), bytes(100_000)))
    assert taking.sent == b"head" + bytes(200_000)
