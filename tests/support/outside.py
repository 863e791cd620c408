"""A site as it looks from outside, and what is counted of it, for the tests of faults."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import requests
from flask.testing import FlaskClient
from prometheus_client import REGISTRY
from sqlalchemy import select, update

from mozi import metrics
from mozi.database import reading, writing
from mozi.models import Poster, PosterVariant


def counted(name: str, **labels: str) -> float:
    """Return what a metric of this process stands at."""
    metrics.flush()
    return REGISTRY.get_sample_value(name, labels) or 0.0


def recorded_urls() -> list[str]:
    """Return every address of a picture that pages may link."""
    with reading() as session:
        return list(session.scalars(select(PosterVariant.url)))


def all_answer(client: FlaskClient) -> bool:
    """Return whether every recorded address answers a visitor 200."""
    return all(_status(client, url) == 200 for url in recorded_urls())


def everything_stored(env: Mapping[str, str]) -> set[str]:
    """Return the name of all that lies where objects lie, what is no object's name included.

    env: the app's. Asks the file system or the bucket, not our own storage.
    """
    if "S3_BUCKET" not in env:
        folder = Path(env["DATA_DIR"], "media")
        return {
            path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()
        }
    with closing(boto3.client("s3", endpoint_url=env["S3_ENDPOINT_URL"])) as client:
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=env["S3_BUCKET"])
        return {each["Key"] for page in pages for each in page.get("Contents", [])}


def _status(client: FlaskClient, url: str) -> int:
    if urlsplit(url).netloc:
        return requests.get(url, timeout=10).status_code
    with client.get(url) as answer:
        return answer.status_code


def let_leases_pass() -> None:
    """Let the database's clock be 31 s further, as far as leases go."""
    with writing() as session:
        session.execute(update(Poster).values(lease_until=Poster.lease_until - 31))


def path_of(movie_id: int, media: str = "thumb") -> str:
    """Return the route of a picture of one of make_movie's movies."""
    return f"/poster/{movie_id}-koszivu-ember.{media}.jpg"
