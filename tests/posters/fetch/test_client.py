"""Fetching from a real server on this machine, however it misbehaves."""

from __future__ import annotations

import datetime as dt
import ssl
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mozi.errors import SourceUnavailable
from mozi.messages import Message
from mozi.posters.fetch.client import FetchLimits, fetch
from mozi.posters.messages import SENTENCES
from tests.support.names import resolve
from tests.support.origin import Origin

BODY = b"\xff\xd8 a poster \xff\xd9" * 500
LIMITS = FetchLimits(timeout_s=5, max_bytes=100_000, allow_private=True)
HASTY = FetchLimits(timeout_s=0.3, max_bytes=100_000, allow_private=True)
STRICT = FetchLimits(timeout_s=5, max_bytes=100_000, allow_private=False)


@pytest.fixture(scope="module")
def origin() -> Iterator[Origin]:
    with Origin() as server:
        yield server


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    """Fail a test that leaves a timer or a look-up running."""
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        if thread.name.startswith("Thread-") and "process_request" not in thread.name:
            thread.join(20)
            assert not thread.is_alive()


def refusal(url: str, limits: FetchLimits = LIMITS) -> Message:
    with pytest.raises(SourceUnavailable) as caught:
        fetch(url, limits)
    assert str(caught.value).endswith(".")
    assert caught.value.message.code in SENTENCES
    return caught.value.message


# What is fetched


def test_the_file_is_returned_as_it_is(origin: Origin) -> None:
    origin.serve("/a.jpg", BODY)
    assert fetch(origin.url("/a.jpg"), LIMITS) == BODY
    assert origin.hits["/a.jpg"] == 1


def test_the_type_that_a_server_claims_does_not_matter(origin: Origin) -> None:
    origin.serve("/a.html", BODY, content_type="text/html; charset=nonsense")
    assert fetch(origin.url("/a.html"), LIMITS) == BODY


def test_a_chunked_file_is_put_together(origin: Origin) -> None:
    origin.chunked("/chunked.jpg", [BODY[:10], BODY[10:]])
    assert fetch(origin.url("/chunked.jpg"), LIMITS) == BODY


def test_a_file_without_a_length_ends_with_the_connection(origin: Origin) -> None:
    origin.raw("/old.jpg", b"HTTP/1.0 200 OK\r\n\r\n" + BODY)
    assert fetch(origin.url("/old.jpg"), LIMITS) == BODY


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "gzip, gzip"])
def test_a_file_packed_though_not_asked_for_is_unpacked(origin: Origin, encoding: str) -> None:
    origin.bomb("/packed.jpg", encoding=encoding, size_bytes=99_999)
    assert fetch(origin.url("/packed.jpg"), LIMITS) == bytes(99_999)


def test_the_server_is_told_who_asks(origin: Origin) -> None:
    origin.serve("/who.jpg", BODY)
    fetch(origin.url("/who.jpg"), LIMITS, site_url="https://mozi.example")
    seen = origin.seen["/who.jpg"]
    agent = "Mozi/1.0 (premieres calendar; poster fetcher; +https://mozi.example)"
    assert (seen["User-Agent"], seen["Accept-Encoding"]) == (agent, "identity")


def test_the_agent_without_a_site_address_is_still_honest(origin: Origin) -> None:
    origin.serve("/who.jpg", BODY)
    fetch(origin.url("/who.jpg"), LIMITS)
    agent = "Mozi/1.0 (premieres calendar; poster fetcher)"
    assert origin.seen["/who.jpg"]["User-Agent"] == agent


def test_accents_and_spaces_in_a_path_are_encoded(origin: Origin) -> None:
    origin.serve("/k%C3%A9pek/%C5%91z%201.jpg", BODY)
    assert fetch(origin.url("/képek/őz 1.jpg "), LIMITS) == BODY


def test_proxies_and_netrc_of_the_environment_are_not_used(
    origin: Origin, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    origin.serve("/direct.jpg", BODY)
    assert fetch(origin.url("/direct.jpg"), LIMITS) == BODY
    assert origin.seen["/direct.jpg"]["Authorization"] is None


def test_no_cookie_is_sent_back(origin: Origin) -> None:
    origin.serve("/cookie.jpg", BODY, headers={"Set-Cookie": "seen=1; Path=/"})
    for _ in range(2):
        fetch(origin.url("/cookie.jpg"), LIMITS)
    assert origin.seen["/cookie.jpg"]["Cookie"] is None


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(origin: Origin, status: int) -> None:
    origin.serve("/there.jpg", BODY)
    origin.redirect("/here", "there.jpg?x=1#part", status=status)
    assert fetch(origin.url("/here"), LIMITS) == BODY


def test_five_redirects_are_followed(origin: Origin) -> None:
    for hop in range(5):
        origin.redirect(f"/hop{hop}", f"/hop{hop + 1}")
    origin.serve("/hop5", BODY)
    assert fetch(origin.url("/hop0"), LIMITS) == BODY


def test_a_sixth_redirect_is_refused(origin: Origin) -> None:
    origin.redirect("/loop", "/loop")
    before = origin.hits["/loop"]
    error = refusal(origin.url("/loop"))
    assert (error.code, error.data) == ("too_many_redirects", {"hops": 5})
    assert origin.hits["/loop"] - before == 6


def test_raw_bytes_in_a_location_are_encoded(origin: Origin) -> None:
    origin.serve("/%F5z.jpg", BODY)
    origin.raw("/latin2", b"HTTP/1.1 302 Found\r\nLocation: /\xf5z.jpg\r\n\r\n")
    assert fetch(origin.url("/latin2"), LIMITS) == BODY


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("ftp://127.0.0.1/a.jpg", "bad_scheme"),
        ("file:///etc/passwd", "bad_scheme"),
        ("data:image/png;base64,AAAA", "bad_scheme"),
        ("http://:80/", "bad_address"),
        ("http://[::1", "bad_redirect"),
        ("http://127.0.0.1:99999/", "bad_address"),
        ("http://me:secret@127.0.0.1/", "address_with_password"),
        ("http://0.0.0.0/", "forbidden_address"),
        ("http://169.254.169.254/latest/meta-data/", "forbidden_address"),
        ("//224.0.0.1/", "forbidden_address"),
    ],
)
def test_each_hop_is_checked(origin: Origin, location: str, code: str) -> None:
    origin.redirect("/away", location)
    assert refusal(origin.url("/away")).code == code


def test_the_body_of_a_redirect_is_not_read(origin: Origin) -> None:
    origin.serve("/there.jpg", BODY)
    origin.endless("/wordy", status=302, headers={"Location": "/there.jpg"})
    assert fetch(origin.url("/wordy"), LIMITS) == BODY


# Forbidden addresses


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "LocalHost",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0x7f000001",
        "0177.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]",
        "[::127.0.0.1]",
        "0.0.0.0",
        "0",
        "10.0.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "192.168.0.1",
    ],
)
def test_this_machine_and_its_network_are_out_of_reach(origin: Origin, host: str) -> None:
    origin.serve("/secret", BODY)
    before = origin.hits["/secret"]
    error = refusal(f"http://{host}:{origin.port}/secret", STRICT)
    assert error.code == "forbidden_address"
    assert origin.hits["/secret"] == before


def test_the_refusal_names_host_address_and_kind() -> None:
    error = refusal("http://127.1/", STRICT)
    assert error.data == {"host": "127.1", "address": "127.0.0.1", "kind": "loopback"}


@pytest.fixture
def public(origin: Origin, monkeypatch: pytest.MonkeyPatch) -> str:
    """An address of the origin's, which the guard takes for a public one."""
    monkeypatch.setattr("mozi.posters.fetch.dialing.forbidden_kind", lambda *_, **__: None)
    origin.serve("/a.jpg", BODY)
    return origin.url("/a.jpg")


def test_a_port_that_is_not_the_webs_is_never_connected_to(origin: Origin, public: str) -> None:
    before = origin.hits["/a.jpg"]
    error = refusal(public, STRICT)
    assert (error.code, error.data) == ("forbidden_port", {"port": origin.port})
    assert origin.hits["/a.jpg"] == before


def test_a_port_is_judged_at_each_hop(origin: Origin, public: str) -> None:
    origin.redirect("/away", "http://127.0.0.1:6379/")
    limits = replace(STRICT, ports=frozenset({origin.port}))
    assert refusal(origin.url("/away"), limits).data == {"port": 6379}


def test_a_port_that_the_operator_added_is_fetched_from(origin: Origin, public: str) -> None:
    assert fetch(public, replace(STRICT, ports=frozenset({origin.port}))) == BODY


def test_user_names_in_an_address_are_refused() -> None:
    for url in ("http://example.com@127.0.0.1/", "http://me:secret@example.com/"):
        error = refusal(url, STRICT)
        assert error.code == "address_with_password"
        assert "secret" not in str(error)


def test_a_name_is_looked_up_once_and_exactly_that_address_is_connected_to(
    origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: a public answer for the check, a private one for the connection."""
    answers = iter(["127.0.0.1", "169.254.169.254"])
    resolve(monkeypatch, lambda: [next(answers)])
    origin.serve("/a.jpg", BODY)
    assert fetch(origin.url("/a.jpg", host="rebind.example"), LIMITS) == BODY
    assert origin.seen["/a.jpg"]["Host"] == f"rebind.example:{origin.port}"
    error = refusal(origin.url("/a.jpg", host="rebind.example"))
    assert error.data["address"] == "169.254.169.254"


def test_of_several_addresses_only_the_allowed_ones_are_tried(
    origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve(monkeypatch, lambda: ["169.254.169.254", "127.0.0.1"])
    origin.serve("/a.jpg", BODY)
    assert fetch(origin.url("/a.jpg", host="both.example"), LIMITS) == BODY


def test_where_one_address_is_dead_the_next_one_is_tried(
    origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve(monkeypatch, lambda: ["127.0.0.2", "127.0.0.1"])
    origin.serve("/a.jpg", BODY)
    assert fetch(origin.url("/a.jpg", host="two.example"), LIMITS) == BODY


# Bad addresses


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "bad_scheme"),
        ("poster.jpg", "bad_scheme"),
        ("www.example.com/a.jpg", "bad_scheme"),
        ("ftp://example.com/a.jpg", "bad_scheme"),
        ("file:///etc/passwd", "bad_scheme"),
        ("javascript:alert(1)", "bad_scheme"),
        ("httpx://example.com/", "bad_scheme"),
        ("http:/example.com/", "bad_scheme"),
        ("http://", "bad_address"),
        ("http:///a.jpg", "bad_address"),
        ("http://:80/", "bad_address"),
        ("http://[::1", "bad_address"),
        ("http://[nonsense]/", "bad_address"),
        ("http://example.com:99999/", "bad_address"),
        ("http://example.com:port/", "bad_address"),
        ("http://example.com:-1/", "bad_address"),
        ("http://exa mple.com/", "bad_address"),
        ("http://*.example.com/", "bad_address"),
        ("http://example.com/a\r\nX-Evil: 1", "bad_address"),
        ("http://example.com/\0", "bad_address"),
        ("http://１２７.０.０.１/", "bad_address"),
        ("http://[fe80::1%25lo]/", "name_not_found"),
        ("http://exam\tple.com/", "bad_address"),
        ("http://xn--\u00e9.example/", "bad_address"),
        ("http://\u2603\u0301-.example/", "bad_address"),
        (f"http://{'a' * 64}.example/", "bad_address"),
        (f"http://{'é' * 64}.example/", "bad_address"),
        ("http://a..example/", "bad_address"),
        ("http://\ud800.example/", "bad_address"),
    ],
)
def test_an_address_that_is_none_is_told_so(url: str, code: str) -> None:
    assert refusal(url, STRICT).code == code


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(rest="\\@127.0.0.1")
@example(rest="%00")
@example(rest="[::ffff:%]")
@given(rest=st.text(max_size=30))
def test_whatever_is_typed_ends_in_a_sentence(rest: str, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve(monkeypatch, lambda: ["127.0.0.1"])
    refusal(f"http://{rest}", STRICT)


def test_an_unknown_name_is_told_by_name() -> None:
    error = refusal("http://no-such-host.invalid/a.jpg", STRICT)
    assert (error.code, error.data) == ("name_not_found", {"host": "no-such-host.invalid"})


def test_a_closed_port_is_unreachable() -> None:
    with Origin() as closed:
        url = closed.url("/")
    assert refusal(url).code == "unreachable"


# Answers that are not the file


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (204, "that is not a file"),
        (206, "that is not a file"),
        (304, "that is not a file"),
        (403, "it does not let us have the file"),
        (404, "there is nothing there any more"),
        (410, "there is nothing there any more"),
        (429, "it was asked too often"),
        (500, "its server is in trouble"),
        (503, "its server is in trouble"),
    ],
)
def test_a_bad_status_is_told_with_its_meaning(origin: Origin, status: int, meaning: str) -> None:
    origin.serve("/status", b"", status=status)
    error = refusal(origin.url("/status"))
    assert (error.code, error.data) == ("http_status", {"status": status})
    assert str(error) == f"The address answered {status}: {meaning}."


def test_an_empty_file_is_refused(origin: Origin) -> None:
    origin.serve("/empty.jpg", b"")
    assert refusal(origin.url("/empty.jpg")).code == "empty"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\xff\xd8\xff\xe0 no HTTP at all",
        b"HTTP/1.1 xyz OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\nbody",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 101 + b"\r\nbody",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nbodyy",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\nbody\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nbody\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbod",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1" * 70_000,
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nnot gzip",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\nnot deflate",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nnot brotli",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip,gzip,gzip,gzip,gzip,gzip\r\n\r\nx",
    ],
)
def test_a_damaged_answer_is_broken(origin: Origin, answer: bytes) -> None:
    origin.raw("/broken", answer)
    assert refusal(origin.url("/broken")).code == "broken"


def test_a_connection_reset_midway_is_broken(origin: Origin) -> None:
    origin.reset("/reset", after=b"x" * 10)
    assert refusal(origin.url("/reset")).code == "broken"


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    head=st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 302 Found\r\nLocation: "]),
    coding=st.sampled_from([b"", b"Content-Encoding: gzip\r\n\r\n", b"\r\n\r\n"]),
    rest=st.binary(max_size=60),
)
def test_whatever_is_answered_ends_in_bytes_or_a_sentence(
    origin: Origin, head: bytes, coding: bytes, rest: bytes
) -> None:
    origin.raw("/noise", head + coding + rest)
    with suppress(SourceUnavailable):
        assert fetch(origin.url("/noise"), LIMITS)


# Size


def test_a_file_of_exactly_the_limit_passes(origin: Origin) -> None:
    origin.serve("/full.jpg", bytes(LIMITS.max_bytes))
    assert len(fetch(origin.url("/full.jpg"), LIMITS)) == LIMITS.max_bytes


def test_an_announced_size_above_the_limit_is_refused_before_any_byte(origin: Origin) -> None:
    origin.serve("/big.jpg", b"", headers={"Content-Length": str(21 * 1024 * 1024)})
    limits = FetchLimits(timeout_s=5, max_bytes=20 * 1024 * 1024, allow_private=True)
    error = refusal(origin.url("/big.jpg"), limits)
    assert str(error) == "The file is larger than the 20 MiB that are allowed."
    assert error.data == {"max_mib": 20}


def test_an_endless_file_is_cut_at_the_limit(origin: Origin) -> None:
    origin.endless("/endless.jpg")
    assert refusal(origin.url("/endless.jpg")).code == "too_large"


def test_an_endless_chunked_file_is_cut_at_the_limit(origin: Origin) -> None:
    origin.chunked("/chunks.jpg", iter(lambda: bytes(9000), None))
    assert refusal(origin.url("/chunks.jpg")).code == "too_large"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "gzip, gzip"])
def test_a_bomb_is_cut_at_the_limit_without_being_unpacked(origin: Origin, encoding: str) -> None:
    origin.bomb("/bomb.jpg", encoding=encoding, size_bytes=50_000_000)
    tracemalloc.start()
    try:
        assert refusal(origin.url("/bomb.jpg")).code == "too_large"
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 5_000_000


# Time


def timed_out(url: str) -> bool:
    began = time.monotonic()
    error = refusal(url, HASTY)
    assert time.monotonic() - began < 15  # a hang would last until the server stops
    return (error.code, error.data) == ("timed_out", {"seconds": 0.3})


def test_a_server_that_never_answers_is_given_up(origin: Origin) -> None:
    origin.silent("/silent")
    assert timed_out(origin.url("/silent"))


def test_a_slow_answer_is_given_up(origin: Origin) -> None:
    origin.serve("/slow.jpg", BODY, delay_s=30)
    assert timed_out(origin.url("/slow.jpg"))


@pytest.mark.parametrize("with_length", [True, False])
def test_a_dripped_body_is_cut(origin: Origin, with_length: bool) -> None:
    origin.drip("/drip.jpg", BODY, with_length=with_length)
    assert timed_out(origin.url("/drip.jpg"))


def test_dripped_headers_are_cut(origin: Origin) -> None:
    origin.drip_headers("/drip")
    assert timed_out(origin.url("/drip"))


def test_a_drip_behind_redirects_has_what_time_they_left(origin: Origin) -> None:
    origin.drip("/drip.jpg", BODY)
    origin.serve("/wait", b"", status=302, headers={"Location": "/drip.jpg"}, delay_s=0.2)
    assert timed_out(origin.url("/wait"))


def test_a_look_up_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    resolve(monkeypatch, lambda: ["127.0.0.1"] if released.wait(30) else [])
    assert timed_out("http://hanging.example/a.jpg")
    released.set()


# TLS


def test_a_trusted_certificate_of_the_name_is_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Origin(tls=_tls(tmp_path, "cinema.example")) as secure:
        _trust(monkeypatch, tmp_path)
        resolve(monkeypatch, lambda: ["127.0.0.1"])
        secure.serve("/a.jpg", BODY)
        assert fetch(secure.url("/a.jpg", host="cinema.example"), LIMITS) == BODY


def test_a_certificate_of_another_name_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Origin(tls=_tls(tmp_path, "cinema.example")) as secure:
        _trust(monkeypatch, tmp_path)
        assert refusal(secure.url("/a.jpg", host="localhost")).code == "tls_failure"


def test_a_self_signed_certificate_is_refused(tmp_path: Path) -> None:
    with Origin(tls=_tls(tmp_path, "localhost")) as secure:
        assert refusal(secure.url("/a.jpg", host="localhost")).code == "tls_failure"


def test_a_server_without_tls_behind_https_is_refused(origin: Origin) -> None:
    assert refusal(origin.url("/a.jpg").replace("http:", "https:")).code == "tls_failure"


def _trust(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(folder / "cert.pem"))


def _tls(folder: Path, name: str) -> ssl.SSLContext:
    """Return a server's TLS with a certificate for name that it signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    (folder / "cert.pem").write_bytes(_certificate(key, name))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def _certificate(key: ec.EllipticCurvePrivateKey, name: str) -> bytes:
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
