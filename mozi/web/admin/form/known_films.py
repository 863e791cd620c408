"""A new movie's form that turns out to be of a known movie.

The editor moves the movie's premiere, or adds one: the movie's form opens with that change and
with what was typed where the movie has nothing. Nothing is saved yet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from mozi.calendar.fields import PREMIERE_COLUMNS
from mozi.errors import MovieNotFound
from mozi.posters.status import get_panel
from mozi.web.admin.form.values import KNOWN, Form, FormNotice, form_of

BUTTON = "known_film"  # its value: "move 12 34" (movie and premiere) or "add 12"
VALUE = re.compile(r"(?:move (\d{1,9}) (\d{1,9})|add (\d{1,9}))", re.ASCII)
ADDED = "new99"
MOVED = ("premiere_date", "date_precision")


@dataclass(frozen=True)
class KnownFilm:
    """The movie that a new movie's form is of. premiere_id: the one that moves; None: one more."""

    movie_id: int
    premiere_id: int | None = None


def read_known_film(value: str) -> KnownFilm | None:
    """Return what the button says; None if none was pressed."""
    match = VALUE.fullmatch(value)
    if match is None:
        return None
    moved_movie, premiere, added_movie = match.groups()
    return KnownFilm(int(moved_movie or added_movie), int(premiere) if premiere else None)


def form_of_known_film(known: KnownFilm, sent: Form) -> Form:
    """Return the known movie's form, changed as sent says; sent itself if the movie is gone."""
    try:
        form = form_of(known.movie_id)
        has_poster = get_panel(known.movie_id).state != "none"
    except MovieNotFound:
        return sent
    texts = {**form.texts, **_filled(form, sent, has_poster=has_poster), **_premiere(known, sent)}
    kept = None if has_poster else sent.kept
    return replace(form, texts=texts, kept=kept, key=sent.key, notices=(FormNotice(KNOWN),))


def _filled(form: Form, sent: Form, *, has_poster: bool) -> dict[str, str]:
    """Return what was typed for the fields that are empty."""
    own = {column for column, text in form.texts.items() if not text and "#" not in column}
    if has_poster:
        own.discard("poster_url")
    return {column: sent.texts[column] for column in own if sent.texts.get(column)}


def _premiere(known: KnownFilm, sent: Form) -> dict[str, str]:
    """Return the fields of the premiere that moves or is added, as the sent form's first one."""
    row = f"#{sent.premieres[0]}" if sent.premieres else ""
    columns = MOVED if known.premiere_id else PREMIERE_COLUMNS
    which = known.premiere_id or ADDED
    return {f"{c}#{which}": sent.texts[f"{c}{row}"] for c in columns if f"{c}{row}" in sent.texts}
