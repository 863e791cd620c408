from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from mozi.calendar.weeks import week_of
from mozi.demo.canvas import PALETTES
from mozi.demo.films import DemoFilm, demo_films
from mozi.demo.lettering import FACES
from mozi.demo.posters import MOTIFS

MONDAY = date(2026, 11, 23)


@pytest.fixture
def films() -> list[DemoFilm]:
    return demo_films(MONDAY)


def premiere(film: DemoFilm) -> date:
    day = film.values["premiere_date"]
    assert isinstance(day, date)
    return day


def test_each_film_has_its_own_external_id(films: list[DemoFilm]) -> None:
    assert len(films) >= 60
    assert max(Counter(film.external_id for film in films).values()) == 1
    assert all(film.external_id.startswith("demo-") for film in films)


@pytest.mark.parametrize("today", [MONDAY, date(2026, 11, 26), date(2027, 2, 28)])
def test_this_programme_week_has_seven_premieres(today: date) -> None:
    assert sum(premiere(film) in week_of(today) for film in demo_films(today)) == 7


def test_the_two_weeks_before_and_eight_after_are_filled(films: list[DemoFilm]) -> None:
    weeks = Counter(
        (week_of(premiere(film)).first - week_of(MONDAY).first).days // 7 for film in films
    )
    assert all(4 <= weeks[week] <= 8 for week in range(-2, 9))


def test_most_premieres_are_on_thursdays_and_some_are_not(films: list[DemoFilm]) -> None:
    by_day = [film for film in films if film.values.get("date_precision") != "month"]
    thursdays = sum(premiere(film).isoweekday() == 4 for film in by_day)
    assert 0.9 * len(films) < thursdays < len(by_day)


def test_the_special_cases_are_there(films: list[DemoFilm]) -> None:
    assert {film.values["kind"] for film in films} == {"cinema", "streaming", "rerelease"}
    assert sum(film.values.get("status") == "cancelled" for film in films) == 1
    assert [
        premiere(film).day for film in films if film.values.get("date_precision") == "month"
    ] == [1]
    assert sum(film.design is None for film in films) == 1


def test_every_design_is_of_known_parts(films: list[DemoFilm]) -> None:
    for film in films:
        if film.design is not None:
            assert film.design.motif in MOTIFS
            assert film.design.palette in PALETTES
            assert film.design.face in FACES


def test_every_film_says_who_made_it_and_what_it_is_about(films: list[DemoFilm]) -> None:
    for film in films:
        assert all(film.values[column] for column in ("director", "cast", "country", "genres"))
        assert all(film.values[column] for column in ("synopsis", "runtime_minutes", "age_rating"))
