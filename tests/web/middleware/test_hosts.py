"""What is no host is refused, wherever it is sent to."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from mozi.web.middleware.hosts import is_host, names_host
from tests.conftest import MakeApp

HOSTS = ("mozi.example", "a_b.example:8000", "127.0.0.1:80", "[::1]:8000", "xn--mozi-6ra.hu", "hu.")
NO_HOSTS = ("a b", "a..b", ".hu", "x" * 64, "[::1", "x:y", "<script>", "a/b", "u@b", "a,a")


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_is_one(host: str) -> None:
    assert is_host(host)


@pytest.mark.parametrize("host", ["xn--zz", "[::::]", "[1.2.3.4]", "[::1]:x"])
def test_a_name_or_an_address_that_cannot_be_read_is_none(host: str) -> None:
    assert not is_host(host)


@pytest.mark.parametrize("host", NO_HOSTS)
def test_what_is_none_is_refused_by_every_address(client: FlaskClient, host: str) -> None:
    for address in ("/", "/en/filmek", "/nope", "/naptar.ics", "/poster/1-x.thumb.jpg"):
        answer = client.get(address, headers={"Host": host})
        assert (answer.status_code, answer.mimetype) == (400, "text/plain")


@pytest.mark.parametrize(
    ("protocol", "given", "named"),
    [
        ("HTTP/1.1", {}, False),
        ("HTTP/1.1", {"HTTP_HOST": ""}, False),
        ("HTTP/1.0", {}, True),
        ("HTTP/1.0", {"HTTP_HOST": ""}, True),
        ("HTTP/1.0", {"HTTP_HOST": "a b"}, False),
    ],
)
def test_http_1_0_alone_may_leave_the_host_out(
    protocol: str, given: dict[str, str], named: bool
) -> None:
    assert names_host({"SERVER_PROTOCOL": protocol, **given}) is named


def test_pages_out_of_the_cache_static_files_and_pictures_need_a_host_too(
    make_app: MakeApp,
) -> None:
    client = make_app(SITE_URL="https://mozi.example").test_client()
    file = re.search(r"/static/style\.\w+\.css", client.get("/").text)
    assert file
    for address in ("/", file[0]):
        client.get(address).close()
        refused = client.get(address, headers={"Host": "a b"})
        assert (refused.status_code, refused.headers["Cache-Control"]) == (400, "no-store")
