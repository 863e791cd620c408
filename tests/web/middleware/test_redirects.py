"""Every redirect of ours leads within the site, and says how long it may be kept."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.conftest import MakeApp
from tests.support.factories import THURSDAY, make_movie

FORGED = {
    "Host": "evil.example:6666",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Port": "6666",
    "X-Forwarded-Prefix": "/evil",
    "Forwarded": "host=evil.example",
}
BRIEFLY, NEVER = "public, max-age=300", "no-store"


@pytest.fixture
def behind(make_app: MakeApp) -> FlaskClient:
    """A client of a site behind a proxy that lets every header through."""
    return make_app(TRUSTED_PROXY_HOPS="1", SITE_URL="https://mozi.example").test_client()


@pytest.mark.parametrize(
    ("asked", "location", "kept"),
    [
        ("/en", "/en/", BRIEFLY),
        ("/en?a=b%0d%0ac&q=%C5%91", "/en/?a=b%0d%0ac&q=%C5%91", BRIEFLY),
        ("//", "/", BRIEFLY),
        ("//filmek?a=%26&%C5%91", "/filmek?a=%26&%C5%91", BRIEFLY),
        ("//admin/movies", "/admin/movies", NEVER),
        ("///evil.example//filmek", "/evil.example//filmek", BRIEFLY),
        ("/en//filmek", "/en/filmek", BRIEFLY),
        ("/admin", "/admin/", NEVER),
        ("/en/admin", "/en/admin/", NEVER),
    ],
)
def test_a_slash_too_few_or_too_many_leads_within_the_site(
    behind: FlaskClient, asked: str, location: str, kept: str
) -> None:
    path, _, query = asked.partition("?")  # the client would take //name for a host
    as_sent = {"PATH_INFO": path, "QUERY_STRING": query}
    answer = behind.get("/", headers=FORGED, environ_overrides=as_sent)
    assert (answer.status_code, answer.location) == (308, location)
    assert answer.headers.getlist("Cache-Control") == [kept]


def test_every_other_redirect_is_relative_too(client: FlaskClient) -> None:
    movie_id = make_movie(title="Alfa", premiere_date=THURSDAY)
    for asked, kept in (
        (f"/film/{movie_id}", BRIEFLY),
        (f"/film/{movie_id}-x.ics", BRIEFLY),
        (f"/en/film/{movie_id}-x", BRIEFLY),
        ("/admin/movies", NEVER),
        ("/en/admin/", NEVER),
    ):
        answer = client.get(asked, headers=FORGED)
        assert answer.status_code in {301, 302}
        assert answer.location.startswith("/")
        assert "evil" not in answer.location
        assert answer.headers.getlist("Cache-Control") == [kept]


def test_a_redirect_keeps_the_way_below_which_the_site_is_mounted(client: FlaskClient) -> None:
    answer = client.get("/en", environ_overrides={"SCRIPT_NAME": "/mozi"})
    assert answer.location == "/mozi/en/"
