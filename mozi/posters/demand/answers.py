"""Decides what a request for a picture gets, as a value; web/views/posters.py makes it HTTP.

present   the picture was built before
building  the picture is being built: wait for the request
built     it was built while the request waited
missing   it is not built, and this request (HEAD) builds nothing
moved     the movie has another address now
failed    the source or the storage failed
busy      too many builds or waiting requests, or the build takes too long
"""

from __future__ import annotations

from dataclasses import dataclass

from mozi.errors import Busy, SourceError, StorageError
from mozi.posters.build.pipeline import respect_pause
from mozi.posters.demand.builds import WAIT_S, OnDemandBuilds
from mozi.posters.demand.requests import BuildRequest
from mozi.posters.keys import poster_path
from mozi.posters.queries import PosterState, get_poster
from mozi.posters.recipes import Recipe

RETRY_STORAGE_S = 30


@dataclass(frozen=True)
class PosterAnswer:
    """result: one of the words above; metrics count by it.

    url: of the picture, or of the older one that pages still show; None without either.
    retry_after_s: when the client should ask again. request: the build to wait for.
    """

    result: str
    url: str | None = None
    retry_after_s: int = 1
    request: BuildRequest | None = None


class PosterAnswers:
    """Decides what each request for a picture gets."""

    def __init__(self, builds: OnDemandBuilds) -> None:
        self.builds = builds

    def find_in_hand(self, movie_id: int, slug: str, recipe: Recipe) -> PosterAnswer | None:
        """Return "building" if this very build is unfinished, else None; costs no query."""
        request = self.builds.find_request(movie_id, slug, recipe)
        return PosterAnswer("building", request=request) if request is not None else None

    def find_built(self, request: BuildRequest, recipe: Recipe) -> PosterAnswer | None:
        """Return "built" for a request that has waited, None unless its build succeeded."""
        if not request.built.done() or request.built.exception() is not None:
            return None
        return PosterAnswer("built", url=_url(request.built.result(), recipe))

    def get(self, movie_id: int, slug: str, recipe: Recipe, *, may_build: bool) -> PosterAnswer:
        """Return the answer to a new request; may_build: start the build of what is missing.

        Raises MovieNotFound and NoPosterSource.
        """
        if may_build and (in_hand := self.find_in_hand(movie_id, slug, recipe)):
            return in_hand
        state = get_poster(movie_id)
        if slug != state.slug:
            return PosterAnswer("moved", url=poster_path(movie_id, state.slug, recipe.media))
        if recipe not in state.missing():
            return PosterAnswer("present", url=_url(state, recipe))
        try:
            if may_build:
                return PosterAnswer("building", request=self.builds.request(state))
            respect_pause(state)
        except (SourceError, Busy) as error:
            return self._failed(state, recipe, error)
        return PosterAnswer("missing", url=_url(state, recipe))

    def wait(
        self, request: BuildRequest, recipe: Recipe, *, wait_s: float = WAIT_S
    ) -> PosterAnswer:
        """Return "built" once the poster is built, "failed", or "busy" after wait_s.

        After a failure the state is read again: the build has recorded the source's new pause.
        """
        try:
            state = self.builds.wait_for(request, wait_s=wait_s)
        except Busy as error:
            return self._failed(request.state or get_poster(request.movie_id), recipe, error)
        except (SourceError, StorageError) as error:
            return self._failed(get_poster(request.movie_id), recipe, error)
        return PosterAnswer("built", url=_url(state, recipe))

    def _failed(self, state: PosterState, recipe: Recipe, error: Exception) -> PosterAnswer:
        """Return "busy" or "failed", with the older picture if there is one."""
        result, shown = "busy" if isinstance(error, Busy) else "failed", _url(state, recipe)
        pause_s = 1 if shown else _retry_after_s(state, error)
        return PosterAnswer(result, url=shown, retry_after_s=pause_s)


def _url(state: PosterState, recipe: Recipe) -> str | None:
    variant = state.variants.get(recipe.media)
    return variant.url if variant is not None else None


def _retry_after_s(state: PosterState, error: Exception) -> int:
    if isinstance(error, Busy):
        return error.retry_after_s
    if isinstance(error, StorageError):
        return RETRY_STORAGE_S
    return max(1, round(state.failure.pause_s)) if state.failure else 1
