"""The movies: their list."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from mozi.web.admin.ground import blueprint, page


@blueprint.get("/movies")
def movies() -> ResponseReturnValue:
    """Show the list."""
    return page("movies")
