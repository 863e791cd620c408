"""Importing a file, the step between: what its columns and dates mean, and what clears a field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import Response, request
from flask.typing import ResponseReturnValue

from mozi.calendar.fields import COLUMNS
from mozi.calendar.importing.choosing import (
    DraftChoices,
    Heading,
    Questions,
    clearable,
    date_in_question,
    headings_of,
    questions_of,
)
from mozi.calendar.importing.drafts import Draft, choose_columns, get_draft
from mozi.calendar.importing.tables import Sheet, sheet_rows
from mozi.web.admin.base import blueprint, current_admin, redirect_to, render_page
from mozi.web.admin.importing.running import DRAFT
from mozi.web.admin.messages.calendar import COLUMN_NAMES

COLUMNS_OF = f"{DRAFT}/columns"
DAY_FIRST = {"day": True, "month": False}


@blueprint.get(COLUMNS_OF)
def import_columns(draft_id: str) -> ResponseReturnValue:
    """Show what the file's columns are taken for."""
    draft, sheet = get_draft(current_admin().id, draft_id)
    return _columns(draft, sheet, _questions(sheet, draft.choices))


@blueprint.post(COLUMNS_OF)
def choose_import_columns(draft_id: str) -> ResponseReturnValue:
    """Keep what was chosen, and lead to the preview as soon as nothing is open."""
    draft, sheet = get_draft(current_admin().id, draft_id)
    chosen = _chosen(draft.choices, headings_of(sheet, draft.choices), sheet)
    if questions := _questions(sheet, chosen):
        return _columns(replace(draft, choices=chosen), sheet, questions, status=422)
    choose_columns(current_admin().id, draft_id, chosen, sheet=sheet)
    return redirect_to("preview_import", draft_id=draft_id)


def _chosen(before: DraftChoices, headings: Sequence[Heading], sheet: Sheet) -> DraftChoices:
    """Return what the form says; numbers in its fields' names are those of the headings."""
    form = request.form
    columns = {each.key: form.get(f"column-{n}", "") for n, each in enumerate(headings)}
    clears = {
        columns[each.key] or str(each.column)
        for n, each in enumerate(headings)
        if f"clears-{n}" in form
    }
    return replace(
        before,
        columns={k: v for k, v in columns.items() if not v or v in COLUMNS}
        if sheet.headings
        else {},
        day_first=DAY_FIRST.get(form.get("dates", ""), before.day_first),
        clears=frozenset(clears) & clearable(),
    )


def _questions(sheet: Sheet, choices: DraftChoices) -> Questions:
    """Return what is open; the order of dates only after the columns are chosen."""
    questions = questions_of(sheet, choices)
    if questions.twice or choices.day_first is not None:
        return questions
    # The unknown headings are ignored here, so that both questions are asked on one page.
    pairs = zip(sheet.keys, sheet.columns(choices.reading), strict=True)
    ignored = {key: "" for key, column in pairs if key is not None and column is None}
    asked = replace(choices, columns={**choices.columns, **ignored})
    return replace(questions, date=date_in_question(sheet_rows(sheet, asked.reading)))


def _columns(draft: Draft, sheet: Sheet, questions: Questions, *, status: int = 200) -> Response:
    return render_page(
        "import_columns",
        status=status,
        draft=draft,
        headings=headings_of(sheet, draft.choices),
        is_table=bool(sheet.headings),
        open=questions,
        twice=[str(COLUMN_NAMES[column]) for column in questions.twice],
        clearable=clearable(),
        columns=COLUMN_NAMES,
        sent=request.method == "POST",
    )
