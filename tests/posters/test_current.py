"""One definition of a current variant, in Python and in SQL."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, update

from mozi.database import reading, writing
from mozi.models import POSTERS, VARIANTS
from mozi.posters.current import current_count, is_current
from mozi.posters.queries import get_poster
from mozi.posters.recipes import RECIPES, THUMB
from mozi.services import Services
from tests.conftest import on_both_backends
from tests.support.factories import make_jpeg, make_movie
from tests.support.origin import Origin


@on_both_backends
@pytest.mark.parametrize(
    ("number", "version", "current"),
    [(1, 0, True), (1, 1, True), (1, -1, False), (2, 0, False), (0, 0, False), (0, 1, False)],
)
def test_python_and_sql_agree(
    app_services: Services, origin: Origin, number: int, version: int, current: bool
) -> None:
    """number: of the variant's source, where 1 is wanted; version: newer than the recipe's."""
    origin.serve("/a.jpg", make_jpeg())
    movie = make_movie(poster_url=origin.url("/a.jpg"))
    app_services.pipeline.build(movie)
    is_thumb = (VARIANTS.c.movie_id == movie) & (VARIANTS.c.media == "thumb")
    with writing() as session:
        changed = {"source_number": number, "recipe_version": THUMB.version + version}
        session.execute(update(VARIANTS).where(is_thumb).values(changed))
        session.execute(update(POSTERS).values(source_number=1))
        others = (VARIANTS.c.movie_id == movie) & (VARIANTS.c.media != "thumb")
        session.execute(update(VARIANTS).where(others).values(source_number=1))
    with reading() as session:
        counted = session.scalars(select(current_count(RECIPES.values()))).one()
    thumb = get_poster(movie).variants["thumb"]
    assert is_current(thumb, THUMB, source_number=1) is current
    assert counted == len(RECIPES) - (not current)


def test_without_variants_none_is_current(app: Flask) -> None:
    make_movie(poster_url="https://example.org/a.jpg")
    with reading() as session:
        assert session.scalars(select(current_count(RECIPES.values()))).one() == 0
