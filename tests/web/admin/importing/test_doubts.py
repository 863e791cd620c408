"""Rows of a film that the calendar knows by another date: an editor decides."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from mozi.database import reading
from mozi.models import Movie
from tests.support.factories import THURSDAY, make_movie
from tests.web.admin.conftest import token
from tests.web.admin.importing.test_files import confirm, preview

FAR = THURSDAY + timedelta(days=400)
SHEET = f"Cím;Eredeti cím;Bemutató\nDűne;Dune;{FAR}\n"


def films() -> dict[str, list[date]]:
    """Return the dates of each movie by its title and id."""
    with reading() as session:
        return {
            f"{movie.title} {movie.id}": sorted(p.premiere_date for p in movie.premieres)
            for movie in session.scalars(select(Movie).order_by(Movie.id))
        }


def decide(client: FlaskClient, address: str, **given: str) -> None:
    sent = {"csrf_token": token(client.get(address).text), **given}
    assert client.post(f"{address}/doubts", data=sent).location.startswith(address)


@pytest.mark.parametrize(
    ("title", "original"), [("Dűne", None), ("dune", None), ("Homok", "Dűne"), ("DUNE", "x")]
)
def test_a_known_title_is_in_doubt_at_any_distance_of_dates(
    anna: FlaskClient, title: str, original: str | None
) -> None:
    make_movie(title=title, original_title=original, premiere_date=THURSDAY)
    address = preview(anna, f"{SHEET}Kontroll;;{FAR}\n")
    html = anna.get(address).text
    assert "Elhalasztott bemutató?" in html
    assert confirm(anna, address).location.endswith("refused=0&doubtful=1&batch=1")
    assert list(films().values()) == [[THURSDAY], [FAR]], "only the row without a doubt is in"


@pytest.mark.parametrize(
    ("act", "dates"), [("move", [FAR]), ("add", [THURSDAY, FAR]), ("new", [THURSDAY])]
)
@pytest.mark.parametrize("of_all", [True, False])
def test_the_editor_decides_what_the_row_is(
    anna: FlaskClient, act: str, dates: list[date], of_all: bool
) -> None:
    movie_id = make_movie(title="Dűne", premiere_date=THURSDAY)
    address = preview(anna, SHEET)
    value = "new" if act == "new" else f"{act}:{movie_id}"
    decide(anna, address, **({"all": act} if of_all else {"pick-2": value}))
    confirm(anna, address)
    found = films()
    assert found.pop(f"Dűne {movie_id}") == dates
    assert list(found.values()) == ([[FAR]] if act == "new" else [])


def test_a_moved_film_keeps_its_title_and_takes_the_rest(anna: FlaskClient) -> None:
    movie_id = make_movie(title="Dűne", premiere_date=THURSDAY)
    address = preview(anna, f"title,premiere_date,distributor\nDUNE,{FAR},UIP\n")
    decide(anna, address, **{"pick-2": f"move:{movie_id}"})
    confirm(anna, address)
    with reading() as session:
        movie = session.get_one(Movie, movie_id)
        assert (movie.title, movie.distributor) == ("Dűne", "UIP")


def test_two_rows_never_move_one_premiere(anna: FlaskClient) -> None:
    make_movie(title="Dűne", premiere_date=THURSDAY)
    address = preview(anna, SHEET + f"Dűne;Dune;{FAR + timedelta(days=7)}\n")
    decide(anna, address, all="move")
    assert "Ugyanarról a bemutatóról szól, mint a(z) 2. sor." in anna.get(address).text


def test_different_external_ids_say_that_they_are_two_films(anna: FlaskClient) -> None:
    make_movie(title="Dűne", premiere_date=THURSDAY, external_id="a")
    address = preview(anna, f"external_id,title,premiere_date\nb,Dűne,{FAR}\n")
    assert "Elhalasztott" not in anna.get(address).text
    confirm(anna, address)
    assert len(films()) == 2


def test_a_decision_that_does_not_fit_decides_nothing(anna: FlaskClient) -> None:
    make_movie(title="Dűne", premiere_date=THURSDAY)
    other = make_movie(title="Kontroll", premiere_date=THURSDAY)
    address = preview(anna, SHEET)
    for value in (f"move:{other}", "move:", "move:x", "burn:1", "move:99999999999"):
        decide(anna, address, **{"pick-2": value})
        assert 'name="pick-2" value="new">' in anna.get(f"{address}?show=doubtful").text


def test_the_preview_says_which_premiere_a_row_moves_or_adds(anna: FlaskClient) -> None:
    make_movie(title="Vuk", external_id="v", premiere_date=THURSDAY)
    rows = ("v,Vuk,2026-12-03,cinema", "v,Vuk,2027-02-04,streaming")
    new = ("u,Új,2026-12-10,cinema", "u,Új,2027-03-04,streaming")
    address = preview(anna, "\n".join(("external_id,title,premiere_date,kind", *rows, *new)))
    changed, added = (anna.get(f"{address}?show={each}").text for each in ("update", "insert"))
    assert "moziban, 2026. november 26., csütörtök" in changed.replace("\xa0", " ")
    assert "<ins>online</ins>" in changed
    assert changed.count("további bemutató") == added.count("további bemutató") == 1
