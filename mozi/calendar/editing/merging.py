"""Makes one movie of two that are the same film, and separates them again for UNDO_DAYS.

The kept movie takes the other's premieres with their moves, the values of fields that it has not
filled in, and, if the editor wants it, the poster. The other movie goes into the trash; its
addresses lead to the kept one for good. Of two equal premieres the kept movie's stays.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from mozi.calendar.editing.changes import MovieChange, lock_movie, save_changes
from mozi.calendar.editing.duplicates import find_title_by_external_id
from mozi.calendar.editing.history import (
    MERGED,
    NO_POSTER,
    POSTER,
    SEPARATED,
    PosterSnapshot,
    load_poster_snapshots,
    record_history,
)
from mozi.calendar.editing.history import NewHistoryEntry as Entry
from mozi.calendar.editing.premieres import WHOLE, PremiereChange, shown_premieres, state_of
from mozi.calendar.editing.trash import (
    TABLES,
    bring_back,
    ensure_brought_back,
    forget_deleted,
    load_rows,
    put_into_trash,
    read_row,
)
from mozi.calendar.fields import COLUMNS, PREMIERE_COLUMNS, Values, check_fields
from mozi.calendar.merges import calendar_id, find_merged_into
from mozi.errors import MovieNotFound, NoPremiere
from mozi.models import (
    PREMIERES,
    CatalogueMovie,
    DateChange,
    DeletedMovie,
    HistoryEntry,
    MergedMovie,
    Movie,
    Premiere,
)

OWN_COLUMNS = tuple(c for c in COLUMNS if c not in ("poster_url", *PREMIERE_COLUMNS))
DETAILS = ("note", "language_version")  # of a premiere, beside its place and status
_MOVES = DateChange.__table__
Row = dict[str, Any]


@dataclass(frozen=True)
class MergeSide:
    """One of the two movies: its values, its shown premieres, and its poster."""

    movie: Movie
    premieres: tuple[Premiere, ...]
    poster: PosterSnapshot


@dataclass(frozen=True)
class MergePreview:
    """Two movies before the merge. state: a digest of all that the editor sees."""

    kept: MergeSide
    other: MergeSide
    state: str

    def comes_along(self, premiere: Premiere) -> bool:
        """Return whether the kept movie has no premiere that equals this one of the other's."""
        return _place(premiere) not in {_place(each) for each in self.kept.premieres}

    @property
    def filled(self) -> Values:
        """Return the other's values of the fields that the kept movie has not filled in."""
        kept, other = self.kept.movie, self.other.movie
        return {
            column: getattr(other, column)
            for column in OWN_COLUMNS
            if not getattr(kept, column) and getattr(other, column)
        }


@dataclass(frozen=True)
class MergeOutdated:
    """The movies have changed since the editor saw them; nothing was merged."""

    preview: MergePreview


def preview_merge(session: Session, kept_id: int, other_id: int) -> MergePreview:
    """Return both movies as the merge finds them; raises MovieNotFound."""
    posters = load_poster_snapshots(session, [kept_id, other_id])
    kept, other = (_side(session, number, posters) for number in (kept_id, other_id))
    return MergePreview(kept, other, _digest(kept, other))


def _side(session: Session, movie_id: int, posters: dict[int, PosterSnapshot]) -> MergeSide:
    movie = session.get(Movie, movie_id)
    if movie is None:
        raise MovieNotFound(movie_id)
    shown = sorted(shown_premieres(movie), key=lambda each: (each.premiere_date, each.id))
    return MergeSide(movie, tuple(shown), posters.get(movie_id, NO_POSTER))


def _digest(*sides: MergeSide) -> str:
    seen = [
        (s.movie.id, s.movie.version, s.poster.source_number)
        + tuple((each.id, each.version) for each in s.premieres)
        for s in sides
    ]
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:32]


def _place(premiere: Premiere | Row) -> tuple[str, str, str]:
    if isinstance(premiere, Premiere):
        row = {name: getattr(premiere, name) for name in PREMIERE_COLUMNS}
    else:
        row = premiere
    return (row["kind"], str(row["premiere_date"]), row["date_precision"])


def merge_movies(
    session: Session, kept_id: int, other_id: int, *, state: str, others_poster: bool, by: str
) -> Movie | MergeOutdated:
    """Merge the other movie into the kept one, and return that.

    state: of the preview that the editor confirms. others_poster: the kept movie takes the
    other's poster. Raises MovieNotFound.
    """
    forget_deleted(session)
    for movie_id in sorted((kept_id, other_id)):  # in one order, so that two editors wait
        lock_movie(session, movie_id)
    session.expire_all()
    preview = preview_merge(session, kept_id, other_id)
    if preview.state != state:
        return MergeOutdated(preview)
    kept, other = preview.kept.movie, preview.other.movie
    filled, details, poster = dict(preview.filled), _details(preview), preview.other.poster
    external_id = other.external_id
    rows = {name: load_rows(session, table, [other_id])[other_id] for name, table in TABLES.items()}
    put_into_trash(session, [other], by=by, action=MERGED)
    session.expunge(other)
    added = _take_premieres(session, preview, rows)
    last_entry = session.scalar(select(func.max(HistoryEntry.id))) or 0
    taken_poster = poster if others_poster else None
    change = MovieChange(kept, filled, premieres=details, earlier_poster=taken_poster)
    save_changes(session, [change], by=by, action=MERGED)
    entry_id = _record_premieres(session, kept, added, since=last_entry, by=by)
    tmdb_id = _take_catalogue(session, kept_id, other_id)
    session.add(
        MergedMovie(
            movie_id=other_id,
            into_id=kept_id,
            external_id=external_id,
            entry_id=entry_id,
            tmdb_id=tmdb_id,
        )
    )
    session.flush()
    return kept


def _details(preview: MergePreview) -> list[PremiereChange]:
    """Return the changes that fill in the kept movie's premieres from the other's equal ones."""
    equal = {_place(each): each for each in preview.other.premieres}
    pairs = [(each, equal.get(_place(each))) for each in preview.kept.premieres]
    changes = [(kept, _missing(kept, other)) for kept, other in pairs if other]
    return [PremiereChange(kept, values) for kept, values in changes if values]


def _missing(kept: Premiere, other: Premiere) -> Values:
    """Return the other premiere's details that the kept one lacks."""
    return {
        column: getattr(other, column)
        for column in DETAILS
        if not getattr(kept, column) and getattr(other, column)
    }


def _take_premieres(
    session: Session, preview: MergePreview, rows: dict[str, list[Row]]
) -> list[Premiere]:
    """Give the kept movie the other's premieres and moves; return those that were shown."""
    kept_id = preview.kept.movie.id
    equal = {_place(each): each.id for each in preview.kept.premieres}
    shown = {row["id"] for row in rows["premiere"] if row["removed_at"] is None}
    collapsed = {
        row["id"]: equal[_place(row)]
        for row in rows["premiere"]
        if row["id"] in shown and _place(row) in equal
    }
    rise = _rise(preview.other.movie.version, preview.kept.movie.version)
    taken = [
        {**_with_calendar_id(row), "movie_id": kept_id, "version": row["version"] + rise}
        for row in rows["premiere"]
        if row["id"] not in collapsed
    ]
    _insert(session, PREMIERES, taken)
    _insert(session, _MOVES, _moves_of(session, kept_id, collapsed, rows["date_change"]))
    session.expire(preview.kept.movie, ["premieres"])
    return [each for each in shown_premieres(preview.kept.movie) if each.id in shown]


def _rise(before: int, now: int) -> int:
    """Return what a premiere's version must rise by when its movie's version changes so.

    Calendars get the sum of the two, which must never decrease (RFC 5545, 3.8.7.4).
    """
    return 1 + max(0, before - now)


def _with_calendar_id(row: Row) -> Row:
    """Return a premiere's row for another movie: its id in calendars stays."""
    own = calendar_id(row["movie_id"], row["id"], first=row["first"])
    return {**row, "first": False, "calendar_id": row.get("calendar_id") or own}


def _moves_of(
    session: Session, kept_id: int, collapsed: dict[int, int], moves: Iterable[Row]
) -> list[Row]:
    """Return the moves as the kept movie's; an equal premiere's own moves are enough for it."""
    query = select(DateChange.premiere_id).where(DateChange.movie_id == kept_id)
    moved = set(session.scalars(query))
    for row in moves:
        row |= {
            "movie_id": kept_id,
            "premiere_id": collapsed.get(row["premiere_id"], row["premiere_id"]),
        }
    return [row for row in moves if row["premiere_id"] not in moved]


def _insert(session: Session, table: Any, rows: Iterable[Row]) -> None:
    if values := [read_row(table, row) for row in rows]:
        session.execute(insert(table), values)


def _record_premieres(
    session: Session, kept: Movie, added: Iterable[Premiere], *, since: int, by: str
) -> int | None:
    """Record what the kept movie got; returns its one entry of this merge."""
    premieres = {f"{WHOLE}#{each.id}": [None, state_of(each)] for each in added}
    query = select(HistoryEntry).where(HistoryEntry.movie_id == kept.id, HistoryEntry.id > since)
    if (entry := session.scalars(query).first()) is not None:
        entry.changes = {**entry.changes, **premieres}
        return entry.id
    changes = {name: (before, after) for name, (before, after) in premieres.items()}
    record_history(session, [Entry(kept.id, kept.version, MERGED, changes)], by=by)
    return session.scalars(query.with_only_columns(HistoryEntry.id)).first()


def _take_catalogue(session: Session, kept_id: int, other_id: int) -> int | None:
    """Link the kept movie with the other's film of the catalogue, unless it has one."""
    query = select(CatalogueMovie.movie_id, CatalogueMovie.tmdb_id)
    rows = session.execute(query.where(CatalogueMovie.movie_id.in_((kept_id, other_id))))
    linked: dict[int, int] = {row.movie_id: row.tmdb_id for row in rows}
    if kept_id in linked or other_id not in linked:
        return None
    _link(session, linked[other_id], kept_id)
    return linked[other_id]


def _link(session: Session, tmdb_id: int, movie_id: int) -> None:
    own = update(CatalogueMovie).where(CatalogueMovie.tmdb_id == tmdb_id)
    session.execute(own.values(movie_id=movie_id))


def ensure_back(session: Session, movie_id: int, *, by: str) -> str:
    """Separate a merged movie, or bring a deleted one back; returns its title.

    Raises MovieNotFound where that is no longer possible.
    """
    if session.get(MergedMovie, movie_id) is None or session.get(Movie, movie_id) is not None:
        return ensure_brought_back(session, movie_id, by=by)
    return _separate(session, movie_id, by=by)


def _separate(session: Session, movie_id: int, *, by: str) -> str:
    """Bring the merged movie back with its premieres as they are now.

    What the other movie took in the merge it gives back, unless it has changed since. Raises
    MovieNotFound, and NoPremiere where one of the two would be left without a premiere.
    """
    holder = _lock_holder(session, movie_id)
    if holder is None:
        return ensure_brought_back(session, movie_id, by=by)
    merged, trash = session.get_one(MergedMovie, movie_id), session.get(DeletedMovie, movie_id)
    if trash is None:
        raise MovieNotFound(movie_id)
    trash.rows = {**trash.rows, **_give_premieres(session, holder, trash)}
    session.delete(merged)
    session.flush()
    _give_values(session, holder, merged, by=by)
    if merged.tmdb_id is not None:
        _link(session, merged.tmdb_id, movie_id)
    return bring_back(session, movie_id, by=by, action=SEPARATED)


def _lock_holder(session: Session, movie_id: int) -> Movie | None:
    """Return the movie that this one was merged into, locked; None for one that is back.

    Another editor may have merged that one or separated this one before the lock was free.
    Raises MovieNotFound where the holder is deleted.
    """
    holder_id = find_merged_into(session, movie_id)
    while holder_id is not None:
        row = select(Movie).where(Movie.id == holder_id).with_for_update()
        holder = session.scalars(row).first()
        session.expire_all()
        now_id = find_merged_into(session, movie_id)
        if now_id != holder_id:
            holder_id = now_id
        elif holder is None:
            raise MovieNotFound(holder_id)
        else:
            return holder
    return None


def _give_premieres(session: Session, holder: Movie, trash: DeletedMovie) -> dict[str, list[Row]]:
    """Take the movie's premieres and moves from the holder, and return their rows."""
    old = {row["id"]: row for row in trash.rows["premiere"]}
    now = {
        row["id"]: row
        for row in load_rows(session, PREMIERES, [holder.id])[holder.id]
        if row["id"] in old
    }
    if all(each.id in now for each in shown_premieres(holder)):
        raise NoPremiere(holder.title)
    elsewhere = set(session.scalars(select(Premiere.id).where(Premiere.id.in_(old)))) - set(now)
    own = {number: row for number, row in old.items() if number not in elsewhere}
    [movie] = trash.rows["movie"]
    rise = _rise(holder.version, movie["version"])
    back = {n: _as_before(row, now.get(n, row), rise) for n, row in own.items()}
    shown = [_place(row) for row in back.values() if row["removed_at"] is None]
    if not shown or len(set(shown)) < len(shown):
        back = own
    moves = [
        r for r in load_rows(session, _MOVES, [holder.id])[holder.id] if r["premiere_id"] in now
    ]
    moves += [r for r in trash.rows["date_change"] if r["premiere_id"] in own.keys() - now]
    _delete_moves(session, holder, trash.rows["date_change"])
    session.execute(delete(Premiere).where(Premiere.id.in_(now)))
    session.expire(holder, ["premieres"])
    moves = [{**row, "movie_id": trash.movie_id} for row in moves]
    return {"premiere": list(back.values()), "date_change": moves}


def _delete_moves(session: Session, holder: Movie, moves: Iterable[Row]) -> None:
    """Delete these moves from the holder; a reused id has another time."""
    old = {(row["id"], row["changed_at"]) for row in moves}
    rows = load_rows(session, _MOVES, [holder.id])[holder.id]
    ids = [row["id"] for row in rows if (row["id"], row["changed_at"]) in old]
    session.execute(delete(DateChange).where(DateChange.id.in_(ids)))


def _as_before(old: Row, now: Row, rise: int) -> Row:
    """Return the row of a premiere as it is now, with the movie and ids of before the merge."""
    own = {name: old.get(name) for name in ("movie_id", "first", "calendar_id")}
    return {**now, **own, "version": now["version"] + rise}


def _give_values(session: Session, holder: Movie, merged: MergedMovie, *, by: str) -> None:
    """Give back the fields and the poster that the merge has filled in, if they still are so."""
    entry = session.get(HistoryEntry, merged.entry_id or 0)
    if entry is None or entry.movie_id != holder.id:
        return
    own = {c: pair for c, pair in entry.changes.items() if c in OWN_COLUMNS}
    before = check_fields({c: old for c, (old, _new) in own.items()}).values
    after = check_fields({c: new for c, (_old, new) in own.items()}).values
    values = {c: v for c, v in before.items() if getattr(holder, c) == after.get(c)}
    if find_title_by_external_id(session, values.get("external_id"), but=holder.id):
        del values["external_id"]
    change = MovieChange(holder, values)
    if POSTER in entry.changes and _last_poster_entry(session, holder.id) == entry.id:
        earlier = PosterSnapshot(
            source_url=entry.old_source_url,
            uploaded=entry.old_uploaded,
            original_key=entry.old_original_key,
        )
        change = replace(change, earlier_poster=earlier)
    save_changes(session, [change], by=by, action=SEPARATED)


def _last_poster_entry(session: Session, movie_id: int) -> int | None:
    """Return the latest entry of the movie that changed its poster."""
    entries = session.scalars(
        select(HistoryEntry)
        .where(HistoryEntry.movie_id == movie_id)
        .order_by(HistoryEntry.id.desc())
    )
    return next((each.id for each in entries if POSTER in each.changes), None)
