"""Server-Timing for signed-in admins: the time in the database and in all (W3C Server Timing)."""

from __future__ import annotations

import time
from typing import Any

from flask import Flask, Response, g, has_request_context
from sqlalchemy import event

from mozi.extensions import db
from mozi.web.sessions import signed_in


def add_server_timing(app: Flask) -> None:
    """Time each request in Flask and its queries; add the header to an admin's response."""
    app.before_request(_start_timing)
    app.after_request(_add_header)
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", _start_query)
        event.listen(db.engine, "after_cursor_execute", _end_query)


def _start_timing() -> None:
    g.began, g.db_s, g.queries = time.perf_counter(), 0.0, 0


def _add_header(response: Response) -> Response:
    if "began" in g and signed_in() is not None:
        total_ms, db_ms = 1000 * (time.perf_counter() - g.began), 1000 * g.db_s
        response.headers["Server-Timing"] = (
            f'total;dur={total_ms:.1f}, db;dur={db_ms:.1f};desc="{g.queries} queries", '
            f"app;dur={max(0.0, total_ms - db_ms):.1f}"
        )
    return response


def _start_query(connection: Any, cursor: Any, *_: Any) -> None:
    if has_request_context():
        connection.info["mozi_query_began"] = time.perf_counter()


def _end_query(connection: Any, cursor: Any, *_: Any) -> None:
    began = connection.info.pop("mozi_query_began", None)
    if began is not None and has_request_context() and "began" in g:
        g.db_s += time.perf_counter() - began
        g.queries += 1
