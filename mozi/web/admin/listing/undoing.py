"""Undoing a change of many movies."""

from __future__ import annotations

from flask import Response, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from mozi.calendar.editing.batches import Undone, undo_batch
from mozi.web.admin.base import NOTE, blueprint, current_admin, list_address
from mozi.web.admin.importing.running import as_location, lead_to, noting, progress

BATCH = "/batches/<int(max=2147483647):batch_id>"
KEY = "undo progress {}"


@blueprint.post(f"{BATCH}/undo")
def undo_many(batch_id: int) -> ResponseReturnValue:
    """Undo the batch, and say what stays because it was changed since."""
    tell = noting(KEY.format(batch_id))
    _say(undo_batch(batch_id, by=current_admin().email, tell=tell))
    if request.form.get("from") == "changes":
        return lead_to("changes")
    return as_location(redirect(list_address(), code=303))


@blueprint.get(f"{BATCH}/progress")
def undo_progress(batch_id: int) -> Response:
    """Return how far the undoing is."""
    return progress(KEY.format(batch_id))


def _say(undone: Undone) -> None:
    words = ngettext(
        "%(num)s film olyan, mint előtte.", "%(num)s film olyan, mint előtte.", undone.undone
    )
    flash(words, NOTE)
    if undone.kept:
        kept = ngettext(
            "%(num)s filmet azóta más is változtatott: az úgy maradt.",
            "%(num)s filmet azóta más is változtatott: azok úgy maradtak.",
            undone.kept,
        )
        flash(kept, NOTE)
