"""What a request asks of the desk's list, and which page it gets."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from mozi.calendar.editing import admin_list
from mozi.calendar.editing.admin_list import (
    LAST_PAGE,
    PAGE_LENGTH,
    SORTS,
    AdminListPage,
    ListQuery,
    admin_list_page,
    parse_list_query,
)
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
            ascending = sort in ("title", "latest")
            wanted = sorted(movies, reverse=not ascending)
            assert found == wanted, (state, sort)
