"""What a request for a picture gets, as a value."""

from __future__ import annotations

import pytest
from flask import Flask

from mozi.database import writing
from mozi.errors import MovieNotFound
from mozi.posters.build.leases import take_lease
from mozi.posters.demand.answers import PosterAnswer, PosterAnswers
from mozi.posters.queries import get_poster
from mozi.posters.recipes import THUMB
from mozi.posters.source import set_source_url
from mozi.services import Services
from tests.conftest import Clock
from tests.support.factories import make_jpeg, make_movie
from tests.support.origin import Origin


@pytest.fixture
def movie(app: Flask, origin: Origin) -> int:
    origin.serve("/a.jpg", make_jpeg())
    return make_movie(title="A tanú", poster_url=origin.url("/a.jpg"))


@pytest.fixture
def answers(app_services: Services) -> PosterAnswers:
    return app_services.posters


def ask(answers: PosterAnswers, movie_id: int, *, wait_s: float = 20) -> PosterAnswer:
    """Return what a visitor gets, who waits if there is something to wait for."""
    answer = answers.get(movie_id, "a-tanu", THUMB, may_build=True)
    if answer.request is None:
        return answer
    return answers.wait(answer.request, THUMB, wait_s=wait_s)


def test_a_missing_picture_is_built_and_then_present(answers: PosterAnswers, movie: int) -> None:
    first, second = ask(answers, movie), ask(answers, movie)
    url = get_poster(movie).variants["thumb"].url
    assert (first.result, second.result) == ("built", "present")
    assert first.url == second.url == url


def test_a_request_that_may_not_build_finds_it_missing(answers: PosterAnswers, movie: int) -> None:
    answer = answers.get(movie, "a-tanu", THUMB, may_build=False)
    assert answer == PosterAnswer("missing")
    assert answers.builds.find_request(movie, "a-tanu", THUMB) is None


def test_another_slug_has_moved(answers: PosterAnswers, movie: int) -> None:
    answer = answers.get(movie, "other", THUMB, may_build=True)
    assert answer == PosterAnswer("moved", url=f"/poster/{movie}-a-tanu.thumb.jpg")


def test_an_unknown_movie_raises(answers: PosterAnswers) -> None:
    with pytest.raises(MovieNotFound):
        ask(answers, 1)


def test_a_build_that_takes_too_long_is_busy_and_found_in_hand(
    answers: PosterAnswers, movie: int
) -> None:
    assert take_lease(movie)
    assert ask(answers, movie, wait_s=0.1).result == "busy"
    in_hand = answers.find_in_hand(movie, "a-tanu", THUMB)
    assert in_hand is not None
    assert in_hand.result == "building"


def test_every_failure_tells_its_own_pause(
    answers: PosterAnswers, movie: int, origin: Origin, clock: Clock
) -> None:
    origin.serve("/a.jpg", b"", status=404)
    assert ask(answers, movie) == PosterAnswer("failed", retry_after_s=600)
    clock.tick(600)
    assert ask(answers, movie) == PosterAnswer("failed", retry_after_s=1200)
    assert ask(answers, movie) == PosterAnswer("failed", retry_after_s=1200)


def test_a_failed_new_source_leads_to_the_older_picture(
    answers: PosterAnswers, movie: int, origin: Origin
) -> None:
    older = ask(answers, movie).url
    with writing() as session:
        set_source_url(session, movie, origin.url("/missing.jpg"))
    assert ask(answers, movie) == PosterAnswer("failed", url=older)
