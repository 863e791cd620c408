"""What every storage promises, tried on each: a folder, a bucket, a folder of a bucket."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

from mozi.errors import ObjectNotFound, StorageError
from mozi.storage import IMMUTABLE, ObjectHeaders, Storage
from mozi.storage.local import LocalStorage

KEY = "posters/7-kontroll.thumb.0123456789abcdef0123456789abcdef.jpg"
BODY = b"\xff\xd8 not a picture, but bytes \x00\r\n\xff\xd9"
NO_KEYS = [
    "",
    "/posters/7.jpg",
    "posters/",
    "posters//7.jpg",
    "../7.jpg",
    "posters/../../7.jpg",
    "posters/./7.jpg",
    "posters/.hidden",
    "posters\\7.jpg",
    "posters/7\x00.jpg",
    "posters/7.jpg\n",
    "posters/hősök.jpg",
    "p" * 901,
]


@pytest.fixture(params=["folder", "bucket", "prefix"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "folder":
        return LocalStorage(tmp_path / "media")
    make_s3 = request.getfixturevalue("make_s3")
    made: Storage = make_s3(prefix="sites/mozi/" if request.param == "prefix" else "")
    return made


def put(storage: Storage, *keys: str, body: bytes = BODY) -> None:
    for key in keys:
        storage.put(key, body, content_type="image/jpeg", public=True)


def test_what_was_put_is_got_byte_for_byte(storage: Storage) -> None:
    put(storage, KEY)
    assert storage.get(KEY) == BODY


def test_an_empty_object_is_an_object(storage: Storage) -> None:
    put(storage, KEY, body=b"")
    assert storage.exists(KEY)
    assert storage.get(KEY) == b""


def test_putting_again_leaves_one_object_with_the_last_bytes(storage: Storage) -> None:
    put(storage, KEY)
    put(storage, KEY, body=b"again")
    assert storage.get(KEY) == b"again"
    assert len(list(storage.list("posters/"))) == 1


def test_getting_what_is_not_there_names_the_key(storage: Storage) -> None:
    with pytest.raises(ObjectNotFound) as raised:
        storage.get(KEY)
    assert raised.value.key == KEY


def test_exists_tells_what_is_there_from_what_is_not(storage: Storage) -> None:
    put(storage, KEY)
    assert storage.exists(KEY)
    assert not storage.exists(f"{KEY}.more")
    assert not storage.exists("posters")


def test_deleting_twice_is_fine(storage: Storage) -> None:
    put(storage, KEY)
    storage.delete(KEY)
    storage.delete(KEY)
    assert not storage.exists(KEY)


def test_deleting_a_folder_of_objects_deletes_none(storage: Storage) -> None:
    put(storage, KEY)
    storage.delete("posters")
    assert storage.exists(KEY)


def test_listing_yields_the_keys_that_start_with_the_prefix(storage: Storage) -> None:
    put(storage, "posters/7-a.jpg", "posters/70-b.jpg", "posters/8-c.jpg", "originals/7.jpg")
    assert keys(storage, "posters/7") == ["posters/7-a.jpg", "posters/70-b.jpg"]
    assert keys(storage, "post") == ["posters/7-a.jpg", "posters/70-b.jpg", "posters/8-c.jpg"]
    assert len(keys(storage, "")) == 4


def test_listing_where_nothing_is_yields_nothing(storage: Storage) -> None:
    assert keys(storage, "posters/") == []


def test_a_deleted_object_is_listed_no_more(storage: Storage) -> None:
    put(storage, KEY, "posters/8-c.jpg")
    storage.delete(KEY)
    assert keys(storage, "posters/") == ["posters/8-c.jpg"]


def test_a_row_of_the_listing_has_size_and_time(storage: Storage) -> None:
    put(storage, KEY)
    [row] = storage.list("posters/")
    assert row.size_bytes == len(BODY)
    assert row.stored_at.tzinfo is UTC
    assert abs(datetime.now(UTC) - row.stored_at) < timedelta(seconds=5)


def test_the_address_ends_with_the_key(storage: Storage) -> None:
    assert storage.url(KEY).endswith(f"/{KEY}")


def test_the_address_is_percent_encoded(storage: Storage) -> None:
    assert storage.url("posters/a b?c#d%e.jpg").endswith("/posters/a%20b%3Fc%23d%25e.jpg")


def test_what_is_no_key_is_refused_everywhere(storage: Storage) -> None:
    refusing = (storage.get, storage.exists, storage.delete, storage.url, lambda k: put(storage, k))
    for key, refused in product(NO_KEYS, refusing):
        with pytest.raises(StorageError, match="not the key"):
            refused(key)


def keys(storage: Storage, prefix: str) -> list[str]:
    return sorted(row.key for row in storage.list(prefix))


def test_the_headers_of_a_public_object_are_those_that_visitors_get(storage: Storage) -> None:
    put(storage, KEY)
    assert storage.headers(KEY) == ObjectHeaders("image/jpeg", IMMUTABLE)


def test_what_is_not_there_has_no_headers(storage: Storage) -> None:
    with pytest.raises(ObjectNotFound):
        storage.headers(KEY)
