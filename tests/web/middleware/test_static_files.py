"""Static files under names that their content makes."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient

from mozi.web.middleware.static_files import collect, hashed_name, link_hashed_files

STYLE = Path(__file__).parents[3] / "static/style.css"
LINKED = re.compile(r'href="(/static/style\.[0-9a-f]{12}\.css)"')


@pytest.fixture
def linked(client: FlaskClient) -> str:
    """The style sheet's address, as the front page links it."""
    found = LINKED.search(client.get("/").text)
    assert found
    return found[1]


def test_a_page_links_hashed_names_that_may_be_kept_for_good(
    client: FlaskClient, linked: str
) -> None:
    with client.get(linked) as answer:
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "max-age=315360000, public, immutable"
        assert answer.mimetype == "text/css"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert len(answer.data) < len(STYLE.read_bytes())


@pytest.mark.parametrize("coding", ["br", "gzip"])
def test_texts_come_compressed(client: FlaskClient, linked: str, coding: str) -> None:
    with client.get(linked, headers={"Accept-Encoding": coding}) as answer:
        assert answer.headers["Content-Encoding"] == coding
        assert answer.headers["Vary"] == "Accept-Encoding"


def test_plain_names_are_not_kept(client: FlaskClient) -> None:
    with client.get("/static/style.css") as answer:
        assert answer.headers["Cache-Control"] == "no-cache"


def test_a_name_that_no_content_has_is_not_found(client: FlaskClient) -> None:
    assert client.get("/static/style.0123456789ab.css").status_code == 404


def test_debugging_links_plain_names(app: Flask) -> None:
    app.debug = True
    with app.test_request_context():
        assert url_for("static", filename="style.css") == "/static/style.css"


def test_a_file_that_is_missing_is_linked_by_its_name(app: Flask) -> None:
    with app.test_request_context():
        assert url_for("static", filename="no.css") == "/static/no.css"


def test_other_content_has_another_name() -> None:
    assert hashed_name(Path("a.css"), b"1") != hashed_name(Path("a.css"), b"2")


def test_folders_and_hidden_files(tmp_path: Path) -> None:
    static = tmp_path / "static"
    (static / "fonts").mkdir(parents=True)
    (static / "fonts" / "a.woff2").write_bytes(Random(1).randbytes(256))
    (static / ".hidden").write_bytes(b"")
    (names,) = collect(static, tmp_path / "copies")
    assert re.fullmatch(r"fonts/a\.[0-9a-f]{12}\.woff2", names[1])
    assert [path.name for path in (tmp_path / "copies/fonts").iterdir()] == [Path(names[1]).name]


def test_a_style_sheet_is_short_and_links_what_may_be_kept_for_good(tmp_path: Path) -> None:
    static = tmp_path / "static"
    (static / "fonts").mkdir(parents=True)
    (static / "fonts" / "a.woff2").write_bytes(b"font")
    (static / "a.css").write_text("/* why */ a { src: url(fonts/a.woff2) }\n")
    names = dict(collect(static, tmp_path / "copies"))
    copy = (tmp_path / "copies" / names["a.css"]).read_text()
    assert copy == f"a{{src:url({names['fonts/a.woff2']})}}"


def test_a_space_before_a_pseudo_class_stays_out_of_our_style_sheets() -> None:
    """rcssmin takes it away, and `.stage :is(p)` is another selector than `.stage:is(p)`."""
    for sheet in STYLE.parent.rglob("*.css"):
        selectors = re.findall(r"^(.*)\{", sheet.read_text(), flags=re.MULTILINE)
        assert [line for line in selectors if re.search(r"[^\s{},>~+*] :", line)] == []


def test_former_copies_stay(tmp_path: Path) -> None:
    static, copies = tmp_path / "static", tmp_path / "copies"
    static.mkdir()
    for body in (b"1", b"2"):
        (static / "a.css").write_bytes(body)
        list(collect(static, copies))
    assert {path.read_bytes() for path in copies.iterdir()} == {b"1", b"2"}


def test_what_a_page_of_the_former_release_links_is_still_served(tmp_path: Path) -> None:
    static, copies = tmp_path / "static", tmp_path / "copies"
    static.mkdir()
    for body in (b"former{}", b"current{}"):
        (static / "a.css").write_bytes(body)
        app = Flask(__name__, static_folder=str(static))
        app.wsgi_app = link_hashed_files(app, copies)(app.wsgi_app)  # type: ignore[method-assign]
    with app.test_client().get(f"/static/{hashed_name(Path('a.css'), b'former{}')}") as answer:
        assert (answer.status_code, answer.data) == (200, b"former{}")
        assert "immutable" in answer.headers["Cache-Control"]
