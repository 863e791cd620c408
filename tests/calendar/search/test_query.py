"""What is found, and in which order."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask

from mozi.calendar.search.names import ensure_names
from mozi.calendar.search.query import (
    QUERY_LENGTH,
    SHOWN,
    SearchPage,
    find_best,
    search_page,
    tidy,
)
from mozi.database import reading
from tests.calendar.pages.test_queries import counted_queries
from tests.conftest import on_both_backends
from tests.support.factories import THURSDAY, make_movie


def search(query: str, number: int = 1) -> SearchPage:
    ensure_names()
    with reading() as session:
        return search_page(session, tidy(query), THURSDAY, number)


def titles(page: SearchPage) -> list[str]:
    return [found.card.movie.title for found in page.found]


@on_both_backends
def test_title_then_beginning_then_words_then_director_then_cast_then_genre(app: Flask) -> None:
    make_movie(title="Más", cast=("Őz Anna",), premiere_date=THURSDAY)
    make_movie(title="Kör", director=("Őz Ödön",), premiere_date=THURSDAY)
    make_movie(title="Fák", genres=("őz",), premiere_date=THURSDAY)
    make_movie(title="A kis őz")
    for title in ("Őz és vad", "Az őz"):
        make_movie(title=title, premiere_date=date(1990, 1, 4))
    page = search(" OZ ")
    assert titles(page) == ["Az őz", "Őz és vad", "A kis őz", "Kör", "Más", "Fák"]
    assert [(found.person, found.directs) for found in page.found[3:]] == [
        ("Őz Ödön", True), ("Őz Anna", False), (None, False),
    ]  # fmt: skip
    assert page.genre == "őz"


@on_both_backends
def test_what_runs_or_opens_soonest_comes_first_then_the_future_then_the_past(app: Flask) -> None:
    for days in (-400, -30, 300, 1, -4000):
        make_movie(title="Kontroll", premiere_date=THURSDAY + timedelta(days=days))
    found = [each.card.movie.premiere_date - THURSDAY for each in search("kontroll").found]
    assert [each.days for each in found] == [1, -30, 300, -400, -4000]


def test_titles_that_fill_the_pages_leave_out_names(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_movie(title="Más", cast=("Őz Anna",), premiere_date=THURSDAY)
    for title in ("Őz", "Az őz és vad", "A kis őz"):
        make_movie(title=title)
    assert len(titles(search("oz"))) == 4
    monkeypatch.setattr("mozi.calendar.search.matching.LOOKED_AT", 3)
    assert set(titles(search("oz"))) == {"Őz", "Az őz és vad", "A kis őz"}


def test_a_word_that_no_movie_has_asks_the_index_nothing(app: Flask) -> None:
    make_movie(title="Kontroll")
    with counted_queries() as statements:
        assert not search("xyzzy kontroll").found
    assert not [each for each in statements if "movie_search" in each]


FILMS = (
    ("A keresztapa", "The Godfather", "Francis Ford Coppola", ""),
    ("The Godfather Part II", None, "Francis Ford Coppola", ""),
    ("Keresztanya", None, "Más", ""),
    ("The Matrix", None, "Lana Wachowski", ""),
    ("The Matrix Reloaded", None, "Lana Wachowski", ""),
    ("Persona", None, "Ingmar Bergman", ""),
    ("Sarabande", None, "Ingmar Bergman", ""),
    ("The Freshman", None, "Andrew Bergman", ""),
    ("Casablanca", None, "Kertész Mihály", "Ingrid Bergman"),
    ("Spider-Man", None, "Sam Raimi", ""),
    ("The Amazing Spider-Man", None, "Marc Webb", ""),
    ("WALL-E", None, "Andrew Stanton", ""),
    ("Harry Potter and the Goblet of Fire", None, "Mike Newell", ""),
    ("2001: Űrodüsszeia", "2001: A Space Odyssey", "Stanley Kubrick", ""),
    ("M", None, "Fritz Lang", ""),
    ("Amélie csodálatos élete", "Le Fabuleux Destin d’Amélie Poulain", "Jean-Pierre Jeunet", ""),
    ("Seven Samurai", None, "Akira Kurosawa", ""),
    ("Rocky II", None, "Sylvester Stallone", ""),
    ("Good Night, and Good Luck", None, "George Clooney", ""),
)
NAMED_CASES = {
    "keresztapa": ["A keresztapa"],
    "ker": ["Keresztanya", "A keresztapa"],
    "godfather": ["A keresztapa", "The Godfather Part II"],
    "the godfather 2": ["The Godfather Part II"],
    "matrix": ["The Matrix", "The Matrix Reloaded"],
    "bergman": ["Persona", "Sarabande", "The Freshman", "Casablanca"],
    "spiderman": ["Spider-Man", "The Amazing Spider-Man"],
    "walle": ["WALL-E"],
    "wall e": ["WALL-E"],
    "wale": ["WALL-E"],
    "harry poter": ["Harry Potter and the Goblet of Fire"],
    "2001": ["2001: Űrodüsszeia"],
    "m": ["M", "The Matrix", "The Matrix Reloaded"],
    "amelie": ["Amélie csodálatos élete"],
    "7 samurai": ["Seven Samurai"],
    "rocky 2": ["Rocky II"],
    "the good night & good luck": ["Good Night, and Good Luck"],
    "pokember": [],
    "7ven": [],
    "!!!": [],
}


@on_both_backends
def test_the_film_that_a_person_means_comes_first(app: Flask) -> None:
    """scripts/bench/search.py measures the same on 17,000 films."""
    for number, (title, original, director, cast) in enumerate(FILMS):
        day = date(2000, 1, 1) - timedelta(days=number)
        make_movie(
            title=title, original_title=original, director=(director,),
            cast=(cast,) if cast else (), premiere_date=day,
        )  # fmt: skip
    found = {query: titles(search(query)) for query in NAMED_CASES}
    assert {query: found[query][: len(films) or 1] for query, films in NAMED_CASES.items()} == (
        NAMED_CASES
    )


def test_fewer_typos_come_first(app: Flask) -> None:
    make_movie(title="Kék bolyka", premiere_date=THURSDAY)
    make_movie(title="Kék golyók", premiere_date=date(1990, 1, 4))
    assert titles(search("kek golyok"))[:1] == ["Kék golyók"]
    assert titles(search("kekk golyokk")) == ["Kék golyók"]


def test_a_typo_is_forgiven_where_nothing_else_is_found(app: Flask) -> None:
    make_movie(title="Kontroll")
    page = search("kontrolk")
    assert (titles(page), page.fuzzy) == (["Kontroll"], True)
    assert search("kontroll").fuzzy is False
    assert titles(search("xyzzy")) == []


def test_what_does_not_fit_is_on_further_pages(app: Flask) -> None:
    ids = {make_movie(title=f"Film {number}") for number in range(SHOWN + 1)}
    pages = [search("film"), search("film", number=2)]
    assert [(len(page.found), page.has_more) for page in pages] == [(SHOWN, True), (1, False)]
    assert {found.card.movie.id for page in pages for found in page.found} == ids
    with reading() as session:
        assert set(find_best(session, "film", THURSDAY)) == ids


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("1972", ["1972", "Solaris", "A keresztapa"]),
        ("solaris 1972", ["Solaris"]),
        ("solaris 2002", ["Solaris (új)"]),
        ("(1972) Solaris", ["Solaris"]),
        ("tarkovszkij 1972", ["Solaris"]),
        ("1972 1972 1972 1972 1972 1972 1972 1972 1972 1972", ["1972"]),
        ("solaris 1973", []),
    ],
)
def test_a_year_finds_the_films_of_it_and_narrows_down_other_words(
    app: Flask, query: str, found: list[str]
) -> None:
    make_movie(title="Solaris", year=1972, director=("Andrej Tarkovszkij",))
    make_movie(title="Solaris (új)", year=2002)
    make_movie(title="A keresztapa", year=1972, premiere_date=date(2027, 1, 7))
    make_movie(title="1972", year=2020)
    make_movie(title="Más", premiere_date=THURSDAY)
    assert titles(search(query)) == found


def test_without_a_query_this_week_and_its_genres_are_offered(app: Flask) -> None:
    make_movie(title="Új", premiere_date=THURSDAY, genres=("horror",))
    make_movie(title="Régi", premiere_date=date(1990, 1, 4), genres=("western",))
    page = search("")
    assert [card.movie.title for card in page.offered] == ["Új"]
    assert page.genres == ("horror",)


@pytest.mark.parametrize(
    ("typed", "query"),
    [("  két \n szó\x00 ", "két szó"), ("x" * 200, "x" * QUERY_LENGTH), ("", "")],
)
def test_a_query_is_one_tidy_line(typed: str, query: str) -> None:
    assert tidy(typed) == query


@pytest.mark.parametrize("query", ["", "?!", '" OR 1=1 --'])
def test_a_query_without_known_words_finds_nothing(app: Flask, query: str) -> None:
    make_movie()
    assert search(query).found == ()
