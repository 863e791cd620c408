"""What crawlers get, read by second parsers."""

from __future__ import annotations

from datetime import date
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from tests.conftest import MakeApp, on_both_backends
from tests.feeds.test_sitemap import NAMES
from tests.support.factories import make_movie, make_variants


def read(client: FlaskClient, path: str = "/sitemap.xml") -> ElementTree.Element:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.content_type == "application/xml; charset=utf-8"
    return ElementTree.fromstring(answer.data)


def addresses(root: ElementTree.Element) -> list[str]:
    return [each.text or "" for each in root.findall("*/loc", NAMES)]


@on_both_backends
def test_the_sitemap_has_every_page_in_both_languages(client: FlaskClient) -> None:
    first = make_movie(title="Őz", premiere_date=date(2026, 11, 26))
    second = make_movie(title="Kontroll", premiere_date=date(2027, 1, 1), date_precision="month")
    make_movie(title="Régi", premiere_date=date(1900, 1, 1), date_precision="year")
    found = addresses(read(client))
    for path in (
        *("/", "/filmek", "/premierek/2026", "/premierek/2026/11", "/premierek/2027/01"),
        *(f"/film/{first}-oz", f"/film/{second}-kontroll"),
    ):
        assert f"http://localhost{path}" in found
        assert f"http://localhost/en{path}" in found
    assert len(found) == len(set(found))
    assert "http://localhost/premierek/1900/01" not in found


def test_every_address_of_the_sitemap_is_a_page_that_names_itself(client: FlaskClient) -> None:
    make_movie(title="Őz")
    for address in addresses(read(client)):
        answer = client.get(address)
        assert answer.status_code == 200
        assert f'<link rel="canonical" href="{address}">' in answer.text


def test_only_a_built_poster_is_listed(client: FlaskClient) -> None:
    make_movie(title="Kontroll", poster_url="https://example.org/poster.jpg")
    url = make_variants(make_movie(title="Őz"), "poster", "thumb")["poster"]
    pictures = {each.text for each in read(client).findall("url/image:image/image:loc", NAMES)}
    assert pictures == {url}


def test_many_pages_are_an_index_of_parts(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mozi.web.views.crawlers.WHOLE_MOVIES", 2)
    monkeypatch.setattr("mozi.web.views.crawlers.MOVIES_A_PART", 2)
    for number in range(3):
        make_movie(title=f"Film {number}")
    root = read(client)
    assert root.tag.endswith("}sitemapindex")
    assert addresses(root) == [f"http://localhost/sitemap-{number}.xml" for number in (1, 2)]
    found = [each for part in addresses(root) for each in addresses(read(client, part))]
    assert len(found) == len(set(found)) == 2 * (2 + 1 + 1 + 3)
    assert client.get("/sitemap-3.xml").status_code == 404
    assert client.get("/sitemap-0.xml").status_code == 404


def test_crawlers_leave_alone_what_would_cost_and_show_nothing(client: FlaskClient) -> None:
    answer = client.get("/robots.txt")
    assert answer.content_type == "text/plain; charset=utf-8"
    robots = RobotFileParser()
    robots.parse(answer.text.splitlines())
    assert robots.site_maps() == ["http://localhost/sitemap.xml"]
    for path in ("/", "/film/7-oz", "/en/premierek/2026", "/static/style.css", "/media/posters/x"):
        assert robots.can_fetch("Googlebot", path)
    for path in ("/poster/7-oz.thumb.jpg", "/admin/movies", "/en/admin/", "/en/kereses?q=oz"):
        assert not robots.can_fetch("Googlebot", path)
    assert "Disallow: /*?*genre=" in answer.text


def test_crawlers_are_told_site_url(make_app: MakeApp) -> None:
    client = make_app(SITE_URL="https://mozi.example").test_client()
    for path in ("/robots.txt", "/sitemap.xml"):
        text = client.get(path, headers={"Host": "evil.example"}).text
        assert "https://mozi.example/" in text
        assert "evil" not in text
