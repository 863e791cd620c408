"""What is found, and in which order."""

from __future__ import annotations

from datetime import date

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
from tests.conftest import on_both_backends
from tests.support.factories import THURSDAY, make_movie


def search(query: str) -> SearchPage:
    ensure_names()
    with reading() as session:
        return search_page(session, tidy(query), THURSDAY)


def titles(page: SearchPage) -> list[str]:
    return [card.movie.title for card in page.cards]


@on_both_backends
def test_the_title_comes_before_its_beginning_its_words_and_people(app: Flask) -> None:
    for title in ("Az őz", "Őz és vad", "Őz"):
        make_movie(title=title)
    make_movie(title="Más", director=("Őz Ödön",))
    assert titles(search(" OZ ")) == ["Őz", "Őz és vad", "Az őz", "Más"]


def test_among_equals_the_latest_premiere_comes_first(app: Flask) -> None:
    for year in (2024, 2026, 2025):
        make_movie(title="Kontroll", premiere_date=date(year, 1, 1))
    days = [card.movie.premiere_date.year for card in search("kontroll").cards]
    assert days == [2026, 2025, 2024]


def test_a_typo_is_forgiven_where_nothing_else_is_found(app: Flask) -> None:
    make_movie(title="Kontroll")
    page = search("kontrolk")
    assert (titles(page), page.fuzzy) == (["Kontroll"], True)
    assert search("kontroll").fuzzy is False
    assert titles(search("xyzzy")) == []


def test_a_full_page_says_that_there_is_more(app: Flask) -> None:
    ids = [make_movie(title=f"Film {number}") for number in range(SHOWN + 1)]
    page = search("film")
    assert (len(page.cards), page.cut) == (SHOWN, True)
    with reading() as session:
        assert sorted(find_best(session, "film")) == ids


@pytest.mark.parametrize(
    ("typed", "query"),
    [("  két \n szó\x00 ", "két szó"), ("x" * 200, "x" * QUERY_LENGTH), ("", "")],
)
def test_a_query_is_one_tidy_line(typed: str, query: str) -> None:
    assert tidy(typed) == query


@pytest.mark.parametrize("query", ["", "?!", '" OR 1=1 --'])
def test_a_query_without_known_words_finds_nothing(app: Flask, query: str) -> None:
    make_movie()
    assert search(query).cards == ()
