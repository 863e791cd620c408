"""Which build request is the most urgent, and which visitor it answers."""

from __future__ import annotations

from flask import Flask

from mozi.posters.demand.requests import AGE_WORTH, BuildRequest, Waiters
from mozi.posters.queries import get_poster
from mozi.posters.recipes import THUMB
from tests.support.factories import make_movie


def requested(movie_id: int, *, waiters: int = 0, age_s: float = 0) -> BuildRequest:
    request = BuildRequest(movie_id)
    request.since -= age_s
    for _ in range(waiters):
        request.waiters.join()
    return request


def order_of(*requests: BuildRequest) -> list[int]:
    now = max(each.since for each in requests)
    ordered = sorted(requests, key=lambda each: each.urgency(now), reverse=True)
    return [each.movie_id for each in ordered]


def test_the_most_waited_for_comes_first() -> None:
    one, four, two = requested(1, waiters=1), requested(2, waiters=4), requested(3, waiters=2)
    assert order_of(one, four, two) == [2, 3, 1]


def test_requests_without_waiters_come_last_the_oldest_first() -> None:
    requests = requested(1, age_s=100), requested(2, waiters=1), requested(3, age_s=200)
    assert order_of(*requests) == [2, 3, 1]


def test_age_counts_like_waiters_so_that_a_rare_request_has_its_turn() -> None:
    old = requested(2, waiters=1, age_s=10 / AGE_WORTH)
    assert order_of(requested(1, waiters=8), old) == [2, 1]


def test_waiters_that_have_left_do_not_count() -> None:
    waiters = Waiters()
    with waiters:
        assert waiters.count == 1
    assert waiters.count == 0


def test_a_request_answers_its_own_address_and_what_was_missing(app: Flask) -> None:
    state = get_poster(make_movie(poster_url="https://example.org/a.jpg"))
    request = BuildRequest(state.movie_id, state)
    assert request.answers(state.slug, THUMB)
    assert not request.answers("another-slug", THUMB)
    assert not BuildRequest(state.movie_id).answers(state.slug, THUMB)
