"""The form of a movie as it is shown: empty, as the movie stands, or as somebody sent it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flask import Response
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from werkzeug.datastructures import MultiDict

from mozi.calendar.editing.duplicates import Duplicate
from mozi.calendar.editing.save import EditConflicts, get_movie_state
from mozi.calendar.editing.trash import Deleted, find_deleted
from mozi.database import reading
from mozi.errors import MovieNotFound
from mozi.services import services
from mozi.units import MIB
from mozi.web.admin.base import blueprint, page
from mozi.web.admin.form.texts import BLANK, given_fields, shown_text, text_of, texts_of
from mozi.web.admin.form.uploads import FormUpload, earlier_upload
from mozi.web.admin.messages.calendar import COLUMN_NAMES
from mozi.web.admin.sign_in.session_recovery import typed_by
from mozi.web.i18n.words import AGE_NAMES, KIND_NAMES, PRECISION_NAMES, STATUS_NAMES

CHOICES: dict[str, dict[str, LazyString | str]] = {
    "kind": {**KIND_NAMES},
    "date_precision": {**PRECISION_NAMES},
    "status": {**STATUS_NAMES},
    "age_rating": {"": _("Nincs megadva"), **{age: age for age in AGE_NAMES}},
}
NOT_DONE, CONTRADICTED = 422, 409
Fields = MultiDict[str, str]


# What may happen to a form on its way: its movie was deleted meanwhile; it was another session's;
# it was typed before signing in; its file could not be kept and must be chosen once more.
GONE, STALE, TYPED_BEFORE, FILE_LOST = ("gone", "stale", "typed_before", "file_lost")


@dataclass(frozen=True)
class News:
    """One thing that happened to a form. GONE: movie_id, and deleted where it can come back."""

    kind: str
    movie_id: int = 0
    deleted: Deleted | None = None


@dataclass(frozen=True)
class Form:
    """What the form shows. texts: by column; faults: sentences by field.

    shown: what it brings back of the movie as it was; kept: a file of an earlier try; focus: as
    typed. news: what happened on its way, in the order of telling.
    """

    movie_id: int | None
    texts: Mapping[str, str]
    shown: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)
    kept: FormUpload | None = None
    duplicates: tuple[Duplicate, ...] = ()
    contested: EditConflicts | None = None
    no_poster: bool = False
    focus: tuple[str, str] | None = None
    news: tuple[News, ...] = ()

    @property
    def gone(self) -> News | None:
        """Return what is known of the movie where it is not there any more."""
        return next((each for each in self.news if each.kind == GONE), None)

    @property
    def duplicates_seen(self) -> str:
        """Return what the form brings back of the movies that it warns of."""
        return ",".join(str(duplicate.id) for duplicate in self.duplicates)


def form_as_stands(movie_id: int) -> Form:
    """Return the movie's form; raises MovieNotFound."""
    with reading() as session:
        edited = get_movie_state(session, movie_id)
    return Form(movie_id, texts_of(edited.values), shown_text(edited))


def form_as_sent(movie_id: int | None, fields: Fields, upload: FormUpload | None) -> Form:
    """Return the form as it was sent; what it did not hold is as the movie stands.

    Where the movie is there no more, the form says so and can be saved as another one.
    """
    try:
        form = Form(None, BLANK) if movie_id is None else form_as_stands(movie_id)
    except MovieNotFound as error:
        form = Form(None, BLANK, news=(_gone(error.movie_id),))
    return replace(
        form,
        texts={**form.texts, **given_fields(fields)},
        shown=fields.get("shown") or form.shown,
        kept=upload,
        no_poster="remove_poster" in fields,
        focus=(fields["focus_x"], fields.get("focus_y", "")) if "focus_x" in fields else None,
    )


def show_as_sent(
    movie_id: int | None, fields: Fields, *, kind: str, with_file: bool, status: int = 200
) -> Response:
    """Show the form as it was sent, and say why; a file would have to be chosen once more."""
    form = form_as_sent(movie_id, fields, earlier_upload(fields.get("poster_kept", "")))
    lost = (News(FILE_LOST),) if with_file else ()
    return show_form(form, news=(*form.news, News(kind), *lost), status=status)


def show_form(form: Form, *, status: int = 200, **changes: object) -> Response:
    """Show the form, changed so."""
    form = replace(form, **changes)  # type: ignore[arg-type]
    mib = services().settings.poster_max_bytes / MIB
    return page(
        "movie_form",
        form=form,
        names=COLUMN_NAMES,
        choices=CHOICES,
        max_mib=f"{mib:g}",
        typed_by=typed_by(),
        status=status,
    )


def _gone(movie_id: int) -> News:
    with reading() as session:
        return News(GONE, movie_id, find_deleted(session, movie_id))


blueprint.add_app_template_filter(text_of, "field_text")
