"""A worker's first look at its pages."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text

from mozi.extensions import db
from mozi.web.first_look import look_at_pages
from tests.support.factories import make_movie


def test_after_it_a_first_visitor_compiles_no_statement(app: Flask) -> None:
    movie_id = make_movie(poster_url="https://example.org/a.jpg")
    look_at_pages(app)
    compiled: list[str] = []

    @event.listens_for(db.engine, "before_cursor_execute")
    def count(
        connection: Any, cursor: Any, statement: str, values: Any, context: Any, *_: Any
    ) -> None:
        if context.compiled is not None and context.cache_hit.name == "CACHE_MISS":
            compiled.append(statement)

    client = app.test_client()
    for path in ("/", "/premierek/2026/11", f"/film/{movie_id}-koszivu-ember"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Cache-Status"]) == (
            200,
            "mozi; fwd=miss; stored",
        )
    assert compiled == []


def test_a_database_that_cannot_be_read_ends_it_without_an_error(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE poster_variant RENAME TO elsewhere"))
    make_movie(poster_url="https://example.org/a.jpg")
    with caplog.at_level("DEBUG", logger="mozi.web.first_look"):
        look_at_pages(app)
    assert "no such table" in caplog.text
