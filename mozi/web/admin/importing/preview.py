"""Importing a file, the last step: look at what it would do, then confirm exactly that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Response, request
from flask.typing import ResponseReturnValue

from mozi.calendar.fields import FieldValue
from mozi.calendar.importing.choosing import headings_of, questions_of
from mozi.calendar.importing.doubts import ACTS, NEW, Pick
from mozi.calendar.importing.drafts import Draft, delete_draft, get_draft, pick_movies
from mozi.calendar.importing.preview import (
    ACTIONS,
    DOUBTFUL,
    INSERT,
    REFUSED,
    UPDATE,
    Preview,
    RowPreview,
)
from mozi.calendar.importing.run import ImportReport, import_table, preview_table
from mozi.calendar.importing.tables import Sheet, TableRow, sheet_rows
from mozi.calendar.search.names import ensure_names
from mozi.calendar.weeks import week_of
from mozi.errors import ImportRejected, ImportStopped, PreviewOutdated
from mozi.server.memory import give_back
from mozi.services import services
from mozi.web.admin.base import blueprint, current_admin, redirect_to, render_page
from mozi.web.admin.history import value_words
from mozi.web.admin.importing.files import fault_words
from mozi.web.admin.importing.running import DRAFT, followed, lead_to
from mozi.web.admin.messages.calendar import COLUMN_NAMES
from mozi.web.rendering import today

ROWS_A_PAGE = 50


@dataclass(frozen=True)
class PreviewPage:
    """One page of the preview's rows with one action; pages count from 1."""

    action: str
    number: int
    last: int
    rows: tuple[RowPreview, ...]


@blueprint.get(DRAFT)
def preview_import(draft_id: str) -> ResponseReturnValue:
    """Show what the file would change now; nothing is written."""
    draft, sheet = get_draft(current_admin().id, draft_id)
    table = _rows(draft, sheet)
    if table is None:
        return redirect_to("import_columns", draft_id=draft_id)
    ensure_names()  # rows in doubt are found by them
    preview = preview_table(table, draft.choices.picks)
    give_back()
    if draft.choices.day_first is None and preview.notes.of_two_orders:
        return redirect_to("import_columns", draft_id=draft_id)
    return _preview(draft, sheet, preview, stopped="stopped" in request.args)


def _rows(draft: Draft, sheet: Sheet) -> Iterator[TableRow] | None:
    """Return the file's rows, None where the admin must choose about the columns first."""
    choices = draft.choices
    return None if questions_of(sheet, choices) else sheet_rows(sheet, choices.reading)


def _would_be(draft: Draft, sheet: Sheet) -> Preview:
    return preview_table(_rows(draft, sheet) or (), draft.choices.picks)


@blueprint.post(DRAFT)
def confirm_import(draft_id: str) -> ResponseReturnValue:
    """Import what the preview showed, if the file would still change the same."""
    draft, sheet = get_draft(current_admin().id, draft_id)
    table, picks = _rows(draft, sheet), draft.choices.picks
    if table is None:
        return redirect_to("import_columns", draft_id=draft_id)
    try:
        report = import_table(
            table,
            picks,
            agreed=request.form.get("digest", ""),
            by=current_admin().email,
            name=draft.name,
            skip_bad="skip_bad" in request.form,
            tell=followed(draft_id),
        )
    except ImportStopped:
        return lead_to("preview_import", draft_id=draft_id, stopped=1)
    except PreviewOutdated:
        return _preview(draft, sheet, _would_be(draft, sheet), outdated=True, status=409)
    except ImportRejected:
        return _preview(draft, sheet, _would_be(draft, sheet), undecided=True, status=422)
    delete_draft(current_admin().id, draft_id)
    give_back()
    return lead_to("imports", **_counts(report), **_build_posters(report))


@blueprint.post(f"{DRAFT}/doubts")
def decide_doubts(draft_id: str) -> ResponseReturnValue:
    """Keep the decisions about rows in doubt: of one page, or one for all rows."""
    draft, sheet = get_draft(current_admin().id, draft_id)
    pick_movies(current_admin().id, draft_id, _picks(draft, sheet))
    asked = {name: request.form[name] for name in ("show", "page") if name in request.form}
    return redirect_to("preview_import", draft_id=draft_id, **asked)


def _picks(draft: Draft, sheet: Sheet) -> dict[int, Pick]:
    act = request.form.get("all", "")
    if act not in ACTS:
        return {
            int(number): pick
            for name, value in request.form.items()
            if (number := name.removeprefix("pick-")) != name and number.isdecimal()
            if (pick := _parse_pick(value)) is not None
        }
    rows = _would_be(draft, sheet).of(DOUBTFUL)
    return {
        row.number: Pick(act, None if act == NEW else row.candidates[0].movie_id) for row in rows
    }


def _parse_pick(value: str) -> Pick | None:
    """Return the decision that a form's field holds: "move:12", "add:12", "new"; None for none."""
    act, _colon, movie_id = value.partition(":")
    if act == NEW:
        return Pick(NEW)
    known = act in ACTS and movie_id.isdecimal() and len(movie_id) < 11
    return Pick(act, int(movie_id)) if known else None


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


def _preview(
    draft: Draft, sheet: Sheet, preview: Preview, *, status: int = 200, **notices: bool
) -> Response:
    return render_page(
        "import_preview",
        status=status,
        draft=draft,
        ignored=[h.name or h.key for h in headings_of(sheet, draft.choices) if not h.column],
        clears=[str(COLUMN_NAMES[c]) for c in COLUMN_NAMES if c in draft.choices.clears],
        preview=preview,
        rows_page=_preview_page(preview),
        columns=COLUMN_NAMES,
        words=value_words,
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
    return next((a for a in (DOUBTFUL, REFUSED, UPDATE, INSERT) if preview.counts[a]), ACTIONS[0])


def _counts(report: ImportReport) -> dict[str, int]:
    refused = len({fault.row for fault in report.refused})
    return {
        "inserted": report.inserted,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "refused": refused,
        **({"doubtful": report.doubtful} if report.doubtful else {}),
        **({"batch": report.batch_id} if report.batch_id else {}),
    }


@blueprint.app_template_filter("cell")
def cell(value: FieldValue) -> str:
    """Return a field's value as a file has it; "" for None."""
    if isinstance(value, tuple):
        return "; ".join(value)
    return "" if value is None else str(value)
