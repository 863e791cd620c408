"""The list of movies: searched, filtered, sorted, one page at a time."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request, session
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal
from flask_babel import lazy_gettext as _

from mozi.calendar.collation import sort_key
from mozi.calendar.editing.listing.admin_list import admin_list_page
from mozi.calendar.editing.listing.distinct import distributors, genres
from mozi.calendar.editing.listing.list_query import ListQuery, parse_list_query
from mozi.calendar.search.names import ensure_names
from mozi.calendar.search.query import tidy
from mozi.database import reading
from mozi.web.admin.base import LIST, blueprint, render_page
from mozi.web.admin.messages.posters import poster_words
from mozi.web.i18n.words import KIND_NAMES
from mozi.web.rendering import today

STATE_NAMES = {
    "": _("mind"),
    "no_poster": _("nincs plakátja"),
    "waiting": _("még nincs kész a plakát"),
    "failed": _("a plakátja hibás"),
    "no_synopsis": _("nincs tartalma"),
    "no_age_rating": _("nincs korhatára"),
    "no_distributor": _("nincs forgalmazója"),
    "cancelled": _("elmarad"),
}
PERIOD_NAMES = {
    "": _("bármikor"),
    "this_week": _("e héten"),
    "next_week": _("jövő héten"),
    "next_30_days": _("30 napon belül"),
    "past_30_days": _("az elmúlt 30 napban"),
}
SORT_NAMES = {
    "upcoming": _("mától kezdve"),
    "latest": _("a legkésőbbi bemutató elöl"),
    "earliest": _("a legkorábbi bemutató elöl"),
    "title": _("cím szerint"),
    "added": _("a legutóbb felvett elöl"),
}
LONGEST_KEPT = 500  # characters of an address; browsers refuse a cookie of more than 4096


@blueprint.get("/movies")
def movies() -> ResponseReturnValue:
    """Show the list."""
    query = list_query(request.args)
    ensure_names()
    with reading() as reader:
        shown = admin_list_page(reader, query, today())
        of = {"distributor": distributors(reader), "genre": genres(reader)}
    _keep(shown.query, [row.card.movie.id for row in shown.rows])
    return render_page(
        "movies",
        list=shown,
        filters=_filters(query, of),
        sorts=SORT_NAMES if not query.text else {"": _("legjobb találat elöl"), **SORT_NAMES},
        poster_words=poster_words,
        number=format_decimal,
    )


def list_query(arguments: Mapping[str, str]) -> ListQuery:
    """Return what the arguments of an address, or the fields of a form, ask of the list."""
    return parse_list_query(arguments, tidy(arguments.get("q", "")))


def _filters(query: ListQuery, of: Mapping[str, list[str]]) -> list[tuple[str, object, object]]:
    """Return each filter's name, its label and its choices."""
    sorted_ = {name: sorted(values, key=sort_key) for name, values in of.items()}
    chosen = {name: [] if (v := getattr(query, name)) in sorted_[name] else [v] for name in of}
    own = {name: {v: v for v in (*chosen[name], *sorted_[name]) if v} for name in of}
    return [
        ("period", _("Mikor"), PERIOD_NAMES),
        ("state", _("Mutasd"), STATE_NAMES),
        ("kind", _("Hol"), {"": _("bárhol"), **KIND_NAMES}),
        ("distributor", _("Forgalmazó"), {"": _("bárkié"), **own["distributor"]}),
        ("genre", _("Műfaj"), {"": _("bármi"), **own["genre"]}),
    ]


def _keep(query: ListQuery, movie_ids: list[int]) -> None:
    """Keep the list for the ways back, and on to the next film, in this browser's cookie."""
    arguments = {**query.arguments, **({"page": str(query.page)} if query.page > 1 else {})}
    kept = {"arguments": arguments, "ids": movie_ids}
    if session.get(LIST) != kept and sum(map(len, arguments.values())) < LONGEST_KEPT:
        session[LIST] = kept
