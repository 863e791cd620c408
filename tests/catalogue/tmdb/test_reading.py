"""What TMDB's answers mean for Mozi: recorded shapes, odd ones included."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from mozi.catalogue.tmdb.films import FilmPremiere, Found, Reader
from mozi.catalogue.tmdb.reading import (
    picture_languages,
    picture_url,
    read_film,
    read_list,
    read_picture_base,
)
from mozi.errors import CatalogueFailed
from tests.support.tmdb import film, poster, release

READER = Reader(
    region="HU",
    poster_languages=("hu", "original", "en", "none"),
    picture_base="https://image.example.org/t/p/",
    today=date(2026, 6, 1),
)


def value_of(column: str, **parts: Any) -> Any:
    """Return one field of a film with these parts."""
    return read_film({**film(7, "Szerelem"), **parts}, READER).values[column]


def premieres_of(*releases: tuple[int, str]) -> list[tuple[str, str]]:
    read = read_film(film(7, "Szerelem", releases=releases), READER).premieres
    return [(each.kind, each.day.isoformat()) for each in read]


@pytest.mark.parametrize(
    ("releases", "premieres"),
    [
        ([(3, "2026-12-17")], [("cinema", "2026-12-17")]),
        ([(2, "2026-12-10")], [("cinema", "2026-12-10")]),
        ([(2, "2026-12-10"), (3, "2026-12-17")], [("cinema", "2026-12-17")]),
        ([(3, "2026-12-24"), (3, "2026-12-17")], [("cinema", "2026-12-17")]),
        ([(1, "2026-05-01"), (5, "2026-06-01"), (6, "2026-07-01")], []),
        ([(4, "2027-02-01"), (4, "2027-01-01")], [("streaming", "2027-01-01")]),
        (
            [(3, "2026-12-17"), (4, "2027-01-01")],
            [("cinema", "2026-12-17"), ("streaming", "2027-01-01")],
        ),
        # More than 180 days later: a re-release. Not one: a limited release before or soon after.
        ([(3, "2026-01-01"), (3, "2026-06-30")], [("cinema", "2026-01-01")]),
        (
            [(3, "2026-01-01"), (2, "2026-07-01")],
            [("cinema", "2026-01-01"), ("rerelease", "2026-07-01")],
        ),
        # Of several the earliest that is not past; today counts; where all are past, the latest.
        (
            [(3, "1999-08-05"), (3, "2019-09-12"), (3, "2027-01-07"), (3, "2026-09-03")],
            [("cinema", "1999-08-05"), ("rerelease", "2026-09-03")],
        ),
        (
            [(3, "1999-08-05"), (3, "2026-06-01"), (3, "2026-09-03")],
            [("cinema", "1999-08-05"), ("rerelease", "2026-06-01")],
        ),
        (
            [(3, "1999-08-05"), (3, "2009-01-01"), (3, "2019-09-12")],
            [("cinema", "1999-08-05"), ("rerelease", "2019-09-12")],
        ),
        # The day as it stands there, whatever the zone says.
        ([(3, "2026-12-17T23:59:59.000-11:00")], [("cinema", "2026-12-17")]),
        ([(3, "2026-12-17T00:00:00.000+14:00")], [("cinema", "2026-12-17")]),
        ([(3, "2026-13-45"), (3, ""), (3, "17/12/2026"), (3, "0000-01-01")], []),
    ],
)
def test_premieres(releases: list[tuple[int, str]], premieres: list[tuple[str, str]]) -> None:
    assert premieres_of(*releases) == premieres


@pytest.fixture(params=["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Budapest"])
def _machine_zone(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("_machine_zone")
def test_machines_zone_moves_no_day() -> None:
    days = ["2026-03-29", "2026-10-25", "2026-12-31", "2028-02-29"]
    for day in days:
        assert premieres_of((3, day)) == [("cinema", day)]


def test_other_regions_dates_do_not_count() -> None:
    said = film(7, "Szerelem", cinema="2026-12-17", region="AT")
    assert read_film(said, READER).premieres == ()
    at = Reader("AT", READER.poster_languages, READER.picture_base, READER.today)
    assert read_film(said, at).premieres == (FilmPremiere("cinema", date(2026, 12, 17)),)


def translation(language: str, region: str, **data: str) -> dict[str, Any]:
    return {"iso_639_1": language, "iso_3166_1": region, "data": data}


NO_TEXTS = {"translations": {"translations": []}, "original_title": "Love"}
OTHER_TITLES = {
    "titles": [
        {"iso_3166_1": "US", "title": "Amour", "type": ""},
        {"iso_3166_1": "HU", "title": "Munkacím", "type": "working title"},
        {"iso_3166_1": "HU", "title": "Szeretet", "type": ""},
    ]
}


@pytest.mark.parametrize(
    ("parts", "title", "original_title"),
    [
        ({"original_title": "Love"}, "Szerelem", "Love"),
        ({}, "Szerelem", None),
        ({**NO_TEXTS, "alternative_titles": OTHER_TITLES}, "Szeretet", "Love"),
        (NO_TEXTS, "Love", None),
        ({**NO_TEXTS, "original_title": "Szerelem", "original_language": "hu"}, "Szerelem", None),
        (
            {**NO_TEXTS, "translations": {"translations": [translation("hu", "HU", title="")]}},
            "Love",
            None,
        ),
        (
            {**NO_TEXTS, "translations": {"translations": [translation("de", "DE", title="X")]}},
            "Love",
            None,
        ),
        ({**NO_TEXTS, "original_title": None, "title": "Love"}, "Love", None),
        ({**NO_TEXTS, "original_title": "L" * 400}, "L" * 300, None),
    ],
)
def test_titles(parts: dict[str, Any], title: str, original_title: str | None) -> None:
    assert value_of("title", **parts) == title
    assert value_of("original_title", **parts) == original_title


@pytest.mark.parametrize(
    ("column", "parts", "value"),
    [
        ("synopsis", {}, "Szerelem története."),
        ("synopsis", {"translations": None, "overview": "In English."}, None),
        (
            "synopsis",
            {"translations": {"translations": [translation("en", "US", overview="No.")]}},
            None,
        ),
        ("genres", {"genres": [{"id": 878}, {"id": 12}]}, ("sci-fi", "kaland")),
        (
            "genres",
            {"genres": [{"id": 9999, "name": "Kísérleti"}, {"id": 18}, 5, None]},
            ("kísérleti", "dráma"),
        ),
        ("director", {}, ("Makk Károly",)),
        ("director", {"credits": {"crew": "?", "cast": None}}, ()),
        (
            "cast",
            {"credits": {"cast": [{"name": f"{n:02}", "order": 20 - n} for n in range(20)]}},
            tuple(f"{n:02}" for n in range(19, 9, -1)),
        ),
        (
            "cast",
            {"credits": {"cast": [{"name": "A; B", "order": 0}, {"name": "A, B"}]}},
            ("A, B",),
        ),
        ("country", {}, ("Egyesült Államok",)),
        ("country", {"production_countries": [], "origin_country": ["HU"]}, ("Magyarország",)),
        ("country", {"production_countries": [{"iso_3166_1": "XX"}]}, ()),
        ("year", {"release_date": "2025-05-20"}, 2025),
        ("year", {"release_date": ""}, None),
        ("original_language", {"original_language": "fr"}, "fr"),
        ("original_language", {"original_language": "cn"}, "yue"),
        ("original_language", {"original_language": "xx"}, None),
        ("runtime_minutes", {"runtime": 0}, None),
        ("runtime_minutes", {"runtime": 5000}, None),
        ("runtime_minutes", {"runtime": 92}, 92),
    ],
)
def test_fields(column: str, parts: dict[str, Any], value: object) -> None:
    assert value_of(column, **parts) == value


@pytest.mark.parametrize(
    ("releases", "mark"),
    [
        ([release(3, "2026-12-17", "16")], "16"),
        ([release(3, "2026-12-17", " 12+ ")], "12"),
        ([release(3, "2026-12-17", "kn")], "KN"),
        ([release(3, "2026-12-17", "PG-13")], None),
        ([release(4, "2026-01-01", "18"), release(3, "2026-12-17", "16")], "16"),
        ([release(3, "2026-12-17"), release(4, "2027-01-01", "18")], "18"),
    ],
)
def test_age_mark(releases: list[dict[str, Any]], mark: str | None) -> None:
    places = {"results": [{"iso_3166_1": "HU", "release_dates": releases}]}
    assert value_of("age_rating", release_dates=places) == mark


def video(key: str, language: str, **changes: Any) -> dict[str, Any]:
    given = {"key": key, "iso_639_1": language, "site": "YouTube", "type": "Trailer"}
    return {**given, "official": True, **changes}


@pytest.mark.parametrize(
    ("videos", "key"),
    [
        ([video("english0001", "en"), video("magyar00001", "hu")], "magyar00001"),
        ([video("german00001", "de"), video("english0001", "en")], "english0001"),
        ([video("fan00000001", "hu", official=False), video("magyar00001", "hu")], "magyar00001"),
        ([video("teaser00001", "hu", type="Teaser"), video("1234567", "hu", site="Vimeo")], None),
        ([video("../../evil?", "hu")], None),
    ],
)
def test_trailer(videos: list[dict[str, Any]], key: str | None) -> None:
    found = value_of("trailer_url", videos={"results": videos})
    assert found == (key and f"https://www.youtube.com/watch?v={key}")


@pytest.mark.parametrize(
    ("posters", "path"),
    [
        ([poster("/en.jpg", "en", vote_average=9.0), poster("/hu.jpg")], "hu.jpg"),
        ([poster("/none.jpg", None), poster("/ja.jpg", "ja")], "ja.jpg"),
        ([poster("/none.jpg", None), poster("/en.jpg", "en")], "en.jpg"),
        ([poster("/a.jpg", vote_average=5.1), poster("/b.jpg", vote_average=5.2)], "b.jpg"),
        ([poster("/a.jpg", vote_count=3), poster("/b.jpg", vote_count=4)], "b.jpg"),
        ([poster("/small.jpg", width=779), poster("/en.jpg", "en", width=780)], "en.jpg"),
        ([poster("/small.jpg", width=779)], None),
        ([poster("/de.jpg", "de")], None),
        ([poster("//evil.example/x.jpg"), poster("/../x.jpg")], None),
        ([poster("/null.jpg", vote_average=None, vote_count=float("nan"))], "null.jpg"),
    ],
)
def test_poster(posters: list[dict[str, Any]], path: str | None) -> None:
    found = value_of("poster_url", images={"posters": posters}, original_language="ja")
    assert found == (path and f"https://image.example.org/t/p/original/{path}")


@pytest.mark.parametrize("odd", [None, 5, "?", [], {}, [None], {"results": None}])
def test_odd_parts_read_as_absent(odd: object) -> None:
    known = {"id": 7, "original_title": "Szerelem"}
    read = read_film({**dict.fromkeys(film(7, "Szerelem"), odd), **known}, READER)
    assert read.values["title"] == "Szerelem"
    assert read.premieres == read.posters == ()
    assert read.imdb_id is None


@pytest.mark.parametrize("said", [{}, {"id": 7}, {"title": "X"}, {"id": "7", "title": "X"}])
def test_answer_without_id_or_title_is_no_film(said: dict[str, Any]) -> None:
    with pytest.raises(CatalogueFailed, match="no film"):
        read_film(said, READER)


def test_list_leaves_out_what_has_no_id() -> None:
    said = {
        "results": [
            {"id": 7, "title": "Szerelem", "release_date": "1971-01-21", "poster_path": "/a.jpg"},
            {"title": "?"},
            None,
        ],
        "total_pages": 3,
        "total_results": 42,
    }
    page = read_list(said)
    assert page.films == (Found(7, "Szerelem", None, 1971, "/a.jpg"),)
    assert (page.pages, page.results) == (3, 42)
    assert read_list({"movie_results": [{"id": 8}]}).films == (Found(8, ""),)


def test_addresses_of_pictures() -> None:
    base = read_picture_base({"images": {"secure_base_url": "https://i.example.org/t/p"}})
    assert picture_url(base, "/a.jpg", size="w342") == "https://i.example.org/t/p/w342/a.jpg"
    assert picture_languages(("hu", "original", "en", "none"), "en") == "hu,en,null"
    with pytest.raises(CatalogueFailed):
        read_picture_base({"images": {"secure_base_url": "javascript:x"}})
