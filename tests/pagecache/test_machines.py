"""Two machines with disks of their own, one PostgreSQL, no Redis; a third one warms the posters."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import MakeApp
from tests.support.factories import make_jpeg, make_movie
from tests.support.forks import Forks
from tests.support.origin import Origin

WITHIN_S = 3.0


def warm_elsewhere(start: Forks, env: dict[str, str], folder: Path) -> None:
    """Run the command as a third machine would, with a disk of its own."""
    more = {"DATA_DIR": str(folder), "POSTER_ALLOW_PRIVATE_SOURCES": "1", "LOG_LEVEL": "ERROR"}
    assert start("-m", "flask", "warm-posters", env={**os.environ, **env, **more}).wait(60) == 0


@pytest.mark.parametrize("backend_env", ["servers"], indirect=True)
def test_a_warm_up_on_a_third_machine_shows_on_both_within_three_seconds(
    app: Flask,
    make_app: MakeApp,
    start: Forks,
    backend_env: dict[str, str],
    tmp_path: Path,
    origin: Origin,
) -> None:
    origin.serve("/a.jpg", make_jpeg())
    movie = make_movie(poster_url=origin.url("/a.jpg"))
    machines = [make_app(DATA_DIR=str(tmp_path / name)).test_client() for name in ("one", "two")]
    assert all(f"/poster/{movie}-" in machine.get("/").text for machine in machines)
    warm_elsewhere(start, backend_env, tmp_path / "three")
    until, is_late = time.monotonic() + WITHIN_S, False
    while any(f"/poster/{movie}-" in machine.get("/").text for machine in machines):
        assert not is_late
        is_late = time.monotonic() >= until
        time.sleep(0.05)
