"""The tables: what a movie is, where its poster comes from, and which variants are built.

Poster state has a table of its own: building, failing and leasing never touch a movie's row,
so a movie's version moves only when an editor's field does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, cast

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    TypeDecorator,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mozi import clock
from mozi.extensions import Model
from mozi.vocabulary import (
    AGE_RATINGS,
    DATE_PRECISIONS,
    KINDS,
    LIST_SEPARATOR,
    STATUSES,
    TITLE_LENGTH,
    URL_LENGTH,
)

NO_WORDS = text("''")
# PostgreSQL would sort by its own locale; SQLite compares code points as it is.
BY_CODE_POINT = Text().with_variant(Text(collation="C"), "postgresql")


class TextList(TypeDecorator[tuple[str, ...]]):
    """A short list of words, kept as "Drama;Comedy": readable by hand, searchable by LIKE."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[str] | None, dialect: Any) -> str:
        return LIST_SEPARATOR.join(value or ())

    def process_result_value(self, value: str | None, dialect: Any) -> tuple[str, ...]:
        return tuple(value.split(LIST_SEPARATOR)) if value else ()


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC, on databases that know time zones and on those that do not."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


def _now() -> datetime:
    """Return the clock's time when a row is written (tests put another clock in its place)."""
    return clock.now()


def _one_of(column: str, values: Sequence[str]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def _partial(name: str, *columns: str, where: str) -> Index:
    """Return an index of few rows; only a query that says just the same in SQL is led by it."""
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(where))


class Movie(Model):
    """A premiere: the editor's fields of the import table, and a version that counts edits."""

    __tablename__ = "movie"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    external_id: Mapped[str | None] = mapped_column(String(100), unique=True)
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    original_title: Mapped[str | None] = mapped_column(String(TITLE_LENGTH))
    premiere_date: Mapped[date] = mapped_column(Date)
    date_precision: Mapped[str] = mapped_column(String(10), default="day", server_default="day")
    kind: Mapped[str] = mapped_column(String(10), default="cinema", server_default="cinema")
    status: Mapped[str] = mapped_column(String(10), default="scheduled", server_default="scheduled")
    synopsis: Mapped[str | None] = mapped_column(Text)
    genres: Mapped[tuple[str, ...]] = mapped_column(TextList, default=(), server_default=NO_WORDS)
    director: Mapped[tuple[str, ...]] = mapped_column(TextList, default=(), server_default=NO_WORDS)
    cast: Mapped[tuple[str, ...]] = mapped_column(TextList, default=(), server_default=NO_WORDS)
    country: Mapped[tuple[str, ...]] = mapped_column(TextList, default=(), server_default=NO_WORDS)
    distributor: Mapped[str | None] = mapped_column(String(TITLE_LENGTH))
    runtime_minutes: Mapped[int | None]
    age_rating: Mapped[str | None] = mapped_column(String(2))
    trailer_url: Mapped[str | None] = mapped_column(String(URL_LENGTH))
    # For feeds and crawlers, which ask "since when?"; None: entered before this was noted.
    added_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=_now)
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=_now, onupdate=_now)

    poster: Mapped[Poster | None] = relationship(
        back_populates="movie", cascade="all, delete-orphan", passive_deletes=True
    )

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        _one_of("kind", KINDS),
        _one_of("date_precision", DATE_PRECISIONS),
        _one_of("status", STATUSES),
        _one_of("age_rating", AGE_RATINGS),
        Index("ix_movie_premiere_date_id", "premiere_date", "id"),
        Index("ix_movie_title_premiere_date", "title", "premiere_date"),
        _partial("ix_movie_cancelled", "premiere_date", "id", where="status = 'cancelled'"),
    )


class MovieName(Model):
    """What sorting and searching make of a movie's title; triggers keep a row for every movie.

    A trigger also empties it when title or people change, whoever changed them, and
    search/names.py fills it again: the Hungarian order is beyond SQL. The words that a search
    looks through are in movie_search, which no model describes: it is another kind of table on
    each database.
    """

    __tablename__ = "movie_name"

    movie_id: Mapped[int] = mapped_column(
        ForeignKey("movie.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    sort_key: Mapped[str | None] = mapped_column(BY_CODE_POINT)
    folded: Mapped[str | None] = mapped_column(BY_CODE_POINT, index=True)

    __table_args__ = (Index("ix_movie_name_sort_key_movie_id", "sort_key", "movie_id"),)


class SearchWord(Model):
    """A word of some movie's titles or people, folded, or of what they once were.

    search/names.py adds them; none is taken away, since it is looked for among the movies in
    any case.
    """

    __tablename__ = "search_word"

    word: Mapped[str] = mapped_column(BY_CODE_POINT, primary_key=True)


class DateChange(Model):
    """A premiere that was moved: what its date was before, and what it became then."""

    __tablename__ = "date_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    movie_id: Mapped[int] = mapped_column(ForeignKey("movie.id", ondelete="CASCADE"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=_now)
    old_date: Mapped[date] = mapped_column(Date)
    old_precision: Mapped[str] = mapped_column(String(10))
    new_date: Mapped[date] = mapped_column(Date)
    new_precision: Mapped[str] = mapped_column(String(10))

    __table_args__ = (Index("ix_date_change_movie_id_id", "movie_id", "id"),)


class Poster(Model):
    """Where a movie's poster comes from, what of it is shown, why it failed, and who builds it.

    The wanted source is counted: `source_number` rises with every new source, and a build is
    published only while the number that it began with still stands. `attempt` rises when an
    admin asks to try again, so that an older build's failure cannot overwrite the new try.
    """

    __tablename__ = "poster"

    movie_id: Mapped[int] = mapped_column(
        ForeignKey("movie.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    source_number: Mapped[int] = mapped_column(default=1, server_default="1")
    # The address as last given by an editor or an import. It stays when an upload replaces the
    # poster, so that importing the same address again changes nothing.
    source_url: Mapped[str | None] = mapped_column(String(URL_LENGTH))
    # The stored original of the wanted source: an upload's at once, an address's once fetched.
    original_key: Mapped[str | None] = mapped_column(String(200))
    # Whether the wanted source is an upload; a forgotten address then does not take it away.
    uploaded: Mapped[bool] = mapped_column(default=False, server_default=false())
    shown_original_key: Mapped[str | None] = mapped_column(String(200))
    # What a crop must keep: percent from the left and from the top; None: the middle.
    focus_x: Mapped[int | None]
    focus_y: Mapped[int | None]
    attempt: Mapped[int] = mapped_column(default=1, server_default="1")
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    failure_code: Mapped[str | None] = mapped_column(String(50))
    failure_message: Mapped[str | None] = mapped_column(Text)
    failure_data: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retry_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease_owner: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[float | None] = mapped_column(Double)  # seconds, the database's clock

    movie: Mapped[Movie] = relationship(back_populates="poster")

    __table_args__ = (
        Index("ix_poster_original_key", "original_key"),
        Index("ix_poster_shown_original_key", "shown_original_key"),
        _partial("ix_poster_failed", "movie_id", where="failure_code IS NOT NULL"),
    )


class PosterVariant(Model):
    """The row that proves a built file: written after the object is stored and public."""

    __tablename__ = "poster_variant"

    movie_id: Mapped[int] = mapped_column(
        ForeignKey("movie.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    media: Mapped[str] = mapped_column(String(20), primary_key=True)
    source_number: Mapped[int]
    recipe_version: Mapped[int]
    object_key: Mapped[str] = mapped_column(String(300), index=True)
    url: Mapped[str] = mapped_column(String(URL_LENGTH))
    width_px: Mapped[int]
    height_px: Mapped[int]
    size_bytes: Mapped[int]
    # A data address of some 150 characters, shown until the file has come; None: built before.
    preview: Mapped[str | None] = mapped_column(String(300))


class Admin(Model):
    """Someone who may edit: an address to sign in with and an argon2 hash."""

    __tablename__ = "admin"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class AdminSession(Model):
    """A sign-in that lasts; id: the SHA-256 of what the browser keeps.

    password_mark: that of the password it began with; with another one it is over.
    """

    __tablename__ = "admin_session"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    admin_id: Mapped[int] = mapped_column(ForeignKey("admin.id", ondelete="CASCADE"), index=True)
    password_mark: Mapped[str] = mapped_column(String(32))
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Attempt(Model):
    """How often something was tried since its counter began; until: seconds since the epoch."""

    __tablename__ = "attempt"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    count: Mapped[int]
    until: Mapped[float] = mapped_column(Double, index=True)


class HistoryEntry(Model):
    """One change of a movie: who, when, what. It outlives the movie, so it refers to none.

    changes: [before, after] by column, as JSON holds them. old_…: the poster that was replaced;
    its objects are kept for as long as this row is.
    """

    __tablename__ = "edit"

    id: Mapped[int] = mapped_column(primary_key=True)
    movie_id: Mapped[int]
    edited_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    editor: Mapped[str] = mapped_column(String(254))
    action: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    changes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    old_source_url: Mapped[str | None] = mapped_column(String(URL_LENGTH))
    old_uploaded: Mapped[bool] = mapped_column(default=False, server_default=false())
    old_original_key: Mapped[str | None] = mapped_column(String(200))
    old_thumb_key: Mapped[str | None] = mapped_column(String(300))

    __table_args__ = (
        Index("ix_edit_movie_id_id", "movie_id", "id"),
        Index("ix_edit_old_original_key", "old_original_key"),
        Index("ix_edit_old_thumb_key", "old_thumb_key"),
    )


class DeletedMovie(Model):
    """A movie that was deleted and can be had back; rows: those of its tables, by table."""

    __tablename__ = "deleted_movie"

    movie_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    premiere_date: Mapped[date] = mapped_column(Date)
    deleted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, index=True)
    deleted_by: Mapped[str] = mapped_column(String(254))
    rows: Mapped[dict[str, Any]] = mapped_column(JSON)


class ImportDraft(Model):
    """A file that an admin looks at before importing it."""

    __tablename__ = "import_draft"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    admin_id: Mapped[int] = mapped_column(ForeignKey("admin.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, index=True)
    name: Mapped[str] = mapped_column(String(200))
    body: Mapped[bytes] = mapped_column(LargeBinary)


class FormDraft(Model):
    """A form that an admin sent after the session had ended, until the next sign-in."""

    __tablename__ = "typed_form"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    admin_id: Mapped[int] = mapped_column(ForeignKey("admin.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, index=True)
    fields: Mapped[list[list[str]]] = mapped_column(JSON)
    with_file: Mapped[bool]


class RetiredObject(Model):
    """A reference to an object that was dropped, and when; triggers note each, whoever dropped it.

    An upload that nothing refers to yet is noted as well, since its form may never be sent again.

    The latest row of a key tells since when nothing refers to it, if nothing does. retired_at:
    seconds since the epoch, by the database's clock, as all of these tables count.
    """

    __tablename__ = "retired_object"

    id: Mapped[int] = mapped_column(primary_key=True)
    object_key: Mapped[str] = mapped_column(String(300), index=True)
    retired_at: Mapped[float] = mapped_column(Double)


class Tombstone(Model):
    """The mark of an object that a pruning run deletes.

    What was stored under its key before `until` may be gone.
    """

    __tablename__ = "doomed_object"

    id: Mapped[int] = mapped_column(primary_key=True)
    object_key: Mapped[str] = mapped_column(String(300), index=True)
    run: Mapped[str] = mapped_column("sweep", String(32))
    until: Mapped[float] = mapped_column(Double)


class Site(Model):
    """The one row that every database has its own of: a random id, made by the migration."""

    __tablename__ = "site"

    id: Mapped[int] = mapped_column(primary_key=True)
    database_id: Mapped[str] = mapped_column(String(32))


class PageCounter(Model):
    """How often the page cache did something in one minute; minute: since the epoch.

    what: hit, stale or miss, for an answer; why a page was rendered again, for a reset.
    """

    __tablename__ = "page_tally"

    minute: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    page: Mapped[str] = mapped_column(String(40), primary_key=True)
    what: Mapped[str] = mapped_column(String(20), primary_key=True)
    count: Mapped[int]


# The tables behind the classes, for statements that are run once a build or once a request:
# without mapped objects they cost a third.
MOVIES = cast(Table, Movie.__table__)
POSTERS = cast(Table, Poster.__table__)
VARIANTS = cast(Table, PosterVariant.__table__)
NAMES = cast(Table, MovieName.__table__)
WORDS = cast(Table, SearchWord.__table__)
TOMBSTONES = cast(Table, Tombstone.__table__)
