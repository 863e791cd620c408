"""The date at the site."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from mozi import clock
from mozi.settings import Settings


def today(folder: Path, moment: datetime, monkeypatch: pytest.MonkeyPatch, **env: str) -> date:
    monkeypatch.setattr(clock, "now", lambda: moment)
    return clock.today(Settings.from_env({"DATA_DIR": str(folder), **env}))


def test_midnight_is_the_sites_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evening = datetime(2026, 11, 26, 22, 59, tzinfo=UTC)
    night = datetime(2026, 11, 26, 23, 0, tzinfo=UTC)
    assert today(tmp_path, evening, monkeypatch) == date(2026, 11, 26)
    assert today(tmp_path, night, monkeypatch) == date(2026, 11, 27)
    assert today(tmp_path, night, monkeypatch, SITE_TIMEZONE="UTC") == date(2026, 11, 26)


def test_site_today_overrules_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    night = datetime(2026, 11, 26, 23, 0, tzinfo=UTC)
    assert today(tmp_path, night, monkeypatch, SITE_TODAY="2027-01-31") == date(2027, 1, 31)


def test_now_is_aware_and_in_utc() -> None:
    assert clock.now().tzinfo is UTC
