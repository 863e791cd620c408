"""Which movies a warm-up builds, in which order, and how many there are."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from mozi.errors import MediaNotFound
from mozi.posters.batch import selection
from mozi.posters.batch.selection import Candidate, Scope, Selection, candidates, scope_of
from tests.support.factories import make_movie, make_variants

FIRST = date(2026, 11, 26)
URL = "https://example.org/a.jpg"


def movie_on(day: int, *, url: str | None = URL) -> int:
    return make_movie(poster_url=url, premiere_date=FIRST + timedelta(days=day))


def chosen(**options: Any) -> list[int]:
    return [each.movie_id for each in candidates(Selection(shown_from=FIRST, **options))]


def test_what_the_index_shows_comes_first_then_the_latest(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "CHUNK", 2)
    old, new, later, soon, today = (movie_on(day) for day in (-9, -2, 5, 3, 0))
    same_day = movie_on(3)
    assert chosen() == [today, soon, same_day, later, new, old]


def test_movies_without_a_source_or_with_all_variants_are_left_out(app: Flask) -> None:
    whole, part = movie_on(0), movie_on(1)
    movie_on(2, url=None)
    make_variants(whole, "poster", "thumb", "blurred")
    make_variants(part, "thumb")
    assert chosen() == [part]
    assert chosen(media=("thumb",)) == []
    assert chosen(rebuild=True) == [whole, part]


def test_both_dates_are_included(app: Flask) -> None:
    days = [movie_on(day) for day in range(4)]
    since, until = FIRST + timedelta(days=1), FIRST + timedelta(days=2)
    assert chosen(since=since, until=until) == days[1:3]


def test_a_named_movie_is_a_candidate_whatever_it_has(app: Flask) -> None:
    built, bare = movie_on(0), movie_on(1, url=None)
    make_variants(built, "poster", "thumb", "blurred")
    found = list(candidates(Selection(shown_from=FIRST, movie_ids=(built, bare, 999))))
    assert [each.movie_id for each in found] == [built, bare, 999]
    assert found[-1] == Candidate(999, "")


def test_the_scope_counts_movies_and_current_variants(app: Flask) -> None:
    whole, part = movie_on(0), movie_on(1)
    movie_on(2, url=None)
    make_variants(whole, "poster", "thumb", "blurred")
    make_variants(part, "thumb")
    assert scope_of(Selection(shown_from=FIRST)) == Scope(movies=2, to_do=1, present=4)
    thumbs = Selection(shown_from=FIRST, media=("thumb",))
    assert scope_of(thumbs) == Scope(movies=2, to_do=0, present=2)


def test_an_unknown_media_is_not_found() -> None:
    with pytest.raises(MediaNotFound):
        _ = Selection(shown_from=FIRST, media=("poster", "x")).recipes
