"""An address as a visitor without credentials is answered, the site's own included."""

from __future__ import annotations

from contextvars import Context

from flask import current_app

from mozi.storage.public import PublicAnswer, public_answer

ENOUGH_BYTES = 1000  # of a body: more than the objects of a storage check have


def ask(url: str) -> PublicAnswer:
    """Return what a visitor is answered; the embedded default's own paths need no server."""
    if not url.startswith("/"):
        return public_answer(url, body_bytes=ENOUGH_BYTES)
    client = current_app.test_client()
    # In a context of its own: the request at hand, if there is one, is none of the visitor's.
    with Context().run(client.get, url) as answer:
        return PublicAnswer(answer.status_code, dict(answer.headers), answer.get_data())
