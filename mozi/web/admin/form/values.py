"""The form of a movie as it is shown: empty, with the movie's values, or as it was sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flask import Response
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from werkzeug.datastructures import MultiDict

from mozi.calendar.editing.duplicates import Duplicate
from mozi.calendar.editing.hiding import Hidden, as_published, find_hidden
from mozi.calendar.editing.save import EditConflicts, get_movie_state
from mozi.calendar.editing.trash import Deleted, find_deleted
from mozi.calendar.fields import PREMIERE_COLUMNS
from mozi.database import reading
from mozi.errors import MovieNotFound
from mozi.services import services
from mozi.units import MIB
from mozi.web.admin.base import blueprint, render_page
from mozi.web.admin.form.films import LINKED, FormFilm, LookUp, read_film
from mozi.web.admin.form.repeats import KEY, new_key
from mozi.web.admin.form.texts import (
    BLANK,
    given_fields,
    removed_premieres,
    shown_text,
    text_of,
    texts_of,
)
from mozi.web.admin.form.uploads import FormUpload, earlier_upload
from mozi.web.admin.messages.calendar import FIELD_NAMES
from mozi.web.admin.sign_in.session_recovery import signed_sender
from mozi.web.i18n.words import AGE_NAMES, KIND_NAMES, PRECISION_NAMES, STATUS_NAMES, VERSION_NAMES

CHOICES: dict[str, dict[str, LazyString | str]] = {
    "kind": {**KIND_NAMES},
    "date_precision": {**PRECISION_NAMES},
    "status": {**STATUS_NAMES},
    "language_version": {"": _("Nincs megadva"), **VERSION_NAMES},
    "age_rating": {"": _("Nincs megadva"), **{age: age for age in AGE_NAMES}},
}
UNPROCESSABLE, CONFLICT = 422, 409
Fields = MultiDict[str, str]


# Notices: the movie was deleted meanwhile; the token was another session's; the form was sent
# before the sign-in; its file was not kept and must be chosen again; it was a new movie's form.
GONE, CSRF, DRAFT, FILE_LOST, KNOWN = "gone", "csrf", "draft", "file_lost", "known"


@dataclass(frozen=True)
class FormNotice:
    """A notice above the form. GONE has movie_id, and deleted if the movie can be restored."""

    kind: str
    movie_id: int = 0
    deleted: Deleted | None = None


@dataclass(frozen=True)
class Form:
    """A movie's form. texts: by column. faults: sentences by field.

    shown: the movie's values when the form was opened, for the form to send back. kept: a file
    of an earlier try. focus: as typed. notices: in the order of the page. film: the one of TMDB
    that filled the form; found: those of a look-up. key: the server recognises by it a form that
    is sent twice. hidden: the movie is on no page yet;
    hidden_poster: whether it has an uploaded poster.
    """

    movie_id: int | None
    texts: Mapping[str, str]
    shown: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)
    kept: FormUpload | None = None
    duplicates: tuple[Duplicate, ...] = ()
    contested: EditConflicts | None = None
    no_poster: bool = False
    removed: frozenset[str] = frozenset()
    focus: tuple[str, str] | None = None
    notices: tuple[FormNotice, ...] = ()
    film: FormFilm | None = None
    hidden: Hidden | None = None
    hidden_poster: bool = False
    publish_on: str = ""
    found: LookUp | None = None
    key: str = field(default_factory=new_key)

    @property
    def premieres(self) -> tuple[str, ...]:
        """Return what stands behind the names of each premiere's texts, in the form's order."""
        rows = {name.partition("#")[2]: "" for name in self.texts if "#" in name}
        return tuple(rows)

    @property
    def names(self) -> dict[str, str]:
        """Return the labels of all texts; those of a premiere say which one."""
        named = {column: str(label) for column, label in FIELD_NAMES.items()}
        for place, premiere in enumerate(self.premieres, 1):
            which = _("%(number)s. bemutató", number=place)
            named |= {f"{c}#{premiere}": f"{named[c]} ({which})" for c in PREMIERE_COLUMNS}
        return named

    def field_name(self, column: str) -> str:
        """Return the name of the input of a text."""
        name, _hash, premiere = column.partition("#")
        if premiere in self.premieres:
            return f"premieres-{self.premieres.index(premiere)}-{name}"
        plain = not self.premieres or name not in PREMIERE_COLUMNS
        return name if plain else f"premieres-0-{name}"

    @property
    def gone(self) -> FormNotice | None:
        """Return the notice that the movie was deleted."""
        return next((notice for notice in self.notices if notice.kind == GONE), None)

    @property
    def duplicates_seen(self) -> str:
        """Return the ids of the possible duplicates, for the form to send back."""
        return ",".join(str(duplicate.id) for duplicate in self.duplicates)


def form_of(movie_id: int) -> Form:
    """Return the form with the movie's values; raises MovieNotFound."""
    with reading() as session:
        hidden = find_hidden(session, movie_id)
    with as_published(movie_id) if hidden else reading() as session:
        edited = get_movie_state(session, movie_id)
    return Form(
        movie_id,
        texts_of(edited.values),
        shown_text(edited),
        hidden=hidden,
        hidden_poster=hidden is not None and edited.poster.original_key is not None,
        publish_on=text_of(hidden.publish_on) if hidden else "",
    )


def form_as_sent(movie_id: int | None, fields: Fields, upload: FormUpload | None) -> Form:
    """Return the form as it was sent; fields that it lacked have the movie's values.

    If the movie was deleted, the form says so and can be saved as another movie.
    """
    try:
        form = Form(None, BLANK) if movie_id is None else form_of(movie_id)
    except MovieNotFound as error:
        form = Form(None, BLANK, notices=(_gone(error.movie_id),))
    return replace(
        form,
        texts={**form.texts, **given_fields(fields)},
        shown=fields.get("shown") or form.shown,
        kept=upload,
        key=fields.get(KEY) or form.key,
        no_poster="remove_poster" in fields,
        removed=removed_premieres(fields),
        publish_on=fields.get("publish_on", form.publish_on),
        focus=(fields["focus_x"], fields.get("focus_y", "")) if "focus_x" in fields else None,
        film=read_film(fields.get(LINKED, "")) if movie_id is None else None,
    )


def show_as_sent(
    movie_id: int | None, fields: Fields, *, kind: str, with_file: bool, status: int = 200
) -> Response:
    """Show the form as it was sent, with the notice of this kind; a file must be chosen again."""
    form = form_as_sent(movie_id, fields, earlier_upload(fields.get("poster_kept", "")))
    lost = (FormNotice(FILE_LOST),) if with_file else ()
    notices = (*form.notices, FormNotice(kind), *lost)
    return show_form(form, notices=notices, status=status)


def show_form(form: Form, *, status: int = 200, **changes: object) -> Response:
    """Show the form with these changes."""
    form = replace(form, **changes)  # type: ignore[arg-type]
    mib = services().settings.poster_max_bytes / MIB
    return render_page(
        "movie_form",
        form=form,
        names=form.names,
        choices=CHOICES,
        max_mib=f"{mib:g}",
        sender=signed_sender(),
        status=status,
    )


def _gone(movie_id: int) -> FormNotice:
    with reading() as session:
        return FormNotice(GONE, movie_id, find_deleted(session, movie_id))


blueprint.add_app_template_filter(text_of, "field_text")
