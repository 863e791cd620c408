"""The pages as a browser gets them."""

from __future__ import annotations

import gzip
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from mozi.calendar.pages import queries
from mozi.database import writing
from mozi.models import Movie, PosterVariant
from mozi.storage import Storage
from tests.conftest import Leap, MakeApp
from tests.support.factories import (
    THURSDAY,
    add_premiere,
    make_movie,
    make_variants,
    update_movie,
)

STYLE = Path(__file__).parents[3] / "static/film.css"
API = "/api/v1/premieres"
SOURCE = "https://example.org/poster.jpg"
# Files of ours, and data, which no browser runs.
ALLOWED = r'(src="/static/|type="application/ld\+json">)'


def get(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.text


def words(html: str) -> str:
    """Return what stands between the tags."""
    return " ".join(re.sub(r"<[^>]*>", "", html).split())


def test_the_index_says_the_week_and_each_day_once(client: FlaskClient) -> None:
    for title in ("Kontroll", "Mephisto"):
        make_movie(title=title)
    html = get(client, "/")
    assert "Ezen a héten" in html
    assert "november 26–december 2." in html
    assert words(html).count("november 26., csütörtök") == 1
    assert html.index("Kontroll") < html.index("Mephisto")


def test_an_empty_calendar_says_so(client: FlaskClient) -> None:
    assert "Ezen a héten nincs új bemutató." in get(client, "/")


@pytest.mark.parametrize("path", ["/", "/premierek/2026/11", "/premierek/2026", "/filmek"])
def test_filters_that_leave_nothing_are_what_is_said_and_cleared(
    client: FlaskClient, path: str
) -> None:
    make_movie(title="Kontroll", kind="cinema")
    html = get(client, f"{path}?kind=streaming")
    assert "Ezekkel a szűrőkkel itt nincs film." in html
    assert "nincs új bemutató" not in html
    assert f'<span><a href="{path}">Szűrők törlése</a></span>' in html
    assert "Ezekkel a szűrőkkel" not in get(client, path)


def test_a_card_links_the_movie_and_its_picture_whose_title_is_said_once(
    client: FlaskClient,
) -> None:
    movie_id = make_movie(title="Őz")
    url = make_variants(movie_id, "thumb")["thumb"]
    html = get(client, "/")
    assert f'href="/film/{movie_id}-oz"' in html
    assert f'src="{url}" width="342" height="513" alt=""' in html


def test_a_movie_without_a_poster_has_a_tile_and_no_picture(client: FlaskClient) -> None:
    movie_id = make_movie(title="őz")
    html = get(client, "/")
    assert "<img" not in html
    assert f'<span class="tile hue-{movie_id % 6}" aria-hidden="true">Ő</span>' in html


def test_nothing_that_visitors_read_asks_the_storage(
    client: FlaskClient, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_variants(make_movie(title="Őz"), "thumb")
    make_movie(title="Kép", poster_url=SOURCE)
    for name in ("put", "get", "exists", "headers", "list", "delete"):
        monkeypatch.setattr(storage, name, lambda *_, **__: pytest.fail("the storage was asked"))
    for path in ("/", "/premierek/2026/11", "/premierek/2026", "/film/1-oz", "/film/2-kep"):
        get(client, path)
    for path in ("/filmek", "/kereses?q=oz", "/naptar.ics", "/rss.xml", "/sitemap.xml", API):
        get(client, path)


def test_only_the_first_row_of_pictures_is_fetched_at_once(client: FlaskClient) -> None:
    for number in range(10):
        make_movie(title=f"Film {number}", poster_url=SOURCE)
    make_movie(premiere_date=THURSDAY + timedelta(days=8), poster_url=SOURCE)
    pictures = re.findall(r'<img class="poster"[^>]*>', get(client, "/"))
    low = [index for index, tag in enumerate(pictures) if 'fetchpriority="low"' in tag]
    assert low == [0, 1, 2, 3, 4, 5]  # after the style sheet, the font and the backdrop
    assert not any('fetchpriority="high"' in tag for tag in pictures)
    assert not any('loading="lazy"' in tag for tag in pictures[:6])
    assert all('loading="lazy" decoding="async"' in tag for tag in pictures[6:])


def test_a_backdrop_is_decoration(client: FlaskClient) -> None:
    make_movie(poster_url=SOURCE)
    html = get(client, "/")
    (backdrop,) = re.findall(r'<img class="backdrop"[^>]*>', html)
    assert ".blurred.jpg" in backdrop
    assert 'alt="" aria-hidden="true"' in backdrop


@pytest.mark.parametrize("path", ["/", "/premierek/2026/11", "/premierek/2026"])
def test_a_cancelled_movie_is_shown_as_such(client: FlaskClient, path: str) -> None:
    make_movie(status="cancelled")
    assert "elmarad" in get(client, path)


def test_no_movie_can_write_html(client: FlaskClient) -> None:
    hostile = '<script>alert(1)</script>" onload="x'
    movie_id = make_movie(title=hostile, synopsis=hostile, cast=(hostile,), poster_url=SOURCE)
    for path in ("/", client.get(f"/film/{movie_id}").location):
        html = get(client, path)
        assert "<script>" not in html
        assert '" onload="x' not in html


def test_pages_hold_no_inline_style_or_script_but_data(client: FlaskClient) -> None:
    path = client.get(f"/film/{make_movie(poster_url=SOURCE)}").location
    for html in (get(client, "/"), get(client, path), get(client, "/nincs", 404)):
        assert not re.search(rf"<style|<script(?! {ALLOWED})|\sstyle=|\son\w+=", html)


def test_a_public_page_sets_no_cookie_and_is_checked_each_time(client: FlaskClient) -> None:
    answer = client.get("/")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "Set-Cookie" not in answer.headers


def test_a_month_keeps_later_dates_apart(client: FlaskClient) -> None:
    make_movie(title="Day")
    make_movie(title="Some day", date_precision="month")
    html = get(client, "/premierek/2026/11")
    assert html.index("csütörtök") < html.index("Pontos dátum később")
    assert html.index("Később ebben a hónapban") < html.index("Some day")


def test_a_month_to_come_says_when_its_undated_movies_open(client: FlaskClient) -> None:
    make_movie(date_precision="month", premiere_date=date(2027, 2, 1))
    assert "Valamikor 2027. februárban" in get(client, "/premierek/2027/02")


def test_a_year_says_when_its_undated_movies_open(client: FlaskClient) -> None:
    make_movie(date_precision="year", premiere_date=date(2027, 1, 1))
    assert "Valamikor 2027-ben" in get(client, "/premierek/2027")


def test_months_and_years_link_their_neighbours(client: FlaskClient) -> None:
    for day in (date(2025, 3, 5), THURSDAY, date(2027, 2, 1)):
        make_movie(premiere_date=day)
    month, year = get(client, "/premierek/2026/11"), get(client, "/premierek/2026")
    assert 'href="/premierek/2025/03" rel="prev"' in month
    assert 'href="/premierek/2027/02" rel="next"' in month
    assert 'href="/premierek/2025" rel="prev"' in year
    assert 'href="/premierek/2027" rel="next"' in year


@pytest.mark.parametrize(
    "path",
    [
        "/premierek/2026/00",
        "/premierek/2026/13",
        "/premierek/1887",
        "/premierek/2201/01",
        "/premierek/0000",
        "/premierek/20266",
        "/film/-1-x",
        "/film/2147483648",
        "/film/2147483648-x",
        f"/film/{'9' * 400}-x",
        "/film/kontroll",
    ],
)
def test_what_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    assert "Ez az oldal nincs műsoron" in get(client, path, 404)


@pytest.mark.parametrize(
    "spelling", ["{0}-other", "{0}", "00{0}-kontroll", "{0}-Kontroll", "{0}-%0A"]
)
def test_another_spelling_leads_to_the_right_address(client: FlaskClient, spelling: str) -> None:
    movie_id = make_movie(title="Kontroll")
    answer = client.get(f"/film/{spelling.format(movie_id)}")
    assert (answer.status_code, answer.location) == (301, f"/film/{movie_id}-kontroll")
    assert answer.headers["Cache-Control"] == "public, max-age=300"


def test_a_movie_says_what_is_known(client: FlaskClient) -> None:
    movie_id = make_movie(
        title="Kontroll",
        original_title="Control",
        premiere_date=THURSDAY + timedelta(days=12),
        genres=("dráma", "thriller"),
        runtime_minutes=105,
        age_rating="16",
        director=("Antal Nimród",),
        cast=("Csányi Sándor", "Balla Eszter"),
        country=("magyar",),
        distributor="Budapest Film",
        kind="rerelease",
        synopsis="Ellenőrök a föld alatt.",
    )
    html = get(client, f"/film/{movie_id}-kontroll")
    for said in (
        *("Control", "2026. december 8., kedd", "12 nap múlva", "dráma, thriller", "105 perc"),
        *("Antal Nimród", ">Csányi Sándor</a>, ", "magyar", "Budapest Film"),
        *(
            "újra a mozikban",
            "tizenhat éven aluliak számára nem ajánlott",
            "Ellenőrök a föld alatt.",
        ),
    ):
        assert said in html


def test_a_fact_that_is_not_known_is_left_out(client: FlaskClient) -> None:
    html = get(client, f"/film/{make_movie(title='Kontroll')}-kontroll")
    assert re.findall("<dt>([^<]+)</dt>", html) == ["Bemutató"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("", ["1972", "angol", "szinkronos és feliratos", 'lang="en">The Godfather<']),
        ("/en", ["1972", "English", "dubbed into Hungarian or with Hungarian subtitles"]),
    ],
)
def test_a_movie_says_when_and_in_which_language_it_was_made_and_is_shown(
    client: FlaskClient, language: str, said: list[str]
) -> None:
    film = {"original_title": "The Godfather", "original_language": "en", "year": 1972}
    movie_id = make_movie(title="A keresztapa", language_version="both", **film)
    html = get(client, f"{language}/film/{movie_id}-a-keresztapa")
    assert [each for each in said if each not in html] == []
    assert '<p class="card__original" lang="en">The Godfather</p>' in get(client, f"{language}/")


def test_each_premiere_of_a_movie_says_how_it_is_shown(client: FlaskClient) -> None:
    movie_id = make_movie(title="Kontroll", language_version="subtitled")
    add_premiere(movie_id, premiere_date=date(2027, 3, 4), language_version="dubbed")
    _, first, second = get(client, f"/film/{movie_id}-kontroll").split("premieres__kind")
    assert ">feliratos<" in first
    assert ">szinkronos<" in second


def test_a_movie_shows_its_sharp_and_its_blurred_poster(client: FlaskClient) -> None:
    movie_id = make_movie(title="Kontroll")
    urls = make_variants(movie_id)
    html = get(client, f"/film/{movie_id}-kontroll")
    assert f'src="{urls["poster"]}" width="780" height="1170"' in html
    assert f'src="{urls["blurred"]}" width="200" height="300"' in html


@pytest.mark.parametrize(
    ("address", "linked"),
    [
        ("https://example.org/t?a=1", True),
        ("javascript:alert(1)", False),
        ("//example.org/t", False),
        ("http://[", False),
    ],
)
def test_a_trailer_is_linked_on_the_web_only(
    client: FlaskClient, address: str, linked: bool
) -> None:
    movie_id = make_movie(title="Kontroll", trailer_url=address)
    html = get(client, f"/film/{movie_id}-kontroll")
    assert (f'href="{address}" rel="noopener noreferrer"' in html) == linked
    assert (address in html) == linked


@pytest.mark.parametrize("precision", ["month", "year"])
def test_a_movie_without_a_day_says_no_distance(client: FlaskClient, precision: str) -> None:
    movie_id = make_movie(title="Kontroll", date_precision=precision)
    html = get(client, f"/film/{movie_id}-kontroll")
    assert "csütörtök" not in html.split("<footer")[0]
    assert "film__distance" not in html


def test_movies_link_their_neighbours(client: FlaskClient) -> None:
    first, middle, last = (make_movie(title=title) for title in ("Ász", "Bors", "Csiga"))
    html = get(client, f"/film/{middle}-bors")
    assert f'href="/film/{first}-asz" rel="prev"' in html
    assert f'href="/film/{last}-csiga" rel="next"' in html


def test_the_canonical_address_is_the_site_s_whatever_the_host(make_app: MakeApp) -> None:
    client = make_app(SITE_URL="https://mozi.example").test_client()
    html = client.get("/premierek/2026/11?utm=x", headers={"Host": "evil.example"}).text
    assert '<link rel="canonical" href="https://mozi.example/premierek/2026/11">' in html
    assert "evil.example" not in html


def test_without_a_site_url_the_canonical_address_is_taken_from_the_request(
    client: FlaskClient,
) -> None:
    html = client.get("/?utm=x", headers={"Host": "mozi.test"}).text
    assert '<link rel="canonical" href="http://mozi.test/">' in html


def test_a_kind_that_a_day_has_in_common_is_said_once(client: FlaskClient) -> None:
    for title in ("Kontroll", "Mephisto"):
        make_movie(title=title, kind="rerelease")
    assert get(client, "/premierek/2026/11").count("újra a mozikban</span>") == 1
    make_movie(title="Szindbád")
    assert get(client, "/").count("újra a mozikban</span>") == 2


def test_a_week_that_does_not_fit_is_linked_within_its_month(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "INDEX_LIMIT", 1)
    for day in (26, 27):
        make_movie(premiere_date=date(2026, 11, day))
    make_movie(premiere_date=date(2026, 12, 10))
    (link,) = re.findall(r'href="(/premierek/2026/12#het-2026-12-10)"', get(client, "/"))
    monkeypatch.undo()
    assert f' id="{link.split("#")[1]}">' in get(client, link)


def test_the_next_month_and_year_are_at_the_top_too(client: FlaskClient) -> None:
    for day in (date(2026, 12, 3), date(2027, 1, 7)):
        make_movie(premiere_date=day)
    heading = get(client, "/premierek/2026/12?kind=cinema").split("</header>")[1]
    assert 'href="/premierek/2027/01?kind=cinema"' in heading
    heading = get(client, "/premierek/2027").split("</header>")[1]
    assert 'href="/premierek/2026"' in heading


def test_the_filters_of_a_list_go_along(client: FlaskClient) -> None:
    make_movie(age_rating="12")
    html = get(client, "/moziban?kind=cinema&age=12")
    for path in ("/", "/premierek/2026/11", "/premierek/2026", "/moziban", "/filmek"):
        assert f'<li><a href="{path}?kind=cinema&amp;age=12"' in html


def test_dates_that_hold_no_more_are_struck(client: FlaskClient) -> None:
    off = make_movie(status="cancelled")
    assert re.search(r"<s>\s*<time", get(client, f"/film/{off}-koszivu-ember"))
    moved = make_movie(title="Bors")
    with writing() as session:
        update_movie(session, session.get_one(Movie, moved), {"premiere_date": date(2026, 12, 3)})
    html = get(client, f"/film/{moved}-bors")
    assert re.search(r"<s [^>]*>2026. november 26., csütörtök</s>\s*<time[^>]*2026-12-03", html)


def test_the_style_sheet_is_small_and_reached(app: Flask, client: FlaskClient) -> None:
    (address,) = re.findall(r'rel="stylesheet" href="([^"]+)"', get(client, "/"))  # no second one
    with client.get(address) as answer:
        assert answer.mimetype == "text/css"
        assert len(answer.data) <= 14 * 1024


@pytest.mark.parametrize("path", ["/", "/film/1-koszivu-ember", "/kereses", "/sajat", "/filmek"])
def test_the_scripts_of_a_page_are_small(client: FlaskClient, path: str) -> None:
    make_movie()
    html = get(client, path)
    scripts = [client.get(src).data for src in re.findall(r'<script src="([^"]+)"', html)]
    assert sum(map(len, scripts)) <= 10 * 1024
    later = [client.get(src).data for src in re.findall(r' data-search="([^"]+)"', html)]
    assert sum(len(gzip.compress(each)) for each in (*scripts, *later)) <= 6 * 1024


def test_all_public_scripts_together_are_small_as_they_are_sent(client: FlaskClient) -> None:
    pages = "".join(get(client, path) for path in ("/", "/kereses", "/sajat"))
    scripts = {*re.findall(r' (?:src|data-search)="([^"]+\.js)"', pages), "/sw.js"}
    assert len(scripts) == 4
    sent = 0
    for path in scripts:
        with client.get(path, headers={"Accept-Encoding": "gzip"}) as answer:
            sent += len(answer.data)
    assert sent <= 8 * 1024


def test_only_the_first_screen_has_previews(client: FlaskClient) -> None:
    for days in range(9):
        make_variants(make_movie(premiere_date=THURSDAY + timedelta(days=days)), "thumb")
    with writing() as session:
        session.execute(update(PosterVariant).values(preview="data:image/webp;base64,AAAA"))
    cards = get(client, "/").split('<li class="card">')[1:]
    assert ['class="preview"' in card for card in cards] == [True] + [False] * 8


def test_a_small_screen_may_take_the_thumb_of_a_movies_poster(client: FlaskClient) -> None:
    movie_id = make_movie(title="Kontroll")
    of = make_variants(movie_id, "poster", "thumb", "poster-avif", "thumb-avif")
    html = get(client, f"/film/{movie_id}-kontroll")
    assert f' srcset="{of["thumb"]} 342w, {of["poster"]} 780w" sizes="' in html
    assert f'<source srcset="{of["thumb-avif"]} 342w, {of["poster-avif"]} 780w" sizes="' in html


def test_a_browser_is_told_how_wide_a_movies_poster_stands(client: FlaskClient) -> None:
    movie_id = make_movie(title="Kontroll")
    make_variants(movie_id, "poster", "thumb")
    html = get(client, f"/film/{movie_id}-kontroll")
    (sizes,) = re.findall(r' sizes="\(min-width: 48rem\) (.+), (min\(.+\))"', html)
    for width in sizes:
        assert width in STYLE.read_text()  # which also says when to take which


def test_avif_stands_beside_a_picture_only_once_both_are_built(client: FlaskClient) -> None:
    movie_id = make_movie(title="Őz")
    avif = make_variants(movie_id, "thumb-avif")["thumb-avif"]
    assert "<picture>" not in get(client, "/")
    thumb = make_variants(movie_id, "thumb")["thumb"]
    html = get(client, "/filmek")
    assert f'<picture><source srcset="{avif}" type="image/avif">' in html
    assert f'src="{thumb}"' in html


def test_a_share_card_is_linked_once_it_is_built(client: FlaskClient) -> None:
    movie_id = make_movie(title="Őz")
    make_variants(movie_id, "poster")
    card = make_variants(movie_id, "share")["share"]
    html = get(client, f"/film/{movie_id}-oz")
    assert f'<meta property="og:image" content="{card}">' in html
    assert '<meta name="twitter:card" content="summary_large_image">' in html


@pytest.mark.parametrize("media", ["poster-avif", "share"])
def test_what_a_page_does_not_show_leaves_it_cached(
    client: FlaskClient, leap: Leap, media: str
) -> None:
    movie_id = make_movie(title="Őz")
    make_variants(movie_id)
    get(client, "/")
    make_variants(movie_id, media)
    leap(4)
    assert client.get("/").headers["Cache-Status"] == "mozi; hit"


@pytest.mark.parametrize(
    ("asked", "right"),
    [
        ("/premierek/2026/3?kind=cinema", "/premierek/2026/03?kind=cinema"),
        ("/en/premierek/2026/3", "/en/premierek/2026/03"),
        ("/premierek/2026/11/", "/premierek/2026/11"),
        ("/filmek/?betu=a", "/filmek?betu=a"),
        ("/en/moziban/", "/en/moziban"),
        ("/sajat/", "/sajat"),
        ("/beagyazas/", "/beagyazas"),
        ("/film/%5Cexample.org/", "/film/%5Cexample.org"),
    ],
)
def test_a_short_month_and_a_trailing_slash_lead_to_the_page(
    client: FlaskClient, asked: str, right: str
) -> None:
    answer = client.get(asked)
    assert (answer.status_code, answer.headers["Location"]) == (301, right)


def test_the_genres_of_a_film_are_links(client: FlaskClient) -> None:
    movie = make_movie(title="Madarak", genres=("horror",))
    assert '<a href="/filmek?genre=horror">horror</a>' in client.get(f"/film/{movie}-madarak").text


def test_a_film_and_a_genre_that_are_gone_are_told_by_name(client: FlaskClient) -> None:
    for number in (0, 77):
        html = get(client, f"/film/{number}-kontroll", 404)
        assert "Ez a film már nem szerepel a naptárban" in html
    html = get(client, "/filmek?genre=nincs", 404)
    assert "Ilyen film már nincs" in html
    assert 'href="/filmek">Mutasd a szűrő nélkül</a>' in html


def test_a_month_leads_to_today_and_to_the_months_of_its_year(client: FlaskClient) -> None:
    make_movie(premiere_date=date(2026, 11, 5))
    make_movie(premiere_date=date(2026, 11, 27))
    make_movie(premiere_date=date(2026, 12, 3))
    html = get(client, "/premierek/2026/11")
    assert 'href="#ma">Ugrás ide: november 27., péntek' in html
    assert html.index('id="ma"') < html.index('datetime="2026-11-27"')
    assert 'href="/premierek/2026/11" aria-current="page">november <span>2</span>' in html
    assert 'href="/premierek/2026/12">december <span>1</span>' in html


def test_a_full_year_opens_this_month_alone(client: FlaskClient, app: Flask) -> None:
    for number in range(101):
        make_movie(premiere_date=date(2026, 11 if number else 2, 3))
    html = get(client, "/premierek/2026")
    assert re.findall(r'<details class="month rows wrap"( open)?>', html) == ["", " open"]
