"""/poster/<id>-<slug>.<media>.jpg: the stable address of a picture, whatever is built of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from mozi.errors import (
    Busy,
    MediaNotFound,
    MovieNotFound,
    NoPosterSource,
    SourceError,
    StorageError,
)
from mozi.metrics import POSTER_REQUESTS
from mozi.posters.build.pipeline import respect_pause
from mozi.posters.demand.builds import WAIT_S
from mozi.posters.demand.requests import Wish
from mozi.posters.imaging import placeholder
from mozi.posters.keys import poster_path
from mozi.posters.queries import BuiltVariant, PosterState, get_poster
from mozi.posters.recipes import Recipe, get_recipe
from mozi.server.parking import WAITED_FOR, park, unseen
from mozi.services import services

REDIRECT_S = 60
OTHER_SLUG_S = 300
RETRY_STORAGE_S = 30

blueprint = Blueprint("posters", __name__)


@blueprint.get("/poster/<int(max=2147483647):movie_id>-<slug>.<media>.jpg")
def poster(movie_id: int, slug: str, media: str) -> Response:
    """Answer with the way to the picture, building first what the movie misses."""
    try:
        return _poster(movie_id, slug, media)
    except (MovieNotFound, MediaNotFound, NoPosterSource):
        _count("not_found")
        raise


def _poster(movie_id: int, slug: str, media: str) -> Response:
    recipe = get_recipe(media)
    if (wish := _find_wish(movie_id, slug, recipe)) is not None:
        return _wait(wish, recipe)
    state = get_poster(movie_id)
    if slug != state.slug:
        _count("moved")
        return _redirect(poster_path(movie_id, state.slug, media), code=301, max_age=OTHER_SLUG_S)
    if _is_current(state, recipe):
        _count("present")
        return _answer(state.variants.get(media), recipe)
    try:
        if request.method == "HEAD":
            return _without_building(state, recipe)
        wish = services().on_demand.wish(state)
    except (SourceError, Busy) as error:
        return _fallback(state, recipe, error)
    return _wait(wish, recipe)


def _without_building(state: PosterState, recipe: Recipe) -> Response:
    """Answer with the poster shown so far, or that there is none; raises SourceError."""
    respect_pause(state)
    _count("missing")
    return _answer(state.variants.get(recipe.media), recipe)


def _find_wish(movie_id: int, slug: str, recipe: Recipe) -> Wish | None:
    """Return what this request has waited for, else the build in hand that it is to wait for."""
    if request.method == "HEAD":
        return None
    waited_for: Wish | None = request.environ.get(WAITED_FOR)
    return waited_for or services().on_demand.find_wish(movie_id, slug, recipe)


def _wait(wish: Wish, recipe: Recipe) -> Response:
    """Answer once the poster is built; where the server can park it, without a thread meanwhile."""
    if park_for(wish, request.environ):
        return unseen()
    waited = WAITED_FOR in request.environ
    if waited:
        wish.interest.leave()
    try:
        state = services().on_demand.wait_for(wish, wait_s=0 if waited else WAIT_S)
    except (SourceError, StorageError, Busy) as error:
        return _fallback(wish.state or get_poster(wish.movie_id), recipe, error)
    return answer_built(state, recipe)


def park_for(wish: Wish, environ: dict[str, Any]) -> bool:
    """Return whether the request is parked now, and counts among those who wait for the wish."""
    if not park(environ, wish, wish.built, most_s=WAIT_S):
        return False
    wish.interest.join()
    return True


def answer_built(state: PosterState, recipe: Recipe) -> Response:
    """Answer whoever waited for it."""
    _count("built")
    return _answer(state.variants.get(recipe.media), recipe)


def _count(result: str) -> None:
    POSTER_REQUESTS.labels(result).inc()


def _is_current(state: PosterState, recipe: Recipe) -> bool:
    return recipe not in state.missing()


def _answer(variant: BuiltVariant | None, recipe: Recipe) -> Response:
    if variant is None:
        return _placeholder(recipe, retry_after_s=1)
    return _redirect(variant.url, code=302, max_age=REDIRECT_S)


def _fallback(state: PosterState, recipe: Recipe, error: Exception) -> Response:
    """Answer with the poster shown so far, where there is one, else with the placeholder."""
    _count("busy" if isinstance(error, Busy) else "failed")
    shown = state.variants.get(recipe.media)
    if shown is not None:
        return _answer(shown, recipe)
    return _placeholder(recipe, retry_after_s=_retry_after_s(state, error))


def _retry_after_s(state: PosterState, error: Exception) -> int:
    if isinstance(error, Busy):
        return error.retry_after_s
    if isinstance(error, StorageError):
        return RETRY_STORAGE_S
    failed = get_poster(state.movie_id).failure
    return max(1, round(failed.pause_s)) if failed else 1


def _redirect(location: str, *, code: int, max_age: int) -> Response:
    answer = redirect(location, code=code)
    answer.headers["Cache-Control"] = f"public, max-age={max_age}"
    return answer


def _placeholder(recipe: Recipe, *, retry_after_s: int) -> Response:
    answer = Response(placeholder(recipe), status=503, mimetype="image/jpeg")
    answer.headers["Retry-After"] = str(retry_after_s)
    answer.headers["Cache-Control"] = "no-store"
    return answer
