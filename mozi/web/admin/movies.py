"""The list of movies: searched, filtered, sorted, one page at a time."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal
from flask_babel import lazy_gettext as _

from mozi.calendar.editing.admin_list import admin_list_page, parse_list_query
from mozi.calendar.search.names import ensure_names
from mozi.calendar.search.query import tidy
from mozi.database import reading
from mozi.web.admin.base import blueprint, render_page
from mozi.web.admin.messages.posters import poster_words
from mozi.web.rendering import today

STATE_NAMES = {
    "": _("mind"),
    "no_poster": _("nincs plakátja"),
    "waiting": _("a plakátja még nincs kész"),
    "failed": _("a plakátja hibás"),
    "this_week": _("e heti"),
    "cancelled": _("elmarad"),
}
SORT_NAMES = {
    "": _("ahogy illik"),
    "latest": _("a legkésőbbi bemutató elöl"),
    "earliest": _("a legkorábbi bemutató elöl"),
    "title": _("cím szerint"),
    "added": _("a legutóbb felvett elöl"),
}


@blueprint.get("/movies")
def movies() -> ResponseReturnValue:
    """Show the list."""
    query = parse_list_query(request.args, tidy(request.args.get("q", "")))
    ensure_names()
    with reading() as session:
        shown = admin_list_page(session, query, today())
    return render_page(
        "movies",
        list=shown,
        states=STATE_NAMES,
        sorts=SORT_NAMES,
        poster_words=poster_words,
        number=format_decimal,
    )
