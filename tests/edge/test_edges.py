"""docs/edge/nginx.conf and docs/edge/varnish.vcl: what they keep, for whom, and for how long."""

from __future__ import annotations

import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pytest

from tests.support.edge_origin import ADMIN, PASSWORD, EdgeOrigin, edge_origin
from tests.support.edges import HOST, Edge, edge
from tests.support.forks import Forks
from tests.support.serving import wait_until

EDGE_S = 1  # EDGE_SECONDS
CLOCK_S = 1  # nginx counts whole seconds
BOUND_S = 0.1 + 1  # a page's own: PAGE_CACHE_COALESCE_SECONDS + 1 s, and one render
RENDER_S = 1  # on a machine with much else to do
SILENT_S = 8  # longer than either waits for a page

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def origin(start: Forks) -> Iterator[EdgeOrigin]:
    with edge_origin(start) as running:
        yield running


@pytest.fixture(scope="module", params=["nginx", "varnish"])
def cache(request: pytest.FixtureRequest, origin: EdgeOrigin) -> Iterator[Edge]:
    with edge(request.param, origin.port) as running:
        yield running


def outlive(cache: Edge, path: str) -> None:
    """Keep the page, and return once the kept page's time is over, in which nobody asked for it."""
    cache.ask(path)
    time.sleep(EDGE_S + CLOCK_S + 0.1)


def shown_movie(cache: Edge) -> int:
    found = re.search(rb"/film/(\d+)-", cache.ask("/").body)
    assert found is not None
    return int(found[1])


def test_of_all_visitors_at_once_one_asks_the_site(cache: Edge, origin: EdgeOrigin) -> None:
    outlive(cache, "/")
    before, codings = len(origin.statuses("/")), ("br", "gzip", "gzip, br", "identity")
    began = time.monotonic()

    def visit(number: int) -> int:
        path = f"/?utm_source={number}&utm_medium=mail&fbclid={number}"
        return cache.ask(path, Accept_Encoding=codings[number % 4]).status

    with ThreadPoolExecutor(40) as visitors:
        assert set(visitors.map(visit, range(200))) == {200}
    passed_s = time.monotonic() - began
    wait_until(lambda: len(origin.statuses("/")) > before)
    assert len(origin.statuses("/")) - before <= 1 + int(passed_s / EDGE_S)


def test_the_site_answers_an_unchanged_page_with_304(cache: Edge, origin: EdgeOrigin) -> None:
    outlive(cache, "/rss.xml")
    before = len(origin.statuses("/rss.xml"))
    assert cache.ask("/rss.xml").status == 200
    wait_until(lambda: len(origin.statuses("/rss.xml")) > before)
    assert origin.statuses("/rss.xml")[before:] == ["304"]


def test_one_copy_serves_every_coding(cache: Edge) -> None:
    plain, packed = cache.ask("/"), cache.ask("/", Accept_Encoding="gzip")
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert cache.ask("/", If_None_Match=plain.headers["ETag"]).status == 304
    assert plain.headers["Cache-Control"] == "no-cache"


def test_a_change_shows_within_the_bound(cache: Edge, origin: EdgeOrigin) -> None:
    movie, title = shown_movie(cache), f"Mindjárt {cache.name}"
    origin.rename(movie, title)
    changed, is_late = time.monotonic(), False
    while title.encode() not in cache.ask("/").body:
        assert not is_late
        is_late = time.monotonic() - changed > BOUND_S + EDGE_S + CLOCK_S + RENDER_S
        time.sleep(0.02)


def test_visitors_at_once_after_a_quiet_time_all_see_a_change(
    cache: Edge, origin: EdgeOrigin
) -> None:
    movie, title = shown_movie(cache), f"Csendben {cache.name}"
    origin.rename(movie, title)
    time.sleep(BOUND_S + EDGE_S + CLOCK_S)
    with ThreadPoolExecutor(20) as visitors:
        pages = list(visitors.map(lambda _: cache.ask("/").body, range(20)))
    assert all(title.encode() in page for page in pages)


@contextmanager
def visitors(cache: Edge, *paths: str) -> Iterator[Counter[int]]:
    """Have four visitors read these pages all the time; give their answers' statuses."""
    over, statuses = threading.Event(), Counter[int]()

    def read() -> None:
        while not over.is_set():
            for path in paths:
                statuses[cache.ask(path).status] += 1
            time.sleep(0.01)

    with ThreadPoolExecutor(4) as pool:
        reading = [pool.submit(read) for _ in range(4)]
        try:
            yield statuses
        finally:
            over.set()
        for each in reading:
            each.result()


def test_no_visitor_sees_the_site_killed_hung_or_restarted(cache: Edge, origin: EdgeOrigin) -> None:
    paths = ("/", "/filmek", "/naptar.ics")
    with visitors(cache, *paths) as statuses:
        wait_until(lambda: statuses[200] > 20)
        origin.kill()
        time.sleep(EDGE_S + CLOCK_S + 1)
        origin.start()
        time.sleep(EDGE_S + CLOCK_S + 1)
        origin.signal(signal.SIGSTOP)
        time.sleep(SILENT_S)
        origin.signal(signal.SIGCONT)
        until = statuses[200] + 50
        wait_until(lambda: statuses[200] > until)
    assert set(statuses) == {200}
    movie, title = shown_movie(cache), f"Újra {cache.name}"
    origin.rename(movie, title)
    wait_until(lambda: title.encode() in cache.ask("/").body)


def sign_in(cache: Edge) -> str:
    """Return the Cookie header of an admin who has signed in through the cache."""
    form = cache.ask("/admin/login")
    token = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', form.body)
    assert token is not None
    body = urlencode({"email": ADMIN, "password": PASSWORD, "csrf_token": token[1].decode()})
    answer = cache.ask(
        "/admin/login",
        method="POST",
        body=body,
        Cookie=cookie(form.headers["Set-Cookie"]),
        Content_Type="application/x-www-form-urlencoded",
    )
    assert answer.status in {302, 303}
    return cookie(answer.headers["Set-Cookie"])


def cookie(set_cookie: str) -> str:
    return f"session={SimpleCookie(set_cookie)['session'].value}"


def test_an_admin_meets_no_kept_page_and_leaves_none(cache: Edge, origin: EdgeOrigin) -> None:
    session = sign_in(cache)
    movie, title = shown_movie(cache), f"Szerkesztett {cache.name}"
    outlive(cache, "/")
    cache.ask("/")
    origin.rename(movie, title)
    mine = cache.ask("/", Cookie=session)
    assert title.encode() in mine.body
    assert mine.headers["Cache-Control"] == "private, no-store"
    ours = cache.ask("/")
    assert ours.headers["Cache-Control"] == "no-cache"
    assert ours.headers["Cache-Status"] != mine.headers["Cache-Status"]
    assert cache.ask("/admin/movies", Cookie=session).status == 200
    assert cache.ask("/admin/movies").status != 200


FORGED = {
    "X_Forwarded_Host": "evil.example",
    "X_Forwarded_Proto": "https",
    "X_Forwarded_For": "192.0.2.66",
    "Forwarded": "host=evil.example;proto=https",
    "X_Original_URL": "/filmek",
    "X_Rewrite_URL": "/filmek",
    "X_HTTP_Method_Override": "POST",
}


def test_forged_headers_change_no_kept_page(cache: Edge) -> None:
    outlive(cache, "/premierek/2026")  # a title that a test before changed has arrived
    right = cache.ask("/premierek/2026").body
    outlive(cache, "/premierek/2026")
    cache.ask("/premierek/2026", **FORGED)
    kept = cache.ask("/premierek/2026").body
    assert kept == right
    assert f"http://{HOST}/premierek/2026".encode() in kept
    assert b"evil" not in kept
    assert b"https://example.org" not in kept


@pytest.mark.parametrize("path", ["/?%6bind=cinema", "//evil.example/", "/?utm_x&kind=cinema"])
def test_an_address_written_otherwise_has_a_copy_of_its_own(cache: Edge, path: str) -> None:
    right = cache.ask("/").headers["ETag"]
    other = cache.ask(path).headers.get("ETag")
    assert other != right
    assert cache.ask("/").headers["ETag"] == right


def test_a_host_that_is_not_the_sites_is_refused(cache: Edge) -> None:
    assert cache.ask("/", Host="evil.example").status == 421
