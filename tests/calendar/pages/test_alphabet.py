"""The list of all movies from A to Z."""

from __future__ import annotations

import pytest
from flask import Flask

from mozi.calendar.collation import sort_key
from mozi.calendar.pages import alphabet
from mozi.calendar.pages.alphabet import DIGITS, OTHERS, AlphabetPage, alphabet_page, letter_of
from mozi.calendar.search.names import ensure_names
from mozi.database import reading
from tests.conftest import on_both_backends
from tests.support.factories import THURSDAY, make_movie


def page(letter: str | None = None, number: int = 1) -> AlphabetPage:
    ensure_names()
    with reading() as session:
        return alphabet_page(session, letter, number, THURSDAY)


def titles(shown: AlphabetPage) -> dict[str, list[str]]:
    return {group.letter: [card.movie.title for card in group.cards] for group in shown.groups}


@on_both_backends
def test_movies_are_grouped_by_their_hungarian_letters(app: Flask) -> None:
    for title in ("Csak mi", "Cukor", "Őz", "Óz", "300", "Ádám"):
        make_movie(title=title)
    assert list(titles(page()).items()) == [
        (DIGITS, ["300"]),
        ("a", ["Ádám"]),
        ("c", ["Cukor"]),
        ("cs", ["Csak mi"]),
        ("o", ["Óz"]),
        ("ö", ["Őz"]),
    ]


def test_a_letter_shows_its_movies_alone_and_the_bar_shows_all(app: Flask) -> None:
    for title in ("Csak mi", "Cukor"):
        make_movie(title=title)
    shown = page("cs")
    assert titles(shown) == {"cs": ["Csak mi"]}
    assert [letter.name for letter in shown.letters if letter.has_movies] == ["c", "cs"]


def test_a_long_list_has_pages(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alphabet, "PER_PAGE", 2)
    for title in ("Egy", "Kettő", "Öt"):
        make_movie(title=title)
    first, second = page(), page(number=2)
    assert (titles(first), first.ahead) == ({"e": ["Egy"], "k": ["Kettő"]}, 1)
    assert (titles(second), second.ahead) == ({"ö": ["Öt"]}, 0)


@pytest.mark.parametrize(
    ("title", "letter"), [("12 dühös ember", DIGITS), ("„Dzsungel”", "dzs"), ("Сталкер", OTHERS)]
)
def test_a_sort_key_begins_with_a_letter_of_the_bar(title: str, letter: str) -> None:
    assert letter_of(sort_key(title)) == letter


@on_both_backends
def test_a_letter_of_several_pages_has_its_beginnings(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for title in ("A tanú", "Ádám", "Abigél", "Az ötödik pecsét", "Bors"):
        make_movie(title=title)
    assert page("a").beginnings == ()
    monkeypatch.setattr(alphabet, "PER_PAGE", 2)
    assert page("a").beginnings == ("a t", "ab", "ad", "az")
    assert page("b").beginnings == ()
    shown = page("a t")
    assert (shown.letter, shown.beginning) == ("a", "a t")
    assert titles(shown) == {"a": ["A tanú"]}
