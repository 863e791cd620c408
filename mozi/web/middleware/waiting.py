"""Those who wait for a poster, parked and answered in front of Flask.

In a storm most requests are for posters that are being built, and each comes twice (parking.py):
that costs more than the builds when Flask has both. Whatever is not plainly "wait" or "it is
there" goes on to the route, which answers the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.wrappers import Response

from mozi.errors import MediaNotFound
from mozi.posters.demand.builds import OnDemandBuilds
from mozi.posters.demand.requests import Wish
from mozi.posters.recipes import Recipe, get_recipe
from mozi.server.parking import WAITED_FOR, unseen
from mozi.web.middleware.headers import SecurityHeaders
from mozi.web.middleware.observing import ENDPOINT
from mozi.web.views.posters import answer_built, park_for

WSGIApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

POSTER = re.compile(r"/poster/(\d{1,10})-([\w-]+)\.([\w-]+)\.jpg", re.ASCII)


class WaitingForPosters:
    """The WSGI layer for requests whose poster is in hand."""

    def __init__(self, app: WSGIApp, builds: OnDemandBuilds, security: SecurityHeaders) -> None:
        self.app = app
        self.builds = builds
        self.security = security

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        answer = self._find_answer(environ)
        if answer is None:
            return self.app(environ, start_response)
        environ[ENDPOINT] = "poster"
        answer.headers.extend(self.security.of(environ, shared=True))
        return answer(environ, start_response)

    def _find_answer(self, environ: dict[str, Any]) -> Response | None:
        asked = POSTER.fullmatch(environ["PATH_INFO"])
        if asked is None or environ["REQUEST_METHOD"] != "GET":
            return None
        movie_id, slug, media = asked.groups()
        try:
            recipe = get_recipe(media)
        except MediaNotFound:
            return None
        if WAITED_FOR in environ:
            return _find_built(environ[WAITED_FOR], recipe)
        wish = self.builds.find_wish(int(movie_id), slug, recipe)
        return unseen() if wish is not None and park_for(wish, environ) else None


def _find_built(wish: Wish, recipe: Recipe) -> Response | None:
    if not wish.built.done() or wish.built.exception() is not None:
        return None
    wish.interest.leave()
    return answer_built(wish.built.result(), recipe)
