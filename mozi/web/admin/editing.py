"""The form of a movie: shown, saved, and shown again with all that was typed."""

from __future__ import annotations

import re
from dataclasses import replace

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mozi.accounts.form_drafts import delete_draft
from mozi.calendar.editing.hiding import Wish, save
from mozi.calendar.editing.merging import ensure_back
from mozi.calendar.editing.save import (
    PossibleDuplicates,
    Saved,
    SaveOutcome,
    SaveRefused,
    Submission,
)
from mozi.calendar.fields import PREMIERE_COLUMNS, REQUIRED, CheckedFields, check_fields
from mozi.calendar.search.names import ensure_names
from mozi.calendar.weeks import next_thursday
from mozi.database import writing
from mozi.errors import BuildAbandoned, StorageError, UnreadableSource
from mozi.services import services
from mozi.web.admin.base import MOVIE, blueprint, current_admin, flash_done, redirect_to
from mozi.web.admin.catalogue import answer_look_up, is_look_up
from mozi.web.admin.form.films import LINKED, read_film
from mozi.web.admin.form.known_films import BUTTON, form_of_known_film, read_known_film
from mozi.web.admin.form.repeats import digest_of
from mozi.web.admin.form.texts import (
    BLANK,
    given_fields,
    read_shown,
    removed_premieres,
    shown_text,
    text_of,
)
from mozi.web.admin.form.uploads import FormUpload, is_cut, read_upload, storage_fault
from mozi.web.admin.form.values import (
    CONFLICT,
    DRAFT,
    UNPROCESSABLE,
    Fields,
    Form,
    form_as_sent,
    form_of,
    show_as_sent,
    show_form,
)
from mozi.web.admin.hiding import read_wish
from mozi.web.admin.messages.calendar import calendar_words
from mozi.web.admin.messages.posters import poster_words
from mozi.web.admin.posters import read_focus
from mozi.web.admin.sign_in.session_recovery import requested_draft
from mozi.web.rendering import today

PICKS = "pick."
IDS = re.compile(r"\b\d{1,10}\b", re.ASCII)
BRING_BACK = "bring_back"  # the button of a deleted movie's form
TOO_LARGE, UNAVAILABLE = 413, 503


@blueprint.get("/movies/new")
def new_movie() -> ResponseReturnValue:
    """Show an empty form with the next Thursday as its date: films open on Thursdays.

    The address may fill in fields (?premiere_date=2026-12-03).
    """
    if answer := _draft(None):
        return answer
    opens = {"premiere_date": next_thursday(today()).isoformat()}
    return show_form(Form(None, {**BLANK, **opens, **given_fields(request.args)}))


@blueprint.post("/movies/new")
def add_movie() -> ResponseReturnValue:
    """Add the movie; or look a film of TMDB up for it, or go on with a known movie's form."""
    if is_look_up(request.form):
        upload, _status = _read_upload({})
        return answer_look_up(request.form, upload)
    if known := read_known_film(request.form.get(BUTTON, "")):
        upload, _status = _read_upload({})
        return show_form(form_of_known_film(known, form_as_sent(None, request.form, upload)))
    return _save_form(None)


@blueprint.get(MOVIE)
def movie(movie_id: int) -> ResponseReturnValue:
    """Show the movie's form; the address may fill in a further premiere."""
    if answer := _draft(movie_id):
        return answer
    form = form_of(movie_id)
    return show_form(replace(form, texts={**form.texts, **given_fields(request.args)}))


@blueprint.post(MOVIE)
def change_movie(movie_id: int) -> ResponseReturnValue:
    """Change the movie; restore it first if the form asks for that."""
    if request.form.get("then") == BRING_BACK:
        with writing() as session:
            ensure_back(session, movie_id, by=current_admin().email)
    return _save_form(movie_id)


def _draft(movie_id: int | None) -> Response | None:
    """Return the form as it was sent before the sign-in, if the address names such a draft."""
    draft = requested_draft()
    if draft is None:
        return None
    return show_as_sent(movie_id, Fields(draft.fields), kind=DRAFT, with_file=draft.with_file)


def _save_form(movie_id: int | None) -> ResponseReturnValue:
    """Save what was sent, or show it again with its faults: nothing that was typed is lost."""
    checked, faults = _checked_fields(movie_id)
    upload, status = _read_upload(faults)
    form = form_as_sent(movie_id, request.form, upload)
    if faults:
        return show_form(form, faults=faults, status=status)
    if form.gone:
        return show_form(form, status=CONFLICT)
    ensure_names()
    wish = replace(read_wish(movie_id, hidden=form.hidden is not None), added=_link)
    outcome = _save(movie_id, checked, upload, wish=wish)
    if outcome is None:
        again = {"poster_file": _("A fájl közben elveszett. Válaszd ki újra.")}
        return show_form(replace(form, kept=None), faults=again, status=UNPROCESSABLE)
    return _answer(form, outcome, hides=not wish.publish)


def _read_upload(faults: dict[str, str]) -> tuple[FormUpload | None, int]:
    """Return the form's file and the status of an answer with faults; adds the file's fault."""
    try:
        return read_upload(), UNPROCESSABLE
    except UnreadableSource as error:
        faults["poster_file"] = poster_words(error.message)
        return None, TOO_LARGE if is_cut() else UNPROCESSABLE
    except StorageError as error:
        faults["poster_file"] = storage_fault(error)
        return None, UNAVAILABLE


def _checked_fields(movie_id: int | None) -> tuple[CheckedFields, dict[str, str]]:
    given = given_fields(request.form)
    in_rows = PREMIERE_COLUMNS if any("#" in name for name in given) else ()
    needed = [c for c in REQUIRED if movie_id is None and c not in in_rows]
    checked = check_fields({**dict.fromkeys(needed, ""), **given})
    return checked, {fault.column: calendar_words(fault.reason) for fault in checked.faults}


def _save(
    movie_id: int | None, checked: CheckedFields, upload: FormUpload | None, *, wish: Wish
) -> SaveOutcome | None:
    """Return the outcome; None if the file was pruned meanwhile and must be sent again."""
    while True:
        sent = Submission(
            movie_id,
            checked.values,
            removed=removed_premieres(request.form),
            upload=upload.stored if upload else None,
            no_poster="remove_poster" in request.form,
            shown=read_shown(),
            picks=_picks(),
            focus=read_focus(),
            duplicates_seen=_duplicates_seen(),
            digest=digest_of(request.form, upload),
        )
        try:
            with writing() as session:
                return save(session, sent, wish, by=current_admin().email)
        except BuildAbandoned:
            upload = upload.stored_again() if upload else None
            if upload is None:
                return None


def _link(session: Session, movie_id: int) -> None:
    """Link the movie that was just added with the film that filled its form."""
    if film := read_film(request.form.get(LINKED, "")):
        film.link(session, movie_id)


def _picks() -> dict[str, str]:
    return {
        name.removeprefix(PICKS): value
        for name, value in request.form.items()
        if name.startswith(PICKS)
    }


def _duplicates_seen() -> frozenset[int] | None:
    seen = request.form.get("duplicates_seen")
    return None if seen is None else frozenset(int(n) for n in IDS.findall(seen))


def _answer(form: Form, outcome: SaveOutcome, *, hides: bool) -> ResponseReturnValue:
    """Return a redirect if the movie is saved, else the form again with what must be decided."""
    if isinstance(outcome, Saved):
        done = "hidden" if hides else "saved" if form.movie_id else "added"
        return _saved(outcome, done="published" if form.hidden and not hides else done)
    if isinstance(outcome, SaveRefused):
        faults = {fault.column: calendar_words(fault.reason) for fault in outcome.faults}
        return show_form(form, faults=faults, status=UNPROCESSABLE)
    if isinstance(outcome, PossibleDuplicates):
        return show_form(form, duplicates=outcome.duplicates, status=CONFLICT)
    theirs = {column: text_of(outcome.now.values[column]) for column in outcome.changed_by_others}
    now = shown_text(outcome.now)
    return show_form(
        form, texts={**form.texts, **theirs}, shown=now, contested=outcome, status=CONFLICT
    )


def _saved(saved: Saved, *, done: str) -> ResponseReturnValue:
    if draft_id := request.args.get("typed"):
        delete_draft(current_admin().id, draft_id)
    if done != "hidden":
        services().schedule.build([saved.movie_id], offered=True)
    flash_done(done, saved.movie_id, saved.title)
    if request.form.get("then") == "new":
        return redirect_to("new_movie", premiere_date=request.form.get("premiere_date") or None)
    return redirect_to("movie", movie_id=saved.movie_id)
