"""Fetches the bytes of a poster from an address on the web, and keeps everything else out.

The one home of requests. There is no requests.Session here, on purpose: a session reads the
body of a redirect whole, however large, follows the environment's proxies and .netrc, and
keeps cookies. A prepared request and an adapter have none of that.
"""

from __future__ import annotations

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

__all__ = ["FetchLimits", "FetchSlots", "fetch"]

MAX_REDIRECTS = 5
PIECE_BYTES = 256 * 1024
GOOD_STATUSES = (200, 203)  # 203: a proxy on the way has changed the file, and says so
AGENT = "Mozi/1.0 (premieres calendar; poster fetcher{site})"
ASCII = "".join(map(chr, range(0x21, 0x7F)))

# Everything that requests, urllib3, ssl, socket and idna raise is one of these: OSError holds
# requests' own family, ValueError that of Unicode and of addresses.
FAILURES = (OSError, HTTPError, ValueError)


@dataclass(frozen=True)
class FetchLimits:
    """timeout_s: for the whole fetch, name look-up and redirects included. max_bytes: of the
    file as it is after unpacking. allow_private: loopback and private networks too, and every
    port. ports: the only ones otherwise."""

    timeout_s: float
    max_bytes: int
    allow_private: bool
    ports: frozenset[int] = SOURCE_PORTS


def fetch(url: str, limits: FetchLimits, *, site_url: str | None = None) -> bytes:
    """Return the file at url, whatever it claims to be; never empty.

    site_url: told to the server, so that its people can find whose fetcher this is. Raises
    SourceUnavailable with a code of messages.SENTENCES; Busy where this machine is at fault.
    """
    headers = {
        "User-Agent": AGENT.format(site=f"; +{site_url}" if site_url else ""),
        "Accept": "image/jpeg, image/png;q=0.9, image/*;q=0.8, */*;q=0.1",
        "Accept-Encoding": "identity",
    }
    dialer = Dialer(limits.timeout_s, allow_private=limits.allow_private, ports=limits.ports)
    with dialer, _told(dialer):
        with _answer_to(url, headers, dialer) as response:
            body = _read(response, limits.max_bytes)
        dialer.check()  # a body without a length ends quietly where the deadline cut it
    if not body:
        raise unavailable("empty")
    return body


@contextmanager
def _told(dialer: Dialer) -> Iterator[None]:
    """Turn whatever goes wrong on the way into SourceUnavailable."""
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
    """Yield the first answer that is no redirect, its body not yet read."""
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
    """Return the request for one hop; raises SourceUnavailable for an address that is none."""
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
    """Return where an answer forwards to, its bytes beyond ASCII percent-encoded as they came."""
    location = quote(redirect.headers["location"].strip(), safe=ASCII, encoding="latin-1")
    try:
        return urljoin(redirect.url, location)
    except ValueError as error:
        raise unavailable("bad_redirect") from error


def _read(response: Response, max_bytes: int) -> bytes:
    """Return the unpacked body; refuses it as soon as it is announced, or turns out, too large.

    A body whose length is known comes in one piece, into the memory where it stays. urllib3
    unpacks in steps bounded by PIECE_BYTES (since 2.6), so that a Content-Encoding bomb is met by
    the same cap as any other body.
    """
    if response.status_code not in GOOD_STATUSES:
        raise bad_status(response.status_code)
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
    """A connection whose socket comes from the dialer, and from nowhere else.

    _new_conn and the classes below are urllib3's seam for that: its own SOCKS support
    (urllib3.contrib.socks) replaces the same three.
    """

    def __init__(self, *args: Any, dialer: Dialer, **options: Any) -> None:
        super().__init__(*args, **options)
        self.dialer = dialer

    def _new_conn(self) -> socket.socket:
        return self.dialer.connect(self._dns_host, self.port)


class _TlsConnection(_Connection, HTTPSConnection):
    """The same under TLS: certificate and SNI are those of the name, not of the address."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


def _adapter_for(dialer: Dialer) -> HTTPAdapter:
    """Return an adapter all of whose connections are the dialer's; its pools end with it."""
    adapter = HTTPAdapter()
    adapter.poolmanager.pool_classes_by_scheme = {
        "http": partial(_Pool, dialer=dialer),
        "https": partial(_TlsPool, dialer=dialer),
    }
    return adapter
