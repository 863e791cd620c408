"""/api/v1/premieres as a program gets it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.conftest import MakeApp, on_both_backends
from tests.support.factories import THURSDAY, make_movie, make_variants

SOURCE = "https://example.org/poster.jpg"
PATH = "/api/v1/premieres"


def get(client: FlaskClient, query: str = "", status: int = 200) -> Any:
    answer = client.get(f"{PATH}?{query}")
    assert answer.status_code == status
    assert answer.content_type == "application/json"
    return answer.get_json()


def titles(client: FlaskClient, query: str = "") -> list[str]:
    return [each["title"] for each in get(client, query)["premieres"]]


@on_both_backends
def test_premieres_between_two_dates_come_by_date(client: FlaskClient) -> None:
    for days in (-1, 1, 0, 2):
        make_movie(title=f"Film {days}", premiere_date=THURSDAY + timedelta(days=days))
    assert titles(client, "from=2026-11-26&to=2026-11-27") == ["Film 0", "Film 1"]


def test_a_record_has_the_import_tables_names(client: FlaskClient) -> None:
    movie_id = make_movie(
        title="Őz", premiere_date=date(2026, 12, 1), date_precision="month", genres=("dráma",),
        runtime_minutes=90, age_rating="12", director=("Szabó István",), trailer_url="javascript:1",
    )  # fmt: skip
    (record,) = get(client)["premieres"]
    assert record["url"] == f"http://localhost/film/{movie_id}-oz"
    assert (record["premiere_date"], record["date_precision"]) == ("2026-12-01", "month")
    assert (record["genres"], record["director"]) == (["dráma"], ["Szabó István"])
    assert (record["runtime_minutes"], record["age_rating"]) == (90, "12")
    assert (record["kind"], record["status"]) == ("cinema", "scheduled")
    assert (record["trailer_url"], record["posters"]) == (None, {})


def test_posters_are_recorded_addresses_or_the_routes_absolute_ones(client: FlaskClient) -> None:
    movie_id = make_movie(title="Őz", poster_url=SOURCE)
    built = make_variants(movie_id, "thumb")["thumb"]
    (record,) = get(client)["premieres"]
    assert record["posters"] == {
        "poster": f"http://localhost/poster/{movie_id}-oz.poster.jpg",
        "thumb": built,
        "blurred": f"http://localhost/poster/{movie_id}-oz.blurred.jpg",
    }


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ("", "2026-11-26", "2027-01-27"),
        ("from=2027-01-01", "2027-01-01", "2027-03-04"),
        ("to=2026-03-04", "2026-01-01", "2026-03-04"),
    ],
)
def test_a_date_that_is_not_given_is_nine_weeks_away(
    client: FlaskClient, query: str, first: str, last: str
) -> None:
    answer = get(client, query)
    assert (answer["from"], answer["to"]) == (first, last)


@pytest.mark.parametrize(
    ("query", "argument"),
    [
        ("from=tomorrow", "from"),
        ("from=2026-02-30", "from"),
        ("to=20261126", "to"),
        ("to=2026-11-26T00:00", "to"),
        ("from=0001-01-01", "from"),
        ("from=2026-12-01&to=2026-11-30", "to"),
        ("from=%00", "from"),
        ("page=0", "page"),
        ("page=x", "page"),
        ("page=1001", "page"),
        ("kind=video", "kind"),
        ("genre=krimi", "genre"),
        ("age=99", "age"),
    ],
)
def test_what_cannot_be_asked_for_is_named(client: FlaskClient, query: str, argument: str) -> None:
    answer = get(client, query, status=400)
    assert list(answer["arguments"]) == [argument]
    assert answer["error"].startswith(f"{argument} ")


def test_all_faults_are_named_at_once(client: FlaskClient) -> None:
    assert get(client, "from=x&to=y", status=400)["arguments"].keys() == {"from", "to"}


def test_a_long_list_comes_in_pages(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mozi.calendar.pages.feeds.PREMIERES_A_PART", 2)
    for number in range(5):
        make_movie(title=f"Film {number}", kind="streaming")
    seen, address = [], f"{PATH}?from=2026-11-01&to=2026-11-30&kind=streaming"
    while address:
        answer = client.get(address).get_json()
        seen += [each["title"] for each in answer["premieres"]]
        address = answer["next"]
    assert seen == [f"Film {number}" for number in range(5)]


def test_filters_apply(client: FlaskClient) -> None:
    make_movie(title="Mephisto", kind="rerelease")
    make_movie(title="Kontroll")
    assert titles(client, "kind=rerelease") == ["Mephisto"]


def test_the_english_records_lead_to_english_pages(client: FlaskClient) -> None:
    movie_id = make_movie(title="Őz")
    (record,) = client.get(f"/en{PATH}").get_json()["premieres"]
    assert record["url"] == f"http://localhost/en/film/{movie_id}-oz"


def test_addresses_begin_with_site_url(make_app: MakeApp) -> None:
    app = make_app(SITE_URL="https://mozi.example")
    with app.app_context():
        make_movie(title="Őz", poster_url=SOURCE)
    text = app.test_client().get(PATH, headers={"Host": "evil.example"}).text
    assert "https://mozi.example/poster/" in text
    assert "evil" not in text


def test_the_weeks_to_come_are_answered_from_the_cache(client: FlaskClient) -> None:
    client.get(f"{PATH}?utm=x")
    assert client.get(PATH).headers["Cache-Status"] == "mozi; hit"


@pytest.mark.parametrize(
    "query", ["from=2026-11-01&to=2026-12-01", "from=2026-11-01", "to=2030-01-01"]
)
def test_dates_of_the_clients_own_are_not_kept(client: FlaskClient, query: str) -> None:
    for _ in range(2):
        answer = client.get(f"{PATH}?{query}", headers={"Accept-Encoding": "gzip"})
        assert answer.headers["Cache-Status"] == "mozi; fwd=bypass"
        assert answer.headers["Content-Encoding"] == "gzip"
    known = client.get(f"{PATH}?{query}", headers={"If-None-Match": answer.headers["ETag"]})
    assert known.status_code == 304


def test_errors_of_the_api_are_json(client: FlaskClient) -> None:
    for answer, status in ((client.get("/api/v2"), 404), (client.post(PATH), 405)):
        assert answer.status_code == status
        assert answer.get_json()["error"]
