"""The form of a movie as it is shown: empty, as the movie stands, or as somebody sent it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flask import Response, request
from werkzeug.datastructures import MultiDict

from mozi.calendar.deleting import Deleted, find_deleted
from mozi.calendar.editing import Contested, get_edited
from mozi.calendar.twins import Twin
from mozi.database import reading
from mozi.errors import MovieNotFound
from mozi.parts import parts
from mozi.web.admin.ended import typed_by
from mozi.web.admin.ground import blueprint, page
from mozi.web.admin.movie_texts import BLANK, given_fields, shown_text, text_of, texts_of
from mozi.web.admin.movie_uploads import FormUpload, earlier_upload
from mozi.web.admin.reasons import COLUMN_NAMES

MIB = 1024 * 1024
NOT_DONE, CONTRADICTED = 422, 409
Fields = MultiDict[str, str]


@dataclass(frozen=True)
class Gone:
    """A movie that was deleted while its form was open; deleted: None where it cannot come back."""

    movie_id: int
    deleted: Deleted | None


@dataclass(frozen=True)
class Form:
    """What the form shows. texts: by column; faults: sentences by field.

    shown: what it brings back of the movie as it was; kept: a file of an earlier try; focus: as
    typed. gone: the movie is not there any more; stale: it was another session's form; again: it
    was typed before signing in; file_lost: its file must be chosen once more.
    """

    movie_id: int | None
    texts: Mapping[str, str]
    shown: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)
    kept: FormUpload | None = None
    twins: tuple[Twin, ...] = ()
    contested: Contested | None = None
    no_poster: bool = False
    focus: tuple[str, str] | None = None
    gone: Gone | None = None
    stale: bool = False
    again: bool = False
    file_lost: bool = False

    @property
    def twins_seen(self) -> str:
        """Return what the form brings back of the movies that it warns of."""
        return ",".join(str(twin.id) for twin in self.twins)


def form_as_stands(movie_id: int) -> Form:
    """Return the movie's form; raises MovieNotFound."""
    with reading() as session:
        edited = get_edited(session, movie_id)
    return Form(movie_id, texts_of(edited.values), shown_text(edited))


def form_as_sent(movie_id: int | None, fields: Fields, upload: FormUpload | None) -> Form:
    """Return the form as it was sent; what it did not hold is as the movie stands.

    Where the movie is there no more, the form says so and can be saved as another one.
    """
    try:
        form = Form(None, BLANK) if movie_id is None else form_as_stands(movie_id)
    except MovieNotFound as error:
        form = Form(None, BLANK, gone=_gone(error.movie_id))
    return replace(
        form,
        texts={**form.texts, **given_fields(fields)},
        shown=fields.get("shown") or form.shown,
        kept=upload,
        no_poster="remove_poster" in fields,
        focus=(fields["focus_x"], fields.get("focus_y", "")) if "focus_x" in fields else None,
    )


def show_as_sent(
    movie_id: int | None, fields: Fields, *, status: int = 200, **changes: object
) -> Response:
    """Show the form as it was sent, but for a file: that would have to be chosen once more."""
    file = request.files.get("poster_file")
    changes.setdefault("file_lost", bool(file and file.filename))
    form = form_as_sent(movie_id, fields, earlier_upload(fields.get("poster_kept", "")))
    return show_form(form, status=status, **changes)


def show_form(form: Form, *, status: int = 200, **changes: object) -> Response:
    """Show the form, changed so."""
    form = replace(form, **changes)  # type: ignore[arg-type]
    mib = parts().settings.poster_max_bytes / MIB
    return page(
        "movie_form",
        form=form,
        names=COLUMN_NAMES,
        max_mib=f"{mib:g}",
        typed_by=typed_by(),
        status=status,
    )


def _gone(movie_id: int) -> Gone:
    with reading() as session:
        return Gone(movie_id, find_deleted(session, movie_id))


blueprint.add_app_template_filter(text_of, "field_text")
