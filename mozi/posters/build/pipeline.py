"""The way of a poster: lease, source, decode, original, render, store, publish and release.

The original, and each variant that is made, is stored while the others are rendered. One fetch
and one decode build all variants that a movie misses. No database transaction is open while bytes
or pixels move. A crash, or a store that failed beside others, leaves at worst an object that
nothing refers to.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial

from mozi.budget import Budget
from mozi.database import writing_rows
from mozi.errors import BuildAbandoned, Busy, ObjectNotFound, SourceError, StorageError
from mozi.logs import event
from mozi.posters.build.counting import counted_build, counted_fetch
from mozi.posters.build.imaging_threads import ImagingThreads
from mozi.posters.build.leases import Lease, lease_by, release_lease
from mozi.posters.build.publish import (
    StoredVariant,
    publish_and_release,
    record_failure,
    record_original,
)
from mozi.posters.build.stages import Stages
from mozi.posters.fetch.client import FetchLimits, FetchSlots, fetch
from mozi.posters.gc.ownership import ensure_marked
from mozi.posters.imaging import Header, Rendered, beside, decode, read_header, render
from mozi.posters.keys import original_digest, original_key, variant_key
from mozi.posters.messages import unavailable
from mozi.posters.queries import PosterState, read_poster
from mozi.posters.recipes import OPTIONAL, RECIPES, Recipe, get_any_recipe
from mozi.settings import Settings
from mozi.storage import Storage

logger = logging.getLogger(__name__)

FETCHES_AT_ONCE = 8
FETCHES_A_HOST = 2
STORES_AT_ONCE = 8  # to S3 each takes some 30 ms of waiting, beside the encoding of others


class LeaseHeld(Busy):
    """Another thread or process builds this poster: look again in a moment."""


@dataclass(frozen=True)
class Source:
    """The bytes to build from. key: of the stored original, None if they were just fetched."""

    body: bytes
    key: str | None


@dataclass(frozen=True)
class Build:
    """One build: its lease, the poster's state when it began, and the recipes to make.

    kept: the key of an original that was fetched and stored, and is not recorded yet.
    """

    lease: Lease
    state: PosterState
    recipes: tuple[Recipe, ...]
    stages: Stages = field(default_factory=Stages)
    kept: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class BuildResult:
    """The media that one call built and those that it found built; the poster's state after it."""

    built: tuple[str, ...]
    present: tuple[str, ...]
    state: PosterState


class PosterPipeline:
    """Builds posters within the bounds of one process. Thread-safe.

    max_pixels: of one picture, and of all decoded pictures together. slots: decodes and encodes
    at once. retry_s: the pause after a source's first failure. site_url: sent to the servers of
    sources.
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
        self.storing = ImagingThreads(STORES_AT_ONCE)
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
        """Build and publish the variants of media that the movie misses; media: () for the three.

        rebuild: the present ones too, over the same keys. retry_failed: also during the pause of
        a failed source. Raises MovieNotFound, NoPosterSource, SourceError (it is recorded),
        StorageError, LeaseHeld, Busy or BuildAbandoned; then nothing was published.
        """
        (lease, state), published = _lease(movie_id), None
        try:
            recipes = _all_of(media, state) if rebuild else state.missing(media)
            if recipes and not retry_failed:
                respect_pause(state)
            if recipes:
                published = self._build_and_release(Build(lease, state, recipes))
        finally:
            if published is None:
                release_lease(lease)
        built = tuple(recipe.media for recipe in recipes)
        present = tuple(name for name in media or RECIPES if name not in built)
        return BuildResult(built, present, published or replace(state, leased=False))

    def _build_and_release(self, build: Build) -> PosterState:
        """Return the state with the new variants, published; publishing releases the lease."""
        with (
            counted_build(build.recipes, build.stages),
            self._failures_kept(build),
            _recorded(build),
        ):
            source = self._source(build)
            header = read_header(source.body, max_pixels=self.max_pixels)
            original = source.key or original_key(source.body, header.extension)
            ensure_marked(self.storage)
            # The pixels are held until all is encoded, since they stay in memory as long.
            with self.pixels.hold(header.cost_px, wait_s=build.lease.left_s):
                stores = self._make(build, source, original, header)
            stored = [variant for store in stores if (variant := store()) is not None]
            published = publish_and_release(
                build.lease, build.state, original_key=original, stored=stored
            )
            _log_built(build)
            return published

    @contextmanager
    def _failures_kept(self, build: Build) -> Iterator[None]:
        """Record a failure of the source with the poster; log it, and one of the storage."""
        try:
            yield
        except SourceError as error:
            record_failure(build.state, error, first_pause_s=self.retry_s)
            logger.warning("poster %s: %s", build.state.movie_id, error)
            raise
        except StorageError as error:
            logger.warning("poster %s was not built: %s", build.state.movie_id, error)
            raise

    def _source(self, build: Build) -> Source:
        """Return the stored original, else fetch the address; an address is fetched once."""
        stored = self._find_original(build)
        if stored is not None:
            return stored
        url = build.state.source_url
        if url is None:
            raise unavailable("original_lost")
        with self.fetches.slot(url, build.lease.left_s), build.stages("fetch"):
            limits = replace(self.limits, timeout_s=min(self.limits.timeout_s, build.lease.left_s))
            with counted_fetch():
                return Source(fetch(url, limits, site_url=self.site_url), None)

    def _find_original(self, build: Build) -> Source | None:
        key = build.state.original_key
        if key is None:
            return None
        try:
            with build.stages("fetch"):
                return Source(self.storage.get(key), key)
        except ObjectNotFound:
            logger.warning("poster %s: %s is gone from storage", build.state.movie_id, key)
            return None

    def _make(
        self, build: Build, source: Source, original: str, header: Header
    ) -> list[Callable[[], StoredVariant | None]]:
        """Decode and encode in one go, two parts at once if a second imaging thread is free.

        Returns what waits for each object that is being stored meanwhile, the original first.
        """
        stores: list[Callable[[], StoredVariant | None]] = []

        def begin(store: Callable[[], StoredVariant | None]) -> None:
            stores.append(beside(store, self.storing.offer))

        def work() -> None:
            with build.stages("decode"):
                decoded = decode(
                    source.body, max_pixels=self.max_pixels, help_by=self.imaging.offer
                )
            if source.key is None:  # only now: what cannot be decoded is not kept
                begin(partial(self._keep_original, build, original, source.body, header))
            with build.stages("encode"):
                render(
                    decoded,
                    build.recipes,
                    help_by=self.imaging.offer,
                    take=lambda rendered: begin(partial(self._store, build, rendered, original)),
                )

        self.imaging.run(work, wait_s=build.lease.left_s)
        return stores

    def _keep_original(self, build: Build, key: str, body: bytes, header: Header) -> None:
        """Store what was fetched."""
        build.lease.check()
        with build.stages("store"):
            self.storage.put(key, body, content_type=header.content_type, public=False)
        build.kept.append(key)

    def _store(self, build: Build, rendered: Rendered, original: str) -> StoredVariant:
        key = _key_for(build.state, rendered.recipe, original_digest(original))
        content_type = rendered.recipe.content_type
        build.lease.check()
        with build.stages("store"):
            self.storage.put(key, rendered.body, content_type=content_type, public=True)
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


def _lease(movie_id: int) -> tuple[Lease, PosterState]:
    """Return the lease and the poster's state under it, which no other build changes.

    One transaction reads and writes: each one more takes 0.3 ms of a poster's 60.
    """
    with writing_rows() as connection:
        lease = lease_by(connection, movie_id)
        state = read_poster(connection, movie_id)
    if lease is None:
        raise LeaseHeld(f"Poster {movie_id} is being built.")
    return lease, state


@contextmanager
def _recorded(build: Build) -> Iterator[None]:
    """Record the original that was kept, if its variants are not published.

    Publishing records it otherwise: a transaction of its own takes a millisecond.
    """
    try:
        yield
    except Exception:
        for key in build.kept:
            with suppress(BuildAbandoned):
                record_original(build.lease, build.state, key)
        raise


def _all_of(media: Collection[str], state: PosterState) -> tuple[Recipe, ...]:
    """Return the recipes to rebuild, without those that a newer release has built."""
    named = [get_any_recipe(name) for name in media] or list(RECIPES.values())
    if state.replaces_source:
        optional = (recipe for recipe in named if recipe.media in OPTIONAL)
        named = [*RECIPES.values(), *optional]
    return tuple(recipe for recipe in named if not state.has_newer(recipe))


def respect_pause(state: PosterState) -> None:
    """Raise the recorded failure as long as its source's pause lasts."""
    if state.failure is not None and state.failure.pause_s > 0:
        raise state.failure.as_error()


def _log_built(build: Build) -> None:
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
    """Return the variant's key: the recorded one if only the movie's title has changed since."""
    key = variant_key(state.movie_id, state.slug, recipe, original=original)
    recorded = state.variants.get(recipe.media)
    digest_and_ending = key.split(".", 1)[1]
    if recorded is not None and recorded.object_key.endswith(f".{digest_and_ending}"):
        return recorded.object_key
    return key
