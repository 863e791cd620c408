"""Where visitors reach a bucket, and what they get there.

Asked as a visitor would: without credentials, cookies, proxies or .netrc.
"""

from __future__ import annotations

import time
from urllib.parse import urljoin, urlsplit

from urllib3 import BaseHTTPResponse, PoolManager, Timeout
from urllib3.exceptions import HTTPError

TIMEOUT_S = 5.0
MAX_REDIRECTS = 3


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
    """Return what keeps visitors from reading url, in a few words; None where they can.

    content_type: the object's; what comes back must be of its kind ("image"), because a web
    site in the bucket's place may well answer 200. It need not be the same bytes: some CDNs
    compress pictures again. timeout_s: until the head of the answer begins, redirects included.
    """
    deadline = time.monotonic() + timeout_s
    with PoolManager(retries=False, headers={"User-Agent": "Mozi"}) as pool:
        for _ in range(1 + MAX_REDIRECTS):
            try:
                answer = _ask(pool, url, deadline)
            except HTTPError as error:
                return f"no answer: {type(error).__name__}"
            target = answer.get_redirect_location()
            if not target:
                return _fault(answer, content_type)
            url = urljoin(url, target)
    return f"more than {MAX_REDIRECTS} redirects"


def _ask(pool: PoolManager, url: str, deadline: float) -> BaseHTTPResponse:
    """Return the head of the answer; its body is not waited for."""
    left = Timeout(total=max(deadline - time.monotonic(), 0.001))
    answer = pool.request("GET", url, redirect=False, preload_content=False, timeout=left)
    answer.close()
    return answer


def _fault(answer: BaseHTTPResponse, content_type: str) -> str | None:
    if answer.status != 200:
        return f"the answer was {answer.status}"
    kind = answer.headers.get("Content-Type", "")
    if kind.partition("/")[0] != content_type.partition("/")[0]:
        return f"the answer was of type {kind or 'unknown'}, not {content_type}"
    return None
