"""The questions that TMDB raises: yours and theirs side by side, and three answers."""

from __future__ import annotations

from datetime import date

from flask import abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from mozi.calendar.editing.changes import POSTER_URL
from mozi.calendar.search.names import ensure_names
from mozi.catalogue.fields import UPLOAD
from mozi.catalogue.merging import CANCELLED, PREMIERE, TMDB_ID, Json
from mozi.catalogue.proposals import CHOICES, TAKE, decide_proposal
from mozi.catalogue.questions import questions_page
from mozi.database import reading, writing
from mozi.services import services
from mozi.vocabulary import DATE_PRECISIONS
from mozi.web.admin.base import NOTE, blueprint, current_admin, redirect_to, render_page
from mozi.web.admin.history import change_name, code_words
from mozi.web.i18n.languages import current, dates_in
from mozi.web.i18n.words import KIND_NAMES, STATUS_NAMES
from mozi.web.rendering import today

LARGEST_ID = 2**31 - 1
TAKEN, KEPT = _("A TMDB értéke bekerült: %(title)s."), _("Maradt, ami volt: %(title)s.")


@blueprint.get("/proposals")
def proposals() -> ResponseReturnValue:
    """Show the open questions."""
    with reading() as session:
        shown = questions_page(session, today())
    return render_page(
        "proposals", asked=shown, named=field_name, words=value_words, catalogue=is_on()
    )


@blueprint.post("/proposals")
def decide() -> ResponseReturnValue:
    """Do what the editor chose, and show the next question."""
    number, choice = request.form.get("id", type=int), request.form.get("choice", "")
    if number is None or not 0 < number <= LARGEST_ID or choice not in CHOICES:
        abort(400)
    ensure_names()
    with writing() as session:
        by = current_admin().email
        title = decide_proposal(session, number, choice, today=today(), by=by)
    said = gettext(str(TAKEN), title=title) if choice == TAKE else gettext(str(KEPT), title=title)
    flash(said, NOTE)
    return redirect_to("proposals")


def is_on() -> bool:
    """Return whether the catalogue is on."""
    return services().settings.tmdb_token is not None


def field_name(field: str) -> str:
    """Return a field in the reader's words."""
    if field.startswith(PREMIERE):
        kind = str(KIND_NAMES[field.removeprefix(PREMIERE)])
        return str(gettext("Bemutató (%(kind)s)", kind=kind))
    own = {
        CANCELLED: gettext("Állapot"),
        POSTER_URL: gettext("Plakát"),
        TMDB_ID: gettext("TMDB-azonosító"),
    }
    return own.get(field) or change_name(field)


def value_words(field: str, value: Json) -> str:
    """Return a value in the reader's words; "" where there is none."""
    if field == CANCELLED:
        return str(STATUS_NAMES["cancelled" if value else "scheduled"])
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if value == UPLOAD:
        return str(gettext("feltöltött kép"))
    if field.startswith(PREMIERE) and isinstance(value, str):
        return _premiere_words(*value.split(" "))
    return "" if value is None else code_words(str(value), field)


def _premiere_words(day: str, *odd: str) -> str:
    """Return a date as the reader writes it, and what else it has. odd: of catalogue/fields.py."""
    precision = next((word for word in odd if word in DATE_PRECISIONS), "day")
    said = dates_in(current()).premiere(date.fromisoformat(day), precision)
    names = {**KIND_NAMES, **STATUS_NAMES}
    return " · ".join([said, *(str(names[word]) for word in odd if word in names)])
