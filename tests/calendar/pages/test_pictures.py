"""Which address a page links for each picture."""

from __future__ import annotations

import pytest
from flask import Flask

from mozi.calendar.pages.listings import get_details
from mozi.calendar.pages.pictures import load_pictures
from mozi.calendar.pages.values import Picture
from mozi.database import reading, writing
from mozi.models import Poster
from mozi.posters.recipes import AVIF_OF, POSTER, THUMB
from tests.support.factories import THURSDAY, make_movie, make_variants

SOURCE = "https://example.org/poster.jpg"


def picture(movie_id: int, media: str = THUMB.media) -> Picture | None:
    with reading() as session:
        movie = get_details(session, movie_id, THURSDAY)
        return load_pictures(session, {media: [movie]}).find(movie, media)


def test_a_built_picture_is_linked_by_its_own_address(app: Flask) -> None:
    movie_id = make_movie(title="Kontroll")
    urls = make_variants(movie_id)
    found = picture(movie_id)
    assert found is not None
    assert (found.built, found.url) == (True, urls["thumb"])


def test_a_missing_picture_is_linked_by_its_route_in_its_recipes_size(app: Flask) -> None:
    movie_id = make_movie(title="Kontroll", poster_url=SOURCE)
    assert picture(movie_id) == Picture(
        "thumb",
        f"/poster/{movie_id}-kontroll.thumb.jpg",
        THUMB.width_px,
        THUMB.height_px,
        built=False,
    )


def test_without_a_source_there_is_no_picture(app: Flask) -> None:
    assert picture(make_movie()) is None


def test_only_the_pages_own_media_are_read(app: Flask) -> None:
    movie_id = make_movie(poster_url=SOURCE)
    make_variants(movie_id, "thumb")
    with reading() as session:
        movie = get_details(session, movie_id, THURSDAY)
        pictures = load_pictures(session, {POSTER.media: [movie]})
        assert pictures.find_built(movie, THUMB.media) is None


@pytest.mark.parametrize(("x", "y", "focus"), [(20, 80, (20, 80)), (None, None, None)])
def test_a_picture_has_its_avif_and_the_posters_focus(
    app: Flask, x: int | None, y: int | None, focus: tuple[int, int] | None
) -> None:
    movie_id = make_movie()
    urls = make_variants(movie_id, "poster", AVIF_OF["poster"].media)
    with writing() as session:
        poster = session.get_one(Poster, movie_id)
        poster.focus_x, poster.focus_y = x, y
    found = picture(movie_id, "poster")
    assert found is not None
    assert (found.avif, found.focus) == (urls[AVIF_OF["poster"].media], focus)
