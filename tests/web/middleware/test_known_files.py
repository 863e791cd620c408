"""Files that the server's loop answers once a thread has sent them."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from mozi.server.answers import Environ, StartResponse
from mozi.storage import IMMUTABLE
from mozi.web.middleware import known_files
from mozi.web.middleware.known_files import AnsweringFiles, KeepingFiles, KnownFiles

FILE = "/static/style.0123456789ab.css"


class Site:
    """An app with one answer to everything, behind the thread's layer and the loop's."""

    def __init__(self) -> None:
        self.body, self.status, self.cache_control, self.calls = b"a{}", "200 OK", IMMUTABLE, 0
        files = KnownFiles()
        self.thread, self.loop = (
            Client(layer(self, files)) for layer in (KeepingFiles, AnsweringFiles)
        )

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        self.calls += 1
        start_response(self.status, [("Cache-Control", self.cache_control), ("X-Of", "file")])
        return (self.body,)

    def is_known(self, path: str = FILE, **asked: Any) -> bool:
        """Return whether the loop answers a request by itself."""
        before = self.calls
        self.loop.open(path, **asked)
        return self.calls == before


def _said(answer: TestResponse) -> tuple[str, bytes, list[tuple[str, str]]]:
    return answer.status, answer.data, list(answer.headers)


def test_the_loop_answers_what_a_thread_sent() -> None:
    site = Site()
    assert not site.is_known()
    sent = _said(site.thread.get(FILE))
    assert site.is_known()
    assert _said(site.loop.get(FILE)) == sent


@pytest.mark.parametrize(
    "asked",
    [
        {"method": "HEAD"},
        {"headers": {"Range": "bytes=0-1"}},
        {"headers": {"If-None-Match": "x"}},
        {"headers": {"Accept-Encoding": "br"}},
        {"base_url": "https://localhost"},
    ],
    ids=str,
)
def test_another_request_for_a_known_file_goes_to_a_thread(asked: dict[str, Any]) -> None:
    site = Site()
    site.thread.get(FILE)
    assert not site.is_known(**asked)


@pytest.mark.parametrize(
    ("path", "changed"),
    [
        ("/film/1-a", {}),
        (FILE, {"status": "404 Not Found"}),
        (FILE, {"cache_control": "no-cache"}),
        (FILE, {"body": bytes(known_files.LARGEST_BYTES + 1)}),
    ],
)
def test_only_small_files_that_never_change_are_kept(path: str, changed: dict[str, Any]) -> None:
    site = Site()
    vars(site).update(changed)
    site.thread.get(path)
    assert not site.is_known(path)


def test_a_file_is_kept_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    site, now = Site(), time.monotonic()
    site.thread.get(FILE)
    monkeypatch.setattr(known_files.time, "monotonic", lambda: now + 61)
    assert not site.is_known()
    site.thread.get(FILE)
    assert site.is_known()


def test_the_oldest_files_make_room() -> None:
    site, most = Site(), known_files.KEPT_BYTES // known_files.LARGEST_BYTES
    site.body = bytes(known_files.LARGEST_BYTES)
    paths = [f"/media/posters/{number}.jpg" for number in range(most + 1)]
    for path in (*paths, paths[-1]):
        site.thread.get(path)
    assert [site.is_known(path) for path in (*paths[:2], paths[-1])] == [False, True, True]
