"""What each page is made of, by one snapshot and a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import event

from mozi.calendar.pages import queries
from mozi.calendar.pages.people import person_page
from mozi.calendar.pages.values import Card, Day, IndexPage, MonthPage, MoviePage, YearPage
from mozi.calendar.search.names import ensure_names
from mozi.calendar.weeks import Month
from mozi.database import reading, writing
from mozi.errors import MovieNotFound
from mozi.extensions import db
from mozi.models import Movie
from tests.conftest import on_both_backends
from tests.support.factories import (
    THURSDAY,
    add_premiere,
    make_movie,
    make_variants,
    update_movie,
)

SOURCE = "https://example.org/poster.jpg"

pytestmark = pytest.mark.usefixtures("app")


def index(today: date = THURSDAY) -> IndexPage:
    with reading() as session:
        return queries.index_page(session, today)


def month(year: int, number: int) -> MonthPage:
    with reading() as session:
        return queries.month_page(session, Month(year, number))


def year(number: int) -> YearPage:
    with reading() as session:
        return queries.year_page(session, number)


def film(movie_id: int) -> MoviePage:
    with reading() as session:
        return queries.movie_page(session, movie_id, THURSDAY)


def titles(cards: tuple[Card, ...]) -> list[str]:
    return [card.movie.title for card in cards]


def by_day(days: tuple[Day, ...]) -> dict[date, list[str]]:
    return {day.date: titles(day.cards) for day in days}


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """Give the list that every statement is added to."""
    statements: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield statements
    event.remove(db.engine, "before_cursor_execute", note)


def test_the_index_groups_a_week_by_day_in_hungarian_order() -> None:
    for title in ("Zsiga", "Őz", "Csak mi", "Cukor", "Ökör"):
        make_movie(title=title)
    make_movie(title="Péntek", premiere_date=THURSDAY + timedelta(days=1))
    week = index().weeks[0]
    assert by_day(week.days) == {
        THURSDAY: ["Cukor", "Csak mi", "Ökör", "Őz", "Zsiga"],
        THURSDAY + timedelta(days=1): ["Péntek"],
    }


def test_the_index_shows_this_week_whole_and_eight_more() -> None:
    make_movie(title="Last week", premiere_date=THURSDAY - timedelta(days=1))
    make_movie(title="Ninth", premiere_date=THURSDAY + timedelta(weeks=9, days=-1))
    make_movie(title="Tenth", premiere_date=THURSDAY + timedelta(weeks=9))
    page = index(today=THURSDAY + timedelta(days=4))
    shown = [title for week in page.weeks for day in week.days for title in titles(day.cards)]
    assert (len(page.weeks), shown) == (9, ["Ninth"])
    assert (page.earlier, page.later) == (Month(2026, 11), Month(2027, 1))


@pytest.mark.parametrize("precision", ["month", "year"])
def test_a_movie_without_a_day_is_on_no_day(precision: str) -> None:
    make_movie(date_precision=precision)
    assert index().weeks[0].days == ()
    assert month(2026, 11).days == ()


def test_a_week_s_backdrop_is_of_its_first_movie_with_a_poster() -> None:
    make_movie(title="A")
    lead = make_movie(title="B", poster_url=SOURCE)
    make_movie(title="C", poster_url=SOURCE)
    backdrop = index().weeks[0].backdrop
    assert backdrop is not None
    assert backdrop.url == f"/poster/{lead}-b.blurred.jpg"


def test_a_built_picture_is_linked_by_its_own_address_and_size() -> None:
    urls = make_variants(make_movie(), "thumb")
    thumb = index().weeks[0].days[0].cards[0].thumb
    assert thumb is not None
    assert (thumb.url, thumb.width_px, thumb.height_px, thumb.built) == (
        urls["thumb"],
        342,
        513,
        True,
    )


def test_a_missing_picture_is_linked_by_its_route_with_the_recipe_s_size() -> None:
    movie_id = make_movie(title="Őz", poster_url=SOURCE)
    thumb = index().weeks[0].days[0].cards[0].thumb
    assert thumb is not None
    assert thumb.url == f"/poster/{movie_id}-oz.thumb.jpg"
    assert (thumb.width_px, thumb.height_px, thumb.built) == (342, 513, False)


def test_a_movie_without_a_source_has_no_picture() -> None:
    make_movie()
    week = index().weeks[0]
    assert (week.days[0].cards[0].thumb, week.backdrop) == (None, None)


def test_building_what_a_page_does_not_show_leaves_its_value_equal() -> None:
    make_movie(title="A", poster_url=SOURCE)
    other = make_movie(title="B", poster_url=SOURCE)
    before = index()
    make_variants(other, "blurred", "poster")
    assert index() == before


def test_building_a_thumb_changes_the_value_of_its_page_only() -> None:
    movie_id = make_movie(poster_url=SOURCE)
    make_movie(premiere_date=date(2026, 10, 1))
    shown, other = month(2026, 11), month(2026, 10)
    make_variants(movie_id, "thumb")
    assert month(2026, 11) != shown
    assert month(2026, 10) == other


def test_a_crowded_index_is_cut_and_says_where_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "INDEX_LIMIT", 2)
    for days in (0, 7, 10):
        make_movie(premiere_date=THURSDAY + timedelta(days=days))
    page = index()
    assert page.cut
    assert sum(len(day.cards) for week in page.weeks for day in week.days) == 2
    assert page.later == Month(2026, 12)


def test_a_month_links_the_nearest_months_that_have_movies() -> None:
    for day in (date(2026, 3, 5), date(2026, 11, 26), date(2027, 2, 1)):
        make_movie(premiere_date=day)
    make_movie(premiere_date=date(2026, 6, 1), date_precision="year")
    page = month(2026, 11)
    assert (page.earlier, page.later) == (Month(2026, 3), Month(2027, 2))


def test_no_link_leads_to_a_month_without_a_page() -> None:
    make_movie(premiere_date=date(1887, 12, 31))
    make_movie(premiere_date=date(2201, 1, 1))
    page = month(2026, 11)
    assert (page.earlier, page.later) == (None, None)


def test_a_month_keeps_what_has_no_day_apart() -> None:
    make_movie(title="Day")
    make_movie(title="Some day", date_precision="month", premiere_date=date(2026, 11, 1))
    page = month(2026, 11)
    assert by_day(page.days) == {THURSDAY: ["Day"]}
    assert titles(page.undated) == ["Some day"]


def test_a_year_is_a_list_of_months_and_what_has_none() -> None:
    make_movie(title="Late", premiere_date=date(2026, 11, 1), date_precision="month")
    make_movie(title="Day", premiere_date=THURSDAY)
    make_movie(title="Spring", premiere_date=date(2026, 3, 5))
    make_movie(title="Some day", premiere_date=date(2026, 1, 1), date_precision="year")
    page = year(2026)
    assert [(m.month.month, titles(m.cards)) for m in page.months] == [
        (3, ["Spring"]),
        (11, ["Day", "Late"]),
    ]
    assert titles(page.undated) == ["Some day"]


def test_a_year_links_the_nearest_years_that_have_movies() -> None:
    make_movie(premiere_date=date(1999, 5, 5), date_precision="year")
    make_movie(premiere_date=date(2030, 1, 1))
    page = year(2026)
    assert (page.earlier, page.later) == (1999, 2030)


@on_both_backends
def test_a_movie_s_neighbours_follow_date_then_hungarian_title() -> None:
    make_movie(title="Zuhan", premiere_date=THURSDAY - timedelta(days=9))
    for title in ("Cukor", "Őz", "Csak mi", "Papa"):
        make_movie(title=title)
    last = make_movie(title="Autó", premiere_date=THURSDAY + timedelta(days=40))
    backwards, page = [], film(last)
    while page.earlier is not None:
        backwards.append(page.earlier.title)
        page = film(page.earlier.id)
    assert backwards == ["Papa", "Őz", "Csak mi", "Cukor", "Zuhan"]


def test_the_way_forward_is_the_way_back() -> None:
    ids = [make_movie(title=title) for title in ("B", "B", "A")]
    middle = film(ids[0])
    assert middle.earlier is not None
    assert middle.later is not None
    assert (middle.earlier.id, middle.later.id) == (ids[2], ids[1])
    assert film(ids[1]).later is None


def test_the_index_announces_what_has_no_day_yet() -> None:
    for title, day, precision in (
        ("This month", date(2026, 11, 1), "month"),
        ("Last month", date(2026, 10, 1), "month"),
        ("Next year", date(2027, 1, 1), "year"),
        ("This year", date(2026, 1, 1), "year"),
        ("Last year", date(2025, 1, 1), "year"),
    ):
        make_movie(title=title, premiere_date=day, date_precision=precision)
    make_movie(title="Off", date_precision="month", status="cancelled")
    assert titles(index().undated) == ["This year", "This month", "Next year"]


def test_a_week_counts_the_films_that_open_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for weeks, status in ((0, "scheduled"), (0, "cancelled"), (2, "scheduled"), (2, "scheduled")):
        make_movie(premiere_date=THURSDAY + timedelta(weeks=weeks), status=status)
    assert [week.films for week in index().weeks][:4] == [1, 0, 2, 0]
    monkeypatch.setattr(queries, "INDEX_LIMIT", 3)
    assert [week.films for week in index().weeks][:4] == [1, 0, None, None]


def test_a_list_knows_the_date_before_the_last_move_and_a_movie_all_of_them() -> None:
    movie_id = make_movie()
    for weeks in (1, 2):
        with writing() as session:
            movie = session.get_one(Movie, movie_id)
            update_movie(session, movie, {"premiere_date": THURSDAY + timedelta(weeks=weeks)})
    (card,) = index().weeks[2].days[0].cards
    assert (card.movie.old_date, card.movie.old_precision) == (date(2026, 12, 3), "day")
    assert [move.new_date for move in film(movie_id).moves] == [
        date(2026, 12, 10),
        date(2026, 12, 3),
    ]


def test_an_unknown_movie_is_not_found() -> None:
    with reading() as session, pytest.raises(MovieNotFound):
        queries.movie_page(session, 404, THURSDAY)


@on_both_backends
def test_a_month_counts_the_premieres_of_the_months_of_its_year(app: Flask) -> None:
    for day in (date(2026, 3, 1), date(2026, 11, 26), date(2026, 11, 27), date(2027, 3, 1)):
        make_movie(premiere_date=day)
    counted = month(2026, 11).year
    assert [(each.month.month, each.films) for each in counted] == [(3, 1), (11, 2)]


@on_both_backends
@pytest.mark.parametrize(("movies", "premieres"), [(0, 1), (1, 1), (30, 1), (20, 3)])
def test_a_list_costs_the_same_few_queries_whatever_its_length(
    app: Flask, movies: int, premieres: int
) -> None:
    for number in range(movies):
        movie_id = make_movie(premiere_date=THURSDAY + timedelta(days=number % 20))
        for further in range(1, premieres):
            day = THURSDAY + timedelta(days=number % 20 + further)
            add_premiere(movie_id, kind="streaming", premiere_date=day)
        make_variants(movie_id)
    for page, cost in ((index, 4), (lambda: month(2026, 11), 4), (lambda: year(2026), 3)):
        with counted_queries() as statements:
            page()
        assert len([s for s in statements if "movie" in s]) == cost


@on_both_backends
@pytest.mark.parametrize("movies", [1, 30])
def test_the_cinemas_and_a_person_cost_the_same_few_queries(app: Flask, movies: int) -> None:
    for number in range(movies):
        day = THURSDAY - timedelta(days=number)
        make_variants(make_movie(director=("Enyedi Ildikó",), premiere_date=day))
    ensure_names()
    with reading() as session:
        for page, cost in (
            (lambda: queries.in_cinemas_page(session, THURSDAY), 2),
            (lambda: person_page(session, "enyedi-ildiko", THURSDAY), 4),
        ):
            with counted_queries() as statements:
                assert page()
            assert len([s for s in statements if "movie" in s]) == cost


@pytest.mark.parametrize("premieres", [1, 12])
def test_a_movie_costs_twelve_queries(premieres: int) -> None:
    movie_id = make_movie(poster_url=SOURCE)
    for further in range(1, premieres):
        add_premiere(movie_id, premiere_date=THURSDAY + timedelta(weeks=further))
    with counted_queries() as statements:
        film(movie_id)
    assert len([s for s in statements if "movie" in s]) == 12


def test_the_week_is_found_by_index_and_not_by_reading_the_table() -> None:
    with counted_queries() as statements:
        index()
    movies = next(s for s in statements if "movie.title" in s)
    with reading() as session:
        connection = session.connection()
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {movies}", ("",) * movies.count("?"))
        assert "USING INDEX ix_premiere_premiere_date_id" in " ".join(row[3] for row in plan)
