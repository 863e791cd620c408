"""What is no host is refused, wherever it is sent to."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from mozi.web.hosts import is_host

HOSTS = ("mozi.example", "a_b.example:8000", "127.0.0.1:80", "[::1]:8000", "xn--mozi-6ra.hu", "hu.")
NO_HOSTS = ("a b", "a..b", ".hu", "x" * 64, "[::1", "x:y", "<script>", "a/b", "u@b")


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_is_one(host: str) -> None:
    assert is_host(host)


def test_a_name_that_idna_cannot_read_is_none() -> None:
    assert not is_host("xn--zz")


@pytest.mark.parametrize("host", NO_HOSTS)
def test_what_is_none_is_refused_by_every_address(client: FlaskClient, host: str) -> None:
    for address in ("/", "/en/filmek", "/nope", "/naptar.ics", "/poster/1-x.thumb.jpg"):
        answer = client.get(address, headers={"Host": host})
        assert (answer.status_code, answer.mimetype) == (400, "text/plain")
