from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mozi.errors import ObjectNotFound, StorageError
from mozi.storage.local import LocalStorage
from tests.support.forks import Forks

KEY = "posters/7-kontroll.jpg"
KILLED_BETWEEN_WRITING_AND_MOVING = """
import os, pathlib, signal, sys
from mozi.storage.local import LocalStorage
os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
LocalStorage(pathlib.Path(sys.argv[1])).put(sys.argv[2], b"x", content_type="", public=True)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "media"


@pytest.fixture
def storage(folder: Path) -> LocalStorage:
    return LocalStorage(folder)


def put(storage: LocalStorage, key: str = KEY, body: bytes = b"body") -> None:
    storage.put(key, body, content_type="image/jpeg", public=True)


@contextmanager
def no_file_longer_than(size_bytes: int) -> Iterator[None]:
    """The nearest to a full disk that needs no root: write(2) fails with EFBIG."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_the_former_object_and_no_litter(
    storage: LocalStorage, folder: Path
) -> None:
    put(storage)
    with no_file_longer_than(1000), pytest.raises(StorageError, match="could not be stored: File"):
        put(storage, body=bytes(100_000))
    assert storage.get(KEY) == b"body"
    assert os.listdir(folder / "posters") == ["7-kontroll.jpg"]


def test_a_killed_writer_leaves_nothing_that_is_an_object(
    start: Forks, storage: LocalStorage, folder: Path
) -> None:
    writer = start("-c", KILLED_BETWEEN_WRITING_AND_MOVING, str(folder), KEY, env=os.environ)
    assert writer.wait() == -signal.SIGKILL
    assert len(os.listdir(folder / "posters")) == 1
    assert list(storage.list("")) == []
    assert not storage.exists(KEY)


def test_a_link_out_of_the_folder_is_not_followed(
    storage: LocalStorage, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (folder / "posters").mkdir(parents=True)
    (folder / KEY).symlink_to(tmp_path / "secret")
    for refused in (storage.get, storage.exists, storage.delete):
        with pytest.raises(StorageError, match="symbolic link"):
            refused(KEY)
    assert list(storage.list("posters/")) == []
    assert (tmp_path / "secret").exists()


def test_a_linked_subfolder_is_not_written_through(
    storage: LocalStorage, folder: Path, tmp_path: Path
) -> None:
    folder.mkdir()
    (tmp_path / "elsewhere").mkdir()
    (folder / "posters").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="symbolic link"):
        put(storage)
    assert os.listdir(tmp_path / "elsewhere") == []


def test_the_folder_itself_may_be_a_link_to_another_disk(
    storage: LocalStorage, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "disk").mkdir()
    folder.symlink_to(tmp_path / "disk")
    put(storage)
    assert storage.get(KEY) == b"body"
    assert [row.key for row in storage.list("posters/")] == [KEY]


def test_a_file_in_a_folders_place_is_a_storage_error(storage: LocalStorage, folder: Path) -> None:
    folder.mkdir()
    (folder / "posters").write_bytes(b"in the way")
    with pytest.raises(StorageError, match=f"{KEY} could not be stored"):
        put(storage)
    with pytest.raises(ObjectNotFound):
        storage.get(KEY)
    assert not storage.exists(KEY)


def test_a_listing_cannot_leave_the_folder(storage: LocalStorage, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    with pytest.raises(StorageError, match="not the key"):
        list(storage.list("../"))


def test_a_listing_survives_that_a_file_goes_away_meanwhile(storage: LocalStorage) -> None:
    for number in range(3):
        put(storage, f"posters/{number}.jpg")
    rows = storage.list("posters/")
    first = next(rows).key
    for number in range(3):
        storage.delete(f"posters/{number}.jpg")
    assert first not in [row.key for row in rows]


def test_the_address_is_the_path_that_the_site_serves(storage: LocalStorage) -> None:
    assert storage.url(KEY) == f"/media/{KEY}"
