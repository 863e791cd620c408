"""One builder a poster, by the database's clock."""

from __future__ import annotations

import pytest

from mozi.errors import BuildAbandoned
from mozi.posters.build import leases
from mozi.posters.build import pipeline as story
from mozi.posters.build.leases import Lease, release_lease, take_lease
from mozi.posters.build.pipeline import LeaseHeld, PosterPipeline
from mozi.posters.gc.tombstones import database_time
from mozi.posters.queries import get_poster
from tests.conftest import on_both_backends
from tests.support.posters import ALL, expire_lease, urls_of

pytestmark = on_both_backends


def test_a_lease_keeps_others_out_until_it_is_released(
    pipeline: PosterPipeline, movie: int
) -> None:
    lease = take_lease(movie)
    assert lease is not None
    with pytest.raises(LeaseHeld):
        pipeline.build(movie)
    release_lease(lease)
    assert pipeline.build(movie).built == ALL


def test_a_dead_builders_lease_is_overtaken_and_not_its_to_release(
    pipeline: PosterPipeline, movie: int
) -> None:
    dead = take_lease(movie)
    assert dead is not None
    expire_lease(movie)
    heir = take_lease(movie)
    release_lease(dead)
    assert heir is not None
    assert get_poster(movie).leased


def test_a_build_past_its_deadline_publishes_nothing(
    pipeline: PosterPipeline, movie: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mozi.posters.build.leases.BUILD_S", 0.0)
    late = Lease(movie)
    monkeypatch.setattr(story, "lease_by", lambda *_: late)
    monkeypatch.setattr(Lease, "left_s", 5.0)
    with pytest.raises(BuildAbandoned):
        pipeline.build(movie)
    assert urls_of(movie) == {}


def test_a_lease_begins_by_the_clock_of_the_database(movie: int) -> None:
    before = database_time()
    lease = take_lease(movie)
    assert lease is not None
    assert before <= lease.began_at <= database_time()
    assert 0 < lease.left_s <= leases.BUILD_S


def test_only_the_owner_releases(movie: int) -> None:
    assert take_lease(movie)
    release_lease(Lease(movie))
    assert take_lease(movie) is None


def test_a_lease_past_its_time_abandons_the_build(
    movie: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "BUILD_S", 0.0)
    with pytest.raises(BuildAbandoned, match="took longer"):
        Lease(movie).check()
