"""A movie's poster while it is built, a new try of a failed source, and the focus point."""

from __future__ import annotations

from flask import Response, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from mozi.posters.build.publish import try_again
from mozi.posters.focus import Focus, Pointed
from mozi.posters.messages import PosterMessage
from mozi.posters.shapes import warnings_of
from mozi.posters.status import Panel, get_panel
from mozi.services import services
from mozi.web.admin.base import MOVIE, blueprint, redirect_to
from mozi.web.admin.messages.posters import poster_words
from mozi.web.i18n.languages import url_for


@blueprint.get(f"{MOVIE}/poster.json")
def poster_state(movie_id: int) -> Response:
    """Answer with the poster's state, as data and as the panel's HTML; 404 for an unknown movie."""
    return _state_of(get_panel(movie_id))


@blueprint.post(f"{MOVIE}/poster/try-now")
def try_now(movie_id: int) -> ResponseReturnValue:
    """Forget the failure, start a build, and lead back to the page of the form."""
    try_again(get_panel(movie_id).movie_id)
    services().schedule.build([movie_id])
    if request.accept_mimetypes.best == "application/json":
        return _state_of(get_panel(movie_id))
    if request.form.get("from") == "status":
        return redirect_to("status", tried=1, begun=1)
    return redirect(f"{url_for('admin.movies')}/{movie_id}", code=303)


def _state_of(panel: Panel) -> Response:
    return jsonify(
        state=panel.state,
        source_number=panel.source_number,
        variants=[
            {
                "media": each.media,
                "url": each.url,
                "width": each.width_px,
                "height": each.height_px,
                "bytes": each.size_bytes,
                "current": each.current,
            }
            for each in panel.variants
        ],
        failure=panel.failure and poster_words(panel.failure.message),
        retry_at=panel.failure and panel.failure.retry_at.isoformat(),
        html=live_html(panel),
    )


def live_html(panel: Panel) -> str:
    """Return the part of the panel that changes while the poster is built."""
    return render_template("admin/components/poster_live.html", panel=panel)


def read_focus() -> Pointed | None:
    """Return the point that the movie's form holds; None if the form has no such field.

    The form names the source that the point is of, so that a newer poster keeps its middle.
    """
    number = request.form.get("focus_of", type=int)
    return None if number is None else Pointed(_point(), number)


def _point() -> Focus | None:
    x, y = (request.form.get(name, type=int) for name in ("focus_x", "focus_y"))
    if x is None or y is None:
        return None
    return min(max(x, 0), 100), min(max(y, 0), 100)


def _warnings(panel: Panel) -> tuple[PosterMessage, ...]:
    """Return what is wrong with the size and shape of a poster that is built."""
    poster = panel.find("poster")
    return warnings_of((poster.width_px, poster.height_px)) if poster else ()


blueprint.add_app_template_global(_warnings, "poster_warnings")
blueprint.add_app_template_global(poster_words, "poster_words")
blueprint.add_app_template_global(get_panel, "get_panel")
