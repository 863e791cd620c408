"""What pruning deletes and what it leaves, above all beside builds that store and record."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text, update

from mozi.database import reading, writing
from mozi.errors import BuildAbandoned, Busy, ForeignStorage, StorageError
from mozi.maintenance.pruning import PruneReport, Pruning
from mozi.models import PosterVariant, RetiredObject, Tombstone
from mozi.posters.build.leases import take_lease
from mozi.posters.gc.ownership import MARK
from mozi.posters.uploads import take_upload
from mozi.services import Services
from mozi.storage import Storage, StoredObject
from tests.conftest import on_both_backends
from tests.support.factories import make_jpeg, make_movie

DAY_S = 86_400
STRAY = "posters/99-stray.thumb.0123.jpg"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
LOST = f"originals/{'f' * 64}.jpg"


def prune(storage: Storage, *, days: float = 0, **how: Any) -> PruneReport:
    return Pruning(storage, older_than_s=days * DAY_S, **how).run()


def put(storage: Storage, *keys: str) -> None:
    for key in keys:
        storage.put(key, b"body", content_type="image/jpeg", public=key.startswith("posters/"))


def stored(storage: Storage) -> set[str]:
    return {each.key for each in storage.list("")} - {MARK}


def recorded() -> set[str]:
    with reading() as session:
        return {row.object_key for row in session.query(PosterVariant)}


def upload(storage: Storage, movie_id: int, seed: int) -> str:
    body = make_jpeg(seed, width_px=60, height_px=90)
    return take_upload(storage, movie_id, body, max_bytes=10**6, max_pixels=10**6)


@pytest.fixture
def movie(app: Flask, app_services: Services) -> int:
    """A movie with an uploaded poster, all of its variants built."""
    movie_id = make_movie()
    upload(app_services.storage, movie_id, 1)
    app_services.pipeline.build(movie_id)
    return movie_id


def replace_poster(app_services: Services, movie_id: int, seed: int) -> None:
    upload(app_services.storage, movie_id, seed)
    app_services.pipeline.build(movie_id)


@on_both_backends
def test_what_is_in_use_stays_and_what_is_not_goes(movie: int, storage: Storage) -> None:
    before = stored(storage)
    put(storage, STRAY, LOST)
    report = prune(storage)
    assert (report.seen, report.referred, report.deleted) == (6, 4, 2)
    assert (report.keys, report.size_bytes) == ([STRAY, LOST], 8)
    assert stored(storage) == before


def test_what_was_never_recorded_counts_from_when_it_was_stored(storage: Storage) -> None:
    put(storage, STRAY)
    assert prune(storage, days=1).waiting == 1
    assert storage.exists(STRAY)


@on_both_backends
def test_what_was_replaced_counts_from_when_its_last_reference_was_dropped(
    movie: int, app_services: Services
) -> None:
    before = stored(app_services.storage)
    replace_poster(app_services, movie, 2)
    assert prune(app_services.storage, days=0.5).waiting == 4
    drop_earlier(days=1)
    assert (
        prune(app_services.storage, days=0.5).deleted == 0
    )  # S3 says when it was stored: just now
    assert before < stored(app_services.storage)


def drop_earlier(*, days: float) -> None:
    """Let a while pass since each reference was dropped."""
    with writing() as session:
        earlier = RetiredObject.retired_at - days * DAY_S
        session.execute(update(RetiredObject).values(retired_at=earlier))


def stored_long_ago(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the listing say of every object that it was stored in 2020."""
    listing = storage.list

    def earlier(prefix: str) -> Iterator[StoredObject]:
        return (replace(each, stored_at=LONG_AGO) for each in listing(prefix))

    monkeypatch.setattr(storage, "list", earlier)


@on_both_backends
def test_an_old_object_waits_for_the_days_since_it_was_last_shown(
    movie: int, app_services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = app_services.storage
    stored_long_ago(storage, monkeypatch)
    replace_poster(app_services, movie, 2)
    put(storage, STRAY)
    report = prune(storage, days=1)
    assert (report.keys, report.waiting) == ([STRAY], 4)
    drop_earlier(days=1)
    assert prune(storage, days=1).deleted == 4
    assert recorded() <= stored(storage)


def test_a_dry_run_deletes_and_marks_nothing(storage: Storage) -> None:
    put(storage, STRAY)
    report = prune(storage, dry_run=True)
    assert (report.keys, report.deleted) == ([STRAY], 1)
    assert {each.key for each in storage.list("")} == {STRAY}


def test_nothing_outside_of_its_two_folders_is_touched(storage: Storage) -> None:
    put(storage, "others/1.jpg", "posters.txt")
    assert prune(storage).seen == 0
    assert stored(storage) == {"others/1.jpg", "posters.txt"}


def test_an_empty_storage_is_swept_at_once(storage: Storage) -> None:
    assert prune(storage).seen == 0


def test_records_of_drops_are_forgotten_once_they_cannot_matter(
    movie: int, app_services: Services
) -> None:
    replace_poster(app_services, movie, 2)
    prune(app_services.storage, days=1)
    assert rows_of(RetiredObject) > 0
    prune(app_services.storage)
    assert rows_of(RetiredObject) == 0


def rows_of(model: Any) -> int:
    with reading() as session:
        return session.query(model).count()


def test_a_storage_marked_by_another_database_is_refused(storage: Storage) -> None:
    put(storage, STRAY)
    mark = b'{"database": "theirs", "name": "PostgreSQL, mozi at db"}'
    storage.put(MARK, mark, content_type="application/json", public=False)
    with pytest.raises(ForeignStorage, match="PostgreSQL, mozi at db"):
        prune(storage)
    with pytest.raises(ForeignStorage):
        prune(storage, dry_run=True)
    assert storage.exists(STRAY)


def test_what_fails_is_named_and_the_rest_goes_on(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(storage, STRAY, LOST)
    failing(storage, monkeypatch, STRAY)
    report = prune(storage)
    assert [(each.key, each.reason) for each in report.failed] == [(STRAY, "No.")]
    assert report.keys == [LOST]


def failing(storage: Storage, monkeypatch: pytest.MonkeyPatch, *keys: str) -> None:
    delete = storage.delete

    def refuse(key: str) -> None:
        if key in keys:
            raise StorageError("No.")
        delete(key)

    monkeypatch.setattr(storage, "delete", refuse)


def test_a_storage_that_is_down_ends_the_run(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    strays = [f"posters/{n}-stray.thumb.0.jpg" for n in range(1, 60)]
    put(storage, *strays)
    failing(storage, monkeypatch, *strays)
    assert prune(storage).stopped_by == "No."


def test_it_stops_between_two_chunks(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mozi.database.IN_LIMIT", 1)
    put(storage, STRAY, LOST)
    pruning = Pruning(storage, older_than_s=0, on_seen=lambda seen: pruning.stop.set())
    report = pruning.run()
    assert (report.interrupted, report.deleted) == (True, 1)


class During:
    """Does something once, while an object is being deleted: before or after it is gone."""

    def __init__(self, storage: Storage, act: Callable[[], None], *, when: str) -> None:
        self.delete, self.act, self.when = storage.delete, act, when
        self.lock = threading.Lock()
        self.raised: list[Exception] = []

    def __call__(self, key: str) -> None:
        if self.when == "after":
            self.delete(key)
        with self.lock:
            act, self.act = self.act, lambda: None
            try:
                act()
            except (Busy, BuildAbandoned) as error:
                self.raised.append(error)
        if self.when == "before":
            self.delete(key)


@on_both_backends
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_key_that_is_stored_again_while_it_is_deleted_survives(
    app: Flask, movie: int, app_services: Services, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    monkeypatch.setattr("mozi.posters.uploads.PAUSE_S", 0.01)
    storage, first = app_services.storage, recorded()
    replace_poster(app_services, movie, 2)

    def first_again() -> None:
        with app.app_context():  # a thread of the pruning run
            replace_poster(app_services, movie, 1)

    during = During(storage, first_again, when=when)
    monkeypatch.setattr(storage, "delete", during)
    prune(storage)
    assert during.raised  # it could not be recorded just then
    replace_poster(app_services, movie, 1)
    assert recorded() == first
    assert first <= stored(storage)


@on_both_backends
def test_a_build_that_stored_before_a_pruning_run_and_records_after_it_stores_again(
    app: Flask, app_services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mozi.maintenance.pruning.being_built", lambda *_: set())
    movie_id, storage = make_movie(), app_services.storage
    upload(storage, movie_id, 1)
    url, swept, once = storage.url, [], threading.Lock()

    def prune_first(key: str) -> str:  # asked between storing a variant and recording it
        with once:  # variants are stored side by side
            if not swept:
                swept.append(prune(storage).deleted)
        return url(key)

    monkeypatch.setattr(storage, "url", prune_first)
    with pytest.raises(BuildAbandoned):
        app_services.pipeline.build(movie_id)
    assert swept[0] in {1, 2, 3}
    app_services.pipeline.build(movie_id)
    assert len(recorded()) == 3
    assert recorded() <= stored(storage)


@on_both_backends
def test_what_a_build_has_just_stored_is_left_to_it(
    movie: int, app_services: Services, storage: Storage
) -> None:
    put(storage, f"posters/{movie}-film.thumb.0123.jpg", STRAY)
    assert take_lease(movie)
    report = prune(storage)
    assert (report.keys, report.waiting) == ([STRAY], 1)


def test_after_a_delete_without_an_answer_its_key_is_left_alone_for_a_while(
    movie: int, app_services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_poster(app_services, movie, 2)
    replaced = {each.key for each in app_services.storage.list("posters/")} - recorded()
    with monkeypatch.context() as patch:
        failing(app_services.storage, patch, *replaced)
        prune(app_services.storage)
    upload(app_services.storage, movie, 1)
    with pytest.raises(BuildAbandoned):
        app_services.pipeline.build(movie)
    with writing() as session:
        session.execute(text("UPDATE doomed_object SET until = until - 3600"))
    app_services.pipeline.build(movie)
    assert recorded() == replaced


@on_both_backends
def test_pruning_beside_builds_never_leave_a_record_without_its_object(
    app: Flask, movie: int, app_services: Services
) -> None:
    done = threading.Event()
    runs: list[int] = []

    def keep_pruning() -> None:
        with app.app_context():
            while not done.is_set():
                runs.append(prune(app_services.storage).deleted)

    pruners = [threading.Thread(target=keep_pruning) for _ in range(2)]
    for each in pruners:
        each.start()
    try:
        for number in range(12):
            upload(app_services.storage, movie, number % 3)
            build_at_last(app_services, movie)
            assert all(app_services.storage.exists(key) for key in recorded())
    finally:
        done.set()
        for each in pruners:
            each.join()
    assert sum(runs) > 0


def build_at_last(app_services: Services, movie_id: int) -> None:
    for _ in range(50):
        try:
            app_services.pipeline.build(movie_id)
        except BuildAbandoned:
            continue
        else:
            return
    pytest.fail("it was abandoned again and again")


def test_old_tombstones_are_forgotten(movie: int, app_services: Services) -> None:
    put(app_services.storage, STRAY)
    prune(app_services.storage)
    assert rows_of(Tombstone) == 1
    with writing() as session:
        session.execute(text("UPDATE doomed_object SET until = until - 100000"))
    prune(app_services.storage)
    assert rows_of(Tombstone) == 0
