"""An upload becomes the wanted source of a poster."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from mozi.database import reading
from mozi.errors import BuildAbandoned, Busy, MovieNotFound, UnreadableSource
from mozi.models import RetiredObject
from mozi.posters import uploads
from mozi.posters.keys import original_key
from mozi.posters.uploads import (
    StoredUpload,
    checked_upload,
    keep_upload,
    store_upload,
    take_upload,
)
from mozi.storage import Storage
from tests.support.factories import make_jpeg, make_movie
from tests.support.posters import objects, row_of

LIMITS = {"max_bytes": 10**6, "max_pixels": 10**6}
BODY = make_jpeg(1)
KEY = original_key(BODY, "jpg")


def test_an_upload_is_stored_privately_and_wanted(app: Flask, storage: Storage) -> None:
    movie = make_movie()
    assert take_upload(storage, movie, BODY, **LIMITS) == KEY
    assert storage.get(KEY) == BODY
    assert (row_of(movie).original_key, row_of(movie).uploaded) == (KEY, True)


@pytest.mark.parametrize(
    ("body", "limits", "code"),
    [
        (BODY, {**LIMITS, "max_bytes": 100}, "file_too_large"),
        (BODY, {**LIMITS, "max_pixels": 100}, "too_many_pixels"),
        (BODY[:900], LIMITS, "cut_short"),
        (b"no picture", LIMITS, "not_a_picture"),
    ],
)
def test_what_cannot_be_used_is_refused_before_it_is_stored(
    app: Flask, storage: Storage, body: bytes, limits: dict[str, int], code: str
) -> None:
    with pytest.raises(UnreadableSource) as refused:
        take_upload(storage, make_movie(), body, **limits)
    assert refused.value.message.code == code
    assert objects(storage, "originals/") == set()


def test_an_unknown_movie_gets_no_poster(app: Flask, storage: Storage) -> None:
    with pytest.raises(MovieNotFound):
        take_upload(storage, 1, BODY, **LIMITS)


def test_an_upload_that_no_poster_uses_is_recorded_as_retired(app: Flask, storage: Storage) -> None:
    stored = keep_upload(storage, checked_upload(BODY, **LIMITS))
    with reading() as session:
        retired = session.execute(select(RetiredObject.object_key, RetiredObject.retired_at)).one()
    assert tuple(retired) == (KEY, stored.stored_from)


@pytest.mark.parametrize(("sweeps", "tries"), [(2, 3), (99, uploads.TRIES)])
def test_a_swept_upload_is_stored_again_for_a_while(
    app: Flask, storage: Storage, monkeypatch: pytest.MonkeyPatch, sweeps: int, tries: int
) -> None:
    monkeypatch.setattr(uploads, "PAUSE_S", 0)
    recorded: list[str] = []

    def record(_: Session, stored: StoredUpload) -> None:
        recorded.append(stored.key)
        if len(recorded) <= sweeps:
            raise BuildAbandoned("It was being deleted.")

    upload = checked_upload(BODY, **LIMITS)
    if sweeps > tries:
        with pytest.raises(Busy):
            store_upload(storage, upload, record=record)
    else:
        store_upload(storage, upload, record=record)
    assert recorded == [KEY] * tries
