"""Hidden movies at the desk: seen as they will be, published, and discarded."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from mozi.calendar.editing.hiding import Wish, as_published, discard, find_original_key, publish
from mozi.calendar.pages.queries import movie_page
from mozi.calendar.pages.values import MoviePage
from mozi.calendar.search.names import ensure_names
from mozi.database import reading, writing
from mozi.services import services
from mozi.web.admin.base import MOVIE, blueprint, current_admin, flash_done, redirect_to
from mozi.web.i18n.languages import translations, url_for
from mozi.web.rendering import today

HIDE, PUBLISH = "hide", "publish"  # buttons of the form
TYPES = {"jpg": "jpeg"}


def read_wish(movie_id: int | None, *, hidden: bool) -> Wish:
    """Return what the sent form says: a new movie is published, a hidden one stays hidden.

    A day to come hides a new one, whichever button was pressed; one that has come publishes.
    """
    then, day = request.form.get("then"), read_day()
    stays = then != PUBLISH if hidden else movie_id is None and (then == HIDE or day is not None)
    return Wish(not stays or (day is not None and day <= today()), day)


def read_day() -> date | None:
    """Return the day of the form on which the movie is published; None: none, or no day."""
    try:
        return date.fromisoformat(request.form.get("publish_on", ""))
    except ValueError:
        return None


@blueprint.get(f"{MOVIE}/preview")
def preview(movie_id: int) -> Response:
    """Show the hidden movie's page as visitors will see it."""
    with reading() as session:
        key = find_original_key(session, movie_id)
    with as_published(movie_id) as session:
        page = movie_page(session, movie_id, today())
    html = render_template(
        "film.html",
        page=_with_upload(page, movie_id) if key else page,
        today=today(),
        translations=translations(request.path, ""),
    )
    return Response(html, content_type="text/html; charset=utf-8")


def _with_upload(page: MoviePage, movie_id: int) -> MoviePage:
    """Return the page with the poster as it was uploaded: no variant of it is built yet."""
    if page.poster is None:
        return page
    address = url_for("admin.hidden_poster", movie_id=movie_id)
    poster = replace(page.poster, url=address, built=True, avif=None)
    return replace(page, poster=poster, small=None, backdrop=None)


@blueprint.get(f"{MOVIE}/hidden-poster")
def hidden_poster(movie_id: int) -> Response:
    """Return the poster of the hidden movie as it was uploaded."""
    with reading() as session:
        key = find_original_key(session, movie_id) or abort(404)
    ending = key.rpartition(".")[2]
    kind = f"image/{TYPES.get(ending, ending)}"
    return Response(services().storage.get(key), content_type=kind)


@blueprint.post(f"{MOVIE}/publish")
def publish_now(movie_id: int) -> ResponseReturnValue:
    """Publish the hidden movie."""
    ensure_names()
    with writing() as session:
        title = publish(session, movie_id, by=current_admin().email)
    services().schedule.build([movie_id], offered=True)
    flash_done("published", movie_id, title)
    return redirect_to("movie", movie_id=movie_id)


@blueprint.post(f"{MOVIE}/discard")
def discard_hidden(movie_id: int) -> ResponseReturnValue:
    """Put the hidden movie into the trash."""
    with writing() as session:
        title = discard(session, movie_id, by=current_admin().email)
    flash_done("deleted", movie_id, title)
    return redirect_to("movies")
