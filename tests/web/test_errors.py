"""The error pages, and which error is which status."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Response, abort
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from mozi import errors
from mozi.logs import RateLimit
from mozi.posters.messages import unreadable
from mozi.web.errors import STATUS, status_of
from tests.conftest import MakeApp
from tests.support.logs import Said

RAISED: dict[str, Exception] = {
    "movie": errors.MovieNotFound(7),
    "media": errors.MediaNotFound("x"),
    "no-source": errors.NoPosterSource(7),
    "source": unreadable("cut_short"),
    "storage": errors.ObjectNotFound("posters/x"),
    "busy": errors.Busy("Busy.", retry_after_s=7),
    "import": errors.ImportRejected([]),
    "database": OperationalError("SELECT 1", {}, Exception("gone")),
    "pool": PoolTimeout(),
    "bug": ZeroDivisionError("secret detail"),
}


@pytest.fixture
def raising(make_app: MakeApp) -> FlaskClient:
    """A client of an app with routes that fail: /raise/<name>, /abort/<code>, /ready."""
    app = make_app()
    app.testing = False
    app.add_url_rule("/raise/<name>", view_func=_raise)
    app.add_url_rule("/abort/<int:code>", view_func=abort)
    app.add_url_rule("/ready", view_func=_ready)
    return app.test_client()


def _raise(name: str) -> str:
    raise RAISED[name]


def _ready() -> str:
    abort(Response("{}", status=503, mimetype="application/json"))


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("movie", 404),
        ("media", 404),
        ("no-source", 404),
        ("source", 503),
        ("storage", 503),
        ("busy", 503),
        ("import", 422),
        ("database", 503),
        ("pool", 503),
        ("bug", 500),
    ],
)
def test_an_error_has_its_status_and_a_hungarian_page(
    raising: FlaskClient, name: str, status: int
) -> None:
    answer = raising.get(f"/raise/{name}")
    assert answer.status_code == status
    assert answer.mimetype == "text/html"
    assert '<html lang="hu">' in answer.text
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("status", "heading"),
    [
        (404, "Ez az oldal nincs műsoron"),
        (405, "Ezt így nem lehet"),
        (413, "Ez túl nagy"),
        (500, "Elszakadt a film"),
        (503, "Rövid szünet"),
        (418, "Ezt nem tudjuk teljesíteni"),
        (502, "Elszakadt a film"),
    ],
)
def test_each_status_has_its_words(raising: FlaskClient, status: int, heading: str) -> None:
    answer = raising.get(f"/abort/{status}")
    assert answer.status_code == status
    assert f"<h1>{heading}</h1>" in answer.text


def test_a_wrong_method_says_which_are_right(client: FlaskClient) -> None:
    answer = client.post("/")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_a_busy_answer_says_when_to_come_back(raising: FlaskClient) -> None:
    assert raising.get("/raise/busy").headers["Retry-After"] == "7"
    assert int(raising.get("/raise/database").headers["Retry-After"]) > 0


@pytest.mark.parametrize(("name", "life"), [("movie", "no-cache"), ("bug", "no-store")])
def test_an_error_of_ours_is_never_stored(raising: FlaskClient, name: str, life: str) -> None:
    assert raising.get(f"/raise/{name}").headers["Cache-Control"] == life


def test_a_route_can_answer_an_error_itself(raising: FlaskClient) -> None:
    answer = raising.get("/ready")
    assert (answer.status_code, answer.text) == (503, "{}")


def test_a_failure_of_ours_is_logged_and_a_missing_page_is_not(
    raising: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    raising.get("/raise/movie")
    assert caplog.records == []
    raising.get("/raise/storage")
    assert "posters/x" in caplog.text


def test_an_outage_of_the_database_is_a_line_a_request_and_a_traceback_a_minute(
    raising: FlaskClient, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mozi.web.errors._traceback_limit", RateLimit(60.0))
    for name in ("database", "database", "pool"):
        raising.get(f"/raise/{name}")
    assert said.messages("ERROR") == [
        "The database failed: gone",
        "The database failed: gone",
        "The database failed: TimeoutError()",
    ]
    assert [record.exc_info is not None for record in said.records] == [True, False, False]


@pytest.mark.parametrize(("path", "status"), [("/", 503), ("/nincs", 404)])
def test_the_error_pages_need_no_database(make_app: MakeApp, path: str, status: int) -> None:
    unreachable = "postgresql://nobody@127.0.0.1:1/none"
    app = make_app(DATABASE_URL=unreachable, SECRET_KEY="not-a-secret" * 3)
    app.testing = False
    answer = app.test_client().get(path)
    assert answer.status_code == status
    assert '<html lang="hu">' in answer.text
    assert "127.0.0.1" not in answer.text


@pytest.mark.parametrize("kind", STATUS)
def test_every_error_of_the_family_has_a_status(kind: type[errors.MoziError]) -> None:
    assert status_of(kind.__new__(kind)) in {301, 400, 404, 409, 422, 500, 503}


def test_every_class_of_the_family_is_in_the_table_or_below_one_that_is() -> None:
    roots: list[Callable[..., Exception]] = errors.MoziError.__subclasses__()
    assert [kind for kind in roots if kind not in STATUS] == []
