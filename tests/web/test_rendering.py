"""HTML pages through the page cache."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask import Flask
from flask.testing import FlaskClient

from mozi.web.rendering import load_templates, local_day, surroundings
from tests.support.factories import make_movie


def test_arguments_that_a_page_does_not_use_share_its_entry(client: FlaskClient) -> None:
    client.get("/")
    assert client.get("/?utm_source=x").headers["Cache-Status"] == "mozi; hit"


def test_a_page_of_each_language_has_its_own_entry(client: FlaskClient) -> None:
    client.get("/")
    assert client.get("/en/").headers["Cache-Status"] == "mozi; fwd=miss; stored"


def test_the_layout_knows_the_pages_address_without_unused_arguments(app: Flask) -> None:
    with app.test_request_context("/filmek?kind=cinema&x=1", base_url="https://mozi.example"):
        assert surroundings("kind=cinema")["canonical"] == (
            "https://mozi.example/filmek?kind=cinema"
        )


def test_a_days_end_is_the_sites_own(app: Flask) -> None:
    with app.test_request_context():
        assert local_day(datetime(2026, 11, 26, 22, 59, tzinfo=UTC)) == date(2026, 11, 26)
        assert local_day(datetime(2026, 11, 26, 23, 0, tzinfo=UTC)) == date(2026, 11, 27)


def test_a_worker_compiles_all_pages_before_its_first_visitor(
    app: Flask, client: FlaskClient
) -> None:
    make_movie(title="Kontroll")
    load_templates(app)
    compiled = set(app.jinja_env.cache or ())
    for path in ("/", "/premierek/2026/11", "/premierek/2026", "/filmek", "/kereses?q=kontroll"):
        client.get(path)
    assert client.get("/film/1-kontroll").status_code == 200
    assert client.get("/nincs-ilyen").status_code == 404
    assert set(app.jinja_env.cache or ()) == compiled
