"""Which file of an old upload folder is which movie's poster."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mozi.errors import UnreadableSource
from mozi.maintenance.upload_folder import NOT_NAMED, printable, read_file, read_folder


def touch(folder: Path, name: str, *, changed_at: int = 0) -> None:
    (folder / name).write_bytes(b"body")
    os.utime(folder / name, (changed_at, changed_at))


def test_the_number_in_front_is_the_movies(tmp_path: Path) -> None:
    for name in ("7.jpg", "012-kontroll.PNG", "3-a-b.c.webp"):
        touch(tmp_path, name)
    assert read_folder(tmp_path).files == {3: "3-a-b.c.webp", 7: "7.jpg", 12: "012-kontroll.PNG"}


@pytest.mark.parametrize("name", ["0.jpg", "kontroll.jpg", "7", "7a.jpg", "1234567890.jpg"])
def test_a_name_without_a_movies_number_is_a_failure(tmp_path: Path, name: str) -> None:
    touch(tmp_path, name)
    (failed,) = read_folder(tmp_path).failed
    assert (failed.file, failed.movie_id, failed.reason) == (name, None, NOT_NAMED)


def test_of_several_files_of_a_movie_the_newest_is_used(tmp_path: Path) -> None:
    touch(tmp_path, "7.jpg", changed_at=2000)
    touch(tmp_path, "7-old.jpg", changed_at=1000)
    folder = read_folder(tmp_path)
    (skipped,) = folder.skipped
    assert (folder.files, skipped.file, skipped.movie_id) == ({7: "7.jpg"}, "7-old.jpg", 7)
    assert "older than 7.jpg" in str(skipped)


def test_hidden_files_and_those_of_the_system_are_passed_over(tmp_path: Path) -> None:
    for name in (".7.jpg", "Thumbs.db", "DESKTOP.INI"):
        touch(tmp_path, name)
    folder = read_folder(tmp_path)
    assert (folder.files, folder.skipped, folder.failed) == ({}, [], [])


def test_a_file_is_read_to_one_byte_beyond_the_limit(tmp_path: Path) -> None:
    touch(tmp_path, "7.jpg")
    assert read_file(tmp_path / "7.jpg", max_bytes=4) == b"body"
    assert read_file(tmp_path / "7.jpg", max_bytes=2) == b"bod"


def test_a_link_a_pipe_and_a_folder_are_not_read(tmp_path: Path) -> None:
    touch(tmp_path, "7.jpg")
    (tmp_path / "link").symlink_to(tmp_path / "7.jpg")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe", ".", "missing"):
        with pytest.raises(UnreadableSource):
            read_file(tmp_path / name, max_bytes=10)


def test_a_name_cannot_steer_the_terminal() -> None:
    name = os.fsdecode("ű\x1b[2J\n\xff.jpg".encode("latin-1", "replace"))
    assert printable(name).isprintable()
    assert printable("Kőszívű ember.jpg") == "Kőszívű ember.jpg"
