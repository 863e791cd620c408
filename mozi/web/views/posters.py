"""/poster/<id>-<slug>.<media>.jpg: the stable address of a picture."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from mozi.calendar.merges import find_merged_into
from mozi.database import reading
from mozi.errors import MediaNotFound, MovieNotFound, NoPosterSource
from mozi.metrics import POSTER_REQUESTS
from mozi.posters.demand.answers import PosterAnswer
from mozi.posters.demand.builds import WAIT_S
from mozi.posters.demand.requests import BuildRequest
from mozi.posters.imaging import placeholder
from mozi.posters.keys import poster_path
from mozi.posters.queries import get_poster
from mozi.posters.recipes import Recipe, get_recipe
from mozi.server.parking import WAITED_FOR, discarded_response, park
from mozi.services import services
from mozi.web.rates import limit_unknown

REDIRECT_S = 60
OTHER_SLUG_S = 300

blueprint = Blueprint("posters", __name__)


@blueprint.get("/poster/<int(max=2147483647):movie_id>-<slug>.<media>.jpg")
@limit_unknown
def poster(movie_id: int, slug: str, media: str) -> Response:
    """Redirect to the picture; missing variants are built first, except for HEAD."""
    try:
        return _poster(movie_id, slug, get_recipe(media))
    except (MovieNotFound, MediaNotFound, NoPosterSource):
        POSTER_REQUESTS.labels("not_found").inc()
        raise


def _poster(movie_id: int, slug: str, recipe: Recipe) -> Response:
    answers, waited_for = services().posters, request.environ.get(WAITED_FOR)
    if waited_for is not None:
        waited_for.waiters.leave()
        return response_of(answers.wait(waited_for, recipe, wait_s=0), recipe)
    try:
        answer = answers.get(movie_id, slug, recipe, may_build=request.method != "HEAD")
    except MovieNotFound:
        answer = _moved(movie_id, recipe)
    if answer.request is None:
        return response_of(answer, recipe)
    if park_for(answer.request, request.environ):
        return discarded_response()
    return response_of(answers.wait(answer.request, recipe), recipe)


def _moved(movie_id: int, recipe: Recipe) -> PosterAnswer:
    """Return the address of the movie that this one was merged into; raises MovieNotFound."""
    with reading() as session:
        into = find_merged_into(session, movie_id)
    if into is None:
        raise MovieNotFound(movie_id)
    return PosterAnswer("moved", url=poster_path(into, get_poster(into).slug, recipe.media))


def park_for(build: BuildRequest, environ: dict[str, Any]) -> bool:
    """Return whether the request is parked now, and counts among the build's waiters."""
    if not park(environ, build, build.built, most_s=WAIT_S):
        return False
    build.waiters.join()
    return True


def response_of(answer: PosterAnswer, recipe: Recipe) -> Response:
    """Return the HTTP answer, and count it."""
    POSTER_REQUESTS.labels(answer.result).inc()
    if answer.url is None:
        return _placeholder(recipe, retry_after_s=answer.retry_after_s)
    moved = answer.result == "moved"
    response = redirect(answer.url, code=301 if moved else 302)
    max_age_s = OTHER_SLUG_S if moved else REDIRECT_S
    response.headers["Cache-Control"] = f"public, max-age={max_age_s}"
    return response


def _placeholder(recipe: Recipe, *, retry_after_s: int) -> Response:
    answer = Response(placeholder(recipe), status=503, mimetype="image/jpeg")
    answer.headers["Retry-After"] = str(retry_after_s)
    answer.headers["Cache-Control"] = "no-store"
    return answer
