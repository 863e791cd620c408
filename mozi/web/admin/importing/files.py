"""Importing a file, the first step: choose it, or one that waits."""

from __future__ import annotations

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal

from mozi.calendar.fields import COLUMNS
from mozi.calendar.importing.drafts import (
    MAX_ROWS,
    create_draft,
    delete_draft,
    find_drafts,
)
from mozi.errors import DraftNotFound, ImportRejected, RowFault
from mozi.server.capacity import IMPORT_BYTES
from mozi.units import MIB
from mozi.web.admin.base import blueprint, current_admin, redirect_to, render_page
from mozi.web.admin.importing.running import DRAFT, lead_to
from mozi.web.admin.messages.calendar import COLUMN_NAMES, calendar_words

COUNTED = ("inserted", "updated", "unchanged", "refused", "doubtful", "posters", "begun", "batch")


@blueprint.get("/import")
def imports() -> ResponseReturnValue:
    """Show the form to choose a file, and the result of the last import."""
    done = {name: request.args.get(name, 0, type=int) for name in COUNTED}
    return _choice(done=done if any(name in request.args for name in COUNTED) else None)


@blueprint.post("/import")
def choose_import() -> ResponseReturnValue:
    """Keep the file, and lead to its preview."""
    given = [file for file in request.files.getlist("file") if file.filename]
    if len(given) != 1:
        return _choice(nothing=not given, several=len(given) > 1, status=422)
    [file] = given
    # A body that the server cut is longer than that, too.
    body = file.stream.read(IMPORT_BYTES + 1)
    try:
        draft_id = create_draft(
            current_admin().id, str(file.filename), body, max_bytes=IMPORT_BYTES
        )
    except ImportRejected as error:
        return _choice(faults=error.faults, file_name=str(file.filename), status=422)
    return lead_to("preview_import", draft_id=draft_id)


@blueprint.post(f"{DRAFT}/discard")
def discard_import(draft_id: str) -> ResponseReturnValue:
    """Forget the file."""
    delete_draft(current_admin().id, draft_id)
    return redirect_to("imports")


@blueprint.errorhandler(DraftNotFound)
def draft_is_gone(error: DraftNotFound) -> Response:
    """Show the form, and that the file is not kept any more."""
    return _choice(gone=True, status=404)


def _choice(*, status: int = 200, faults: tuple[RowFault, ...] = (), **shown: object) -> Response:
    limits = {"mib": IMPORT_BYTES // MIB, "rows": format_decimal(MAX_ROWS)}
    return render_page(
        "import",
        status=status,
        drafts=find_drafts(current_admin().id),
        columns=COLUMN_NAMES,
        faults=[fault_words(fault) for fault in faults],
        limits=limits,
        number=format_decimal,
        **shown,
    )


def fault_words(fault: RowFault) -> tuple[str, str, str]:
    """Return the column's name on the desk, its name in the file, and the fault."""
    known = COLUMN_NAMES.get(fault.column) if fault.column in COLUMNS else None
    return (str(known or ""), fault.column, calendar_words(fault.reason))
