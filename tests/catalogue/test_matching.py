"""Which movie is a film of TMDB."""

from __future__ import annotations

from datetime import date

import pytest

from mozi.catalogue.matching import UnlinkedMovie, find_match
from mozi.catalogue.tmdb.films import Reader
from mozi.catalogue.tmdb.reading import read_film
from tests.support.tmdb import film

READER = Reader("HU", ("hu",), "https://image.example.org/", date(2026, 6, 1))
FILM = read_film(film(7, "Szerelem", original_title="Love", cinema="2026-12-17"), READER)


def movie(movie_id: int, title: str, *days: str) -> UnlinkedMovie:
    return UnlinkedMovie(movie_id, (title,), tuple(map(date.fromisoformat, days)))


@pytest.mark.parametrize(
    ("movies", "found"),
    [
        ([movie(1, "Szerelem", "2026-12-17")], 1),
        ([movie(1, "SZERELEM!", "2026-12-31")], 1),
        ([movie(1, "LOVE", "2026-12-03")], 1),
        ([movie(1, "Szerelem", "2027-01-01")], None),
        ([movie(1, "Szerelem", "2026-12-02")], None),
        ([movie(1, "Szerelmek", "2026-12-17")], None),
        ([movie(1, "Szerelem", "1971-01-21", "2026-12-20")], 1),
        ([movie(1, "Szerelem")], None),
        ([movie(1, "Szerelem", "2026-12-16"), movie(2, "Szerelem", "2026-12-17")], 2),
        ([movie(2, "Szerelem", "2026-12-18"), movie(1, "Szerelem", "2026-12-16")], 1),
    ],
)
def test_match(movies: list[UnlinkedMovie], found: int | None) -> None:
    assert find_match(FILM, movies) == found
