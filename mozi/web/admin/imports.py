"""Importing a file: choose it, look at its preview, then confirm exactly that."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal

from mozi.calendar.fields import COLUMNS, FieldValue
from mozi.calendar.importing.drafts import (
    MAX_ROWS,
    Draft,
    create_draft,
    delete_draft,
    find_drafts,
    get_draft,
)
from mozi.calendar.importing.preview import ACTIONS, INSERT, REFUSED, UPDATE, Preview, RowPreview
from mozi.calendar.importing.run import ImportReport, import_table, preview_table
from mozi.calendar.weeks import week_of
from mozi.errors import DraftNotFound, ImportRejected, PreviewOutdated, RowFault
from mozi.server.capacity import IMPORT_BYTES
from mozi.services import services
from mozi.units import MIB
from mozi.web.admin.base import blueprint, current_admin, redirect_to, render_page
from mozi.web.admin.messages.calendar import COLUMN_NAMES, calendar_words
from mozi.web.rendering import today

ROWS_A_PAGE = 50
COUNTED = ("inserted", "updated", "unchanged", "refused", "posters", "begun")


@dataclass(frozen=True)
class PreviewPage:
    """One page of the preview's rows with one action; pages count from 1."""

    action: str
    number: int
    last: int
    rows: tuple[RowPreview, ...]


@blueprint.get("/import")
def imports() -> ResponseReturnValue:
    """Show the form to choose a file, and the result of the last import."""
    done = {name: request.args.get(name, 0, type=int) for name in COUNTED}
    return _choice(done=done if any(name in request.args for name in COUNTED) else None)


@blueprint.post("/import")
def choose_import() -> ResponseReturnValue:
    """Keep the file, and lead to its preview."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _choice(nothing=True, status=422)
    # A body that the server cut is longer than that, too.
    body = file.stream.read(IMPORT_BYTES + 1)
    try:
        draft_id = create_draft(current_admin().id, file.filename, body, max_bytes=IMPORT_BYTES)
    except ImportRejected as error:
        return _choice(faults=error.faults, file_name=file.filename, status=422)
    return redirect_to("preview_import", draft_id=draft_id)


@blueprint.get("/import/<string(length=32):draft_id>")
def preview_import(draft_id: str) -> ResponseReturnValue:
    """Show what the file would change now; nothing is written."""
    draft, table = get_draft(current_admin().id, draft_id)
    return _preview(draft, preview_table(table))


@blueprint.post("/import/<string(length=32):draft_id>")
def confirm_import(draft_id: str) -> ResponseReturnValue:
    """Import what the preview showed, if the file would still change the same."""
    draft, table = get_draft(current_admin().id, draft_id)
    agreed, skip_bad = request.form.get("digest", ""), "skip_bad" in request.form
    try:
        report = import_table(table, agreed=agreed, by=current_admin().email, skip_bad=skip_bad)
    except PreviewOutdated:
        return _preview(draft, preview_table(table), outdated=True, status=409)
    except ImportRejected:
        return _preview(draft, preview_table(table), undecided=True, status=422)
    delete_draft(current_admin().id, draft_id)
    return redirect_to("imports", **_counts(report), **_build_posters(report))


def _build_posters(report: ImportReport) -> dict[str, int]:
    """Have the new posters built; return how many there are and how many builds were started."""
    posters = len(report.new_sources)
    if not posters:
        return {}
    begun = services().schedule.build(_index_first(report), offered=True)
    return {"posters": posters, "begun": begun}


def _index_first(report: ImportReport) -> list[int]:
    """Return the movies with a new poster, those that visitors see first in front."""
    first = week_of(today()).first
    coming = sorted((day, movie_id) for movie_id, day in report.new_sources if day >= first)
    past = sorted(((day, movie_id) for movie_id, day in report.new_sources if day < first))[::-1]
    return [movie_id for _, movie_id in [*coming, *past]]


@blueprint.post("/import/<string(length=32):draft_id>/discard")
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
        **shown,
    )


def _preview(draft: Draft, preview: Preview, *, status: int = 200, **notices: bool) -> Response:
    return render_page(
        "import_preview",
        status=status,
        draft=draft,
        preview=preview,
        rows_page=_preview_page(preview),
        columns=COLUMN_NAMES,
        fault_words=fault_words,
        **notices,
    )


def _preview_page(preview: Preview) -> PreviewPage:
    """Return the rows that the address asks for, else those that need the most attention."""
    asked = request.args.get("show", "")
    action = asked if asked in ACTIONS else _first_to_see(preview)
    rows = preview.of(action)
    last = max(1, -(-len(rows) // ROWS_A_PAGE))
    number = min(max(1, request.args.get("page", 1, type=int)), last)
    return PreviewPage(
        action, number, last, rows[(number - 1) * ROWS_A_PAGE : number * ROWS_A_PAGE]
    )


def _first_to_see(preview: Preview) -> str:
    return next((a for a in (REFUSED, UPDATE, INSERT) if preview.counts[a]), ACTIONS[0])


def _counts(report: ImportReport) -> dict[str, int]:
    refused = len({fault.row for fault in report.refused})
    return {
        "inserted": report.inserted,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "refused": refused,
    }


def fault_words(fault: RowFault) -> tuple[str, str, str]:
    """Return the column's name on the desk, its name in the file, and the fault."""
    known = COLUMN_NAMES.get(fault.column) if fault.column in COLUMNS else None
    return (str(known or ""), fault.column, calendar_words(fault.reason))


@blueprint.app_template_filter("cell")
def cell(value: FieldValue) -> str:
    """Return a field's value as a file has it; "" for None."""
    if isinstance(value, tuple):
        return "; ".join(value)
    return "" if value is None else str(value)
