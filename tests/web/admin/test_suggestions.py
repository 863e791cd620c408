"""Suggestions are answered at the desk only."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.support.factories import make_movie


@pytest.mark.parametrize(
    "path", ["/admin/suggestions/genres?q=dr", "/en/admin/suggestions/genres?q=dr"]
)
def test_only_the_desk_is_told(anna: FlaskClient, client: FlaskClient, path: str) -> None:
    make_movie(genres=("dráma",))
    assert anna.get(path).json == ["dráma"]
    assert client.get(path).status_code == 302
    assert anna.get(path.replace("genres", "title")).status_code == 404
