"""What a build writes, and when it writes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from mozi.database import writing
from mozi.errors import BuildAbandoned, SourceUnavailable
from mozi.models import PosterVariant
from mozi.posters import recipes
from mozi.posters.build import pipeline as story
from mozi.posters.build.leases import take_lease
from mozi.posters.build.pipeline import PosterPipeline
from mozi.posters.build.publish import record_failure, try_again
from mozi.posters.messages import unavailable
from mozi.posters.queries import get_poster
from tests.conftest import Clock, on_both_backends
from tests.support.factories import make_jpeg
from tests.support.origin import Origin
from tests.support.posters import ALL, expire_lease, row_of, set_url, urls_of

pytestmark = on_both_backends


def test_a_source_replaced_while_it_is_built_is_never_published(
    pipeline: PosterPipeline, movie: int, origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin.serve("/b.jpg", make_jpeg(2))
    real = story.render

    def render_while_an_admin_saves(*args: Any, **options: object) -> Any:
        set_url(movie, origin.url("/b.jpg"))
        return real(*args, **options)

    monkeypatch.setattr(story, "render", render_while_an_admin_saves)
    with pytest.raises(BuildAbandoned):
        pipeline.build(movie)
    assert urls_of(movie) == {}
    assert row_of(movie).failure_code is None


def test_an_overtaken_build_publishes_nothing(
    pipeline: PosterPipeline, movie: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = story.publish_and_release

    def publish_late(*args: Any, **kwargs: Any) -> None:
        expire_lease(movie)
        assert take_lease(movie)
        real(*args, **kwargs)

    monkeypatch.setattr(story, "publish_and_release", publish_late)
    with pytest.raises(BuildAbandoned):
        pipeline.build(movie)
    assert urls_of(movie) == {}


def test_variants_of_an_older_recipe_stay_linked_until_replaced(
    pipeline: PosterPipeline, movie: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline.build(movie)
    before = urls_of(movie)
    newer = recipes.Recipe("thumb", version=3, width_px=300, height_px=450, quality=80)
    monkeypatch.setitem(recipes.RECIPES, "thumb", newer)
    assert urls_of(movie) == before
    assert pipeline.build(movie).built == ("thumb",)
    assert urls_of(movie)["thumb"] != before["thumb"]
    assert urls_of(movie)["poster"] == before["poster"]


def test_variants_are_counted_by_movie_and_media(pipeline: PosterPipeline, movie: int) -> None:
    pipeline.build(movie)
    with writing() as session:
        assert session.scalar(select(func.count()).select_from(PosterVariant)) == len(ALL)


def test_the_pause_doubles_with_each_failure_up_to_a_day(
    pipeline: PosterPipeline, movie: int, origin: Origin, clock: Clock
) -> None:
    origin.serve("/a.jpg", b"", status=404)
    pauses = []
    for _ in range(10):
        with pytest.raises(SourceUnavailable):
            pipeline.build(movie)
        failure = get_poster(movie).failure
        assert failure is not None
        pauses.append(failure.pause_s)
        clock.tick(failure.pause_s)
    assert pauses[:4] == [600, 1200, 2400, 4800]
    assert pauses[-1] == 24 * 60 * 60


def test_a_source_that_works_again_is_built_and_its_failure_forgotten(
    pipeline: PosterPipeline, movie: int, origin: Origin, clock: Clock
) -> None:
    origin.serve("/a.jpg", b"", status=503)
    with pytest.raises(SourceUnavailable):
        pipeline.build(movie)
    origin.serve("/a.jpg", make_jpeg())
    clock.tick(600)
    assert pipeline.build(movie).built == ALL
    assert (row_of(movie).failures, row_of(movie).failure_code) == (0, None)


def test_an_admins_try_again_outlives_the_failure_of_an_older_build(
    pipeline: PosterPipeline, movie: int, origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = story.fetch

    def fetch_while_an_admin_asks(*args: Any, **kwargs: Any) -> bytes:
        try_again(movie)
        return real(*args, **kwargs)

    origin.serve("/a.jpg", b"", status=500)
    monkeypatch.setattr(story, "fetch", fetch_while_an_admin_asks)
    with pytest.raises(SourceUnavailable):
        pipeline.build(movie)
    assert get_poster(movie).failure is None


def test_publishing_releases_the_lease_and_returns_the_state(
    pipeline: PosterPipeline, movie: int, origin: Origin
) -> None:
    assert pipeline.build(movie, media=("thumb",)).state == get_poster(movie)
    assert pipeline.build(movie).state == get_poster(movie)
    origin.serve("/b.jpg", make_jpeg(2))
    set_url(movie, origin.url("/b.jpg"))
    after = pipeline.build(movie).state
    assert after == get_poster(movie)
    assert not after.leased


def test_a_failure_of_a_replaced_source_is_not_recorded(
    pipeline: PosterPipeline, movie: int, origin: Origin
) -> None:
    before = get_poster(movie)
    set_url(movie, origin.url("/b.jpg"))
    record_failure(before, unavailable("unreachable", host="example.org"), first_pause_s=600)
    assert row_of(movie).failure_code is None
