"""A film of TMDB in a new movie's form: films of the typed title, and the one that filled it.

The film that filled the form is a signed text in it, with all that TMDB said then: saving asks
TMDB nothing, and links the movie by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy.orm import Session

from mozi.calendar.editing.changes import POSTER_URL
from mozi.calendar.fields import PREMIERE_COLUMNS
from mozi.catalogue.desk import OfferedFilm
from mozi.catalogue.fields import told_by
from mozi.catalogue.linking import film_told, link_film
from mozi.catalogue.merging import Values
from mozi.catalogue.tmdb.films import TmdbFilm
from mozi.web.admin.form.texts import BLANK, text_of
from mozi.web.rendering import today

LIFE_S = 12 * 60 * 60  # as that of an upload of the form
LINKED = "film_kept"  # the field that holds the signed text


@dataclass(frozen=True)
class LookUp:
    """The films of a title. failed: TMDB did not answer."""

    title: str
    films: tuple[OfferedFilm, ...] = ()
    failed: bool = False


@dataclass(frozen=True)
class FormFilm:
    """The film that filled the form. told: what TMDB said, by field of catalogue/fields.py."""

    tmdb_id: int
    imdb_id: str | None
    original_language: str | None
    told: Values

    @property
    def token(self) -> str:
        """Return the signed text that the form sends back."""
        return str(_signer().dumps([*self._ids, dict(self.told)]))

    @property
    def title(self) -> str:
        """Return TMDB's title."""
        return str(self.told["title"])

    @property
    def poster_url(self) -> str | None:
        """Return the address of TMDB's poster."""
        url = self.told.get(POSTER_URL)
        return url if isinstance(url, str) else None

    @property
    def _ids(self) -> tuple[int, str | None, str | None]:
        return self.tmdb_id, self.imdb_id, self.original_language

    def link(self, session: Session, movie_id: int) -> None:
        """Link the movie that was just added with the film."""
        film = film_told(*self._ids, told=self.told)
        link_film(session, movie_id, film, told=self.told, today=today())


def form_film(film: TmdbFilm) -> FormFilm:
    """Return the film as the form keeps it."""
    return FormFilm(film.tmdb_id, film.imdb_id, film.original_language, told_by(film))


def read_film(token: str) -> FormFilm | None:
    """Return the film that filled the form; None if the token is too old or not ours."""
    try:
        return FormFilm(*_signer().loads(token, max_age=LIFE_S))
    except (BadData, ValueError, TypeError):
        return None


def filled_texts(typed: Mapping[str, str], film: TmdbFilm) -> dict[str, str]:
    """Return the form's texts with the film's; what TMDB does not know stays as typed."""
    texts = {**typed, **{c: text_of(value) for c, value in film.values.items() if value}}
    if not film.premieres:
        return texts
    texts = {name: text for name, text in texts.items() if "#" not in name}
    rows = [
        {"kind": p.kind, "premiere_date": p.day.isoformat(), "date_precision": "day"}
        for p in film.premieres
    ]
    if len(rows) == 1:
        return {**texts, **rows[0]}
    return texts | {
        f"{column}#new{number}": {**BLANK, **row}[column]
        for number, row in enumerate(rows)
        for column in PREMIERE_COLUMNS
    }


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="film-of-tmdb")
