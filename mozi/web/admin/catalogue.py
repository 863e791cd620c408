"""TMDB on a movie's form: films of a typed title, "bring up to date", and the film's posters."""

from __future__ import annotations

from dataclasses import replace

from babel import Locale
from flask import Response, abort, current_app, flash, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mozi.calendar.editing.changes import POSTER_URL
from mozi.calendar.editing.save import get_movie_state
from mozi.calendar.fields import check_fields
from mozi.calendar.search.names import ensure_names
from mozi.calendar.search.query import tidy
from mozi.catalogue.desk import CatalogueDesk, MovieLink, OfferedPoster, find_movie_link, read_key
from mozi.catalogue.linking import choose_poster
from mozi.catalogue.run import SyncReport
from mozi.database import reading, writing
from mozi.errors import CatalogueError
from mozi.services import services
from mozi.web.admin.base import (
    MOVIE,
    NOTE,
    blueprint,
    current_admin,
    flash_done,
    redirect_to,
    render_page,
)
from mozi.web.admin.form.films import LookUp, filled_texts, form_film
from mozi.web.admin.form.uploads import FormUpload
from mozi.web.admin.form.values import Fields, form_as_sent, show_form
from mozi.web.i18n.languages import current

FAULT = "fault"  # the category of a flashed sentence about what went wrong
LOOK_UP, FILL = "look_up", "film"  # the button, and the name of the found films' buttons
SHORTEST_TITLE = 2
UNAVAILABLE = 503


@blueprint.get("/catalogue/films")
def films() -> ResponseReturnValue:
    """Answer with the films of a title, as the HTML that the form shows below its title."""
    if not _desk().is_on:
        return jsonify(html="")
    found = look_up(tidy(request.args.get("title", "")))
    html = render_template("admin/components/found_films.html", found=found)
    return jsonify(html=html), UNAVAILABLE if found.failed else 200


def look_up(title: str) -> LookUp:
    """Return the films of this title."""
    if len(title) < SHORTEST_TITLE:
        return LookUp(title)
    try:
        return LookUp(title, _desk().find_films(title))
    except CatalogueError as error:
        current_app.logger.warning("TMDB was asked in vain: %s", error)
        return LookUp(title, failed=True)


def is_look_up(fields: Fields) -> bool:
    """Return whether the form was sent to look a film up, and not to be saved."""
    return _desk().is_on and (FILL in fields or fields.get("then") == LOOK_UP)


def answer_look_up(fields: Fields, upload: FormUpload | None) -> Response:
    """Return the new movie's form with films to choose, or filled by the chosen one."""
    form = form_as_sent(None, fields, upload)
    chosen = read_key(fields.get(FILL, ""))
    if chosen is None:
        return show_form(replace(form, found=look_up(tidy(fields.get("title", "")))))
    try:
        film = _desk().get_film(chosen)
    except CatalogueError as error:
        current_app.logger.warning("A film of TMDB did not come: %s", error)
        return show_form(replace(form, found=LookUp(form.texts["title"], failed=True)))
    texts = filled_texts(form.texts, film)
    return show_form(replace(form, texts=texts, film=form_film(film), removed=frozenset()))


@blueprint.post(f"{MOVIE}/catalogue")
def bring_up_to_date(movie_id: int) -> ResponseReturnValue:
    """Bring the movie up to date from TMDB, and say what has changed."""
    _require_catalogue()
    ensure_names()
    report = _desk().bring_up_to_date(movie_id)
    services().schedule.build([movie_id], offered=True)
    flash(*_words(report))
    return redirect_to("movie", movie_id=movie_id)


def _words(report: SyncReport) -> tuple[str, str]:
    counts = report.counts
    if report.unknown:
        return _("A TMDB-n nincs ilyen című film a bemutató napja körül."), FAULT
    if report.stopped_by or report.failed:
        return _("A TMDB most nem felel. Semmi sem változott; próbáld kicsit később."), FAULT
    if counts["gone"]:
        return _("Ez a film már nincs meg a TMDB-n. Itt minden marad, ahogy van."), NOTE
    changed = _("Frissítve a TMDB adataival.") if counts["changed"] else _("Minden adat friss.")
    asked = _("Új kérdés is van a Kérdések között.") if counts["proposed"] else ""
    return f"{changed} {asked}".strip(), NOTE


@blueprint.get(f"{MOVIE}/posters")
def posters(movie_id: int) -> ResponseReturnValue:
    """Show the posters of the movie's film, by language."""
    _require_catalogue()
    with reading() as session:
        movie = get_movie_state(session, movie_id)
        link = find_movie_link(session, movie_id)
    if link is None or link.gone:
        abort(404)
    try:
        found = _desk().find_posters(link)
    except CatalogueError as error:
        current_app.logger.warning("The posters of a film did not come: %s", error)
        flash(_("A TMDB most nem felel. Semmi sem változott; próbáld kicsit később."), FAULT)
        return redirect_to("movie", movie_id=movie_id)
    wanted = None if movie.poster.uploaded else movie.poster.source_url
    return render_page(
        "posters", movie=movie, languages=_by_language(found), wanted=wanted, count=len(found)
    )


@blueprint.post(f"{MOVIE}/posters")
def take_poster(movie_id: int) -> ResponseReturnValue:
    """Make the chosen poster the wanted one."""
    url = check_fields({POSTER_URL: request.form.get(POSTER_URL)}).values.get(POSTER_URL)
    if not isinstance(url, str):
        abort(400)
    with writing() as session:
        choose_poster(session, movie_id, url, by=current_admin().email)
        title = get_movie_state(session, movie_id).values["title"]
    services().schedule.build([movie_id], offered=True)
    flash_done("saved", movie_id, str(title))
    return redirect_to("movie", movie_id=movie_id)


def _by_language(found: tuple[OfferedPoster, ...]) -> dict[str, list[OfferedPoster]]:
    """Return the posters by the name of their language, in TMDB's order of each."""
    groups: dict[str, list[OfferedPoster]] = {}
    for each in found:
        groups.setdefault(_language_name(each.language), []).append(each)
    return groups


def _language_name(code: str | None) -> str:
    if code is None:
        return str(_("felirat nélkül"))
    return str(Locale(current()).languages.get(code, code))


def movie_link(movie_id: int) -> MovieLink | None:
    """Return the film of TMDB that the movie is."""
    with reading() as session:
        return find_movie_link(session, movie_id)


def _desk() -> CatalogueDesk:
    return services().catalogue


def _require_catalogue() -> None:
    if not _desk().is_on:
        abort(404)


blueprint.add_app_template_global(movie_link, "find_movie_link")
blueprint.add_app_template_global(lambda: _desk().is_on, "has_catalogue")
