"""Writes a film of TMDB into its movie: what the merge takes, proposes and withdraws."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from mozi import clock
from mozi.calendar.editing.changes import lock_movie, save_changes
from mozi.calendar.editing.history import NO_POSTER, load_poster_snapshots
from mozi.catalogue.asked import close_proposal, load_decided, propose
from mozi.catalogue.fields import Slots, change_of, find_slots, ids_of, new_movie, ours, told_by
from mozi.catalogue.matching import CLOSE_BY, UnlinkedMovie, find_match
from mozi.catalogue.merging import (
    PREMIERE,
    TMDB_ID,
    Merge,
    Values,
    merge,
)
from mozi.catalogue.tmdb.films import TmdbFilm
from mozi.database import reading, writing
from mozi.errors import Busy, MovieNotFound
from mozi.models import CatalogueMovie, Movie, Premiere
from mozi.vocabulary import BY_CATALOGUE

BY_TMDB = "TMDB"  # the editor that the history names
SEEN_AGAIN_AFTER = timedelta(days=1)
ATTEMPTS = 3  # another run may add the same film, or an editor save the movie

ADDED, CHANGED, UNCHANGED = "added", "changed", "unchanged"


@dataclass(frozen=True)
class Outcome:
    """What became of a film. result: ADDED, CHANGED or UNCHANGED; movie_id: None: no movie."""

    result: str
    proposed: bool = False
    movie_id: int | None = None


def take_film(
    film: TmdbFilm, *, today: date, movie_id: int | None = None, dry_run: bool = False
) -> Outcome:
    """Bring the film's movie up to date in one transaction, or add it.

    movie_id: the movie that it is, unless it is another one's already. dry_run: writes nothing.
    Raises Busy where others keep changing the movie.
    """
    if dry_run:
        with reading() as session:
            return _take(session, film, today, movie_id, write=False)
    for _ in range(ATTEMPTS):
        try:
            with writing() as session:
                return _take(session, film, today, movie_id, write=True)
        except (IntegrityError, StaleDataError):
            continue
    raise Busy("Another process keeps changing the same movie.")


def _take(
    session: Session, film: TmdbFilm, today: date, movie_id: int | None, *, write: bool
) -> Outcome:
    link = session.get(CatalogueMovie, film.tmdb_id)
    if link is not None and (movie_id is None or session.get(Movie, link.movie_id) is not None):
        movie_id = link.movie_id
    elif movie_id is None:
        movie_id = _find_movie(session, film)
    if movie_id is None:
        known = _find_other_link(session, film)
        if known is not None:
            return _ask_about_id(session, known, film, write=write)
        return _add(session, film, write=write)
    try:
        movie = lock_movie(session, movie_id) if write else session.get(Movie, movie_id)
    except MovieNotFound:  # an editor has deleted it
        movie = None
    if movie is None:
        return Outcome(UNCHANGED)
    return _merge_into(session, movie, link, film, today, write=write)


def _find_other_link(session: Session, film: TmdbFilm) -> CatalogueMovie | None:
    """Return the row of another film of TMDB's with the same id of IMDb: TMDB merges such films."""
    if film.imdb_id is None:
        return None
    query = select(CatalogueMovie).where(
        CatalogueMovie.imdb_id == film.imdb_id, CatalogueMovie.tmdb_id != film.tmdb_id
    )
    return session.scalars(query.order_by(CatalogueMovie.gone).limit(1)).first()


def _ask_about_id(
    session: Session, known: CatalogueMovie, film: TmdbFilm, *, write: bool
) -> Outcome:
    """Ask whether a movie is this film now, unless that was asked already."""
    decided = load_decided(session, known.movie_id)
    asked = decided.open.get(TMDB_ID) == film.tmdb_id or decided.refuses(TMDB_ID, film.tmdb_id)
    if asked or session.get(Movie, known.movie_id) is None:
        return Outcome(UNCHANGED)
    if write:
        propose(session, known.movie_id, TMDB_ID, film.tmdb_id)
    return Outcome(UNCHANGED, proposed=True, movie_id=known.movie_id)


def _add(session: Session, film: TmdbFilm, *, write: bool) -> Outcome:
    if not film.premieres or film.cancelled:
        return Outcome(UNCHANGED)
    if not write:
        return Outcome(ADDED)
    [movie] = save_changes(session, [new_movie(film)], by=BY_TMDB, source=BY_CATALOGUE)
    ids = {each.kind: each.id for each in movie.premieres}
    session.add(new_link(film, movie.id, told_by(film), ids))
    return Outcome(ADDED, movie_id=movie.id)


def _merge_into(  # noqa: PLR0913 - the parts of one transaction
    session: Session,
    movie: Movie,
    link: CatalogueMovie | None,
    film: TmdbFilm,
    today: date,
    *,
    write: bool,
) -> Outcome:
    told, base = told_by(film), dict(link.base) if link else {}
    last_ids = link.premiere_ids if link else {}
    slots = find_slots(movie, film, base, last_ids, today=today)
    if slots.past:
        base[PREMIERE + "rerelease"] = None
    poster = load_poster_snapshots(session, [movie.id]).get(movie.id, NO_POSTER)
    present = ours(movie, poster, slots, told, today=today)
    merged = merge(present, base, told, load_decided(session, movie.id))
    if write:
        _write(session, movie, slots, merged, today)
        ids = {**last_ids, **_ids_after(movie, slots, merged.taken)}
        _remember(session, link, film, movie.id, told, ids)
    result = CHANGED if merged.taken else UNCHANGED
    return Outcome(result, bool(merged.proposed), movie.id)


def _write(session: Session, movie: Movie, slots: Slots, merged: Merge, today: date) -> None:
    if merged.taken:
        change = change_of(movie, slots, merged.taken, today=today)
        save_changes(session, [change], by=BY_TMDB, source=BY_CATALOGUE)
    for name, value in merged.proposed.items():
        propose(session, movie.id, name, value)
    for name in merged.withdrawn:
        close_proposal(session, movie.id, name)


def _ids_after(movie: Movie, slots: Slots, taken: Values) -> dict[str, int]:
    """Return the premieres that TMDB means, those that were just added included."""
    ids = ids_of(slots)
    for name, day in taken.items():
        kind = name.removeprefix(PREMIERE)
        if name.startswith(PREMIERE) and kind not in ids:
            added = [p for p in movie.premieres if (p.kind, str(p.premiere_date)) == (kind, day)]
            ids[kind] = added[-1].id
    return ids


def new_link(film: TmdbFilm, movie_id: int, told: Values, ids: dict[str, int]) -> CatalogueMovie:
    """Return the row of a film that is this movie. told: the first base; ids: by kind."""
    return CatalogueMovie(
        tmdb_id=film.tmdb_id,
        movie_id=movie_id,
        imdb_id=film.imdb_id,
        original_language=film.original_language,
        base=dict(told),
        premiere_ids=ids,
    )


def _remember(  # noqa: PLR0913 - the columns of a row
    session: Session,
    link: CatalogueMovie | None,
    film: TmdbFilm,
    movie_id: int,
    told: Values,
    ids: dict[str, int],
) -> None:
    """Keep what TMDB said, as the next base; without news only the day of the look, if another."""
    if link is None:
        session.add(new_link(film, movie_id, told, ids))
        return
    new = {
        "movie_id": movie_id,
        "imdb_id": film.imdb_id or link.imdb_id,
        "original_language": film.original_language,
        "base": dict(told),
        "premiere_ids": ids,
        "gone": False,
    }
    differs = {name: value for name, value in new.items() if getattr(link, name) != value}
    for name, value in differs.items():
        setattr(link, name, value)
    if differs or clock.now() - link.seen_at >= SEEN_AGAIN_AFTER:
        link.seen_at = clock.now()


def _find_movie(session: Session, film: TmdbFilm) -> int | None:
    """Return the unlinked movie that the film is."""
    days = [each.day for each in film.premieres]
    if not days:
        return None
    near = [Premiere.premiere_date.between(day - CLOSE_BY, day + CLOSE_BY) for day in days]
    rows = session.execute(
        select(Movie.id, Movie.title, Movie.original_title, Premiere.premiere_date)
        .join(Premiere, Premiere.movie_id == Movie.id)
        .where(
            Premiere.removed_at.is_(None),
            or_(*near),
            Movie.id.not_in(select(CatalogueMovie.movie_id)),
        )
        .order_by(Movie.id)
    )
    movies: dict[int, UnlinkedMovie] = {}
    for movie_id, title, original_title, day in rows:
        known = movies.get(movie_id)
        titles = tuple(filter(None, (title, original_title)))
        movies[movie_id] = UnlinkedMovie(movie_id, titles, (*(known.days if known else ()), day))
    return find_match(film, movies.values())


def find_link(session: Session, movie_id: int) -> CatalogueMovie | None:
    """Return the row of the film that the movie is; one that is gone only if there is no other."""
    query = select(CatalogueMovie).where(CatalogueMovie.movie_id == movie_id)
    return session.scalars(query.order_by(CatalogueMovie.gone).limit(1)).first()
