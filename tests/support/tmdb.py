"""A server on 127.0.0.1 that answers as TMDB does, and that can misbehave.

    with FakeTmdb() as tmdb:
        tmdb.add(film(603, "Mátrix", cinema="1999-08-05"))
        settings = make_settings(TMDB_TOKEN=TOKEN, TMDB_API_URL=tmdb.url)
        tmdb.faults["/movie/603"] = [too_often(after_s=0), status(500)]  # the next two answers

The shapes are those of developer.themoviedb.org, written by hand.
"""

from __future__ import annotations

import copy
import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from mozi import clock

TOKEN = "a.v4-read_token"
PER_PAGE = 20
PER_PAGE_OF_CHANGES = 100

Film = dict[str, Any]
Fault = Callable[["_Handler"], None]
GONE = {"success": False, "status_code": 34, "status_message": "The resource is not there."}
REFUSED = {"success": False, "status_code": 7, "status_message": "Invalid API key: no access."}


def _today() -> date:
    return clock.now().date()


def film(
    tmdb_id: int,
    title: str,
    *,
    original_title: str | None = None,
    language: str = "en",
    cinema: str | None = None,
    streaming: str | None = None,
    releases: Sequence[tuple[int, str]] = (),
    region: str = "HU",
    posters: Sequence[Mapping[str, Any]] = (),
    **changes: Any,
) -> Film:
    """Return a film as /movie/{id} has it, all parts appended. title: the Hungarian one."""
    original_title = original_title or title
    dated = [
        *releases,
        *([(3, cinema)] if cinema else []),
        *([(4, streaming)] if streaming else []),
    ]
    return {
        "id": tmdb_id,
        "title": title,
        "original_title": original_title,
        "original_language": language,
        "status": "Released",
        "runtime": 100,
        "genres": [{"id": 18, "name": "dráma"}],
        "production_countries": [{"iso_3166_1": "US", "name": "United States of America"}],
        "release_dates": {
            "results": [
                {"iso_3166_1": region, "release_dates": [release(t, day) for t, day in dated]}
            ]
        },
        "translations": {
            "translations": [
                {
                    "iso_3166_1": region,
                    "iso_639_1": "hu",
                    "data": {"title": title, "overview": f"{title} története."},
                }
            ]
        },
        "alternative_titles": {"titles": []},
        "credits": {
            "cast": [{"name": "Törőcsik Mari", "order": 0}],
            "crew": [{"name": "Makk Károly", "job": "Director"}],
        },
        "external_ids": {"imdb_id": f"tt{tmdb_id:07d}"},
        "imdb_id": f"tt{tmdb_id:07d}",
        "images": {"posters": [dict(each) for each in posters]},
        "videos": {"results": []},
        **changes,
    }


def release(type_: int, day: str, mark: str = "") -> dict[str, Any]:
    """Return an entry of release_dates."""
    at = day if "T" in day else f"{day}T00:00:00.000Z"
    return {"type": type_, "release_date": at, "certification": mark, "note": "", "iso_639_1": ""}


def poster(path: str, language: str | None = "hu", **changes: Any) -> dict[str, Any]:
    """Return an entry of images.posters."""
    given = {"file_path": path, "iso_639_1": language, "width": 1000, "height": 1500}
    return {"vote_average": 5.0, "vote_count": 1, **given, **changes}


class FakeTmdb:
    """The server. hits: requests by path. faults: what the next answers of a path do instead.

    changed: the day of each film's last change. shifting: pages of a list move by so many films
    between two requests.
    """

    def __init__(self) -> None:
        self.films: dict[int, Film] = {}
        self.changed: dict[int, date] = {}
        self.faults: dict[str, list[Fault]] = {}
        self.hits: Counter[str] = Counter()
        self.asked: list[str] = []
        self.pictures: dict[str, bytes] = {}
        self.merged: dict[str, int] = {}  # the film that an IMDb id leads to now
        self.shifting = 0
        self.stopping = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.tmdb = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> FakeTmdb:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        return f"{self.origin}/3"

    @property
    def env(self) -> dict[str, str]:
        """Return the settings that lead here."""
        return {
            "TMDB_TOKEN": TOKEN,
            "TMDB_API_URL": self.url,
            "POSTER_ALLOW_PRIVATE_SOURCES": "1",
        }

    def add(self, *films: Film, on: date | None = None) -> None:
        """Add films, or replace them, as a change of this day (None: today, as in TMDB's UTC)."""
        for each in films:
            self.films[each["id"]] = each
            self.changed[each["id"]] = on or _today()

    def change(self, tmdb_id: int, on: date | None = None, **parts: Any) -> None:
        """Change parts of a film."""
        self.add({**copy.deepcopy(self.films[tmdb_id]), **parts}, on=on)

    def move(self, tmdb_id: int, type_: int, day: str | None, *, region: str = "HU") -> None:
        """Give a film one release of this type in the region; None: take it away."""
        places = copy.deepcopy(self.films[tmdb_id]["release_dates"])
        for place in places["results"]:
            if place["iso_3166_1"] == region:
                kept = [each for each in place["release_dates"] if each["type"] != type_]
                place["release_dates"] = kept + ([release(type_, day)] if day else [])
        self.change(tmdb_id, release_dates=places)

    def remove(self, tmdb_id: int) -> None:
        """Forget a film, as TMDB does when it merges it with another."""
        del self.films[tmdb_id]
        self.changed[tmdb_id] = _today()

    def answer(self, path: str, asked: Mapping[str, str]) -> tuple[int, Any]:
        """Return the status and the JSON for a path below /3."""
        if path == "/configuration":
            base = f"{self.origin}/t/p/"
            return 200, {"images": {"base_url": base, "secure_base_url": base}}
        if path == "/discover/movie":
            return 200, self._page(self._discovered(asked), asked)
        if path == "/movie/changes":
            return 200, self._changes(asked)
        if path == "/search/movie":
            wanted = asked["query"].lower()
            return 200, self._page([f for f in self.films.values() if _is_called(f, wanted)], asked)
        if path.startswith("/find/"):
            found = self.films.get(self.merged.get(path.removeprefix("/find/"), 0))
            return 200, {"movie_results": [_listed(found)] if found else []}
        known = self.films.get(int(path.removeprefix("/movie/")))
        return (404, GONE) if known is None else (200, _appended(known, asked))

    def _discovered(self, asked: Mapping[str, str]) -> list[Film]:
        """Return the films with such a release in the region within the range."""
        types = {int(each) for each in asked["with_release_type"].split("|")}
        first, last = asked["release_date.gte"], asked["release_date.lte"]
        return [
            each
            for each in self.films.values()
            for place in each["release_dates"]["results"]
            if place["iso_3166_1"] == asked["region"]
            and any(
                r["type"] in types and first <= r["release_date"][:10] <= last
                for r in place["release_dates"]
            )
        ]

    def _page(self, films: Sequence[Film], asked: Mapping[str, str]) -> dict[str, Any]:
        page = int(asked.get("page", "1"))
        start = (page - 1) * PER_PAGE
        if self.shifting and page > 1:
            start += self.shifting
            self.shifting = 0
        return {
            "page": page,
            "results": [_listed(each) for each in films[start : start + PER_PAGE]],
            "total_pages": min(500, -(-len(films) // PER_PAGE)),
            "total_results": len(films),
        }

    def _changes(self, asked: Mapping[str, str]) -> dict[str, Any]:
        first, last = (date.fromisoformat(asked[name]) for name in ("start_date", "end_date"))
        assert last - first <= timedelta(days=14)
        ids = sorted(each for each, day in self.changed.items() if first <= day <= last)
        page = int(asked.get("page", "1"))
        start = (page - 1) * PER_PAGE_OF_CHANGES
        return {
            "results": [{"id": i, "adult": None} for i in ids[start : start + PER_PAGE_OF_CHANGES]],
            "page": page,
            "total_pages": max(1, -(-len(ids) // PER_PAGE_OF_CHANGES)),
            "total_results": len(ids),
        }


def _is_called(each: Film, wanted: str) -> bool:
    return any(wanted in str(each[name]).lower() for name in ("title", "original_title"))


def _listed(each: Film) -> dict[str, Any]:
    """Return a film as lists have it; its date is the primary one, not the region's."""
    names = ("id", "title", "original_title", "original_language")
    paths = [p["file_path"] for p in each["images"]["posters"]]
    return {
        **{name: each[name] for name in names},
        "release_date": "1999-01-01",
        "poster_path": paths[0] if paths else None,
    }


def _appended(each: Film, asked: Mapping[str, str]) -> Film:
    """Return only the parts that were asked for."""
    parts = ("translations", "alternative_titles", "release_dates", "credits", "external_ids")
    wanted = set(asked.get("append_to_response", "").split(","))
    missing = {*parts, "images", "videos"} - wanted
    said = {name: value for name, value in each.items() if name not in missing}
    if "images" in said:
        languages = asked.get("include_image_language", "").split(",")
        posters = [p for p in each["images"]["posters"] if (p["iso_639_1"] or "null") in languages]
        said["images"] = {"posters": posters}
    return said


def status(number: int, *, body: bytes = b"{}", **headers: str) -> Fault:
    """Return the fault of an answer with this status."""
    return lambda request: request.send(number, body, headers=headers)


def too_often(*, after_s: int | None = 1) -> Fault:
    """Return a 429, with Retry-After where after_s is given."""
    headers = {} if after_s is None else {"Retry-After": str(after_s)}
    return lambda request: request.send(429, b'{"status_code": 25}', headers=headers)


def html(number: int = 200) -> Fault:
    """Return a page of some proxy on the way."""
    return lambda request: request.send(number, b"<html>Gateway</html>", kind="text/html")


def wrong_json(text: str = "[1, 2]") -> Fault:
    """Return JSON that is no object, or no JSON at all."""
    return lambda request: request.send(200, text.encode())


def late(seconds: float, text: str = "{}") -> Fault:
    """Return an answer that comes late."""

    def answer(request: _Handler) -> None:
        request.server.tmdb.stopping.wait(seconds)
        request.send(200, text.encode())

    return answer


def cut(request: _Handler) -> None:
    """Promise a thousand bytes, send a few, and hang up."""
    request.head(200, 1000, {})
    request.wfile.write(b'{"id": 1')
    request.close_connection = True


def slow(request: _Handler) -> None:
    """Send a byte every hundredth of a second, for ever."""
    request.head(200, 1_000_000, {})
    while not request.server.tmdb.stopping.wait(0.01):
        request.wfile.write(b" ")
        request.wfile.flush()


def endless(request: _Handler) -> None:
    """Send a body without an end."""
    request.send_response(200)
    request.send_header("Connection", "close")
    request.end_headers()
    while not request.server.tmdb.stopping.is_set():
        request.wfile.write(b" " * 100_000)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    tmdb: FakeTmdb

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients hang up on faults."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    timeout = 5
    wbufsize = -1  # head and body in one packet; in two, each answer would take 40 ms
    disable_nagle_algorithm = True  # nor do long bodies wait

    def do_GET(self) -> None:
        tmdb, parts = self.server.tmdb, urlsplit(self.path)
        path = parts.path.removeprefix("/3")
        tmdb.hits[path] += 1
        tmdb.asked.append(self.path)
        if path.startswith("/t/p/"):
            name = path.rpartition("/")[2]
            found = tmdb.pictures.get(name)
            self.send(200 if found else 404, found or b"", kind="image/jpeg")
        elif tmdb.faults.get(path):
            tmdb.faults[path].pop(0)(self)
        elif self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self.send(401, json.dumps(REFUSED).encode())
        else:
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            number, said = tmdb.answer(path, asked)
            self.send(number, json.dumps(said, ensure_ascii=False).encode())

    def send(
        self,
        number: int,
        body: bytes,
        *,
        kind: str = "application/json;charset=utf-8",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.head(number, len(body), {"Content-Type": kind, **(headers or {})})
        self.wfile.write(body)

    def head(self, number: int, length: int, headers: Mapping[str, str]) -> None:
        self.send_response(number)
        for name, value in {"Content-Length": str(length), **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the tests' output free of access lines."""
