"""Counts fetches and builds, and times a build's stages, for the metrics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from mozi import metrics
from mozi.errors import BuildAbandoned, Busy, SourceError
from mozi.posters.build.stages import Stages
from mozi.posters.recipes import Recipe


@contextmanager
def counted_build(recipes: Sequence[Recipe], stages: Stages) -> Iterator[None]:
    """Count the block as a build of these variants; result: built, failed, abandoned or busy."""
    result = "failed"
    try:
        yield
        result = "built"
    except BuildAbandoned:
        result = "abandoned"
        raise
    except Busy:
        result = "busy"
        raise
    finally:
        for recipe in recipes:
            metrics.POSTER_BUILDS.labels(recipe.media, result).inc()
        for stage, seconds in stages.seconds.items():
            metrics.POSTER_BUILD_SECONDS.labels(stage).observe(seconds)


@contextmanager
def counted_fetch() -> Iterator[None]:
    """Count the block as a fetch; result: ok, error, or a SourceError's code."""
    result = "error"
    try:
        yield
        result = "ok"
    except SourceError as error:
        result = error.message.code
        raise
    finally:
        metrics.SOURCE_FETCHES.labels(result).inc()
