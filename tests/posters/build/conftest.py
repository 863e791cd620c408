"""A movie to build a poster for, and the pipeline that builds it."""

from __future__ import annotations

import pytest

from mozi.posters.build.pipeline import PosterPipeline
from mozi.services import Services
from tests.support.factories import make_jpeg, make_movie
from tests.support.origin import Origin


@pytest.fixture
def pipeline(app_services: Services) -> PosterPipeline:
    return app_services.pipeline


@pytest.fixture
def movie(app_services: Services, origin: Origin) -> int:
    """A movie whose poster the origin has."""
    origin.serve("/a.jpg", make_jpeg())
    return make_movie(poster_url=origin.url("/a.jpg"))
