"""The state of a poster: what it misses, what failed, in one snapshot."""

from __future__ import annotations

import pytest
from flask import Flask

from mozi.errors import MovieNotFound, NoPosterSource
from mozi.posters.build.publish import record_failure
from mozi.posters.messages import unavailable
from mozi.posters.queries import PosterState, find_posters, get_poster
from tests.conftest import Clock
from tests.support.factories import make_movie, make_variants
from tests.support.posters import set_url

URL = "https://example.org/a.jpg"


def missing(state: PosterState, *media: str) -> list[str]:
    return [recipe.media for recipe in state.missing(media)]


def test_a_movie_or_a_source_that_is_not_there_raises(app: Flask) -> None:
    with pytest.raises(MovieNotFound):
        get_poster(1)
    with pytest.raises(NoPosterSource):
        get_poster(make_movie())


def test_of_a_poster_without_variants_the_three_are_missing(app: Flask) -> None:
    state = get_poster(make_movie(poster_url=URL))
    assert missing(state) == ["poster", "thumb", "blurred"]
    assert missing(state, "thumb") == ["thumb"]


def test_an_optional_variant_is_missed_by_name_alone_and_brings_the_three(app: Flask) -> None:
    movie = make_movie(poster_url=URL)
    make_variants(movie, "poster", "thumb")
    assert missing(get_poster(movie)) == ["blurred"]
    assert missing(get_poster(movie), "share") == ["blurred", "share"]


def test_of_a_new_source_all_are_missing_at_once(app: Flask) -> None:
    movie = make_movie(poster_url=URL)
    make_variants(movie, "poster", "thumb", "blurred")
    assert missing(get_poster(movie)) == []
    set_url(movie, f"{URL}?2")
    assert get_poster(movie).replaces_source
    assert missing(get_poster(movie), "thumb") == ["poster", "thumb", "blurred"]


def test_many_posters_are_read_as_one_is(app: Flask) -> None:
    movies = [make_movie(poster_url=URL) for _ in range(3)]
    make_variants(movies[1], "thumb")
    assert find_posters([*movies, make_movie(), 999]) == {each: get_poster(each) for each in movies}


def test_a_pause_ends_and_a_clock_that_was_set_back_ends_it_too(app: Flask, clock: Clock) -> None:
    movie = make_movie(poster_url=URL)
    error = unavailable("unreachable", host="example.org")
    record_failure(get_poster(movie), error, first_pause_s=600)
    failure = get_poster(movie).failure
    assert failure is not None
    assert (failure.pause_s, str(failure.as_error())) == (600, str(error))
    clock.tick(601)
    assert failure.pause_s == 0
    clock.tick(-3 * 24 * 3600)
    assert failure.pause_s == 0
