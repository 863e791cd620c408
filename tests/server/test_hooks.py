"""What the server asks of the app."""

from __future__ import annotations

import pytest
from flask import Flask

from mozi.server.hooks import find_hooks
from tests.support.bare import app as bare_app


@pytest.mark.parametrize(
    ("path", "expected"), [("/admin/movies", True), ("/en/admin", True), ("/administrator", False)]
)
def test_our_app_says_which_paths_are_the_admins(app: Flask, path: str, expected: bool) -> None:
    hooks = find_hooks(app)
    assert hooks is not None
    assert hooks.is_admin(path) is expected


def test_our_app_knows_a_forged_session(app: Flask) -> None:
    hooks = find_hooks(app)
    assert hooks is not None
    assert not hooks.is_session("session=forged")


def test_warming_up_compiles_what_visitors_read(app: Flask) -> None:
    hooks = find_hooks(app)
    assert hooks is not None
    hooks.warm_up()
    loaded = {name for _, name in app.jinja_env.cache or ()}
    assert "index.html" in loaded
    assert not any(name.startswith("admin/") for name in loaded)


def test_any_other_app_has_no_hooks() -> None:
    assert find_hooks(bare_app) is None
