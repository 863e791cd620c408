"""The progress of a command: a bar on a terminal, a line a minute elsewhere."""

from __future__ import annotations

import logging
import sys
from types import SimpleNamespace

import pytest
from tqdm import tqdm

from mozi.commands import progress as module
from mozi.commands.progress import LineAMinute, progress, quiet


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that the progress sees; the last one counts."""
    times = [0.0]
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: times[-1]))
    return times


def test_it_prints_a_line_a_minute(
    seconds: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    with progress("movie", 300) as shown:
        for second in (30, 60, 90, 120):
            seconds.append(second)
            shown.update(30)
    assert capsys.readouterr().err.splitlines() == [
        "60 of 300 movies, 1.0 a second, 4 min left",
        "120 of 300 movies, 1.0 a second, 3 min left",
    ]


def test_without_a_total_it_prints_the_count(
    seconds: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    shown = LineAMinute("object", None)
    seconds.append(60)
    shown.update(90)
    assert capsys.readouterr().err == "90 objects, 1.5 a second\n"


def test_on_a_terminal_it_is_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with progress("movie", 3) as shown:
        assert isinstance(shown, tqdm)
        shown.update()


def test_a_quiet_logger_speaks_again_after_the_block(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("mozi.quiet")
    with quiet("mozi.quiet"):
        logger.warning("hidden")
        logger.error("shown")
    logger.warning("again")
    assert caplog.messages == ["shown", "again"]
