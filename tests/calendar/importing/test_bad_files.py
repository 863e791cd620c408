"""Files that would fill the memory or take minutes are refused by words, soon and within bounds."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.support.bad_files import BAD_FILES, BadFile

MIB, SECONDS = 90, 5


@pytest.fixture(scope="module")
def outcomes() -> dict[str, dict[str, Any]]:
    """Return what became of each file, by its name."""
    command = [sys.executable, "-m", "tests.support.bad_files"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return {each["name"]: each for each in map(json.loads, done.stdout.splitlines())}


@pytest.mark.parametrize("file", BAD_FILES, ids=lambda file: file.name)
def test_a_bad_file_is_told_within_bounds(file: BadFile, outcomes: dict[str, Any]) -> None:
    outcome = outcomes[file.name]
    assert outcome["code"] == file.code
    assert outcome["mib"] < MIB
    assert outcome["seconds"] < SECONDS
