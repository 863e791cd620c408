"""How the posters are: every state of one, and the counts of all."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from sqlalchemy import update

from mozi.database import writing
from mozi.errors import MovieNotFound
from mozi.models import Poster
from mozi.posters.queries import get_poster
from mozi.posters.source import set_source_url
from mozi.posters.status import (
    count_posters,
    failed_ids,
    failed_posters,
    get_panel,
    waiting_movies,
)
from mozi.services import Services
from tests.conftest import on_both_backends
from tests.support.factories import make_movie, make_variants
from tests.support.origin import Origin


def failed_movie(app_services: Services, origin: Origin, **changes: str) -> int:
    """Return the id of a movie whose source has just answered 404."""
    movie_id = make_movie(poster_url=origin.url("/gone.jpg"), **changes)
    with pytest.raises(Exception, match="404"):
        app_services.pipeline.build(movie_id)
    return movie_id


def test_a_movie_without_a_source_has_nothing_to_show(app_services: Services) -> None:
    panel = get_panel(make_movie())
    assert (panel.state, panel.variants) == ("none", ())


def test_an_unknown_movie_has_no_panel(app_services: Services) -> None:
    with pytest.raises(MovieNotFound):
        get_panel(99)


def test_what_is_built_is_shown_with_size_and_address(app_services: Services) -> None:
    movie_id = make_movie()
    urls = make_variants(movie_id)
    panel = get_panel(movie_id)
    assert panel.state == "ready"
    assert {each.media: each.url for each in panel.variants} == urls
    assert all(each.size_bytes == 1000 and each.current for each in panel.variants)


def test_what_is_not_built_has_the_address_that_builds_it(app_services: Services) -> None:
    movie_id = make_movie(poster_url="https://example.org/a.jpg")
    panel = get_panel(movie_id)
    assert panel.state == "waiting"
    assert panel.variants[0].url == f"/poster/{movie_id}-koszivu-ember.poster.jpg?v=1-1"


def test_the_address_of_a_new_source_is_another(app_services: Services) -> None:
    movie_id = make_movie()
    make_variants(movie_id)
    with writing() as session:
        set_source_url(session, movie_id, "https://example.org/new.jpg")
    panel = get_panel(movie_id)
    assert panel.state == "waiting"
    assert panel.variants[0].url.endswith("?v=2-2")


def test_while_a_new_source_fails_the_old_poster_is_shown(
    app_services: Services, origin: Origin
) -> None:
    movie_id = make_movie()
    urls = make_variants(movie_id)
    with writing() as session:
        set_source_url(session, movie_id, origin.url("/gone.jpg"))
    with pytest.raises(Exception, match="404"):
        app_services.pipeline.build(movie_id)
    panel = get_panel(movie_id)
    assert panel.state == "failed"
    assert panel.failure is not None
    assert panel.failure.message.data == {"status": 404}
    assert {each.url for each in panel.variants} == set(urls.values())
    assert not any(each.current for each in panel.variants)


@on_both_backends
def test_movies_are_counted_by_the_state_of_their_poster(
    app_services: Services, origin: Origin
) -> None:
    make_movie(title="Nincs")
    make_variants(make_movie(title="Kész"))
    waiting = make_movie(title="Vár", poster_url="https://example.org/a.jpg")
    failed = failed_movie(app_services, origin, title="Rossz")
    assert count_posters() == {"none": 1, "ready": 1, "failed": 1, "waiting": 1}
    assert waiting_movies(limit=5) == [(waiting, "Vár", False)]
    [one] = failed_posters(limit=5)
    assert (one.movie_id, one.title, one.failure.message.code) == (failed, "Rossz", "http_status")
    assert failed_ids(limit=5) == [failed]


def test_nothing_is_counted_where_there_is_nothing(app_services: Services) -> None:
    empty: Mapping[str, int] = {"none": 0, "ready": 0, "failed": 0, "waiting": 0}
    assert count_posters() == empty


def test_a_lost_lease_counts_as_waiting(app_services: Services) -> None:
    movie_id = make_movie(poster_url="https://example.org/a.jpg")
    with writing() as session:
        session.execute(update(Poster).values(lease_owner="x", lease_until=1.0))
    assert waiting_movies(limit=5)[0][2] is False
    assert not get_poster(movie_id).leased
