"""Structured data for search engines, and the picture of shared links."""

from __future__ import annotations

import html
import json
import re
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from mozi.database import writing
from mozi.models import CatalogueMovie, Movie
from tests.conftest import MakeApp
from tests.support.factories import THURSDAY, make_movie, make_variants, update_movie

BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
META = re.compile(r'<meta (?:property|name)="([a-z:]+)" content="([^"]*)">')


def nodes(client: FlaskClient, path: str) -> dict[str, Any]:
    """Return the page's nodes by their types."""
    (text,) = BLOCK.findall(client.get(path, follow_redirects=True).text)
    data = json.loads(text)
    assert data["@context"] == "https://schema.org"
    return {node["@type"]: node for node in data["@graph"]}


def metas(client: FlaskClient, path: str) -> dict[str, str]:
    found = META.findall(client.get(path, follow_redirects=True).text)
    return {name: html.unescape(content) for name, content in found}


def test_a_movie_says_what_it_is(client: FlaskClient) -> None:
    movie_id = make_movie(
        title="Mephisto", original_title="Mephisto II", runtime_minutes=144, age_rating="16",
        genres=("dráma",), director=("Szabó István",), cast=("K. M. Brandauer",),
        country=("Magyarország",), distributor="Mokép", synopsis="Egy színész.",
    )  # fmt: skip
    picture = make_variants(movie_id, "poster")["poster"]
    movie = nodes(client, f"/film/{movie_id}")["Movie"]
    assert (movie["name"], movie["alternateName"]) == ("Mephisto", "Mephisto II")
    assert movie["url"] == f"http://localhost/film/{movie_id}-mephisto"
    assert movie["image"] == [picture]
    assert (movie["datePublished"], movie["duration"]) == ("2026-11-26", "PT144M")
    assert movie["director"] == [{"@type": "Person", "name": "Szabó István"}]
    assert movie["releasedEvent"]["eventStatus"] == "https://schema.org/EventScheduled"


@pytest.mark.parametrize(
    ("version", "spoken", "read"),
    [
        (None, None, None),
        ("dubbed", ["hu"], None),
        ("subtitled", ["en"], ["hu"]),
        ("both", ["hu", "en"], ["hu"]),
        ("original", ["en"], None),
    ],
)
def test_a_movie_says_its_year_and_what_is_spoken(
    client: FlaskClient, version: str | None, spoken: list[str] | None, read: list[str] | None
) -> None:
    movie_id = make_movie(year=1972, original_language="en", language_version=version)
    movie = nodes(client, f"/film/{movie_id}")["Movie"]
    assert (movie["dateCreated"], movie["inLanguage"]) == ("1972", "en")
    assert movie["releasedEvent"].get("inLanguage") == spoken
    assert movie.get("subtitleLanguage") == read


def test_a_movie_is_the_same_as_elsewhere(client: FlaskClient) -> None:
    movie_id = make_movie()
    with writing() as session:
        session.add(CatalogueMovie(tmdb_id=238, movie_id=movie_id, imdb_id="tt0068646"))
    movie = nodes(client, f"/film/{movie_id}")["Movie"]
    elsewhere = ("themoviedb.org/movie/238", "imdb.com/title/tt0068646/")
    assert movie["sameAs"] == [f"https://www.{address}" for address in elsewhere]


@pytest.mark.parametrize(("own", "linked"), [("tt0068646", True), ("film-7", False), (None, False)])
def test_an_operators_id_that_is_one_of_imdb_leads_there(
    client: FlaskClient, own: str | None, linked: bool
) -> None:
    path = f"/film/{make_movie(external_id=own)}"
    address = "https://www.imdb.com/title/tt0068646/"
    assert (nodes(client, path)["Movie"].get("sameAs") == [address]) == linked
    assert (f'href="{address}"' in client.get(path, follow_redirects=True).text) == linked


def test_a_poster_that_is_not_built_is_not_told(client: FlaskClient) -> None:
    movie_id = make_movie(poster_url="https://example.org/poster.jpg")
    assert "image" not in nodes(client, f"/film/{movie_id}")["Movie"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"date_precision": "month"}, "2026-11"),
        ({"date_precision": "year"}, "2026"),
        ({"kind": "rerelease"}, None),
        ({"status": "cancelled"}, None),
    ],
)
def test_no_more_is_said_of_a_date_than_is_true(
    client: FlaskClient, changes: dict[str, str], said: str | None
) -> None:
    movie_id = make_movie(**changes)
    assert nodes(client, f"/film/{movie_id}")["Movie"].get("datePublished") == said


def test_a_moved_premiere_is_rescheduled(client: FlaskClient) -> None:
    movie_id = make_movie()
    with writing() as session:
        update_movie(
            session, session.get_one(Movie, movie_id), {"premiere_date": date(2026, 12, 3)}
        )
    event = nodes(client, f"/film/{movie_id}")["Movie"]["releasedEvent"]
    assert event["eventStatus"] == "https://schema.org/EventRescheduled"
    assert (event["previousStartDate"], event["startDate"]) == ("2026-11-26", "2026-12-03")


@pytest.mark.parametrize("path", ["/", "/premierek/2026/11", "/premierek/2026", "/filmek"])
def test_a_list_names_its_movies_in_order(client: FlaskClient, path: str) -> None:
    ids = [make_movie(title=title) for title in ("Kontroll", "Mephisto")]
    items = nodes(client, path)["ItemList"]["itemListElement"]
    assert [(each["position"], each["name"]) for each in items] == [
        (1, "Kontroll"),
        (2, "Mephisto"),
    ]
    assert items[0]["url"] == f"http://localhost/film/{ids[0]}-kontroll"


def test_the_way_back_is_told(client: FlaskClient) -> None:
    movie_id = make_movie(title="Őz")
    steps = nodes(client, f"/film/{movie_id}")["BreadcrumbList"]["itemListElement"]
    assert [each["name"] for each in steps] == ["Mozi", "2026", "2026. november", "Őz"]
    assert steps[2]["item"] == "http://localhost/premierek/2026/11"


def test_no_title_breaks_out_of_the_block_or_the_card(client: FlaskClient) -> None:
    hostile = '</script><script>alert(1)</script><!-- " onload="x'
    movie_id = make_movie(title=hostile, synopsis=hostile)
    assert nodes(client, f"/film/{movie_id}")["Movie"]["name"] == hostile
    assert metas(client, f"/film/{movie_id}")["og:title"] == f"{hostile} – Mozi"
    assert "alert(1)</script" not in client.get("/").text


def test_a_shared_movie_shows_its_poster_once_it_is_built(client: FlaskClient) -> None:
    movie_id = make_movie(title="Őz", premiere_date=THURSDAY)
    picture = make_variants(movie_id, "poster")["poster"]
    card = metas(client, f"/film/{movie_id}")
    assert (card["og:image"], card["og:image:width"]) == (picture, "780")
    assert (card["og:type"], card["twitter:card"]) == ("video.movie", "summary")
    assert card["og:url"] == f"http://localhost/film/{movie_id}-oz"
    assert (card["og:locale"], card["og:locale:alternate"]) == ("hu_HU", "en_GB")
    assert "november 26" in card["og:description"]


def test_other_pages_share_the_sites_own_card(client: FlaskClient) -> None:
    card = metas(client, "/en/")
    assert card["twitter:card"] == "summary_large_image"
    assert card["og:locale"] == "en_GB"
    with client.get(card["og:image"]) as picture:
        assert picture.mimetype == "image/png"


def test_addresses_begin_with_site_url(make_app: MakeApp) -> None:
    app = make_app(SITE_URL="https://mozi.example")
    with app.app_context():
        make_movie(title="Őz")
    page = app.test_client().get("/", headers={"Host": "evil.example"}).text
    assert "evil" not in page
    assert '"url":"https://mozi.example/film/' in page


def test_an_error_page_is_no_page_to_share(client: FlaskClient) -> None:
    page = client.get("/nincs").text
    assert "og:" not in page
    assert "ld+json" not in page
