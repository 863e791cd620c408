"""The condition that a column is one of many values, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import ColumnElement, select

from mozi.database import reading
from mozi.database.among import is_among
from mozi.models import Movie
from tests.conftest import on_both_backends
from tests.support.factories import make_movie

pytestmark = [pytest.mark.usefixtures("app"), on_both_backends]


def test_rows_are_found_by_numbers_and_by_texts() -> None:
    titles = {make_movie(title=title): title for title in ('Ő "\\" 😀', "Kontroll", "Mephisto")}
    first, second, _ = titles
    with reading() as session:

        def found(condition: ColumnElement[bool]) -> set[int]:
            return set(session.scalars(select(Movie.id).where(condition)))

        assert found(is_among(session, Movie.id, [first, second, 10**9])) == {first, second}
        assert found(is_among(session, Movie.title, {titles[first], "Nincs"})) == {first}
        assert found(is_among(session, Movie.id, [])) == set()
