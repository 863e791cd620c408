"""How an error ends a command: one line on standard error, and a status."""

from __future__ import annotations

import os
import signal

import pytest
from sqlalchemy.exc import OperationalError

from mozi.commands.endings import FAILED, INTERRUPTED, exit_status, plain_ending
from mozi.errors import StorageError


@pytest.mark.parametrize(("error", "status", "line"), [
    (KeyboardInterrupt(), INTERRUPTED, "Interrupted.\n"),
    (StorageError("The disk is full."), FAILED, "The disk is full.\n"),
    (OperationalError("SELECT 1", {}, Exception("gone")), FAILED,
     "The database cannot be used: gone\n"),
])  # fmt: skip
def test_an_error_is_one_line_and_a_status(
    error: BaseException, status: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended, plain_ending():
        raise error
    assert (ended.value.code, capsys.readouterr().err) == (status, line)


def test_a_missing_table_is_told_with_its_cure(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit), plain_ending():
        raise OperationalError("SELECT 1", {}, Exception("no such table: movie"))
    assert "flask db upgrade" in capsys.readouterr().err


def test_sigterm_is_an_interruption() -> None:
    with pytest.raises(SystemExit) as ended, plain_ending():
        os.kill(os.getpid(), signal.SIGTERM)
    assert ended.value.code == INTERRUPTED


def test_a_defect_of_ours_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError), plain_ending():
        raise ZeroDivisionError


@pytest.mark.parametrize(("interrupted", "failed", "status"), [
    (False, [], 0), (False, ["one"], FAILED), (False, "the storage is down", FAILED),
    (True, ["one"], INTERRUPTED),
])  # fmt: skip
def test_an_interruption_outranks_a_failure(interrupted: bool, failed: object, status: int) -> None:
    assert exit_status(interrupted=interrupted, failed=failed) == status
