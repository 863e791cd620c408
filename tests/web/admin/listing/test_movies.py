from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from mozi.calendar.editing.listing.admin_list import COUNTED, PAGE_LENGTH
from mozi.database import writing
from mozi.models import Movie, Premiere
from mozi.posters.build.publish import record_failure
from mozi.posters.messages import bad_status
from mozi.posters.queries import get_poster
from tests.calendar.pages.test_queries import counted_queries
from tests.support.factories import THURSDAY, make_movie, make_variants

SOURCE = "https://example.org/poster.jpg"


def titles(client: FlaskClient, query: str = "") -> list[str]:
    answer = client.get(f"/admin/movies?{query}")
    assert answer.status_code == 200
    return re.findall(r'row__title"><a [^>]*>([^<]+)<', answer.text)


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", ["Bors", "Ász", "Csiga"]),
        ("latest", ["Csiga", "Ász", "Bors"]),
        ("earliest", ["Bors", "Ász", "Csiga"]),
        ("title", ["Ász", "Bors", "Csiga"]),
        ("added", ["Csiga", "Ász", "Bors"]),
        ("nonsense", ["Bors", "Ász", "Csiga"]),
    ],
)
def test_the_list_can_be_sorted(anna: FlaskClient, sort: str, order: list[str]) -> None:
    for number, title in enumerate(("Bors", "Ász", "Csiga")):
        make_movie(title=title, premiere_date=THURSDAY + timedelta(days=number))
    assert titles(anna, f"sort={sort}") == order


def test_a_search_needs_no_accents_and_puts_the_best_first(anna: FlaskClient) -> None:
    make_movie(title="Az őz", director=("Körte Ödön",))
    make_movie(title="Körte")
    make_movie(title="Más")
    assert titles(anna, "q=KORTE") == ["Körte", "Az őz"]
    assert titles(anna, "q=korte&sort=title") == ["Az őz", "Körte"]


def test_the_list_can_be_narrowed(anna: FlaskClient) -> None:
    make_movie(title="Bare", premiere_date=THURSDAY + timedelta(days=30))
    failed = make_movie(title="Failed", premiere_date=THURSDAY - timedelta(1), poster_url=SOURCE)
    make_movie(title="Now", poster_url=SOURCE)
    make_movie(
        title="Off", premiere_date=THURSDAY + timedelta(8), poster_url=SOURCE, status="cancelled"
    )
    error = bad_status(404)
    record_failure(get_poster(failed), error, first_pause_s=600)
    assert titles(anna, "state=no_poster") == ["Bare"]
    assert titles(anna, "state=failed") == ["Failed"]
    assert titles(anna, "period=this_week") == ["Now"]
    assert titles(anna, "state=cancelled") == ["Off"]
    assert "nincs ott semmi" in anna.get("/admin/movies?state=failed").text


def test_a_thumb_is_shown_where_there_is_one(anna: FlaskClient) -> None:
    urls = make_variants(make_movie())
    assert urls["thumb"] in anna.get("/admin/movies").text


def many(count: int) -> None:
    with writing() as session:
        session.add_all(
            Movie(
                title=f"Film {number:03}",
                premieres=[Premiere(first=True, premiere_date=THURSDAY + timedelta(days=number))],
            )
            for number in range(count)
        )


def test_a_long_list_has_pages(anna: FlaskClient) -> None:
    many(2 * PAGE_LENGTH + 1)
    assert len(titles(anna)) == PAGE_LENGTH
    assert titles(anna, "page=3&sort=latest") == ["Film 000"]
    first, last = (anna.get(f"/admin/movies?page={number}&sort=latest").text for number in (1, 3))
    assert f"1–{PAGE_LENGTH}., összesen 101 film" in first
    assert 'href="/admin/movies?page=2&amp;sort=latest" rel="next"' in first
    assert 'rel="next"' not in last
    assert 'rel="prev"' in last


@pytest.mark.parametrize("page", ["0", "-1", "x", "99", "99999999999999", "٣"])
def test_a_page_that_is_not_there_is_one_that_is(anna: FlaskClient, page: str) -> None:
    make_movie(title="Bors")
    assert titles(anna, f"page={page}") == ["Bors"]


def test_the_number_is_counted_no_further_than_it_says(
    anna: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert COUNTED >= 1000
    monkeypatch.setattr("mozi.calendar.editing.listing.admin_list.COUNTED", 60)
    many(2 * PAGE_LENGTH + 1)
    text = anna.get("/admin/movies?page=2").text
    assert "51–100., összesen több mint 60 film" in text
    assert 'rel="next"' in text


def test_an_empty_calendar_leads_to_the_first_film(anna: FlaskClient) -> None:
    text = anna.get("/admin/movies").text
    assert "Még nincs film a naptárban." in text
    assert 'href="/admin/movies/new"' in text


def test_nothing_found_says_so(anna: FlaskClient) -> None:
    make_movie()
    assert "Nincs ilyen film." in anna.get("/admin/movies?q=xyzzy").text


def test_titles_cannot_write_html(anna: FlaskClient) -> None:
    make_movie(title="<script>alert(1)</script>")
    assert "<script>alert" not in anna.get("/admin/movies").text


def test_the_list_speaks_english_under_en(anna: FlaskClient) -> None:
    make_movie(title="Bors")
    text = anna.get("/en/admin/movies").text
    assert "no poster" in text
    assert re.search(r'href="/en/admin/movies/\d+"', text)


def test_the_list_takes_as_many_queries_whatever_its_length(anna: FlaskClient) -> None:
    def queries() -> int:
        with counted_queries() as count:
            titles(anna)
        return len(count)

    many(2)
    titles(anna)
    few = queries()
    many(PAGE_LENGTH)
    titles(anna)
    assert queries() <= few  # a full page needs none for what is past
