"""The films that a film's page offers next."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask

from mozi.calendar.pages.queries import movie_page
from mozi.calendar.pages.values import Card, Related
from mozi.calendar.search.names import ensure_names
from mozi.database import reading
from tests.conftest import on_both_backends
from tests.support.factories import THURSDAY, make_movie

pytestmark = on_both_backends
WEEK = timedelta(weeks=1)


def related(movie_id: int) -> Related:
    ensure_names()
    with reading() as session:
        return movie_page(session, movie_id, THURSDAY).related


def titles(cards: tuple[Card, ...]) -> list[str]:
    return [card.movie.title for card in cards]


def test_the_directors_films_come_with_the_next_first_and_then_the_latest(app: Flask) -> None:
    both = ("Elek Judit", "Makk Károly")
    movie = make_movie(title="Ez", director=both)
    for title, when, who in (
        ("Régi", date(1990, 1, 4), "Elek Judit"),
        ("Tavalyi", THURSDAY - 52 * WEEK, "makk károly"),
        ("Később", THURSDAY + 9 * WEEK, "Elek Judit"),
        ("Hamarosan", THURSDAY + WEEK, "Makk Károly"),
        ("Másé", THURSDAY, "Szabó István"),
    ):
        make_movie(title=title, premiere_date=when, director=(who,))
    assert titles(related(movie).same_directors) == ["Hamarosan", "Később", "Tavalyi", "Régi"]


def test_films_of_these_weeks_with_the_same_genres_come_once(app: Flask) -> None:
    movie = make_movie(title="Ez", genres=("dráma", "krimi"), director=("Elek Judit",))
    for title, when, genres in (
        ("Egyik", THURSDAY + WEEK, ("dráma",)),
        ("Mindkettő", THURSDAY + 2 * WEEK, ("krimi", "dráma")),
        ("Régi", date(1990, 1, 4), ("dráma", "krimi")),
        ("Más", THURSDAY, ("mese",)),
    ):
        make_movie(title=title, premiere_date=when, genres=genres)
    make_movie(title="Övé", genres=("dráma",), director=("Elek Judit",))
    shown = related(movie)
    assert titles(shown.same_directors) == ["Övé"]
    assert titles(shown.same_genres) == ["Egyik", "Mindkettő"]


def test_the_films_with_more_of_the_genres_are_chosen(app: Flask) -> None:
    movie = make_movie(title="Ez", genres=("dráma", "krimi"))
    for n in range(20):
        make_movie(title=f"Egyik {n}", genres=("dráma",))
    make_movie(title="Mindkettő", genres=("krimi", "dráma"))
    assert "Mindkettő" in titles(related(movie).same_genres)


@pytest.mark.parametrize("known", [{}, {"director": ("…",), "genres": ("egyedi",)}])
def test_a_film_without_kin_offers_none(app: Flask, known: dict[str, tuple[str, ...]]) -> None:
    make_movie(title="Más", director=("Makk Károly",), genres=("dráma",))
    assert related(make_movie(title="Ez", **known)) == Related((), ())
