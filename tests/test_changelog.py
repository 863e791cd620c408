"""CHANGELOG.md names the version that pyproject.toml has, in the form of Keep a Changelog."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from mozi.version import VERSION

TEXT = (Path(__file__).parent.parent / "CHANGELOG.md").read_text()
HEADINGS = re.findall(r"^## (.*)$", TEXT, re.MULTILINE)
GROUPS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_the_newest_version_is_the_programs() -> None:
    unreleased, newest, *_ = HEADINGS
    assert unreleased == "[Unreleased]"
    assert newest.split(" - ")[0] == f"[{VERSION}]"


def test_every_version_has_a_date() -> None:
    days = [date.fromisoformat(heading.split(" - ")[1]) for heading in HEADINGS[1:]]
    assert days == sorted(days, reverse=True)


def test_changes_stand_in_the_usual_groups() -> None:
    assert set(re.findall(r"^### (.*)$", TEXT, re.MULTILINE)) <= GROUPS
