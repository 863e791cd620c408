"""A page shows nothing that its fingerprint does not cover: each column of each row is changed,
and wherever the page then looks different, its fingerprint must be different too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask, Response, request
from flask.testing import FlaskClient
from sqlalchemy import Column, inspect, select, text, update
from werkzeug.exceptions import HTTPException

from mozi.calendar.search.names import ensure_names
from mozi.database import reading, writing
from mozi.errors import MoziError
from mozi.extensions import db
from mozi.models import Movie
from mozi.pagecache.cache import Page, PageCache
from mozi.pagecache.fingerprints import fingerprint_of
from mozi.web import rendering
from mozi.web.views import feeds
from tests.support.factories import THURSDAY, make_movie, make_variants, update_movie

PATHS = (
    *("/", "/premierek/2026/11", "/premierek/2026", "/film/2-bela"),
    *("/filmek", "/moziban", "/beagyazas/het", "/szemely/szabo-istvan"),
    *("/szemely/szabo-istvan.ics", "/szemely/szabo-istvan.rss"),
    *("/naptar.ics", "/film/2-bela.ics", "/rss.xml", "/api/v1/premieres", "/sitemap.xml"),
)
# Another id is another movie, not a change of this one; a movie keeps a premiere.
KEYS = {"id", "movie_id", "premiere_id", "media", "removed_at"}
CHOICES = {
    "kind": "'streaming'",
    "status": "'cancelled'",
    "date_source": "'catalogue'",
    "date_precision": "'month'",
    "age_rating": "'16'",
    "language_version": "'dubbed'",
}


@pytest.fixture
def calendar(app: Flask) -> None:
    """Three movies, the middle one with everything that a movie can have."""
    make_movie(title="Anna", premiere_date=THURSDAY)
    middle = make_movie(
        title="Béla",
        premiere_date=THURSDAY + timedelta(days=2),
        poster_url="https://example.org/a.jpg",
        original_title="Béla the First",
        synopsis="Egy király.",
        genres=("dráma",),
        director=("Szabó István",),
        cast=("Törőcsik Mari",),
        country=("magyar",),
        year=2001,
        original_language="en",
        language_version="both",
        distributor="Mokép",
        runtime_minutes=90,
        age_rating="12",
        trailer_url="https://example.org/t",
    )
    make_variants(middle)
    with writing() as session:
        movie = session.get_one(Movie, middle)
        update_movie(session, movie, {"premiere_date": THURSDAY})
    make_movie(title="Cili", premiere_date=date(2026, 11, 28))


@pytest.fixture
def shown(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that gives a path's uncached text and its fingerprint, read anew."""
    declared: dict[str, Page[Any]] = {}
    real = rendering.cached_response

    def noting(page: Page[Any], cache: PageCache) -> Response:
        declared[request.path] = page
        return real(page, cache)

    for module in (rendering, feeds):
        monkeypatch.setattr(module, "cached_response", noting)

    def show(path: str) -> tuple[str, str]:
        if path not in declared:
            client.get(path)
        page = declared[path]
        ensure_names()
        with client.application.test_request_context(path), reading() as session:
            rows = page.load(session)
            return page.render(rows), fingerprint_of(rows)

    return show


def columns() -> Iterator[tuple[str, Column[Any]]]:
    for name in ("movie", "premiere", "date_change", "poster", "poster_variant"):
        for column in db.metadata.tables[name].columns:
            if column.name not in KEYS:
                yield name, column


def changed(column: Column[Any]) -> str:
    """Return an SQL value of the column's type that no row of the calendar has."""
    if column.name in CHOICES:
        return CHOICES[column.name]
    kind = str(column.type).split("(")[0]
    values = {"INTEGER": "77", "DATE": "'2026-11-27'", "DOUBLE": "77.5", "BOOLEAN": "1"}
    dates = {"DATETIME": "'2027-11-27 10:00:00'", "JSON": "'{\"a\": 1}'"}
    return (values | dates).get(kind, "'https://example.org/new'")


def test_every_table_of_the_pages_is_tried(app: Flask) -> None:
    assert set(inspect(db.engine).get_table_names()) >= {"movie", "poster", "poster_variant"}
    assert len(list(columns())) > 30


@pytest.mark.usefixtures("calendar")
@pytest.mark.parametrize("path", PATHS)
def test_whatever_a_page_shows_is_in_its_fingerprint(shown: Any, path: str) -> None:
    unnoticed, noticed = [], 0
    before = shown(path)
    for table, column in columns():
        with a_change_of(table, column):
            after = text_or_moved(shown, path)
        noticed += after[0] != before[0]
        if after[0] != before[0] and after[1] == before[1]:
            unnoticed.append(f"{table}.{column.name}")
    assert shown(path) == before
    assert unnoticed == []
    assert noticed >= 3


@contextmanager
def a_change_of(table: str, column: Column[Any]) -> Iterator[None]:
    """Change the column in the rows of movie 2 by hand, and put it back after the block."""
    key = "id" if table == "movie" else "movie_id"
    rows = db.metadata.tables[table]
    with writing() as session:
        saved = session.execute(select(rows).where(rows.c[key] == 2)).mappings().all()
        statement = f'UPDATE {table} SET "{column.name}" = {changed(column)} WHERE {key} = 2'
        session.execute(text(statement))
    yield
    with writing() as session:
        for row in saved:
            which = [primary == row[primary.name] for primary in rows.primary_key]
            # With it, what an update sets by itself.
            names = {column.name} | {each.name for each in rows.columns if each.onupdate}
            back = {name: row[name] for name in names}
            session.execute(update(rows).where(*which).values(back))


def text_or_moved(shown: Any, path: str) -> tuple[str, str]:
    """Return the page, or that there is none at this address any more: no cache shows that."""
    try:
        return shown(path)  # type: ignore[no-any-return]
    except (MoziError, HTTPException) as error:
        return repr(error), "moved"
