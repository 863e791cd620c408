"""The way of a poster, on SQLite with disk and on PostgreSQL with S3."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from mozi.database import writing
from mozi.errors import (
    NoPosterSource,
    SourceUnavailable,
    StorageError,
    UnreadableSource,
)
from mozi.extensions import db
from mozi.models import Movie, PosterVariant
from mozi.posters.build import pipeline as story
from mozi.posters.build.pipeline import PosterPipeline
from mozi.posters.queries import get_poster
from mozi.posters.uploads import take_upload
from mozi.services import Services
from mozi.storage import Storage
from tests.conftest import Clock, on_both_backends
from tests.support.factories import make_jpeg, make_movie
from tests.support.origin import Origin
from tests.support.posters import ALL, expire_lease, objects, row_of, set_url, urls_of

pytestmark = on_both_backends


def test_one_fetch_and_one_decode_build_all_that_is_missing(
    pipeline: PosterPipeline, movie: int, origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    decodes = counted(monkeypatch, story, "decode")
    assert pipeline.build(movie).built == ALL
    assert (origin.hits["/a.jpg"], len(decodes)) == (1, 1)


def counted(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> list[None]:
    calls: list[None] = []
    real = getattr(module, name)

    def counting(*args: Any, **kwargs: Any) -> Any:
        calls.append(None)
        return real(*args, **kwargs)

    monkeypatch.setattr(module, name, counting)
    return calls


def test_every_recorded_object_is_stored_under_its_key(
    pipeline: PosterPipeline, movie: int, storage: Storage
) -> None:
    pipeline.build(movie)
    recorded = {variant.object_key for variant in get_poster(movie).variants.values()}
    assert recorded == objects(storage, "posters/")
    assert len(recorded) == len(ALL)


def test_a_second_build_finds_everything_present(pipeline: PosterPipeline, movie: int) -> None:
    pipeline.build(movie)
    again = pipeline.build(movie)
    assert (again.built, again.present) == ((), ALL)


def test_a_link_that_rots_after_the_first_fetch_costs_nothing(
    pipeline: PosterPipeline, movie: int, origin: Origin
) -> None:
    pipeline.build(movie)
    origin.serve("/a.jpg", b"", status=404)
    assert pipeline.build(movie, rebuild=True).built == ALL
    assert origin.hits["/a.jpg"] == 1


def test_a_rebuild_goes_over_the_same_keys(
    pipeline: PosterPipeline, movie: int, storage: Storage
) -> None:
    pipeline.build(movie)
    before = (urls_of(movie), objects(storage, "posters/"))
    pipeline.build(movie, rebuild=True)
    assert (urls_of(movie), objects(storage, "posters/")) == before


def test_a_lost_original_is_fetched_again_from_its_address(
    pipeline: PosterPipeline, movie: int, storage: Storage, origin: Origin
) -> None:
    pipeline.build(movie)
    (original,) = objects(storage, "originals/")
    storage.delete(original)
    pipeline.build(movie, rebuild=True)
    assert origin.hits["/a.jpg"] == 2
    assert objects(storage, "originals/") == {original}


def test_a_lost_upload_without_an_address_says_so(
    pipeline: PosterPipeline, app_services: Services, storage: Storage
) -> None:
    movie = make_movie()
    storage.delete(upload(app_services, movie, make_jpeg()))
    with pytest.raises(SourceUnavailable, match="upload it again"):
        pipeline.build(movie)


def upload(services: Services, movie_id: int, body: bytes) -> str:
    return take_upload(
        services.storage, movie_id, body, max_bytes=10_000_000, max_pixels=25_000_000
    )


def test_an_upload_replaces_the_poster_once_it_is_built(
    pipeline: PosterPipeline, movie: int, app_services: Services
) -> None:
    pipeline.build(movie)
    before = urls_of(movie)
    upload(app_services, movie, make_jpeg(1))
    assert urls_of(movie) == before
    pipeline.build(movie)
    assert not set(urls_of(movie).values()) & set(before.values())


def test_an_unreadable_upload_changes_nothing(
    movie: int, app_services: Services, storage: Storage
) -> None:
    before = vars(row_of(movie)) | {"_sa_instance_state": None}
    with pytest.raises(UnreadableSource):
        upload(app_services, movie, make_jpeg()[:900])
    assert vars(row_of(movie)) | {"_sa_instance_state": None} == before
    assert not objects(storage, "originals/")


def test_the_old_set_stays_linked_until_the_new_one_is_whole(
    pipeline: PosterPipeline, movie: int, origin: Origin
) -> None:
    pipeline.build(movie)
    before = urls_of(movie)
    origin.serve("/b.jpg", b"no picture")
    set_url(movie, origin.url("/b.jpg"))
    with pytest.raises(UnreadableSource):
        pipeline.build(movie)
    assert urls_of(movie) == before


def test_one_variant_of_a_new_source_is_never_shown_beside_the_old_ones(
    pipeline: PosterPipeline, movie: int, origin: Origin
) -> None:
    pipeline.build(movie)
    origin.serve("/b.jpg", make_jpeg(2))
    set_url(movie, origin.url("/b.jpg"))
    assert pipeline.build(movie, media=("thumb",)).built == ALL


def test_a_failure_is_recorded_and_not_fetched_in_its_pause(
    pipeline: PosterPipeline, movie: int, origin: Origin, clock: Clock
) -> None:
    origin.serve("/a.jpg", b"", status=404)
    for _ in range(3):
        with pytest.raises(SourceUnavailable, match="404"):
            pipeline.build(movie)
    assert origin.hits["/a.jpg"] == 1
    assert row_of(movie).failure_data == {"status": 404}


def test_a_new_address_starts_afresh(pipeline: PosterPipeline, movie: int, origin: Origin) -> None:
    origin.serve("/a.jpg", b"", status=404)
    with pytest.raises(SourceUnavailable):
        pipeline.build(movie)
    origin.serve("/b.jpg", make_jpeg())
    set_url(movie, origin.url("/b.jpg"))
    assert pipeline.build(movie).built == ALL


def test_a_storage_that_fails_is_not_held_against_the_source(
    pipeline: PosterPipeline, movie: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise StorageError("The storage is away.")

    with monkeypatch.context() as broken:
        broken.setattr(pipeline.storage, "put", refuse)
        with pytest.raises(StorageError):
            pipeline.build(movie)
    assert get_poster(movie).failure is None
    assert pipeline.build(movie).built == ALL


def test_a_newer_recipe_is_never_replaced_by_an_older_release(
    pipeline: PosterPipeline, movie: int
) -> None:
    pipeline.build(movie)
    with writing() as session:
        session.execute(
            update(PosterVariant).where(PosterVariant.media == "thumb").values(recipe_version=99)
        )
    before = urls_of(movie)
    assert pipeline.build(movie, rebuild=True).built == ("poster", "blurred")
    assert urls_of(movie) == before


def test_no_transaction_is_open_while_bytes_or_pixels_move(
    pipeline: PosterPipeline, movie: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_use: list[int] = []
    for name in ("fetch", "decode"):  # the test below has render
        real = getattr(story, name)
        monkeypatch.setattr(story, name, watched(real, in_use))
    monkeypatch.setattr(pipeline.storage, "put", watched(pipeline.storage.put, in_use))
    pipeline.build(movie)
    assert len(in_use) == 7  # two steps, and puts: the mark, the original, three variants
    assert set(in_use) == {0}


def watched(real: Callable[..., Any], in_use: list[int]) -> Callable[..., Any]:
    def watching(*args: Any, **kwargs: Any) -> Any:
        in_use.append(db.engine.pool.checkedout())  # type: ignore[attr-defined]
        return real(*args, **kwargs)

    return watching


def test_the_original_is_stored_while_the_variants_are_rendered(
    pipeline: PosterPipeline, movie: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored, put, render = threading.Event(), pipeline.storage.put, story.render

    def storing(*args: Any, public: bool, **kwargs: Any) -> None:
        put(*args, public=public, **kwargs)
        if not public:
            stored.set()

    def rendering(*args: Any, **kwargs: Any) -> Any:
        assert stored.wait(10)
        return render(*args, **kwargs)

    monkeypatch.setattr(pipeline.storage, "put", storing)
    monkeypatch.setattr(story, "render", rendering)
    assert pipeline.build(movie).built == ALL


def test_an_original_is_recorded_though_a_variant_could_not_be_stored(
    pipeline: PosterPipeline, movie: int, origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = pipeline.storage.put

    def failing(key: str, body: bytes, *, public: bool, **kwargs: Any) -> None:
        if public:
            raise StorageError("full")
        put(key, body, public=public, **kwargs)

    with monkeypatch.context() as full:
        full.setattr(pipeline.storage, "put", failing)
        with pytest.raises(StorageError):
            pipeline.build(movie)
    assert pipeline.build(movie).built == ALL
    assert sum(origin.hits.values()) == 1


def test_a_variant_is_stored_while_the_others_are_rendered(
    pipeline: PosterPipeline, movie: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored, put, render = threading.Event(), pipeline.storage.put, story.render

    def storing(*args: Any, public: bool, **kwargs: Any) -> None:
        put(*args, public=public, **kwargs)
        if public:
            stored.set()

    def rendering(*args: Any, take: Callable[[Any], None], **kwargs: Any) -> Any:
        def taking(rendered: Any) -> None:
            take(rendered)
            assert stored.wait(10)

        return render(*args, take=taking, **kwargs)

    monkeypatch.setattr(pipeline.storage, "put", storing)
    monkeypatch.setattr(story, "render", rendering)
    assert pipeline.build(movie).built == ALL


class Killed(BaseException):
    """What a dying process does not live to handle."""


@pytest.mark.parametrize("step", ["fetch", "decode", "render", "publish_and_release", "storage"])
def test_a_builder_killed_at_any_step_leaves_no_broken_link_and_is_overtaken(
    pipeline: PosterPipeline,
    movie: int,
    storage: Storage,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    with monkeypatch.context() as dying:
        kill_at(step, dying, pipeline)
        with pytest.raises(Killed):
            pipeline.build(movie)
    assert urls_of(movie) == {}
    expire_lease(movie)
    assert pipeline.build(movie).built == ALL
    recorded = {variant.object_key for variant in get_poster(movie).variants.values()}
    assert recorded == objects(storage, "posters/")


def kill_at(step: str, dying: pytest.MonkeyPatch, pipeline: PosterPipeline) -> None:
    """Break one step, and the release as well: a killed process releases nothing."""

    def die(*_: Any, **__: Any) -> None:
        raise Killed

    target, name = {"storage": (pipeline.storage, "put")}.get(step, (story, step))
    dying.setattr(target, name, die)
    dying.setattr(story, "release_lease", lambda lease: None)


def test_a_movie_without_any_source_says_so(pipeline: PosterPipeline) -> None:
    with pytest.raises(NoPosterSource):
        pipeline.build(make_movie())


def test_building_never_moves_the_movies_version(pipeline: PosterPipeline, movie: int) -> None:
    before = version_of(movie)
    pipeline.build(movie)
    assert version_of(movie) == before


def version_of(movie_id: int) -> int:
    with writing() as session:
        return session.get_one(Movie, movie_id).version


def test_originals_are_private_and_variants_public(
    pipeline: PosterPipeline, movie: int, storage: Storage, app_services: Services
) -> None:
    pipeline.build(movie)
    if app_services.settings.s3_bucket is None:
        pytest.skip("the local disk has no ACLs; tests/web/middleware/test_media.py has its answer")
    (original,) = objects(storage, "originals/")
    with urllib.request.urlopen(urls_of(movie)["thumb"]) as answer:
        assert answer.headers["Cache-Control"] == "public, max-age=290304000, immutable"
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(storage.url(original))


OPTIONAL = ("thumb-avif", "poster-avif", "share")


def test_optional_variants_are_built_by_name_alone(
    pipeline: PosterPipeline, movie: int, storage: Storage
) -> None:
    pipeline.build(movie)
    assert pipeline.build(movie).built == ()
    assert pipeline.build(movie, media=OPTIONAL).built == OPTIONAL
    assert pipeline.build(movie, media=OPTIONAL).present == OPTIONAL
    endings = sorted(key.rpartition(".")[2] for key in objects(storage, "posters/"))
    assert endings == ["avif", "avif", "jpg", "jpg", "jpg", "jpg"]


def test_optional_variants_never_come_without_the_three(
    pipeline: PosterPipeline, movie: int, origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    decodes = counted(monkeypatch, story, "decode")
    assert pipeline.build(movie, media=("thumb-avif",)).built == (*ALL, "thumb-avif")
    assert (origin.hits["/a.jpg"], len(decodes)) == (1, 1)


def test_a_new_poster_leaves_no_optional_variant_of_the_old_one(
    pipeline: PosterPipeline, movie: int, origin: Origin
) -> None:
    pipeline.build(movie, media=OPTIONAL)
    origin.serve("/b.jpg", make_jpeg(5))
    set_url(movie, origin.url("/b.jpg"))
    assert set(urls_of(movie)) == {*ALL, *OPTIONAL}  # the old set stands as it is
    pipeline.build(movie)
    assert set(urls_of(movie)) == set(ALL)
