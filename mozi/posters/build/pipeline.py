"""The way of a poster: lease, source, decode, original, render, store, publish, release.

One fetch and one decode for all that a movie misses. No database transaction is open while
bytes or pixels move; what a crash leaves behind is at worst an object that nothing refers to.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from mozi.budget import Budget
from mozi.errors import Busy, ObjectNotFound, SourceError, StorageError
from mozi.logs import event
from mozi.posters.build.counting import counted_build, counted_fetch
from mozi.posters.build.imaging_threads import ImagingThreads
from mozi.posters.build.leases import Lease, release_lease, take_lease
from mozi.posters.build.publish import StoredVariant, publish, record_failure, record_original
from mozi.posters.build.stages import Stages
from mozi.posters.fetch.client import FetchLimits, FetchSlots, fetch
from mozi.posters.gc.ownership import ensure_marked
from mozi.posters.imaging import Decoded, Header, Rendered, decode, read_header, render
from mozi.posters.keys import original_digest, original_key, variant_key
from mozi.posters.messages import unavailable
from mozi.posters.queries import PosterState, get_poster
from mozi.posters.recipes import OPTIONAL, RECIPES, Recipe, get_any_recipe
from mozi.settings import Settings
from mozi.storage import Storage

logger = logging.getLogger(__name__)

FETCHES_AT_ONCE = 8
FETCHES_A_HOST = 2


class LeaseHeld(Busy):
    """Somebody else builds this poster: look again in a moment."""


@dataclass(frozen=True)
class Source:
    """The bytes to build from; key: where they are stored already, None when just fetched."""

    body: bytes
    key: str | None


@dataclass(frozen=True)
class Build:
    """One build in hand: whose it is, what was wanted when it began, and what it makes."""

    lease: Lease
    state: PosterState
    recipes: tuple[Recipe, ...]
    stages: Stages = field(default_factory=Stages)


@dataclass(frozen=True)
class BuildResult:
    """The media that one call built, and those that it found built."""

    built: tuple[str, ...]
    present: tuple[str, ...]


class PosterPipeline:
    """Builds posters within the bounds of one process. Thread-safe.

    max_pixels: of one picture, and of all pictures in hand. slots: decodes and encodes at
    once. retry_s: the pause after a source's first failure. site_url: told to those we fetch
    from.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        limits: FetchLimits,
        max_pixels: int,
        slots: int,
        retry_s: float,
        site_url: str | None = None,
    ) -> None:
        self.storage = storage
        self.site_url = site_url
        self.limits = limits
        self.max_pixels = max_pixels
        self.retry_s = retry_s
        self.pixels = Budget(max_pixels, of="pixels")
        self.imaging = ImagingThreads(slots)
        self.fetches = FetchSlots(FETCHES_AT_ONCE, FETCHES_A_HOST)

    @classmethod
    def from_settings(cls, settings: Settings, storage: Storage) -> PosterPipeline:
        """Return the pipeline that the operator's settings describe."""
        return cls(
            storage,
            limits=FetchLimits(
                timeout_s=settings.poster_fetch_timeout_s,
                max_bytes=settings.poster_max_bytes,
                allow_private=settings.poster_allow_private_sources,
                ports=settings.poster_source_ports,
            ),
            max_pixels=settings.poster_max_pixels,
            slots=settings.poster_build_slots,
            retry_s=settings.poster_retry_seconds,
            site_url=settings.site_url,
        )

    def build(
        self,
        movie_id: int,
        *,
        media: Collection[str] = (),
        rebuild: bool = False,
        retry_failed: bool = False,
    ) -> BuildResult:
        """Build what the movie misses of media (of all, where none is named) and publish it.

        rebuild: what is there too, over the same keys. retry_failed: even while a failed
        source's pause lasts. Raises MovieNotFound, NoPosterSource, SourceError (which is
        remembered), StorageError, LeaseHeld, Busy or BuildAbandoned: nothing was published.
        """
        lease, published = self._lease(movie_id), False
        try:
            state = get_poster(movie_id)  # with the lease ours: look again at what is missing
            recipes = _all_of(media, state) if rebuild else state.missing(media)
            if recipes:
                if not retry_failed:
                    respect_pause(state)
                build = Build(lease, state, recipes)
                with counted_build(recipes, build.stages):
                    self._build(build)
                published = True
        finally:
            if not published:  # publishing has given it back
                release_lease(lease)
        built = tuple(recipe.media for recipe in recipes)
        return BuildResult(built, tuple(m for m in media or RECIPES if m not in built))

    def _lease(self, movie_id: int) -> Lease:
        lease = take_lease(movie_id)
        if lease is None:
            get_poster(movie_id)  # says so where there is no such movie, or no source
            raise LeaseHeld(f"Poster {movie_id} is being built.")
        return lease

    def _build(self, build: Build) -> None:
        try:
            source = self._source(build)
            header = read_header(source.body, max_pixels=self.max_pixels)
            # Until all is encoded: what is decoded stays in memory as long.
            with self.pixels.hold(header.cost_px, wait_s=build.lease.left_s):
                decoded = self._decode(build, source.body)
                original = self._original(build, source, header)
                rendered = self._render(build, decoded)
            stored = self._store(build, rendered, original)
            publish(build.lease, build.state, original_key=original, stored=stored)
            _say_built(build)
        except SourceError as error:
            record_failure(build.state, error, first_pause_s=self.retry_s)
            logger.warning("poster %s: %s", build.state.movie_id, error)
            raise
        except StorageError as error:
            logger.warning("poster %s was not built: %s", build.state.movie_id, error)
            raise

    def _source(self, build: Build) -> Source:
        """Return the stored original, else what the address has; an address is asked once."""
        kept = self._find_kept_original(build)
        if kept is not None:
            return kept
        url = build.state.source_url
        if url is None:
            raise unavailable("original_lost")
        with self.fetches.slot(url, build.lease.left_s), build.stages("fetch"):
            limits = replace(self.limits, timeout_s=min(self.limits.timeout_s, build.lease.left_s))
            with counted_fetch():
                return Source(fetch(url, limits, site_url=self.site_url), None)

    def _find_kept_original(self, build: Build) -> Source | None:
        key = build.state.original_key
        if key is None:
            return None
        try:
            with build.stages("fetch"):
                return Source(self.storage.get(key), key)
        except ObjectNotFound:
            logger.warning("poster %s: %s is gone from storage", build.state.movie_id, key)
            return None

    def _decode(self, build: Build, body: bytes) -> Decoded:
        def work() -> Decoded:
            with build.stages("decode"):
                return decode(body, max_pixels=self.max_pixels)

        return self.imaging.run(work, wait_s=build.lease.left_s)

    def _original(self, build: Build, source: Source, header: Header) -> str:
        """Return the original's key, having kept what was fetched now that it could be decoded."""
        if source.key is not None:
            return source.key
        key = original_key(source.body, header.extension)
        build.lease.check()
        with build.stages("store"):
            ensure_marked(self.storage)
            self.storage.put(key, source.body, content_type=header.content_type, public=False)
        record_original(build.lease, build.state, key)
        return key

    def _render(self, build: Build, decoded: Decoded) -> Sequence[Rendered]:
        """Encode all that was wanted: two at once where a second thread is free anyway."""

        def work() -> Sequence[Rendered]:
            with build.stages("encode"):
                return render(decoded, build.recipes, help_by=self.imaging.offer)

        return self.imaging.run(work, wait_s=build.lease.left_s)

    def _store(
        self, build: Build, rendered: Sequence[Rendered], original: str
    ) -> list[StoredVariant]:
        with build.stages("store"):
            ensure_marked(self.storage)
            return [self._store_one(build, one, original) for one in rendered]

    def _store_one(self, build: Build, rendered: Rendered, original: str) -> StoredVariant:
        key = _key_for(build.state, rendered.recipe, original_digest(original))
        build.lease.check()
        self.storage.put(key, rendered.body, content_type=rendered.recipe.content_type, public=True)
        build.lease.check()
        return StoredVariant(
            recipe=rendered.recipe,
            object_key=key,
            url=self.storage.url(key),
            width_px=rendered.width_px,
            height_px=rendered.height_px,
            size_bytes=len(rendered.body),
            preview=rendered.preview,
        )


def _all_of(media: Collection[str], state: PosterState) -> tuple[Recipe, ...]:
    """Return the recipes to build again, except those that a newer release has replaced."""
    wanted = [get_any_recipe(name) for name in media] or list(RECIPES.values())
    if state.replaces_source:
        asked = (recipe for recipe in wanted if recipe.media in OPTIONAL)
        wanted = [*RECIPES.values(), *asked]
    return tuple(recipe for recipe in wanted if not state.has_newer(recipe))


def respect_pause(state: PosterState) -> None:
    """Raise the remembered failure while its source is to be left alone."""
    if state.failure is not None and state.failure.pause_s > 0:
        raise state.failure.as_error()


def _say_built(build: Build) -> None:
    movie_id, media = build.state.movie_id, [recipe.media for recipe in build.recipes]
    logger.info(
        **event(
            f"poster {movie_id}: built {' '.join(media)} {build.stages}",
            movie_id=movie_id,
            media=media,
            stages_ms=build.stages.ms,
        )
    )


def _key_for(state: PosterState, recipe: Recipe, original: str) -> str:
    """Return the variant's key: the recorded one where only the title has changed since."""
    key = variant_key(state.movie_id, state.slug, recipe, original=original)
    recorded = state.variants.get(recipe.media)
    digest_and_ending = key.split(".", 1)[1]
    if recorded is not None and recorded.object_key.endswith(f".{digest_and_ending}"):
        return recorded.object_key
    return key
