"""/kereses and /filmek as a visitor asks them."""

from __future__ import annotations

import gzip
import re
from datetime import date
from itertools import product

import pytest
from flask.testing import FlaskClient

from mozi.calendar.pages import alphabet
from mozi.services import services
from tests.conftest import on_both_backends
from tests.support.factories import make_movie, make_variants

TITLE = re.compile(r'class="card__title"[^>]*>([^<]*)<')


def found(client: FlaskClient, query: str, path: str = "/kereses") -> list[str]:
    answer = client.get(path, query_string={"q": query})
    assert answer.status_code == 200
    return TITLE.findall(answer.text)


def listed(client: FlaskClient, address: str = "/filmek") -> list[str]:
    answer = client.get(address)
    assert answer.status_code == 200
    return TITLE.findall(answer.text)


REMEMBERED = (
    *("arvizturo", "ÁRVÍZTŰRŐ", "  árvíztűrő   tükör", "tukorfurogep", "arvizt"),
    *("flood proof", "FLOOD", "antal nimrod", "Csányi", "csanyi antal flood"),
)
MISTYPED = ("arviztüro", "arvzturo", "arvizturoo", "rávizturo", "csanyu", "nimrod antel")


@on_both_backends
def test_a_movie_is_found_by_what_one_remembers(client: FlaskClient) -> None:
    make_movie(
        title="Árvíztűrő tükörfúrógép", original_title="Flood-Proof Mirror Drill",
        director=("Antal Nimród",), cast=("Csányi Sándor", "Balla Eszter"),
    )  # fmt: skip
    make_movie(title="Kontroll", director=("Nimród Antal",), cast=("Pindroch Csaba",))
    for query in (*REMEMBERED, *MISTYPED):
        assert "Árvíztűrő tükörfúrógép" in found(client, query), query
        assert found(client, query) == found(client, query, "/en/kereses")


def test_a_match_by_a_person_says_whose_name_matched(client: FlaskClient) -> None:
    make_movie(title="Persona", director=("Ingmar Bergman",))
    make_movie(title="Casablanca", cast=("Ingrid Bergman",))
    html = client.get("/kereses?q=bergman").text
    assert "Rendező: Ingmar Bergman" in html
    assert "Szereplő: Ingrid Bergman" in html
    assert "Rendező:" not in client.get("/kereses?q=persona").text


def test_a_genre_is_found_and_leads_to_its_films(client: FlaskClient) -> None:
    make_movie(title="Madarak", genres=("horror",))
    html = client.get("/kereses?q=Horror").text
    assert TITLE.findall(html) == ["Madarak"]
    assert '<a href="/filmek?genre=horror">' in html


def test_what_is_only_near_is_said_to_be(client: FlaskClient) -> None:
    make_movie(title="Mephisto")
    assert "Erre nincs pontos találat: „mefisto”" not in client.get("/kereses?q=mephisto").text
    assert "Erre nincs pontos találat: „mephsto”" in client.get("/kereses?q=mephsto").text


def test_nothing_found_is_said_and_leads_on(client: FlaskClient) -> None:
    html = client.get("/kereses?q=xyzzy").text
    assert "Nincs ilyen film, rendező, színész vagy műfaj: „xyzzy”." in html
    assert '<a href="/filmek">' in html


def test_without_a_query_this_week_is_offered(client: FlaskClient) -> None:
    make_movie(title="Őz", genres=("horror",))
    for address in ("/kereses", "/kereses?q=", "/kereses?q=%20%00"):
        html = client.get(address).text
        assert TITLE.findall(html) == ["Őz"]
        assert '<a href="/filmek?genre=horror">' in html
        assert 'name="q" value=""' in html


HOSTILE = (
    *('"', "'", "''", '"" OR ""', "*", "a*", "NEAR(a b)", "title:x", "-x", "^x", "{a b}: c", "("),
    *("AND", "OR NOT", "a AND", "%", "_", "%%%", "\\", "\\'", "x'); DROP TABLE movie; --"),
    *("a & b | !c", "a:*", "<->", "\x00", "a\x00b", "\ud7ff\uffff", "\u202e", "😀", "½", "ß"),
    *("ﷺ" * 50, "é" * 10_000, "a " * 5000, "aaa " * 5000, '"' * 10_000),
    *("<script>alert(1)</script>", '"><img src=x>'),
)


@on_both_backends
def test_no_query_is_an_error_or_code(client: FlaskClient) -> None:
    make_movie(title="Őz")
    for query in HOSTILE:
        answer = client.get("/kereses", query_string={"q": query})
        assert answer.status_code == 200, query
        assert not re.search(r"<script>alert|<img src=x|\x00|\u202e", answer.text)


def test_a_query_that_is_no_text_is_no_error(client: FlaskClient) -> None:
    for query in ("q=%FF%FE", "q=%", "q=a&q=b"):
        assert client.get(f"/kereses?{query}").status_code == 200


def test_more_than_a_page_has_further_pages(client: FlaskClient) -> None:
    for number in range(30):
        make_movie(title=f"Film {number}")
    first, second = client.get("/kereses?q=film").text, client.get("/kereses?q=film&oldal=2").text
    assert "30 film" in first
    assert 'href="/kereses?q=film&amp;oldal=2"' in first
    assert 'href="/kereses?q=film"' in second
    assert len({*TITLE.findall(first), *TITLE.findall(second)}) == 30
    for number in (0, 3, 100):
        assert client.get(f"/kereses?q=film&oldal={number}").status_code == 404


def test_what_is_found_is_not_kept_by_the_page_cache(client: FlaskClient) -> None:
    make_movie(title="Őz")
    first, again = client.get("/kereses?q=oz"), client.get("/kereses?q=oz")
    for answer in (first, again):
        assert answer.headers["Cache-Status"] == "mozi; fwd=bypass"
        assert answer.headers["Cache-Control"] == "no-cache"
        assert "Set-Cookie" not in answer.headers
    assert not list((services().settings.data_dir / "pages").glob("*"))
    assert first.headers["ETag"] == again.headers["ETag"]


def test_what_is_found_comes_compressed_and_is_asked_for_again_in_vain(client: FlaskClient) -> None:
    make_movie(title="Őz")
    answer = client.get("/kereses?q=oz", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "Őz" in gzip.decompress(answer.data).decode()
    etag = {"If-None-Match": answer.headers["ETag"]}
    assert client.get("/kereses?q=oz", headers=etag).status_code == 304


def test_a_movie_that_was_just_added_is_found(client: FlaskClient) -> None:
    assert found(client, "oz") == []
    make_movie(title="Őz")
    assert found(client, "oz") == ["Őz"]


def test_results_are_kept_out_of_search_engines(client: FlaskClient) -> None:
    assert '<meta name="robots" content="noindex, follow">' in client.get("/kereses?q=x").text
    assert "noindex" not in client.get("/kereses").text  # it offers the week and its genres


HUNGARIAN = (
    *("2001", "Ad Astra", "Ádám", "Azután", "Candy", "Cukor", "Csacsi", "Dűne", "Dzsungel", "Füst"),
    *("Gomb", "Gyalog", "Lúd", "Lyuk", "Nyár", "Ó, anyám", "Orr", "Ördög", "Őz", "Sör", "Szél"),
    *("Tyúk", "Ugri", "Űr", "Üveg", "Zene", "Zsír"),
)  # fmt: skip


@on_both_backends
def test_movies_stand_in_hungarian_order(client: FlaskClient) -> None:
    for title in reversed(HUNGARIAN):
        make_movie(title=title)
    assert listed(client) == list(HUNGARIAN)


def test_a_letter_has_its_movies_alone(client: FlaskClient) -> None:
    for title in HUNGARIAN:
        make_movie(title=title)
    assert listed(client, "/filmek?betu=c") == ["Candy", "Cukor"]
    assert listed(client, "/filmek?betu=cs") == ["Csacsi"]
    assert listed(client, "/filmek?betu=%C3%96") == ["Ördög", "Őz"]
    assert listed(client, "/filmek?betu=0-9") == ["2001"]


def test_letters_lead_only_where_movies_are(client: FlaskClient) -> None:
    make_movie(title="Csacsi")
    html = client.get("/filmek").text
    assert 'href="/filmek?betu=cs"' in html
    assert 'href="/filmek?betu=c"' not in html


def test_pages_of_movies_follow_each_other(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alphabet, "PER_PAGE", 2)
    for title in ("Alma", "Béka", "Cica"):
        make_movie(title=title)
    assert 'href="/filmek?oldal=2" rel="next"' in client.get("/filmek").text
    second = client.get("/filmek?oldal=2").text
    assert TITLE.findall(second) == ["Cica"]
    assert 'href="/filmek" rel="prev"' in second


def test_pages_of_movies_that_cannot_be_are_not_found(client: FlaskClient) -> None:
    make_movie(title="Alma")
    for query in ("betu=%C5%91", "betu=xx", "oldal=0", "oldal=-1", "oldal=2", f"oldal={10**12}"):
        assert client.get(f"/filmek?{query}").status_code == 404


def test_a_calendar_without_movies_has_a_page_of_them(client: FlaskClient) -> None:
    assert "Itt most nincs film." in client.get("/filmek").text


LISTS = ("/", "/premierek/2026/11", "/premierek/2026", "/filmek")


FILTERED = {
    "kind=streaming": ["Béka"],
    "genre=dr%C3%A1ma": ["Alma", "Béka"],
    "age=16": ["Cica"],
    "kind=cinema&genre=dr%C3%A1ma&age=": ["Alma"],
    "kind=&genre=&age=": ["Alma", "Béka", "Cica"],
}


@on_both_backends
def test_filters_stand_in_the_address_of_every_list(client: FlaskClient) -> None:
    make_movie(title="Alma", genres=("dráma", "zenés"))
    make_movie(title="Béka", genres=("dráma",), kind="streaming")
    make_movie(title="Cica", genres=("drámai",), age_rating="16")
    for path, (query, left) in product(LISTS, FILTERED.items()):
        assert listed(client, f"{path}?{query}") == left
        assert listed(client, f"/en{path}?{query}") == left


def test_a_filter_that_no_movie_can_pass_is_not_found(client: FlaskClient) -> None:
    make_movie(genres=("dráma",))
    impossible = ("kind=x", "age=17", "genre=x", "genre=dr_ma", "genre=DR%C3%81MA", "genre=%00")
    for path, query in product(LISTS, impossible):
        assert client.get(f"{path}?{query}").status_code == 404


def test_a_filtered_list_has_one_canonical_address(client: FlaskClient) -> None:
    make_movie(age_rating="16")
    for path in LISTS:
        html = client.get(f"{path}?age=16&utm=x&kind=cinema").text
        address = f"http://localhost{path}?kind=cinema&amp;age=16"
        assert f'<link rel="canonical" href="{address}">' in html
        assert '<details class="panel filters" open>' in html
        assert '<option value="16" selected>' in html


def test_other_months_keep_the_filters(client: FlaskClient) -> None:
    for month in (11, 12):
        make_movie(premiere_date=date(2026, month, 27), age_rating="16")
    html = client.get("/premierek/2026/11?age=16").text
    assert 'href="/premierek/2026/12?age=16" rel="next"' in html


def test_a_genre_is_offered_in_the_language_of_the_page(client: FlaskClient) -> None:
    make_movie(genres=("dráma",))
    assert '<option value="dráma">dráma</option>' in client.get("/filmek").text
    assert '<option value="dráma">drama</option>' in client.get("/en/filmek").text


def test_results_show_posters(client: FlaskClient) -> None:
    movie = make_movie(title="Őz")
    url = make_variants(movie, "thumb")["thumb"]
    assert f'src="{url}"' in client.get("/kereses?q=oz").text
    assert f'src="{url}"' in client.get("/filmek").text
