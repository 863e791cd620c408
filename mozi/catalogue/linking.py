"""Links a movie with the film of TMDB that an editor chose for it, and with a poster of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mozi import clock
from mozi.calendar.editing.changes import POSTER_URL, MovieChange, lock_movie, save_changes
from mozi.calendar.editing.history import NO_POSTER, load_poster_snapshots
from mozi.catalogue.changes import new_link
from mozi.catalogue.fields import find_slots, ids_of
from mozi.catalogue.merging import PREMIERE, Values
from mozi.catalogue.tmdb.films import FilmPremiere, TmdbFilm
from mozi.models import CatalogueMovie, Movie


def link_film(
    session: Session, movie_id: int, film: TmdbFilm, *, told: Values, today: date
) -> None:
    """Link a movie that was just added with the film that filled its form.

    told: what TMDB said then, the base of the next merge, so that a field that the editor changed
    before saving is the editor's. A film that is another movie's already stays that one's.
    """
    link = session.get(CatalogueMovie, film.tmdb_id)
    if link is not None and session.get(Movie, link.movie_id) is not None:
        return
    slots = find_slots(session.get_one(Movie, movie_id), film, {}, {}, today=today)
    new = new_link(film, movie_id, told, ids_of(slots))
    new.gone, new.seen_at = False, clock.now()
    try:
        with session.begin_nested():
            session.merge(new)
    except IntegrityError:  # another editor was faster
        return


def film_told(
    tmdb_id: int, imdb_id: str | None, original_language: str | None, *, told: Values
) -> TmdbFilm:
    """Return a film as far as its link needs it. told: as of fields.told_by()."""
    days = {
        name.removeprefix(PREMIERE): day
        for name, day in told.items()
        if name.startswith(PREMIERE) and isinstance(day, str)
    }
    premieres = tuple(FilmPremiere(kind, date.fromisoformat(day)) for kind, day in days.items())
    return TmdbFilm(tmdb_id, imdb_id, original_language, {}, premieres)


def choose_poster(session: Session, movie_id: int, url: str, *, by: str) -> None:
    """Make the address the wanted source of the movie's poster, in place of an upload too."""
    movie = lock_movie(session, movie_id)
    now = load_poster_snapshots(session, [movie_id]).get(movie_id, NO_POSTER)
    if now.uploaded and now.source_url == url:  # the same address changes nothing by itself
        earlier = replace(now, uploaded=False, original_key=None)
        change = MovieChange(movie, {}, earlier_poster=earlier)
    else:
        change = MovieChange(movie, {POSTER_URL: url})
    save_changes(session, [change], by=by)
