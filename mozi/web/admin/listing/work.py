"""The desk's first page: what needs a hand, and the films that are hidden."""

from __future__ import annotations

from flask import Response
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from mozi.calendar.editing.hiding import hidden_movies
from mozi.calendar.editing.listing import work
from mozi.database import reading
from mozi.maintenance.trailers import check_trailers, last_check
from mozi.posters.status import FAILED, count_posters
from mozi.services import services
from mozi.web.admin.base import blueprint, redirect_to, render_page
from mozi.web.rendering import today

LACK_NAMES: dict[str, LazyString] = {
    work.NO_POSTER: _("nincs plakát"),
    work.FAILED_POSTER: _("hibás plakát"),
    work.NO_SYNOPSIS: _("nincs tartalom"),
    work.NO_AGE_RATING: _("nincs korhatár"),
    work.NO_DISTRIBUTOR: _("nincs forgalmazó"),
    work.NOT_THURSDAY: _("nem csütörtök"),
    work.GONE_TRAILER: _("eltűnt az előzetese"),
}


@blueprint.get("/")
def home() -> Response:
    """Show the work list."""
    checked = last_check()
    with reading() as session:
        shown = work.work_list(session, today(), checked.gone if checked else work.NO_GONE)
        hidden = hidden_movies(session)
    return render_page(
        "work",
        work=shown,
        weeks=work.WEEKS,
        hidden=hidden,
        lacks=LACK_NAMES,
        hints=(work.NOT_THURSDAY,),
        failed=count_posters()[FAILED],
        checked=checked,
    )


@blueprint.post("/trailers")
def look_for_trailers() -> ResponseReturnValue:
    """Ask for the trailers of the films of the work list, and show it again."""
    with reading() as session:
        trailers = work.work_list(session, today()).trailers
    check_trailers(trailers, allow_private=services().settings.poster_allow_private_sources)
    return redirect_to("home")
