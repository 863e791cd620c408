"""Answers that TMDB should never give: none of them ends a run or reaches the database."""

from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mozi.catalogue.desk import TO_JUDGE, CatalogueDesk, MovieLink
from mozi.catalogue.fields import told_by
from mozi.catalogue.tmdb.asking import find_changed, find_premieres
from mozi.catalogue.tmdb.client import MAX_BYTES, Tmdb
from mozi.catalogue.tmdb.films import Reader
from mozi.catalogue.tmdb.reading import read_changed_ids, read_film, read_list
from mozi.errors import CatalogueError, CatalogueFailed
from mozi.models import CatalogueMovie
from mozi.services import services
from mozi.settings import Settings
from tests.catalogue.conftest import SyncFilms
from tests.conftest import on_both_backends
from tests.support import tmdb as fake
from tests.support.catalogue import titles
from tests.support.tmdb import FakeTmdb, Film, film, poster

READER = Reader("HU", ("hu", "original", "en", "none"), "https://i.example.org/", date(2026, 6, 1))
HUGE = 10**400
HOSTILE: tuple[Any, ...] = (
    *(None, True, -1, 0, 2**31, 2**63, HUGE, float("inf"), float("nan"), 1e308),
    *("", " ", "\0", "a\0b", "\ud800", "\x1b[2J", "x" * 100_000, "../../etc", "<script>", "2026"),
    *([], {}, [[]], [{}], [None], {"results": [[]]}, [1, "a", None], {"": {}}),
)
WHOLE = film(
    7,
    "Szerelem",
    original_title="Love",
    cinema="2026-12-17",
    streaming="2027-02-01",
    posters=[poster("/a.jpg"), poster("/b.jpg", "en")],
    origin_country=["HU"],
    videos={"results": [{"site": "YouTube", "type": "Trailer", "key": "abcdef1", "official": 1}]},
)


def places(said: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of each value within an answer."""
    inner = said.items() if isinstance(said, dict) else enumerate(said)
    for key, value in inner:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))


def with_value(said: Film, path: tuple[Any, ...], value: Any) -> Film:
    changed = copy.deepcopy(said)
    place: Any = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return changed


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:20])
def test_any_part_of_a_film_may_be_anything(value: Any) -> None:
    for path in places(WHOLE):
        try:
            read = read_film(with_value(WHOLE, path, value), READER)
        except CatalogueFailed:
            assert path[0] in {"id", "title", "original_title"}
            continue
        assert 0 <= read.tmdb_id < 2**31
        assert len(read.original_language or "") <= CatalogueMovie.original_language.type.length
        json.dumps(told_by(read), allow_nan=False, ensure_ascii=False).encode()
        assert "\\u0000" not in json.dumps(told_by(read))
        for each in read.posters:
            assert 0 < each.height_px / each.width_px < 1000


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:20])
def test_any_part_of_a_list_may_be_anything(value: Any) -> None:
    said = {
        "results": [{"id": 7, "title": "A", "release_date": "1971-01-21", "poster_path": "/a.jpg"}],
        "total_pages": 1,
        "total_results": 1,
    }
    for path in places(said):
        odd = with_value(said, path, value)
        assert all(0 <= each.tmdb_id < 2**31 for each in read_list(odd).films)
        assert all(0 <= each < 2**31 for each in read_changed_ids(odd)[0])


ODD_FILMS = {
    "huge id": {"id": 2**40},
    "zero byte": {"original_title": "a\0b", "title": "a\0b", "translations": None},
    "half a pair": {"original_title": "\ud800", "translations": None},
    "long language": {"original_language": "x" * 500},
    "infinite votes": {"images": {"posters": [poster("/a.jpg", vote_count=float("inf"))]}},
    "everything a list": dict.fromkeys(("credits", "videos", "images", "release_dates"), [[]]),
    "long text": {
        "translations": {"translations": [{"iso_639_1": "hu", "data": {"overview": "x" * 10**6}}]}
    },
}


@on_both_backends
def test_odd_films_stop_no_run(tmdb: FakeTmdb, sync: SyncFilms) -> None:
    for number, odd in enumerate(ODD_FILMS.values(), 100):
        tmdb.add(film(number, f"Film {number}", cinema="2026-12-17"))
        body = json.dumps({**tmdb.films[number], **odd}).encode()
        tmdb.faults[f"/movie/{number}"] = [fake.status(200, body=body)]
    tmdb.add(film(8, "Kontroll", cinema="2026-12-17"))
    report = sync()
    assert report.stopped_by is None
    assert "Kontroll" in titles()
    assert {each.tmdb_id for each in report.failed} <= set(range(100, 100 + len(ODD_FILMS)))


@pytest.fixture
def client(tmdb: FakeTmdb, tmp_path: Path) -> Iterator[Tmdb]:
    settings = Settings.from_env({"DATA_DIR": str(tmp_path), **tmdb.env})
    with Tmdb(settings, timeout_s=2, sleep=lambda _: None, tries_again=0) as client:
        yield client


PACKED = {"Content-Encoding": "gzip"}


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(fake.status(200, body='{"a": "é"}'.encode("latin-1")), id="latin-1"),
        pytest.param(fake.status(200, body=b"\xff\xfe{"), id="broken utf-16"),
        pytest.param(fake.wrong_json("[" * 200_000), id="deep"),
        pytest.param(fake.wrong_json("9" * 10_000), id="long number"),
        pytest.param(
            fake.status(200, body=gzip.compress(b" " * (MAX_BYTES + 1)), **PACKED), id="bomb"
        ),
        pytest.param(fake.status(200, body=b"{}", **PACKED), id="not packed"),
        pytest.param(fake.status(200, body=b" " * (MAX_BYTES + 1)), id="huge"),
        pytest.param(fake.status(400, body=b'{"status_code": []}'), id="list for a code"),
        pytest.param(fake.status(404, body=b'{"status_code": {}}'), id="object for a code"),
        pytest.param(fake.status(301, Location="https://elsewhere.example/"), id="elsewhere"),
        pytest.param(fake.status(307, Location="file:///etc/passwd"), id="file"),
        pytest.param(fake.status(204), id="nothing"),
        pytest.param(fake.status(429, **{"Retry-After": "9" * 400}), id="for ever"),
        pytest.param(
            fake.status(429, **{"Retry-After": "Mon, 01 Jan 99999999999 0:0:0 +9999"}), id="date"
        ),
        pytest.param(fake.status(429, **{"Retry-After": "-5"}), id="before"),
        pytest.param(fake.status(401, body=b'{"status_message": "\\u001b[2Jgone"}'), id="terminal"),
    ],
)
def test_answers_that_cannot_be_used_are_named(
    tmdb: FakeTmdb, client: Tmdb, fault: fake.Fault
) -> None:
    tmdb.faults["/movie/1"] = [fault]
    with pytest.raises(CatalogueError, match="TMDB") as caught:
        client.get("/movie/1")
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("pages", [10**9, HUGE, 500])
def test_list_ends_where_its_pages_are_empty(tmdb: FakeTmdb, client: Tmdb, pages: int) -> None:
    empty = fake.wrong_json(json.dumps({"results": [], "total_pages": pages, "total_results": 9}))
    tmdb.faults = {path: [empty] * 5000 for path in ("/discover/movie", "/movie/changes")}
    day = date(2026, 12, 17)
    assert find_premieres(client, "HU", day, day) == {}
    assert find_changed(client, day, day) == {}
    assert client.requests < 20


def test_posters_of_odd_shapes_can_be_shown(tmdb: FakeTmdb, sync: SyncFilms) -> None:
    odd = [poster("/a.jpg", height=HUGE), poster("/b.jpg", height=1), poster("/c.jpg")]
    tmdb.add(film(7, "Szerelem", posters=odd))
    desk = CatalogueDesk(services().settings)
    shown = desk.find_posters(MovieLink(7, "hu", gone=False, seen_at=fake.clock.now()))
    assert [each.url.rpartition("/")[2] for each in shown] == ["c.jpg"]
    assert TO_JUDGE[0] in shown[0].url
