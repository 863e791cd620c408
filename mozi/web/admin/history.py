"""The history of a movie, and restoring an older state of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from types import MappingProxyType
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from mozi.calendar.editing.history import (
    BROUGHT_BACK,
    BY_COMMAND,
    CREATED,
    DELETED,
    FOCUS,
    HIDDEN,
    MERGED,
    POSTER,
    PUBLISHED,
    RESTORED,
    SEPARATED,
    UPDATED,
    Json,
)
from mozi.calendar.editing.premieres import WHOLE
from mozi.calendar.editing.restore import history_page, restore_movie
from mozi.calendar.fields import PREMIERE_COLUMNS, FieldValue
from mozi.calendar.search.names import ensure_names
from mozi.database import reading, writing
from mozi.services import services
from mozi.web.admin.base import (
    MOVIE,
    blueprint,
    current_admin,
    flash_done,
    redirect_to,
    render_page,
)
from mozi.web.admin.messages.calendar import FIELD_NAMES
from mozi.web.i18n.words import (
    KIND_NAMES,
    PRECISION_NAMES,
    STATUS_NAMES,
    VERSION_NAMES,
    kind_name,
    language_name,
)

HISTORY = f"{MOVIE}/history"
ACTION_NAMES: dict[str, LazyString] = {
    CREATED: _("Hozzáadva"),
    UPDATED: _("Módosítva"),
    DELETED: _("Törölve"),
    BROUGHT_BACK: _("Visszahozva"),
    RESTORED: _("Visszaállítva"),
    MERGED: _("Egyesítve"),
    SEPARATED: _("Szétválasztva"),
    HIDDEN: _("Elrejtve"),
    PUBLISHED: _("Közzétéve"),
}
NO_PREMIERES: Mapping[int, tuple[str, date]] = MappingProxyType({})
# The names of codes by column; POSTER: where a poster came from.
CODES: dict[str, Mapping[Any, LazyString]] = {
    "kind": KIND_NAMES,
    "date_precision": PRECISION_NAMES,
    "status": STATUS_NAMES,
    "language_version": VERSION_NAMES,
    POSTER: {"upload": _("feltöltött kép"), "address": _("kép a címről")},
}


@blueprint.get(HISTORY)
def history(movie_id: int) -> ResponseReturnValue:
    """Show the changes of the movie, the latest first."""
    number = request.args.get("page", 1, type=int)
    with reading() as session:
        shown = history_page(session, movie_id, number)
    return render_page(
        "history",
        movie_id=movie_id,
        history=shown,
        actions=ACTION_NAMES,
        named=partial(change_name, premieres=shown.premieres),
        words=value_words,
        by_command=BY_COMMAND,
        media_url=services().storage.url,
    )


@blueprint.post(f"{HISTORY}/<int(max=2147483647):entry_id>/restore")
def restore(movie_id: int, entry_id: int) -> ResponseReturnValue:
    """Restore the movie as it was before the edit."""
    ensure_names()
    with writing() as session:
        title = restore_movie(session, movie_id, entry_id, by=current_admin().email)
    services().schedule.build([movie_id], offered=True)
    flash_done("restored", movie_id, title)
    return redirect_to("movie", movie_id=movie_id)


NAMES = {
    **FIELD_NAMES,
    POSTER: _("Plakát"),
    FOCUS: _("Mi legyen mindig látható"),
    WHOLE: _("Bemutató"),
}


def change_name(name: str, *, premieres: Mapping[int, tuple[str, date]] = NO_PREMIERES) -> str:
    """Return a name of the history's changes in the reader's words.

    premieres: by id, to say which one is meant: "Bemutató napja (online, 2027)".
    """
    column, _hash, premiere_id = name.partition("#")
    known = str(NAMES.get(column, column))
    if not premiere_id:
        return known
    kind, day = premieres.get(int(premiere_id), (None, None))
    which = f"{kind_name(kind)}, {day.year}" if kind and day else f"#{premiere_id}"
    return f"{known} ({which})"


def value_words(name: str, value: Json | FieldValue) -> str:
    """Return a field's value in the reader's words; "" for None."""
    column = name.partition("#")[0]
    if column == WHOLE and isinstance(value, list):
        parts = zip(PREMIERE_COLUMNS, value, strict=False)
        return " · ".join(value_words(part, str(said)) for part, said in parts if said)
    if column == FOCUS:
        x, y = value if isinstance(value, list) else (50, 50)
        return str(gettext("balról %(x)s %%, felülről %(y)s %%", x=x, y=y))
    if isinstance(value, list | tuple):
        return "; ".join(map(str, value))
    return "" if value is None else code_words(str(value), column)


@blueprint.app_template_filter()
def code_words(value: str, column: str) -> str:
    """Return the words for a column's code; any other text as it is."""
    if column == "original_language":
        return language_name(value)
    return str(CODES.get(column.partition("#")[0], {}).get(value, value))
