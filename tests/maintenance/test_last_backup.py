"""The time of the last backup, as /metrics reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mozi.maintenance.last_backup import FILE, find_last_backup, note_backup
from tests.conftest import Clock


def test_it_is_the_time_of_the_last_note(tmp_path: Path, clock: Clock) -> None:
    note_backup(tmp_path)
    clock.tick(60)
    note_backup(tmp_path)
    clock.tick(60)
    found = find_last_backup(tmp_path)
    assert found is not None
    assert (clock.now() - found).total_seconds() == 60


@pytest.mark.parametrize("content", [None, "", "yesterday"])
def test_without_a_readable_time_it_is_unknown(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / FILE).write_text(content)
    assert find_last_backup(tmp_path) is None
