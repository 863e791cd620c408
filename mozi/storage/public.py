"""The public address of a bucket, and the answers that visitors get there.

Requests are sent as a visitor sends them: without credentials, cookies, proxies or .netrc.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from urllib3 import BaseHTTPResponse, PoolManager, Timeout
from urllib3.exceptions import HTTPError

TIMEOUT_S = 5.0
MAX_REDIRECTS = 3


@dataclass(frozen=True)
class PublicAnswer:
    """The answer to a visitor; body: at most the requested number of bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def content_type(self) -> str:
        """Return the type without parameters, "unknown" if there is none."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip() or "unknown"


class NoPublicAnswer(Exception):  # noqa: N818 - named as the other errors are
    """No answer came; the message says why in a few words, kind in one."""

    def __init__(self, message: str, *, kind: str) -> None:
        super().__init__(message)
        self.kind = kind


def origin_of(url: str) -> str:
    """Return scheme, host and port of this address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def bucket_url(bucket: str, endpoint_url: str) -> str:
    """Return the bucket's own address.

    A name with dots does not fit Amazon's wildcard certificate and goes into the path:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
    """
    parts = urlsplit(endpoint_url)
    host = "s3.us-east-1.amazonaws.com" if parts.netloc == "s3.amazonaws.com" else parts.netloc
    if "." in bucket or ".amazonaws.com" not in host:
        return f"{parts.scheme}://{host}/{bucket}"
    return f"{parts.scheme}://{bucket}.{host}"


def why_not_public(url: str, *, content_type: str, timeout_s: float = TIMEOUT_S) -> str | None:
    """Return why visitors cannot read url, in a few words; None if they can.

    content_type: the object's. The answer must have the same main type ("image"), because a web
    site in the bucket's place may answer 200. The bytes may differ: some CDNs compress pictures
    again. timeout_s: until the head of the answer arrives, redirects included.
    """
    try:
        answer = public_answer(url, timeout_s=timeout_s)
    except NoPublicAnswer as reason:
        return str(reason)
    if answer.status != 200:
        return f"the answer was {answer.status}"
    if answer.content_type.partition("/")[0] != content_type.partition("/")[0]:
        return f"the answer was of type {answer.content_type}, not {content_type}"
    return None


def public_answer(url: str, *, timeout_s: float = TIMEOUT_S, body_bytes: int = 0) -> PublicAnswer:
    """Return the answer to a visitor's GET of url; raises NoPublicAnswer.

    body_bytes: how much of the body to read.
    """
    deadline = time.monotonic() + timeout_s
    with PoolManager(retries=False, headers={"User-Agent": "Mozi"}) as pool:
        for _ in range(1 + MAX_REDIRECTS):
            try:
                with closing(_ask(pool, url, deadline)) as answer:
                    target = answer.get_redirect_location()
                    if not target:
                        return _read(answer, body_bytes)
            except HTTPError as error:
                kind = type(error).__name__
                raise NoPublicAnswer(f"no answer: {kind}", kind=kind) from error
            url = urljoin(url, target)
    raise NoPublicAnswer(f"more than {MAX_REDIRECTS} redirects", kind="TooManyRedirects")


def _ask(pool: PoolManager, url: str, deadline: float) -> BaseHTTPResponse:
    """Return the answer as soon as its head has arrived."""
    left = Timeout(total=max(deadline - time.monotonic(), 0.001))
    return pool.request("GET", url, redirect=False, preload_content=False, timeout=left)


def _read(answer: BaseHTTPResponse, body_bytes: int) -> PublicAnswer:
    body = answer.read(body_bytes) if body_bytes else b""
    return PublicAnswer(answer.status, answer.headers, body)
