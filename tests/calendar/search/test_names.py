"""The names' order: emptied by triggers, filled before it is read."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from mozi.calendar.collation import sort_key
from mozi.calendar.search import names
from mozi.database import reading, writing
from mozi.models import MovieName
from tests.conftest import on_both_backends
from tests.support.factories import make_movie

pytestmark = pytest.mark.usefixtures("app")


def stored() -> list[tuple[str | None, str | None]]:
    rows = select(MovieName.sort_key, MovieName.folded).order_by(MovieName.movie_id)
    with reading() as session:
        return [(key, folded) for key, folded in session.execute(rows)]


def by_hand(statement: str) -> None:
    with writing() as session:
        session.execute(text(statement))


@on_both_backends
def test_names_are_filled_once() -> None:
    make_movie(title="Csű")
    assert stored() == [(None, None)]
    assert names.ensure_names()
    assert stored() == [(sort_key("Csű"), "csu")]


@on_both_backends
def test_a_new_title_empties_the_name_however_it_is_written() -> None:
    movie = make_movie(title="Csű")
    names.ensure_names()
    by_hand(f"UPDATE movie SET title = 'Ősz' WHERE id = {movie}")
    assert stored() == [(None, None)]
    names.ensure_names()
    assert stored() == [(sort_key("Ősz"), "osz")]


@on_both_backends
def test_a_bulk_load_is_done_in_steps() -> None:
    for number in range(5):
        make_movie(title=f"Film {number}")
    assert not names.ensure_names(at_most=3)
    assert [key is None for key, _ in stored()] == [False, False, False, True, True]
    assert names.ensure_names(at_most=3)


def test_a_database_that_cannot_be_written_keeps_the_names_for_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse() -> None:
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    make_movie()
    monkeypatch.setattr(names, "writing", refuse)
    assert names.ensure_names()
    assert stored() == [(None, None)]


@pytest.mark.parametrize(
    "error", [OperationalError("SELECT", {}, Exception("away")), PoolTimeout()]
)
def test_a_database_that_cannot_be_read_is_the_pages_own_affair(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuse() -> None:
        raise error

    monkeypatch.setattr(names, "reading", refuse)
    assert not names.ensure_names()


@on_both_backends
def test_a_title_that_changes_meanwhile_is_not_filled_with_the_former_key() -> None:
    movie = make_movie(title="Csű")
    with reading() as session:
        unnamed = names._unnamed(session, 10, after=0)
    by_hand(f"UPDATE movie SET title = 'Ősz' WHERE id = {movie}")
    with writing() as session:
        names._fill(session, [names._name(row) for row in unnamed])
    assert stored() == [(None, None)]


def test_a_new_rule_of_sorting_needs_a_migration_that_empties_the_names() -> None:
    """Stored keys are made by today's rules: if this fails, empty movie_name.sort_key as well."""
    titles = [
        "A kör",
        "Cica",
        "Csacsi",
        "Dzsungel",
        "Öszvér",
        "Ősz",
        "Rocky 10",
        "Ződ",
        "Ævi",
        "Сталкер",
    ]
    assert [sort_key(title) for title in titles] == SORT_KEYS


SORT_KEYS = [
    "A OVY\x1f\x1f1",
    "CMCA\x1f\x1f1",
    "DADM\x1f\x1f1",
    "G^SJHP\x1f\x1f1",
    "V[`HY\x1f0001\x1f1",
    "V[\x1f1\x1f1",
    "YUCOc 210\x1f\x1f1",
    "dVE\x1f01\x1f1",
    "AH`M\x1f\x1f1",
    "\u0441\u0442\u0430\u043b\u043a\u0435\u0440\x1f2222222\x1f1",
]
