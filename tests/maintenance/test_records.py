"""The records of objects: read in chunks, corrected one by one."""

from __future__ import annotations

import pytest
from flask import Flask

from mozi.database import reading, writing
from mozi.maintenance import records as module
from mozi.maintenance.records import ORIGINAL, Record, forget, records, rewrite_url
from mozi.models import Poster, PosterVariant
from mozi.posters.build.leases import take_lease
from mozi.storage import Storage
from tests.conftest import on_both_backends
from tests.support.factories import make_movie, make_variants

SOURCE, SHOWN = f"originals/{'a' * 64}.jpg", f"originals/{'b' * 64}.jpg"


def make_poster(*, uploaded: bool = True) -> int:
    movie_id = make_movie(poster_url="https://example.org/a.jpg")
    make_variants(movie_id)
    with writing() as session:
        poster = session.get_one(Poster, movie_id)
        poster.original_key, poster.shown_original_key = SOURCE, SHOWN
        poster.uploaded = uploaded
    return movie_id


def thumb_of(movie_id: int) -> Record:
    (found,) = (
        record
        for chunk in records()
        for record in chunk
        if (record.movie_id, record.media) == (movie_id, "thumb")
    )
    return found


def originals_of(movie_id: int) -> tuple[str | None, str | None, bool]:
    with reading() as session:
        poster = session.get_one(Poster, movie_id)
        return poster.original_key, poster.shown_original_key, poster.uploaded


@on_both_backends
def test_every_record_is_read_once_however_small_the_chunks(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHUNK", 2)
    movies = [make_poster() for _ in range(3)]
    found = [(record.movie_id, record.media) for chunk in records() for record in chunk]
    media = ("blurred", "poster", "thumb", ORIGINAL, ORIGINAL)
    assert sorted(found) == sorted((movie_id, each) for movie_id in movies for each in media)


def test_only_the_source_of_an_upload_is_uploaded(app: Flask) -> None:
    make_poster()
    originals = [record for chunk in records() for record in chunk if record.media == ORIGINAL]
    assert {record.key: record.uploaded for record in originals} == {SOURCE: True, SHOWN: False}


@on_both_backends
def test_an_address_is_rewritten_only_in_the_row_that_was_read(app: Flask) -> None:
    record = thumb_of(make_poster())
    assert rewrite_url(record, "https://cdn.example/a.jpg")
    assert not rewrite_url(record, "https://cdn.example/b.jpg")
    assert thumb_of(record.movie_id).url == "https://cdn.example/a.jpg"


@on_both_backends
def test_a_record_without_its_object_is_deleted_and_no_other(app: Flask, storage: Storage) -> None:
    movie_id = make_poster()
    assert forget(thumb_of(movie_id), storage)
    assert forget(Record(movie_id, ORIGINAL, SOURCE), storage)
    with reading() as session:
        left = {row.media for row in session.query(PosterVariant)}
    assert left == {"poster", "blurred"}
    assert originals_of(movie_id) == (None, SHOWN, False)


def test_a_record_whose_object_came_back_stays(app: Flask, storage: Storage) -> None:
    record = thumb_of(make_poster())
    storage.put(record.key, b"body", content_type="image/jpeg", public=True)
    assert forget(record, storage)
    assert thumb_of(record.movie_id) == record


def test_a_poster_that_is_being_built_is_left_to_its_build(app: Flask, storage: Storage) -> None:
    record = thumb_of(make_poster())
    assert take_lease(record.movie_id)
    assert not forget(record, storage)
    assert thumb_of(record.movie_id) == record
