"""A bucket of its own for each test, on moto's server, and the storage in it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest

from mozi.storage.s3 import S3Storage
from tests.conftest import make_bucket

MakeS3 = Callable[..., S3Storage]


@pytest.fixture
def bucket(s3_url: str) -> str:
    name = f"test-{uuid.uuid4().hex}"
    make_bucket(s3_url, name)
    return name


@pytest.fixture
def make_s3(bucket: str, s3_url: str) -> Iterator[MakeS3]:
    """Return a function that makes a storage in the test's bucket: make_s3(acl="")."""
    made: list[S3Storage] = []

    def make(**changes: str) -> S3Storage:
        made.append(S3Storage(changes.pop("bucket", bucket), endpoint_url=s3_url, **changes))
        return made[-1]

    yield make
    for storage in made:
        storage.client.close()


@pytest.fixture
def s3(make_s3: MakeS3) -> S3Storage:
    return make_s3()
