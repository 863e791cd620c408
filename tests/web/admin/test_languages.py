"""Year, language and version at the desk: names of languages in the editor's own one."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.support.factories import make_movie, movie_of, premiere_of
from tests.web.admin.forms import NEW, movies, opened, send
from tests.web.admin.importing.test_files import preview

FILM = {"title": "A hét szamuráj", "premiere_date": "2026-11-26", "year": "1954"}


def test_a_language_is_typed_by_its_name_and_shown_in_the_desks_language(
    anna: FlaskClient,
) -> None:
    send(anna, NEW, **FILM, original_language="Japán", language_version="both")
    (movie,) = movies()
    assert (movie.year, movie.original_language) == (1954, "ja")
    assert premiere_of(movie.id).language_version == "both"
    path = f"/admin/movies/{movie.id}"
    assert opened(anna, path)["original_language"] == "japán"
    assert opened(anna, f"/en{path}")["original_language"] == "Japanese"
    anna.post(path, data={**opened(anna, path), "year": "1955"})
    assert (movie_of(movie.id).year, movie_of(movie.id).original_language) == (1955, "ja")
    history = anna.get(f"{path}/history").text
    assert [word for word in ("1954", "1955", "Gyártási év") if word not in history] == []


def test_a_language_that_is_none_is_told_and_stays_as_typed(anna: FlaskClient) -> None:
    html = send(anna, NEW, **FILM, original_language="szamuráj").text
    assert "„szamuráj” helyett egy nyelv kell, például: angol." in html
    assert 'value="szamuráj"' in html


def test_the_preview_of_an_import_names_languages_and_versions(anna: FlaskClient) -> None:
    make_movie(title="A keresztapa", original_language="it", language_version="dubbed")
    table = "Cím;Bemutató;Eredeti nyelv;Szinkron/felirat;Gyártási év\n"
    html = anna.get(preview(anna, table + "A keresztapa;2026-11-26;English;f;1972\n")).text
    changed = "<del>olasz</del>", "<ins>angol</ins>", "<del>szinkronos</del>"
    said = (*changed, "<ins>feliratos</ins>", "<ins>1972</ins>")
    assert [each for each in said if each not in html] == []
