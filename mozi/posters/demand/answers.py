"""What a request for a picture gets, as a value; web/views/posters.py turns it into HTTP.

present  there already, or built just now      moved   the title has another address by now
missing  not built, and not to be built now    failed  the source or the storage failed
building a build is in hand: wait for it       busy    too much to do, or it takes too long
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
    """result: one of the words above, or "built"; metrics count by it.

    url: where the picture is, the one shown so far included; None: there is none. retry_after_s:
    when it is worth asking again. request: the build to wait for.
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
        """Return "building" where a build that this request waits for is in hand: no query."""
        request = self.builds.find_request(movie_id, slug, recipe)
        return PosterAnswer("building", request=request) if request is not None else None

    def find_built(self, request: BuildRequest, recipe: Recipe) -> PosterAnswer | None:
        """Return the answer to a request that has waited, None unless its build succeeded."""
        if not request.built.done() or request.built.exception() is not None:
            return None
        return PosterAnswer("built", url=_url(request.built.result(), recipe))

    def get(self, movie_id: int, slug: str, recipe: Recipe, *, may_build: bool) -> PosterAnswer:
        """Return the answer to a new request; may_build: begin what is missing.

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
        """Return the answer once the poster is built, or "failed" or "busy" after wait_s."""
        try:
            state = self.builds.wait_for(request, wait_s=wait_s)
        except (SourceError, StorageError, Busy) as error:
            return self._failed(request.state or get_poster(request.movie_id), recipe, error)
        return PosterAnswer("built", url=_url(state, recipe))

    def _failed(self, state: PosterState, recipe: Recipe, error: Exception) -> PosterAnswer:
        """Return the picture shown so far where there is one, and when to ask again."""
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
    failed = state.failure or get_poster(state.movie_id).failure  # recorded while it was built
    return max(1, round(failed.pause_s)) if failed else 1
