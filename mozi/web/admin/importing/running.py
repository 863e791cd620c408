"""A running import: how far it is, and giving it up. Any worker answers, by the store's notes."""

from __future__ import annotations

from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue

from mozi.calendar.importing.run import Tell
from mozi.errors import ImportStopped
from mozi.services import services
from mozi.web.admin.base import blueprint, current_admin, redirect_to

DRAFT = "/import/<string(length=32):draft_id>"
JSON = "application/json"


def followed(draft_id: str) -> Tell:
    """Return what notes the import's progress, and stops it where its admin wants that."""
    notes, progress, stop = services().pages.store, _key(draft_id), _key(draft_id, "stop")
    notes.put_note(stop, b"")  # of an attempt before this one

    def tell(done: int, of: int) -> None:
        if notes.find_note(stop):
            raise ImportStopped
        notes.put_note(progress, f"{done} {of}".encode())

    return tell


def _key(draft_id: str, what: str = "progress") -> str:
    return f"import {what} {current_admin().id} {draft_id}"


@blueprint.get(f"{DRAFT}/progress")
def import_progress(draft_id: str) -> Response:
    """Return how many films are written, and of how many; zeros where that is not known."""
    done, of = (services().pages.store.find_note(_key(draft_id)) or b"0 0").split()
    return jsonify(done=int(done), of=int(of))


@blueprint.post(f"{DRAFT}/stop")
def stop_import(draft_id: str) -> ResponseReturnValue:
    """Give the running import up; it stops before its next part, and nothing is written."""
    services().pages.store.put_note(_key(draft_id, "stop"), b"stop")
    return "", 204


def lead_to(view: str, **arguments: str | int) -> ResponseReturnValue:
    """Redirect to the view; a script that shows the progress gets the address as JSON."""
    answer = redirect_to(view, **arguments)
    if request.accept_mimetypes.best != JSON:
        return answer
    return jsonify(location=answer.location)
