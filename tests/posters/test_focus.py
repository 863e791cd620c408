"""The point that a crop of a poster keeps."""

from __future__ import annotations

from flask import Flask

from mozi.database import writing
from mozi.posters.focus import Focus, Pointed, set_focus
from mozi.posters.status import get_panel
from tests.support.factories import make_movie
from tests.support.posters import set_url


def focus_after(movie_id: int, *pointed: Pointed) -> Focus | None:
    with writing() as session:
        for each in pointed:
            set_focus(session, movie_id, each)
    return get_panel(movie_id).focus


def test_a_focus_is_saved_and_the_middle_clears_it(app: Flask) -> None:
    movie = make_movie(poster_url="https://example.org/a.jpg")
    assert focus_after(movie, Pointed((30, 0))) == (30, 0)
    assert focus_after(movie, Pointed(None)) is None


def test_a_focus_of_an_earlier_poster_is_left_out(app: Flask) -> None:
    movie = make_movie(poster_url="https://example.org/a.jpg")
    shown = get_panel(movie).source_number
    assert focus_after(movie, Pointed((30, 40), source_number=shown)) == (30, 40)
    set_url(movie, "https://example.org/b.jpg")
    assert focus_after(movie, Pointed((50, 60), source_number=shown)) is None


def test_other_movies_keep_theirs(app: Flask) -> None:
    one, other = (make_movie(poster_url="https://example.org/a.jpg") for _ in range(2))
    focus_after(one, Pointed((10, 20)))
    focus_after(other, Pointed((30, 40)))
    assert get_panel(one).focus == (10, 20)
