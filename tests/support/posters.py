"""What tests look at, and change, of one poster."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from mozi.database import database_now, writing
from mozi.models import Poster
from mozi.posters.queries import get_poster
from mozi.posters.source import set_source_url
from mozi.storage import Storage

ALL = ("poster", "thumb", "blurred")


def row_of(movie_id: int) -> Any:
    with writing() as session:
        return session.get_one(Poster, movie_id)


def urls_of(movie_id: int) -> dict[str, str]:
    return {media: variant.url for media, variant in get_poster(movie_id).variants.items()}


def objects(storage: Storage, prefix: str) -> set[str]:
    return {stored.key for stored in storage.list(prefix)}


def set_url(movie_id: int, url: str | None) -> None:
    with writing() as session:
        set_source_url(session, movie_id, url)


def expire_lease(movie_id: int) -> None:
    with writing() as session:
        session.execute(
            update(Poster).where(Poster.movie_id == movie_id).values(lease_until=database_now() - 1)
        )
