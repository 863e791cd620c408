"""Requests as a visitor without credentials makes them, to the site's own paths too."""

from __future__ import annotations

from contextvars import Context

from flask import current_app

from mozi.storage.public import PublicAnswer, public_answer

READ_BYTES = 1000  # of a body: more than the objects of a storage check have


def ask(url: str) -> PublicAnswer:
    """Return the answer to a visitor; a path of ours is answered by the app itself."""
    if not url.startswith("/"):
        return public_answer(url, body_bytes=READ_BYTES)
    client = current_app.test_client()
    # In a context of its own: the visitor must not have the current request's.
    with Context().run(client.get, url) as answer:
        return PublicAnswer(answer.status_code, dict(answer.headers), answer.get_data())
