"""The log of all changes of all movies, and taking one of them back."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from mozi.calendar.editing.history import BY_COMMAND
from mozi.calendar.editing.listing.many import DAYS, FIELDS, FIXED
from mozi.calendar.editing.log import LATEST, editors, log_page
from mozi.calendar.editing.undoing import undo_entry
from mozi.calendar.importing.run import IMPORT
from mozi.calendar.search.names import ensure_names
from mozi.database import reading, writing
from mozi.services import services
from mozi.web.admin.base import NOTE, blueprint, current_admin, redirect_to, render_page
from mozi.web.admin.history import ACTION_NAMES, change_name, value_words
from mozi.web.admin.listing.many import ACT_NAMES

BATCH_NAMES = {**ACT_NAMES, IMPORT: lazy_gettext("Importálás")}
NUMBERS = "int(max=2147483647)"


@blueprint.get("/changes")
def changes() -> ResponseReturnValue:
    """Show the changes of all movies, the latest first."""
    before, batch_id = _number("before") or LATEST, _number("batch")
    editor = request.args.get("editor", "")[:254]
    with reading() as session:
        shown = log_page(session, before=before, editor=editor, batch_id=batch_id)
        known = editors(session)
    return render_page(
        "changes",
        log=shown,
        editor=editor,
        editors=known,
        first=before == LATEST,
        actions=ACTION_NAMES,
        named=partial(change_name, premieres=shown.premieres),
        words=value_words,
        batch_words=batch_words,
        by_command=BY_COMMAND,
        media_url=services().storage.url,
    )


def _number(name: str) -> int | None:
    given = request.args.get(name, type=int)
    return None if given is None else min(max(given, 0), LATEST)


@blueprint.post(f"/changes/<{NUMBERS}:entry_id>/undo")
def undo_change(entry_id: int) -> ResponseReturnValue:
    """Take one change back, and what was changed after it stays."""
    ensure_names()
    with writing() as session:
        movie_id, title = undo_entry(session, entry_id, by=current_admin().email)
    services().schedule.build([movie_id], offered=True)
    flash(_("Visszavonva: „%(title)s”.", title=title), NOTE)
    return redirect_to("changes")


def batch_words(what: Mapping[str, Any]) -> str:
    """Return what a batch did to its movies: the act, and its value."""
    act, value = str(what.get("act", "")), what.get("value")
    name = str(BATCH_NAMES.get(act, act))
    if value is None or act in FIXED:
        return name
    if act == DAYS:
        days: str = ngettext("Áthelyezés %(num)s nappal", "Áthelyezés %(num)s nappal", int(value))
        return days
    return f"{name}: {value_words(FIELDS.get(act, act), value)}"
