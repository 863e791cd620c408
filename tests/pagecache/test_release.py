"""The release that a page belongs to."""

from __future__ import annotations

from pathlib import Path

import pytest

from mozi.pagecache.release import digest_of, release_of
from mozi.settings import Settings


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("mozi/app.py", "templates/index.html", "static/fonts/a.woff2", "tests/test.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("one")
    return tmp_path


@pytest.mark.parametrize("name", ["mozi/app.py", "templates/index.html", "static/fonts/a.woff2"])
def test_another_file_of_a_page_is_another_release(root: Path, name: str) -> None:
    before = digest_of(root)
    (root / name).write_text("two")
    assert digest_of(root) != before


def test_a_file_that_is_renamed_is_another_release(root: Path) -> None:
    before = digest_of(root)
    (root / "mozi/app.py").rename(root / "mozi/other.py")
    assert digest_of(root) != before


def test_what_no_page_is_made_of_makes_no_release(root: Path) -> None:
    before = digest_of(root)
    (root / "tests/test.py").write_text("two")
    assert digest_of(root) == before


def test_settings_that_pages_show_are_part_of_it(root: Path, tmp_path: Path) -> None:
    env = {"DATA_DIR": str(tmp_path / "data")}
    one = release_of(root, Settings.from_env(env))
    assert release_of(root, Settings.from_env({**env, "LOG_LEVEL": "DEBUG"})) == one
    logo = tmp_path / "logo.svg"
    logo.write_text("<svg/>")
    for shown in (
        {"SITE_URL": "https://a.example"},
        {"SITE_NAME": "Apolló"},
        {"SITE_LOGO": str(logo)},
    ):
        assert release_of(root, Settings.from_env({**env, **shown})) != one
