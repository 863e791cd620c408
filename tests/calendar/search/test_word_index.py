"""The words of the movies, as triggers keep them: whatever writes a row, on both databases."""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Sequence

import pytest
from sqlalchemy import Text, bindparam, func, select, text

from mozi.calendar.search.names import ensure_names
from mozi.calendar.search.text import words_of
from mozi.calendar.search.word_index import WordIndex, typo_groups
from mozi.database import reading, writing
from mozi.extensions import db
from mozi.models import Movie
from tests.conftest import on_both_backends
from tests.support.factories import make_movie

pytestmark = pytest.mark.usefixtures("app")


def find(query: str, *, in_titles: bool = False) -> Sequence[int]:
    with reading() as session:
        index = WordIndex(session, 10, select(Movie.id))
        found = index.find([[word] for word in words_of(query)], in_titles=in_titles)
    return sorted(found)


def fuzzy(query: str) -> Sequence[int]:
    ensure_names()
    with reading() as session:
        groups = typo_groups(session, words_of(query))
        index = WordIndex(session, 10, select(Movie.id))
        return sorted(index.find(groups, in_titles=False)) if groups else []


def by_hand(*statements: str) -> None:
    with writing() as session:
        for statement in statements:
            session.execute(text(statement))


@on_both_backends
@pytest.mark.parametrize(
    ("title", "query"),
    [
        ("Árvíztűrő tükörfúrógép", "arvizturo"),
        ("ÁRVÍZTŰRŐ TÜKÖRFÚRÓGÉP", "tükörfúró"),
        ("Arvizturo tukorfurogep", "ÁRVÍZTŰRŐ"),
        ("Ida – Paweł filmje", "pawel"),
        ("Smørrebrød", "smorrebrod"),
        ("Æon Flux", "aeon"),
        ("Alien³", "alien3"),
        ("8½", "8 1/2"),
        ("Rosemary's Baby", "rosemary’s baby"),
        ("Tűzszekerek: Śląsk, Şişli, Ţară, Ďábel", "slask sisli tara dabel"),
        ("Сталкер", "сталкер"),
        ("Kick-Ass 2.", "ass kick 2"),
    ],
)
def test_accents_capitals_and_punctuation_do_not_matter(title: str, query: str) -> None:
    movie = make_movie(title=title)
    assert find(query) == [movie]


@on_both_backends
def test_titles_and_people_are_searched_together_and_apart() -> None:
    movie = make_movie(
        title="Ragyogás", original_title="The Shining", director=("Stanley Kubrick",),
        cast=("Jack Nicholson", "Shelley Duvall"),
    )  # fmt: skip
    for query in ("ragyogas", "shining", "kubrick", "duvall", "kubrick shining nicholson"):
        assert find(query) == [movie]
    assert find("kubrick", in_titles=True) == []
    assert find("nicholson hoffman") == []


@on_both_backends
def test_only_the_last_word_may_be_unfinished() -> None:
    movie = make_movie(title="Kontroll Budapest")
    assert find("kontroll buda") == [movie]
    assert find("buda kontroll") == []
    assert find("ko") == []  # two letters are a word of their own


@on_both_backends
@pytest.mark.parametrize("typo", ["Mephsto", "Mephissto", "Mephizto", "Mehpisto", "Mephistoo"])
def test_one_typo_is_found(typo: str) -> None:
    movie = make_movie(title="Mephisto")
    assert find(typo) == []
    assert fuzzy(typo) == [movie]


@on_both_backends
def test_new_people_are_found_with_a_typo_too() -> None:
    movie = make_movie(title="Mephisto", director=("Szabó István",))
    assert fuzzy("sabo") == [movie]
    by_hand("UPDATE movie SET director = 'Jancsó Miklós'")
    assert fuzzy("jancos") == [movie]
    assert fuzzy("sabo") == []


@on_both_backends
def test_two_typos_in_a_word_are_not_found() -> None:
    make_movie(title="Mephisto")
    assert fuzzy("Mepsito") == []


@on_both_backends
def test_every_word_may_have_a_typo() -> None:
    movie = make_movie(title="Gyalog galopp")
    assert fuzzy("gyalug glaopp") == [movie]


@on_both_backends
def test_rows_written_by_hand_are_found() -> None:
    by_hand(
        "INSERT INTO movie (id, title) VALUES (7, 'Tőr')",
        "INSERT INTO premiere (movie_id, premiere_date) VALUES (7, '2026-11-26')",
    )
    assert len(find("tor")) == 1
    by_hand("UPDATE movie SET title = 'Új cím', director = 'Elek Judit'")
    assert find("tor") == []
    assert find("elek uj") == find("cim")
    by_hand("DELETE FROM movie")
    assert find("cim") == []


@on_both_backends
def test_a_bulk_change_is_found() -> None:
    for number in range(20):
        make_movie(title=f"Film {number}")
    by_hand("UPDATE movie SET title = replace(title, 'Film', 'Mozi') WHERE id > 15")
    assert len(find("mozi")) == 5


def test_a_replaced_row_of_sqlite_leaves_no_words() -> None:
    movie = make_movie(title="Régi")
    by_hand(f"INSERT OR REPLACE INTO movie (id, title) VALUES ({movie}, 'Friss')")
    assert find("regi") == []
    assert find("friss") == [movie]


def test_the_command_line_leaves_nothing_behind() -> None:
    """sqlite3 has foreign keys off, and none of our functions."""
    make_movie(title="Régi")
    with sqlite3.connect(str(db.engine.url.database)) as connection:
        connection.execute("DELETE FROM movie")
        connection.execute("INSERT INTO movie (title) VALUES ('Új')")
        assert connection.execute("SELECT count(*) FROM movie_name").fetchone() == (1,)
    connection.close()
    assert find("regi") == []
    assert len(find("uj")) == 1


@on_both_backends
def test_words_that_a_database_would_read_as_its_own_are_words() -> None:
    movie = make_movie(title="AND OR NOT NEAR titles")
    assert find('"and" or (not) near* titles:') == [movie]


@on_both_backends
def test_a_word_without_end_can_be_written() -> None:
    make_movie(title="Rövid", synopsis="")
    by_hand(f"UPDATE movie SET \"cast\" = '{'x' * 5000} Nemes'")
    assert len(find("nemes")) == 1


@pytest.mark.parametrize("backend_env", ["servers"], indirect=True)
def test_postgresql_folds_each_letter_as_queries_do(backend_env: dict[str, str]) -> None:
    letters = [chr(code) for code in (*range(0xC0, 0x250), *range(0x386, 0x3CF))]
    texts = [f"x{letter}y" for letter in letters if unicodedata.category(letter)[0] == "L"]
    with reading() as session:
        words = select(func.tsvector_to_array(func.mozi_words(bindparam("given", type_=Text))))
        folded = {each: session.scalar(words, {"given": each}) for each in texts}
    assert folded == {each: words_of(each) for each in texts}
