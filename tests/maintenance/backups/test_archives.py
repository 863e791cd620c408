"""The format of a backup: what is written comes back, and nothing that was changed."""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from mozi.errors import BackupUnusable
from mozi.maintenance.backups.archives import END, ArchiveWriter, check_archive, open_archive

BODIES = {"a": b"first", "folder/b": b"", "c": bytes(3_000_000)}


def write(path: Path, *, close: bool = True) -> Path:
    with path.open("wb") as file:
        archive = ArchiveWriter(file)
        for name, body in BODIES.items():
            source = path.with_name("source")
            source.write_bytes(body)
            archive.add(name, source)
        if close:
            archive.end(objects=2)
    return path


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return write(tmp_path / "a.tar")


def check(path: Path, may_hold: Callable[[str], bool] = lambda name: True) -> dict[str, object]:
    return check_archive(path, may_hold=may_hold)


def test_bodies_come_back_byte_for_byte(archive: Path, tmp_path: Path) -> None:
    with open_archive(archive) as members:
        read = {member.name: member.body() for member in members if member.name != END}
    assert read == BODIES
    with tarfile.open(archive) as tar:
        assert tar.getnames() == [*BODIES, END]


def test_the_last_member_counts_the_others_and_has_the_facts(archive: Path) -> None:
    end = check(archive)
    assert (end["members"], end["bytes"], end["objects"]) == (3, 3_000_005, 2)


def test_a_changed_byte_is_found_and_its_member_named(archive: Path) -> None:
    body = archive.read_bytes()
    archive.write_bytes(body.replace(b"first", b"worst"))
    with pytest.raises(BackupUnusable, match="'a' is damaged"):
        check(archive)


def test_an_archive_without_its_last_member_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BackupUnusable, match="incomplete"):
        check(write(tmp_path / "b.tar", close=False))


def test_a_name_that_may_not_be_there_is_refused(archive: Path) -> None:
    with pytest.raises(BackupUnusable, match="'folder/b' does not belong"):
        check(archive, lambda name: "/" not in name)


def test_a_member_that_was_taken_out_is_missed(archive: Path, tmp_path: Path) -> None:
    shorter = tmp_path / "shorter.tar"
    with tarfile.open(archive) as old, tarfile.open(shorter, "w") as new:
        for info in old:
            if info.name != "a":
                new.addfile(info, old.extractfile(info))
    with pytest.raises(BackupUnusable, match="members are missing"):
        check(shorter)
