from __future__ import annotations

import pytest

from mozi.storage.public import bucket_url, why_not_public
from tests.support.origin import Origin
from tests.support.servers import free_port

PATH = "/posters/7.jpg"


def why_not(url: str, *, timeout_s: float = 5) -> str | None:
    return why_not_public(url, content_type="image/jpeg", timeout_s=timeout_s)


def test_a_picture_of_another_format_is_public_too(origin: Origin) -> None:
    origin.serve(PATH, b"picture", content_type="image/webp")
    assert why_not(origin.url(PATH)) is None


def test_redirects_are_followed(origin: Origin) -> None:
    origin.redirect("/old", PATH)
    origin.serve(PATH, b"picture")
    assert why_not(origin.url("/old")) is None


def test_redirects_come_to_an_end(origin: Origin) -> None:
    origin.redirect(PATH, PATH)
    assert why_not(origin.url(PATH)) == "more than 3 redirects"
    assert origin.hits[PATH] == 4


@pytest.mark.parametrize("status", [401, 403, 404, 503])
def test_any_answer_but_200_is_told(origin: Origin, status: int) -> None:
    origin.serve(PATH, b"", status=status)
    assert why_not(origin.url(PATH)) == f"the answer was {status}"


def test_a_web_page_in_the_pictures_place_is_not_the_picture(origin: Origin) -> None:
    origin.serve(PATH, b"<html>", content_type="text/html")
    assert why_not(origin.url(PATH)) == "the answer was of type text/html, not image/jpeg"


def test_silence_is_not_waited_for(origin: Origin) -> None:
    origin.silent(PATH)
    assert why_not(origin.url(PATH), timeout_s=0.1) == "no answer: ReadTimeoutError"


def test_the_body_is_not_waited_for(origin: Origin) -> None:
    origin.endless(PATH, headers={"Content-Type": "image/jpeg"})
    assert why_not(origin.url(PATH)) is None


def test_nobody_there_is_told() -> None:
    assert why_not(f"http://127.0.0.1:{free_port()}/") == "no answer: NewConnectionError"


def test_neither_the_environments_proxy_nor_netrc_is_used(
    origin: Origin, monkeypatch: pytest.MonkeyPatch, tmp_path: pytest.TempPathFactory
) -> None:
    netrc = f"{tmp_path}/netrc"
    with open(netrc, "w") as file:
        file.write("machine 127.0.0.1 login someone password secret")
    monkeypatch.setenv("NETRC", netrc)
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    origin.serve(PATH, b"picture")
    assert why_not(origin.url(PATH)) is None
    assert "Authorization" not in origin.seen[PATH]


@pytest.mark.parametrize(
    ("bucket", "endpoint_url", "expected"),
    [
        ("b", "https://s3.amazonaws.com", "https://b.s3.us-east-1.amazonaws.com"),
        ("b", "https://s3.eu-west-1.amazonaws.com", "https://b.s3.eu-west-1.amazonaws.com"),
        ("a.b", "https://s3.eu-west-1.amazonaws.com", "https://s3.eu-west-1.amazonaws.com/a.b"),
        ("b", "https://s3.cn-north-1.amazonaws.com.cn", "https://b.s3.cn-north-1.amazonaws.com.cn"),
        ("b", "http://127.0.0.1:9000", "http://127.0.0.1:9000/b"),
    ],
)
def test_a_buckets_own_address(bucket: str, endpoint_url: str, expected: str) -> None:
    assert bucket_url(bucket, endpoint_url) == expected
