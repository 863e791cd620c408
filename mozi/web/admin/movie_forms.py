"""The form of a movie: shown, taken, and shown again with all that was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mozi.calendar.editing import (
    Contested,
    Doubted,
    Outcome,
    Refused,
    Saved,
    Submission,
    get_edited,
    save_movie,
)
from mozi.calendar.fields import REQUIRED, CheckedFields, check_fields
from mozi.calendar.names import ensure_names
from mozi.calendar.twins import Twin
from mozi.database import reading, writing
from mozi.errors import BuildAbandoned, UnreadableSource
from mozi.parts import parts
from mozi.web.admin.failures import failure_words
from mozi.web.admin.ground import blueprint, go, me, page
from mozi.web.admin.movie_texts import (
    BLANK,
    given_fields,
    read_shown,
    shown_text,
    text_of,
    texts_of,
)
from mozi.web.admin.movie_uploads import FormUpload, read_upload
from mozi.web.admin.notices import tell
from mozi.web.admin.posters import take_focus
from mozi.web.admin.reasons import COLUMN_NAMES, reason_words

MOVIE = "/movies/<int(max=2147483647):movie_id>"
PICKS = "pick."
MIB = 1024 * 1024
NOT_DONE, CONTRADICTED = 422, 409


@dataclass(frozen=True)
class Form:
    """What the form shows. texts: by column; faults: sentences by field.

    shown: what it brings back of the movie as it was; kept: a file of an earlier try.
    """

    movie_id: int | None
    texts: Mapping[str, str]
    shown: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)
    kept: FormUpload | None = None
    twins: tuple[Twin, ...] = ()
    contested: Contested | None = None
    no_poster: bool = False

    @property
    def twins_seen(self) -> str:
        """Return what the form brings back of the movies that it warns of."""
        return ",".join(str(twin.id) for twin in self.twins)


@blueprint.get("/movies/new")
def new_movie() -> ResponseReturnValue:
    """Show an empty form; the address may fill fields in (?premiere_date=2026-12-03)."""
    return _show(Form(None, {**BLANK, **given_fields(request.args)}))


@blueprint.post("/movies/new")
def add_movie() -> ResponseReturnValue:
    """Add the movie."""
    return _take(None)


@blueprint.get(MOVIE)
def movie(movie_id: int) -> ResponseReturnValue:
    """Show the movie's form."""
    with reading() as session:
        edited = get_edited(session, movie_id)
    return _show(Form(movie_id, texts_of(edited.values), shown_text(edited)))


@blueprint.post(MOVIE)
def change_movie(movie_id: int) -> ResponseReturnValue:
    """Change the movie."""
    return _take(movie_id)


def _take(movie_id: int | None) -> ResponseReturnValue:
    """Save what was sent, or show it again with what is wrong: nothing that was typed is lost."""
    checked, faults = _checked(movie_id)
    upload = None
    try:
        upload = read_upload()
    except UnreadableSource as error:
        faults["poster_file"] = failure_words(error)
    form = _as_sent(movie_id, upload)
    if faults:
        return _show(form, faults=faults, status=NOT_DONE)
    ensure_names()
    outcome = _save(movie_id, checked, upload)
    if outcome is None:
        again = {"poster_file": _("A fájl közben elveszett. Válaszd ki újra.")}
        return _show(_as_sent(movie_id, None), faults=again, status=NOT_DONE)
    return _answer(form, outcome)


def _checked(movie_id: int | None) -> tuple[CheckedFields, dict[str, str]]:
    given = given_fields(request.form)
    needed = REQUIRED if movie_id is None else ()
    checked = check_fields({**dict.fromkeys(needed, ""), **given})
    return checked, {fault.column: reason_words(fault.reason) for fault in checked.faults}


def _save(
    movie_id: int | None, checked: CheckedFields, upload: FormUpload | None
) -> Outcome | None:
    """Return what became of it; None where the file is gone and must be sent again."""
    while True:
        sent = Submission(
            movie_id,
            checked.values,
            upload=upload.stored if upload else None,
            no_poster="remove_poster" in request.form,
            shown=read_shown(),
            picks=_picks(),
            twins_seen=_twins_seen(),
        )
        try:
            with writing() as session:
                return save_movie(session, sent, by=me().email)
        except BuildAbandoned:
            upload = upload.stored_again() if upload else None
            if upload is None:
                return None


def _picks() -> dict[str, str]:
    return {
        name.removeprefix(PICKS): value
        for name, value in request.form.items()
        if name.startswith(PICKS)
    }


def _twins_seen() -> frozenset[int] | None:
    told = request.form.get("twins_seen")
    return None if told is None else frozenset(int(n) for n in told.split(",") if n.isdecimal())


def _answer(form: Form, outcome: Outcome) -> ResponseReturnValue:
    if isinstance(outcome, Saved):
        return _saved(outcome, is_new=form.movie_id is None)
    if isinstance(outcome, Refused):
        faults = {fault.column: reason_words(fault.reason) for fault in outcome.faults}
        return _show(form, faults=faults, status=NOT_DONE)
    if isinstance(outcome, Doubted):
        return _show(form, twins=outcome.twins, status=CONTRADICTED)
    taken = {column: text_of(outcome.now.values[column]) for column in outcome.taken}
    now = shown_text(outcome.now)
    return _show(
        form, texts={**form.texts, **taken}, shown=now, contested=outcome, status=CONTRADICTED
    )


def _saved(saved: Saved, *, is_new: bool) -> ResponseReturnValue:
    take_focus(saved.movie_id)
    parts().on_demand.begin(saved.movie_id)
    tell("added" if is_new else "saved", saved.movie_id, saved.title)
    if request.form.get("then") == "new":
        return go("new_movie", premiere_date=request.form.get("premiere_date") or None)
    return go("movie", movie_id=saved.movie_id)


def _as_sent(movie_id: int | None, upload: FormUpload | None) -> Form:
    """Return the form as it was sent; what it did not hold is as the movie stands."""
    texts, shown = dict(BLANK), request.form.get("shown", "")
    if movie_id is not None:
        with reading() as session:
            edited = get_edited(session, movie_id)
        texts, shown = texts_of(edited.values), shown or shown_text(edited)
    return Form(
        movie_id,
        {**texts, **given_fields(request.form)},
        shown,
        kept=upload,
        no_poster="remove_poster" in request.form,
    )


def _show(form: Form, *, status: int = 200, **changes: object) -> Response:
    form = replace(form, **changes)  # type: ignore[arg-type]
    mib = parts().settings.poster_max_bytes / MIB
    return page("movie_form", form=form, names=COLUMN_NAMES, max_mib=f"{mib:g}", status=status)


blueprint.add_app_template_filter(text_of, "field_text")
