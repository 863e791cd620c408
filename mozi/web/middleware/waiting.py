"""Requests for posters that are being built: parked and answered in front of Flask.

In a storm most requests wait for such posters, and the app is called twice for each
(server/parking.py). In Flask that would cost more than the builds. Other requests for posters go
on to the route, which gives the same answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from werkzeug.wrappers import Response

from mozi.errors import MediaNotFound
from mozi.posters.demand.answers import PosterAnswers
from mozi.posters.recipes import Recipe, get_recipe
from mozi.server.answers import Environ, StartResponse, WSGIApp
from mozi.server.parking import WAITED_FOR, discarded_response
from mozi.web.middleware.headers import FOR_OTHERS, SecurityHeaders
from mozi.web.middleware.observing import ENDPOINT
from mozi.web.views.posters import park_for, response_of

POSTER = re.compile(r"/poster/(\d{1,10})-([\w-]+)\.([\w-]+)\.jpg", re.ASCII)


class WaitingForPosters:
    """The WSGI layer that answers requests for posters that are being built."""

    def __init__(self, app: WSGIApp, answers: PosterAnswers, security: SecurityHeaders) -> None:
        self.app = app
        self.answers = answers
        self.security = security

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        response = self._find_response(environ)
        if response is None:
            return self.app(environ, start_response)
        environ[ENDPOINT] = "poster"
        response.headers.extend(self.security.of(environ, FOR_OTHERS))
        return response(environ, start_response)

    def _find_response(self, environ: Environ) -> Response | None:
        asked = POSTER.fullmatch(environ["PATH_INFO"])
        if asked is None or environ["REQUEST_METHOD"] != "GET":
            return None
        movie_id, slug, media = asked.groups()
        try:
            recipe = get_recipe(media)
        except MediaNotFound:
            return None
        if WAITED_FOR in environ:
            return self._find_built(environ, recipe)
        in_hand = self.answers.find_in_hand(int(movie_id), slug, recipe)
        if in_hand is None or in_hand.request is None:
            return None
        return discarded_response() if park_for(in_hand.request, environ) else None

    def _find_built(self, environ: Environ, recipe: Recipe) -> Response | None:
        build = environ[WAITED_FOR]
        answer = self.answers.find_built(build, recipe)
        if answer is None:
            return None
        build.waiters.leave()
        return response_of(answer, recipe)
