"""What a request asks of the desk's list, and which page it gets."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from mozi.calendar.editing.listing import admin_list
from mozi.calendar.editing.listing.admin_list import PAGE_LENGTH, AdminListPage, admin_list_page
from mozi.calendar.editing.listing.list_query import LAST_PAGE, SORTS, ListQuery, parse_list_query
from mozi.calendar.search.names import ensure_names
from mozi.database import reading
from tests.conftest import on_both_backends
from tests.support.factories import THURSDAY, add_premiere, make_movie


def listed(query: ListQuery) -> AdminListPage:
    ensure_names()
    with reading() as session:
        return admin_list_page(session, query, THURSDAY)


def test_unknown_values_get_the_default() -> None:
    arguments = {"state": "nonsense", "sort": "failed", "page": "x"}
    assert parse_list_query(arguments, "") == ListQuery()
    known = {"state": "failed", "sort": "title", "page": "3"}
    assert parse_list_query(known, "őz") == ListQuery("őz", "failed", "title", 3)


@pytest.mark.parametrize(("page", "number"), [("0", 1), ("-1", 1), ("99999", LAST_PAGE), ("²", 1)])
def test_a_page_has_a_number_within_bounds(page: str, number: int) -> None:
    assert parse_list_query({"page": page}, "").page == number


def test_links_keep_the_filters_that_are_set() -> None:
    assert ListQuery("őz", sort="title", page=3).arguments == {"q": "őz", "sort": "title"}
    assert ListQuery().arguments == {}


def test_beyond_the_last_page_there_is_the_last_page(app: Flask) -> None:
    for number in range(PAGE_LENGTH + 1):
        make_movie(title=f"Film {number}")
    first, last = listed(ListQuery()), listed(ListQuery(page=7))
    assert (first.first, first.last, first.has_next) == (1, PAGE_LENGTH, True)
    assert (last.query.page, last.first, last.last, last.has_next) == (2, 51, 51, False)
    assert (first.count, first.more) == (PAGE_LENGTH + 1, False)


def test_a_search_that_finds_nothing_is_an_empty_list(app: Flask) -> None:
    make_movie()
    page = listed(ListQuery("xyzzy"))
    assert (page.rows, page.first, page.count, page.has_next) == ((), 0, 0, False)


@pytest.mark.parametrize("counted", [1, 1000])
@on_both_backends
def test_a_filter_shows_the_same_movies_whether_few_or_many_have_its_state(
    app: Flask, monkeypatch: pytest.MonkeyPatch, counted: int
) -> None:
    monkeypatch.setattr(admin_list, "COUNTED", counted)
    ids = [
        make_movie(
            title=f"Film {n}",
            status="cancelled" if n % 2 else "scheduled",
            premiere_date=THURSDAY - timedelta(days=n),
            poster_url=None if n % 3 else "https://example.org/a.jpg",
        )
        for n in range(6)
    ]
    add_premiere(ids[1], kind="streaming", status="cancelled", premiere_date=THURSDAY)
    expected = {
        "cancelled": {ids[1], ids[3], ids[5]},
        "waiting": {ids[0], ids[3]},
        "no_poster": {ids[1], ids[2], ids[4], ids[5]},
    }
    for state, movies in expected.items():
        for sort in SORTS:
            page = listed(ListQuery(state=state, sort=sort))
            found = [row.card.movie.id for row in page.rows]
            assert (set(found), len(found)) == (movies, len(movies)), (state, sort)
            assert page.more == (len(movies) > counted)
            ascending = sort in ("title", "latest", "upcoming")
            wanted = sorted(movies, reverse=not ascending)
            assert found == wanted, (state, sort)


@pytest.mark.parametrize("counted", [1, 1000])
@on_both_backends
def test_posters_that_lack_begin_with_what_opens_next(
    app: Flask, monkeypatch: pytest.MonkeyPatch, counted: int
) -> None:
    monkeypatch.setattr(admin_list, "COUNTED", counted)
    monkeypatch.setattr(admin_list, "PAGE_LENGTH", 3)
    days = (1, -1, 2, -2, 0)
    of = {n: make_movie(title=f"F{n}", premiere_date=THURSDAY + timedelta(n)) for n in days}
    orders = {"upcoming": (0, 1, 2, -1, -2), "earliest": (-2, -1, 0, 1, 2)}
    for sort, expected in orders.items():
        pages = [listed(ListQuery(state="no_poster", sort=sort, page=page)) for page in (1, 2)]
        found = [row.card.movie.id for page in pages for row in page.rows]
        assert found == [of[n] for n in expected], sort


@pytest.mark.parametrize("counted", [1, 1000])
@on_both_backends
def test_each_filter_shows_its_movies_and_the_premiere_that_meets_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch, counted: int
) -> None:
    monkeypatch.setattr(admin_list, "COUNTED", counted)
    full = {"synopsis": "S", "age_rating": "12", "distributor": "Ősi Film", "genres": ("dráma",)}
    full = {**full, "poster_url": "https://example.org/a.jpg"}
    in_a_week, in_a_month = THURSDAY + timedelta(7), THURSDAY + timedelta(30)
    a = make_movie(title="A", premiere_date=in_a_week, **full)
    b = make_movie(title="B", premiere_date=THURSDAY - timedelta(1), kind="streaming")
    c = make_movie(title="C", **{**full, "genres": ("melodráma", "western"), "synopsis": None})
    add_premiere(c, kind="rerelease", premiere_date=in_a_month)
    asked = {
        ListQuery(): [c, a, b],
        ListQuery(period="next_week"): [a],
        ListQuery(period="this_week"): [c],
        ListQuery(period="next_30_days"): [c, a],
        ListQuery(period="past_30_days"): [c, b],
        ListQuery(kind="streaming"): [b],
        ListQuery(kind="rerelease"): [c],
        ListQuery(kind="cinema", period="next_30_days"): [c, a],
        ListQuery(kind="rerelease", period="this_week"): [],
        ListQuery(genre="dráma"): [a],
        ListQuery(distributor="Ősi Film"): [c, a],
        ListQuery(state="no_synopsis"): [c, b],
        ListQuery(state="no_age_rating"): [b],
        ListQuery(state="no_distributor", kind="streaming"): [b],
        ListQuery(state="no_poster"): [b],
        ListQuery(text="osi"): [c, a],
        ListQuery(text="osi", sort="upcoming"): [c, a],
    }
    for query, movies in asked.items():
        page = listed(query)
        assert [row.card.movie.id for row in page.rows] == movies, query
        for sort in SORTS:
            again = listed(replace(query, sort=sort))
            assert {row.card.movie.id for row in again.rows} == set(movies), (query, sort)
    [row] = listed(ListQuery(kind="rerelease")).rows
    assert (row.card.movie.premiere_date, row.card.movie.kind) == (in_a_month, "rerelease")


def test_the_list_begins_today_and_goes_back_after_the_last_to_come(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admin_list, "PAGE_LENGTH", 2)
    days = (3, -3, 0, -1, 9)
    ids = {day: make_movie(title=str(day), premiere_date=THURSDAY + timedelta(day)) for day in days}
    pages = [listed(ListQuery(page=number)) for number in (1, 2, 3)]
    shown = [row.card.movie.id for page in pages for row in page.rows]
    assert shown == [ids[day] for day in (0, 3, 9, -1, -3)]
    assert (pages[0].pages, pages[2].pages) == ((1, 2, 3), (1, 2, 3))
