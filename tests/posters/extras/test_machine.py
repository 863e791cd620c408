"""Whether the machine has time, by two looks at a made-up /proc/stat."""

from __future__ import annotations

from pathlib import Path

import pytest

from mozi.posters.extras import machine


@pytest.mark.parametrize(
    ("second", "free"),
    [
        ("cpu 30 0 20 150 100 0 0 0", True),  # 50 of 200 used
        ("cpu 100 50 50 100 0 0 0 0", False),  # all of 200 used, by niced processes too
        ("cpu 0 0 0 100 0 0 0 0", False),  # no time has passed
    ],
)
def test_the_share_that_was_used_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, second: str, free: bool
) -> None:
    stat = tmp_path / "stat"
    monkeypatch.setattr(machine, "STAT", stat)
    stat.write_text("cpu 0 0 0 100 0 0 0 0\n")
    time = machine.MachineTime()
    stat.write_text(f"{second}\n")
    assert time.is_free() is free
