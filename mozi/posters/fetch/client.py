"""Fetches the bytes of a poster from an address on the web, within strict limits.

The one home of requests. It uses a prepared request and an adapter, not a requests.Session: a
session reads the whole body of a redirect, however large, follows the environment's proxies and
.netrc, and keeps cookies.
"""

from __future__ import annotations

import math
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote, urljoin

import requests
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, LocationValueError
from urllib3.util import parse_url

from mozi.posters.fetch.dialing import Dialer
from mozi.posters.fetch.host_slots import FetchSlots
from mozi.posters.messages import bad_status, unavailable
from mozi.settings import SOURCE_PORTS
from mozi.units import MIB

__all__ = ["HttpAnswer", "FetchLimits", "FetchSlots", "KeptConnection", "fetch"]

MAX_REDIRECTS = 5
PIECE_BYTES = 256 * 1024
GOOD_STATUSES = (200, 203)  # 203: a proxy on the way has changed the file
AGENT = "Mozi/1.0 (premieres calendar; poster fetcher{site})"
ASCII = "".join(map(chr, range(0x21, 0x7F)))

# Everything that requests, urllib3, ssl, socket and idna raise is one of these. OSError includes
# the errors of requests, ValueError those of Unicode and of addresses.
FAILURES = (OSError, HTTPError, ValueError)


@dataclass(frozen=True)
class FetchLimits:
    """The limits of one fetch.

    timeout_s: of the whole fetch, name look-up and redirects included. max_bytes: of the file
    after unpacking. allow_private: allow loopback, private networks and every port. ports: the
    only ones otherwise.
    """

    timeout_s: float
    max_bytes: int
    allow_private: bool
    ports: frozenset[int] = SOURCE_PORTS


@dataclass(frozen=True)
class HttpAnswer:
    """An answer of any status. headers: by name, in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class KeptConnection:
    """A connection to one server that is kept between requests; one thread uses it.

    Each request has the whole of limits.timeout_s. A redirect is an answer like others, so that
    no header of a request reaches another server.
    """

    def __init__(self, limits: FetchLimits) -> None:
        self.limits = limits
        self._dialer = Dialer(
            limits.timeout_s, allow_private=limits.allow_private, ports=limits.ports
        )
        self._adapter = _adapter_for(self._dialer)

    def get(self, url: str, headers: Mapping[str, str], *, most_s: float = math.inf) -> HttpAnswer:
        """Return the answer; raises SourceUnavailable where none arrived whole, or Busy.

        most_s: for this request, where that is less than the limit of each.
        """
        with self._dialer.renewed(most_s=most_s), _translated(self._dialer):
            request = _prepared(url, headers)
            timeout_s = self._dialer.left_s
            with self._adapter.send(request, stream=True, timeout=timeout_s) as response:
                body = _read_body(response, self.limits.max_bytes)
            self._dialer.check()
            return HttpAnswer(response.status_code, response.headers, body)

    def close(self) -> None:
        """Close the connection."""
        self._adapter.close()
        self._dialer.release()


def fetch(url: str, limits: FetchLimits, *, site_url: str | None = None) -> bytes:
    """Return the bytes at url, of any type; never empty.

    site_url: sent to the server, so that its operators can find ours. Raises SourceUnavailable
    with a code of messages.SENTENCES, or Busy if this machine is at fault.
    """
    headers = {
        "User-Agent": AGENT.format(site=f"; +{site_url}" if site_url else ""),
        "Accept": "image/jpeg, image/png;q=0.9, image/*;q=0.8, */*;q=0.1",
        "Accept-Encoding": "identity",
    }
    dialer = Dialer(limits.timeout_s, allow_private=limits.allow_private, ports=limits.ports)
    with dialer, _translated(dialer):
        with _answer_to(url, headers, dialer) as response:
            body = _read(response, limits.max_bytes)
        dialer.check()  # a body without a length just ends when the deadline cuts it
    if not body:
        raise unavailable("empty")
    return body


@contextmanager
def _translated(dialer: Dialer) -> Iterator[None]:
    """Turn every error of the fetch into SourceUnavailable."""
    try:
        yield
    except FAILURES as error:
        dialer.check()
        raise unavailable(_code_for(error)) from error


def _code_for(error: Exception) -> str:
    if isinstance(error, requests.exceptions.SSLError | ssl.SSLError):
        return "tls_failure"
    if isinstance(error, requests.exceptions.InvalidURL | LocationValueError | UnicodeError):
        return "bad_address"
    return "broken"


@contextmanager
def _answer_to(url: str, headers: Mapping[str, str], dialer: Dialer) -> Iterator[Response]:
    """Yield the first answer that is no redirect, before its body is read."""
    with closing(_adapter_for(dialer)) as adapter:
        for _ in range(1 + MAX_REDIRECTS):
            request = _prepared(url, headers)
            with adapter.send(request, stream=True, timeout=dialer.left_s) as response:
                if not response.is_redirect:
                    yield response
                    return
                url = _target_of(response)
    raise unavailable("too_many_redirects", hops=MAX_REDIRECTS)


def _prepared(url: str, headers: Mapping[str, str]) -> PreparedRequest:
    """Return the request for one hop; raises SourceUnavailable for an invalid address."""
    url = url.strip()
    if not url.lower().startswith(("http://", "https://")):
        raise unavailable("bad_scheme")
    if not url.isprintable():
        raise unavailable("bad_address")
    try:
        request = requests.Request("GET", url, headers).prepare()
        login = parse_url(request.url or "").auth
    except FAILURES as error:
        raise unavailable("bad_address") from error
    if login is not None:
        raise unavailable("address_with_password")
    return request


def _target_of(redirect: Response) -> str:
    """Return the address that a redirect names, with bytes beyond ASCII percent-encoded."""
    location = quote(redirect.headers["location"].strip(), safe=ASCII, encoding="latin-1")
    try:
        return urljoin(redirect.url, location)
    except ValueError as error:
        raise unavailable("bad_redirect") from error


def _read(response: Response, max_bytes: int) -> bytes:
    """Return the body of a good answer; raises SourceUnavailable otherwise."""
    if response.status_code not in GOOD_STATUSES:
        raise bad_status(response.status_code)
    return _read_body(response, max_bytes)


def _read_body(response: Response, max_bytes: int) -> bytes:
    """Return the unpacked body; raises SourceUnavailable as soon as it is known to be too large.

    A body of known length is read in one piece, straight into the memory where it stays. urllib3
    unpacks in steps of at most PIECE_BYTES (since 2.6), so the same cap stops a Content-Encoding
    bomb.
    """
    too_large = unavailable("too_large", max_mib=max_bytes / MIB)
    announced = response.raw.length_remaining or 0
    if announced > max_bytes:
        raise too_large
    is_whole = announced and "content-encoding" not in response.headers
    pieces, length = [], 0
    for piece in response.iter_content(announced if is_whole else PIECE_BYTES):
        pieces.append(piece)
        length += len(piece)
        if length > max_bytes:
            raise too_large
    return b"".join(pieces)


class _Connection(HTTPConnection):
    """A connection whose socket always comes from the dialer.

    It replaces _new_conn and the classes below, as urllib3's own SOCKS support does
    (urllib3.contrib.socks).
    """

    def __init__(self, *args: Any, dialer: Dialer, **options: Any) -> None:
        super().__init__(*args, **options)
        self.dialer = dialer

    def _new_conn(self) -> socket.socket:
        return self.dialer.connect(self._dns_host, self.port)


class _TlsConnection(_Connection, HTTPSConnection):
    """The same with TLS; certificate and SNI belong to the host name, not to the address."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


def _adapter_for(dialer: Dialer) -> HTTPAdapter:
    """Return an adapter that connects only by the dialer; closing it closes its pools."""
    adapter = HTTPAdapter()
    adapter.poolmanager.pool_classes_by_scheme = {
        "http": partial(_Pool, dialer=dialer),
        "https": partial(_TlsPool, dialer=dialer),
    }
    return adapter
