"""The feeds as a program gets them, read by second parsers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import feedparser
import icalendar
import pytest
from flask import Flask
from flask.testing import FlaskClient

from mozi.database import writing
from mozi.models import Movie
from tests.conftest import Leap, MakeApp, on_both_backends
from tests.support.factories import THURSDAY, make_movie, make_variants, update_movie


def events(client: FlaskClient, path: str = "/naptar.ics") -> dict[str, icalendar.Event]:
    """Return the events at path by their titles."""
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    parsed = icalendar.Calendar.from_ical(answer.data)
    return {str(event["summary"]): event for event in parsed.walk("VEVENT")}


def news(client: FlaskClient, path: str = "/rss.xml") -> Any:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.content_type == "application/rss+xml; charset=utf-8"
    parsed = feedparser.parse(answer.data)
    assert not parsed.bozo
    return parsed


def change(movie_id: int, **values: Any) -> None:
    with writing() as session:
        update_movie(session, session.get_one(Movie, movie_id), values)


@on_both_backends
def test_every_premiere_with_a_day_is_an_event_of_that_day(client: FlaskClient) -> None:
    make_movie(title="Mephisto")
    make_movie(title="Tavaly", premiere_date=THURSDAY - timedelta(days=300))
    make_movie(title="Régi", premiere_date=THURSDAY - timedelta(days=400))
    found = events(client)
    assert list(found) == ["Tavaly", "Mephisto"]
    assert found["Mephisto"].decoded("dtstart") == THURSDAY
    assert found["Mephisto"].decoded("dtend") == THURSDAY + timedelta(days=1)


@pytest.mark.parametrize("precision", ["month", "year"])
def test_a_premiere_without_a_day_is_no_event(client: FlaskClient, precision: str) -> None:
    movie_id = make_movie(title="Valamikor", date_precision=precision)
    assert events(client) == {}
    assert client.get(f"/film/{movie_id}-valamikor.ics").status_code == 404


def test_a_moved_premiere_keeps_its_uid_and_its_sequence_rises(
    client: FlaskClient, leap: Leap
) -> None:
    movie_id = make_movie(title="Mephisto")
    path = f"/film/{movie_id}-mephisto.ics"
    before = events(client, path)["Mephisto"]
    change(movie_id, premiere_date=THURSDAY + timedelta(days=7))
    leap(4)
    after = events(client, path)["Mephisto"]
    assert after["uid"] == before["uid"]
    assert after["sequence"] > before["sequence"] == 0
    assert after.decoded("dtstart") == THURSDAY + timedelta(days=7)
    assert "elhalasztva: november 26. → december 3." in after["description"]


def test_a_cancelled_premiere_stays_in_the_calendar(client: FlaskClient) -> None:
    make_movie(title="Mephisto", status="cancelled")
    (event,) = events(client).values()
    assert event["status"] == "CANCELLED"
    assert event["summary"] == "Elmarad: Mephisto"


def test_uids_do_not_change_with_the_host_or_the_language(client: FlaskClient) -> None:
    movie_id = make_movie(title="Mephisto")
    addresses = ("/naptar.ics", "/en/naptar.ics", f"/film/{movie_id}-mephisto.ics")
    uids = {events(client, path)["Mephisto"]["uid"] for path in addresses}
    answer = client.get("/naptar.ics", headers={"Host": "other.example"})
    assert f"UID:{uids.pop()}" in answer.text
    assert not uids


def test_a_feed_names_site_url_whatever_host_is_claimed(make_app: MakeApp) -> None:
    app = make_app(SITE_URL="https://mozi.example")
    with app.app_context():
        movie_id = make_movie(title="Mephisto")
    for path in ("/naptar.ics", "/rss.xml"):
        text = app.test_client().get(path, headers={"Host": "evil.example"}).text
        assert f"https://mozi.example/film/{movie_id}-mephisto" in text.replace("\r\n ", "")
        assert "evil.example" not in text


def test_another_slug_leads_to_the_right_event(client: FlaskClient) -> None:
    movie_id = make_movie(title="Mephisto")
    for path in (f"/film/{movie_id}-x.ics", f"/film/{movie_id}.ics"):
        answer = client.get(path)
        assert (answer.status_code, answer.location) == (301, f"/film/{movie_id}-mephisto.ics")
    assert client.get("/film/999-x.ics").status_code == 404


@pytest.mark.parametrize("path", ["/naptar.ics", "/rss.xml"])
def test_feeds_are_filtered_like_lists(client: FlaskClient, path: str) -> None:
    make_movie(title="Mephisto", genres=("dráma",), kind="rerelease", age_rating="16")
    make_movie(title="Hófehérke", genres=("mese",), age_rating="KN")
    for query in ("kind=rerelease", "genre=dráma", "age=16", "kind=rerelease&genre=dráma&age=16"):
        text = client.get(f"{path}?{query}").text
        assert "Mephisto" in text
        assert "Hófehérke" not in text
    for query in ("kind=video", "genre=krimi", "age=99"):
        assert client.get(f"{path}?{query}").status_code == 404


def test_the_english_feeds_speak_english(client: FlaskClient) -> None:
    movie_id = make_movie(title="Mephisto", status="cancelled", genres=("dráma",))
    (event,) = events(client, "/en/naptar.ics").values()
    assert event["summary"] == "Cancelled: Mephisto"
    assert event["url"] == f"http://localhost/en/film/{movie_id}-mephisto"
    assert event["categories"].cats == ["drama"]
    assert news(client, "/en/rss.xml").feed.language == "en"


@on_both_backends
def test_news_are_the_last_that_were_entered_or_moved(client: FlaskClient, clock: Any) -> None:
    first = make_movie(title="Mephisto")
    clock.tick(60)
    second = make_movie(title="Kontroll", premiere_date=date(2027, 1, 1), date_precision="month")
    clock.tick(60)
    change(first, premiere_date=THURSDAY + timedelta(days=7))
    make_movie(title="Régi", premiere_date=date(1981, 10, 8))
    entries = news(client).entries
    assert [entry.title for entry in entries] == [
        "Mephisto – elhalasztva: november 26. → december 3.",
        "Kontroll – 2027. január",
        "Mephisto – 2026. december 3., csütörtök",
    ]
    assert [entry.link.rpartition("/")[2] for entry in entries] == [
        f"{first}-mephisto", f"{second}-kontroll", f"{first}-mephisto"
    ]  # fmt: skip
    assert len({entry.id for entry in entries}) == 3
    assert entries[1].published == "Thu, 26 Nov 2026 10:01:00 +0000"


def test_news_show_the_poster_once_it_is_built(client: FlaskClient, leap: Leap) -> None:
    movie_id = make_movie(director=("Szabó István",), poster_url="https://example.org/a.jpg")
    paths = ("/rss.xml", "/szemely/szabo-istvan.rss")
    assert [news(client, path).entries[0].enclosures for path in paths] == [[], []]
    url = make_variants(movie_id)["poster"]
    leap(4)
    for path in paths:
        (enclosure,) = news(client, path).entries[0].enclosures
        assert (enclosure.href, enclosure.type, enclosure.length) == (url, "image/jpeg", "1000")


@pytest.mark.parametrize("path", ["/naptar.ics", "/rss.xml", "/film/1-mephisto.ics"])
def test_a_feed_is_a_cached_page(client: FlaskClient, path: str) -> None:
    make_movie(title="Mephisto")
    first, again = client.get(path), client.get(path)
    assert first.headers["Cache-Status"] == "mozi; fwd=miss; stored"
    assert again.headers["Cache-Status"] == "mozi; hit"
    assert again.headers["Cache-Control"] == "no-cache"
    known = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (known.status_code, known.data) == (304, b"")
    assert client.get(path, headers={"Accept-Encoding": "br"}).headers["Content-Encoding"] == "br"


def test_no_title_breaks_out_of_a_feed(client: FlaskClient) -> None:
    hostile = "]]></title><script>\r\nEND:VCALENDAR\nBEGIN:VEVENT\x00; \\n"
    make_movie(title=hostile, synopsis=hostile, genres=(hostile.replace(";", ","),))
    assert len(events(client)) == 1
    assert len(news(client).entries) == 1


def test_the_bounds_keep_what_is_near(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mozi.calendar.pages.feeds.PAST_LIMIT", 1)
    monkeypatch.setattr("mozi.calendar.pages.feeds.COMING_LIMIT", 2)
    for days in (-2, -1, 0, 1, 2):
        make_movie(title=f"Film {days}", premiere_date=THURSDAY + timedelta(days=days))
    assert list(events(app.test_client())) == ["Film -1", "Film 0", "Film 1"]


def test_a_page_leads_to_its_feeds_with_its_filters(client: FlaskClient) -> None:
    make_movie(genres=("dráma",), kind="rerelease")
    page = client.get("/en/?kind=rerelease&genre=dr%C3%A1ma").text
    kept = "?kind=rerelease&amp;genre=dr%C3%A1ma"
    assert f'href="webcal://localhost/en/naptar.ics{kept}"' in page
    assert f'href="/en/rss.xml{kept}"' in page
    assert 'href="webcal://localhost/naptar.ics"' in client.get("/filmek").text
