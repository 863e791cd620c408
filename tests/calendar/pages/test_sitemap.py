"""The pages that the sitemap lists."""

from __future__ import annotations

from datetime import date

from flask import Flask

from mozi.calendar.pages.sitemap import count_movies, find_months, load_sitemap_movies
from mozi.calendar.weeks import Month
from mozi.database import reading
from tests.conftest import on_both_backends
from tests.support.factories import make_movie, make_variants


@on_both_backends
def test_months_with_premieres_come_once_oldest_first(app: Flask) -> None:
    for day in (date(2026, 12, 1), date(2026, 12, 31), date(2025, 1, 1), date(1800, 1, 1)):
        make_movie(premiere_date=day)
    make_movie(premiere_date=date(2027, 1, 1), date_precision="year")
    with reading() as session:
        assert find_months(session) == (Month(2025, 1), Month(2026, 12))


def test_movies_come_in_parts_with_their_built_posters(app: Flask) -> None:
    first, second = make_movie(title="Ádám"), make_movie(poster_url="https://example.org/x.jpg")
    urls = make_variants(first)
    with reading() as session:
        assert count_movies(session) == 2
        [adam] = load_sitemap_movies(session, offset=0, limit=1)
        [other] = load_sitemap_movies(session, offset=1, limit=1)
    assert (adam.id, adam.title, adam.poster) == (first, "Ádám", urls["poster"])
    assert (other.id, other.poster) == (second, None)
