"""Long work: how far it is, and giving an import up. Any worker answers, by the store's notes."""

from __future__ import annotations

from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as AnyResponse

from mozi.calendar.editing.batches import Tell
from mozi.errors import ImportStopped
from mozi.services import services
from mozi.web.admin.base import blueprint, current_admin, redirect_to

DRAFT = "/import/<string(length=32):draft_id>"
JSON = "application/json"


def followed(draft_id: str) -> Tell:
    """Return what notes the import's progress, and stops it where its admin wants that."""
    notes, stop, note = services().pages.store, _key(draft_id, "stop"), noting(_key(draft_id))
    notes.put_note(stop, b"")  # of an attempt before this one

    def tell(done: int, of: int) -> None:
        if notes.find_note(stop):
            raise ImportStopped
        note(done, of)

    return tell


def _key(draft_id: str, what: str = "progress") -> str:
    return f"import {what} {current_admin().id} {draft_id}"


def noting(key: str) -> Tell:
    """Return what notes the progress under key, for progress()."""
    notes = services().pages.store
    return lambda done, of: notes.put_note(key, f"{done} {of}".encode())


def progress(key: str) -> Response:
    """Return how many films are written, and of how many; zeros where that is not known."""
    done, of = (services().pages.store.find_note(key) or b"0 0").split()
    return jsonify(done=int(done), of=int(of))


@blueprint.get(f"{DRAFT}/progress")
def import_progress(draft_id: str) -> Response:
    """Return how far the import is."""
    return progress(_key(draft_id))


@blueprint.post(f"{DRAFT}/stop")
def stop_import(draft_id: str) -> ResponseReturnValue:
    """Give the running import up; it stops before its next part, and nothing is written."""
    services().pages.store.put_note(_key(draft_id, "stop"), b"stop")
    return "", 204


def lead_to(view: str, **arguments: str | int) -> ResponseReturnValue:
    """Redirect to the view; a script that shows the progress gets the address as JSON."""
    return as_location(redirect_to(view, **arguments))


def as_location(answer: AnyResponse) -> ResponseReturnValue:
    """Return the redirect; a script that shows the progress gets its address as JSON."""
    wanted = request.accept_mimetypes.best == JSON
    return jsonify(location=answer.location) if wanted else answer
