"""What a request asks of the desk's list, and which page it gets."""

from __future__ import annotations

import pytest
from flask import Flask

from mozi.calendar.editing.admin_list import (
    LAST_PAGE,
    PAGE_LENGTH,
    AdminListPage,
    ListQuery,
    admin_list_page,
    parse_list_query,
)
from mozi.calendar.search.names import ensure_names
from mozi.database import reading
from tests.support.factories import THURSDAY, make_movie


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
