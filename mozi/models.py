"""The tables.

The state of a poster has a table of its own. A build, a failure or a lease never changes the
movie's row, so a movie's version rises only when an editor changes a field.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any, cast

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Index,
    LargeBinary,
    ScalarSelect,
    String,
    Table,
    Text,
    TypeDecorator,
    and_,
    case,
    false,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from mozi import clock
from mozi.extensions import Model
from mozi.vocabulary import (
    AGE_RATINGS,
    DATE_PRECISIONS,
    DATE_SOURCES,
    KINDS,
    LANGUAGE_VERSIONS,
    LIST_SEPARATOR,
    NOTE_LENGTH,
    STATUSES,
    TITLE_LENGTH,
    URL_LENGTH,
)

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
NO_WORDS = text("''")
# PostgreSQL would sort by its own locale; SQLite compares code points anyway.
BY_CODE_POINT = Text().with_variant(Text(collation="C"), "postgresql")


class TextList(TypeDecorator[tuple[str, ...]]):
    """A short list of words, stored as "Drama;Comedy", so that LIKE can search it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[str] | None, dialect: Any) -> str:
        return LIST_SEPARATOR.join(value or ())

    def process_result_value(self, value: str | None, dialect: Any) -> tuple[str, ...]:
        return tuple(value.split(LIST_SEPARATOR)) if value else ()


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC, also on databases without time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


def _now() -> datetime:
    """Return the clock's time; the late look-up lets tests replace the clock."""
    return clock.now()


def _one_of(column: str, values: Sequence[str]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Return an index of some rows; only a query with the same SQL condition uses it."""
    condition = text(where)
    return Index(name, *columns, unique=unique, postgresql_where=condition, sqlite_where=condition)


class Movie(Model):
    """A film: its fields of the import table, and a version that counts their edits.

    Its premieres have a table and versions of their own: a new date of one premiere leaves the
    pages alone that show another one.
    """

    __tablename__ = "movie"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    external_id: Mapped[str | None] = mapped_column(String(100), unique=True)
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    original_title: Mapped[str | None] = mapped_column(String(TITLE_LENGTH))
    synopsis: Mapped[str | None] = mapped_column(Text)
    genres: Mapped[tuple[str, ...]] = mapped_column(TextList, default=(), server_default=NO_WORDS)
    director: Mapped[tuple[str, ...]] = mapped_column(TextList, default=(), server_default=NO_WORDS)
    cast: Mapped[tuple[str, ...]] = mapped_column(TextList, default=(), server_default=NO_WORDS)
    country: Mapped[tuple[str, ...]] = mapped_column(TextList, default=(), server_default=NO_WORDS)
    distributor: Mapped[str | None] = mapped_column(String(TITLE_LENGTH))
    # The year of production, and the language as its code of ISO 639.
    year: Mapped[int | None] = mapped_column(index=True)
    original_language: Mapped[str | None] = mapped_column(String(3))
    runtime_minutes: Mapped[int | None]
    age_rating: Mapped[str | None] = mapped_column(String(2))
    trailer_url: Mapped[str | None] = mapped_column(String(URL_LENGTH))
    # For feeds and crawlers; None: the row is older than these columns.
    added_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=_now)
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=_now, onupdate=_now)

    poster: Mapped[Poster | None] = relationship(
        back_populates="movie", cascade="all, delete-orphan", passive_deletes=True
    )
    premieres: Mapped[list[Premiere]] = relationship(
        back_populates="movie",
        cascade="all, delete-orphan",
        passive_deletes=True,
        order_by="Premiere.id",
    )

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        _one_of("age_rating", AGE_RATINGS),
        Index("ix_movie_title", "title"),
        Index("ix_movie_original_title", "original_title"),
        Index("ix_movie_distributor", "distributor"),
        Index("ix_movie_genres", "genres"),
        Index("ix_movie_country", "country"),
        _partial("ix_movie_without_synopsis", "id", where="synopsis IS NULL"),
        _partial("ix_movie_without_age_rating", "id", where="age_rating IS NULL"),
    )


class Premiere(Model):
    """A premiere of a movie: when and where it opens, and a version that counts its edits.

    first: whether it is the movie's first recorded one, which has the movie's own id in calendars.
    calendar_id: the id in calendars from before its movie was merged into this one; else None.
    A removed premiere keeps its row, so that calendars show it as cancelled; no page shows it.
    Triggers refuse a movie without a premiere: a new one on PostgreSQL only, a removal on both.
    """

    __tablename__ = "premiere"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    movie_id: Mapped[int] = mapped_column(ForeignKey("movie.id", ondelete="CASCADE"), index=True)
    first: Mapped[bool] = mapped_column(default=False, server_default=false())
    kind: Mapped[str] = mapped_column(String(10), default="cinema", server_default="cinema")
    premiere_date: Mapped[date] = mapped_column(Date)
    date_precision: Mapped[str] = mapped_column(String(10), default="day", server_default="day")
    status: Mapped[str] = mapped_column(String(10), default="scheduled", server_default="scheduled")
    # Who gave the date; None: the row is older than this column.
    date_source: Mapped[str | None] = mapped_column(String(10))
    note: Mapped[str | None] = mapped_column(String(NOTE_LENGTH))
    language_version: Mapped[str | None] = mapped_column(String(10))
    calendar_id: Mapped[str | None] = mapped_column(String(40))
    added_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=_now)
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=_now, onupdate=_now)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    movie: Mapped[Movie] = relationship(back_populates="premieres")

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        _one_of("kind", KINDS),
        _one_of("date_precision", DATE_PRECISIONS),
        _one_of("status", STATUSES),
        _one_of("language_version", LANGUAGE_VERSIONS),
        _one_of("date_source", DATE_SOURCES),
        Index("ix_premiere_premiere_date_id", "premiere_date", "id"),
        Index("ix_premiere_kind_premiere_date_id", "kind", "premiere_date", "id"),
        _partial("ix_premiere_in_month", "premiere_date", "id", where="date_precision <> 'year'"),
        _partial("ix_premiere_cancelled", "premiere_date", "id", where="status = 'cancelled'"),
        _partial(
            "uq_premiere_equal",
            *("movie_id", "kind", "premiere_date", "date_precision"),
            where="removed_at IS NULL",
            unique=True,
        ),
        _partial("uq_premiere_first", "movie_id", where="first", unique=True),
        {"sqlite_autoincrement": True},  # a deleted premiere's id must not come back
    )


class MovieName(Model):
    """A movie's title for sorting and searching; triggers keep a row for every movie.

    Triggers also empty the row when title or people change, and search/names.py fills it again,
    because SQL does not know the Hungarian order. The searched words are in movie_search. No
    model describes that table: it is of another kind on each database.
    """

    __tablename__ = "movie_name"

    movie_id: Mapped[int] = mapped_column(
        ForeignKey("movie.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    sort_key: Mapped[str | None] = mapped_column(BY_CODE_POINT)
    folded: Mapped[str | None] = mapped_column(BY_CODE_POINT, index=True)

    __table_args__ = (Index("ix_movie_name_sort_key_movie_id", "sort_key", "movie_id"),)


class MoviePerson(Model):
    """A director or actor of a movie; slug: of the name. search/names.py keeps the rows."""

    __tablename__ = "movie_person"

    slug: Mapped[str] = mapped_column(BY_CODE_POINT, primary_key=True)
    movie_id: Mapped[int] = mapped_column(
        ForeignKey("movie.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    name: Mapped[str] = mapped_column(Text)


class MovieTitle(Model):
    """A title or original title, folded, without its article; see search/text.py."""

    __tablename__ = "movie_title"

    folded: Mapped[str] = mapped_column(BY_CODE_POINT, primary_key=True)
    movie_id: Mapped[int] = mapped_column(
        ForeignKey("movie.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class MovieGenre(Model):
    """A genre of a movie; folded: as a search compares it. search/names.py keeps the rows."""

    __tablename__ = "movie_genre"

    folded: Mapped[str] = mapped_column(BY_CODE_POINT, primary_key=True)
    movie_id: Mapped[int] = mapped_column(
        ForeignKey("movie.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    genre: Mapped[str] = mapped_column(Text)


class SearchWord(Model):
    """A folded word of a movie's present or former titles or people.

    search/names.py adds the words. None is deleted, because a found word is looked up among the
    movies anyway.
    """

    __tablename__ = "search_word"

    word: Mapped[str] = mapped_column(BY_CODE_POINT, primary_key=True)


class DateChange(Model):
    """A change of a premiere's date: the date before and after."""

    __tablename__ = "date_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    movie_id: Mapped[int] = mapped_column(ForeignKey("movie.id", ondelete="CASCADE"))
    premiere_id: Mapped[int] = mapped_column(ForeignKey("premiere.id", ondelete="CASCADE"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=_now)
    old_date: Mapped[date] = mapped_column(Date)
    old_precision: Mapped[str] = mapped_column(String(10))
    new_date: Mapped[date] = mapped_column(Date)
    new_precision: Mapped[str] = mapped_column(String(10))

    __table_args__ = (
        Index("ix_date_change_movie_id_id", "movie_id", "id"),
        Index("ix_date_change_premiere_id_id", "premiere_id", "id"),
    )


class Poster(Model):
    """A movie's poster: its source, the shown original, the last failure, and the lease.

    `source_number` rises with every new source. A build is published only if the number is
    still the one that it started with. `attempt` rises when an admin asks for another try, so
    that an older build's failure cannot overwrite the new try.
    """

    __tablename__ = "poster"

    movie_id: Mapped[int] = mapped_column(
        ForeignKey("movie.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    source_number: Mapped[int] = mapped_column(default=1, server_default="1")
    # The last address from an editor or an import. It stays when an upload replaces the poster,
    # so that an import of the same address changes nothing.
    source_url: Mapped[str | None] = mapped_column(String(URL_LENGTH))
    # The stored original of the source; an address has one after its first fetch.
    original_key: Mapped[str | None] = mapped_column(String(200))
    # Whether the source is an upload; deleting the address then does not delete the source.
    uploaded: Mapped[bool] = mapped_column(default=False, server_default=false())
    shown_original_key: Mapped[str | None] = mapped_column(String(200))
    # The point that a crop keeps, in percent from the left and the top; None: the middle.
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
        _partial("ix_poster_lease_until", "lease_until", where="lease_until IS NOT NULL"),
    )


class PosterVariant(Model):
    """The record of a built file; it is written after the object is stored and public."""

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
    # A data address of some 150 characters, shown until the file arrives; None: an older build.
    preview: Mapped[str | None] = mapped_column(String(300))


class PosterStatus(Model):
    """How a movie's poster is, beside the premiere date, so that lists find those that wait.

    Triggers keep a row for every movie; posters/status.py says what state means.
    """

    __tablename__ = "poster_status"

    movie_id: Mapped[int] = mapped_column(
        ForeignKey("movie.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    state: Mapped[int]
    premiere_date: Mapped[date] = mapped_column(Date)

    __table_args__ = (
        Index(
            "ix_poster_status_state_premiere_date_movie_id", "state", "premiere_date", "movie_id"
        ),
        Index("ix_poster_status_state_movie_id", "state", "movie_id"),
    )


class CatalogueMovie(Model):
    """A film of TMDB and the movie that it is, and what TMDB said last.

    It outlives the movie, so it has no foreign key: a film whose movie an editor has deleted is
    not added again. base: by field of catalogue/merging.py. premiere_ids: by kind. gone: TMDB has
    no such film any more. seen_at: when it was fetched, to a day; NEVER: the demo told its ids.
    """

    __tablename__ = "catalogue_movie"

    tmdb_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    movie_id: Mapped[int] = mapped_column(index=True)
    imdb_id: Mapped[str | None] = mapped_column(String(20))
    original_language: Mapped[str | None] = mapped_column(String(10))
    base: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    premiere_ids: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    gone: Mapped[bool] = mapped_column(default=False, server_default=false())
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=_now, index=True)


class Proposal(Model):
    """A value of TMDB's that an editor is asked about, and what editors have declined.

    open: whether it waits for an editor. declined: the values that none wants to see again;
    for_good: nor any other of this field (of "*": of the movie).
    """

    __tablename__ = "proposal"

    id: Mapped[int] = mapped_column(primary_key=True)
    movie_id: Mapped[int] = mapped_column(ForeignKey("movie.id", ondelete="CASCADE"))
    field: Mapped[str] = mapped_column(String(40))
    value: Mapped[Any] = mapped_column(JSON, nullable=True)
    open: Mapped[bool] = mapped_column(default=False, server_default=false())
    declined: Mapped[list[Any]] = mapped_column(JSON, default=list)
    for_good: Mapped[bool] = mapped_column(default=False, server_default=false())
    laid_at: Mapped[datetime] = mapped_column(UtcDateTime, default=_now)

    __table_args__ = (
        Index("uq_proposal_movie_id_field", "movie_id", "field", unique=True),
        _partial("ix_proposal_open", "id", where="open"),
    )


class Admin(Model):
    """Someone who may edit: an e-mail address, the argon2 hash of the password, and a role.

    role: "editor", or "admin", who also manages the people.
    """

    __tablename__ = "admin"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(10), default="admin", server_default="admin")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class AdminLink(Model):
    """A one-time link; id: the SHA-256 of its token, so a copy of the database opens none.

    purpose: "begin" (makes the first admin), "invite" (adds a person), "password" (sets a new
    one). email: "" for "begin". made_by: the admin who made it, or "".
    """

    __tablename__ = "admin_link"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(10))
    email: Mapped[str] = mapped_column(String(254))
    role: Mapped[str] = mapped_column(String(10))
    made_by: Mapped[str] = mapped_column(String(254))
    until: Mapped[datetime] = mapped_column(UtcDateTime)


class AdminSession(Model):
    """A session; id: the SHA-256 of the browser's token.

    password_mark: of the password at the sign-in; another password ends the session. agent,
    network: the browser and the client's network at the sign-in, for the list of sessions.
    """

    __tablename__ = "admin_session"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    admin_id: Mapped[int] = mapped_column(ForeignKey("admin.id", ondelete="CASCADE"), index=True)
    password_mark: Mapped[str] = mapped_column(String(32))
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    agent: Mapped[str] = mapped_column(String(200), default="", server_default=text("''"))
    network: Mapped[str] = mapped_column(String(50), default="", server_default=text("''"))


class Passkey(Model):
    """A passkey of an admin; id: the credential's, as base64url. public_key: in COSE's form.

    used_at: of the last sign-in by it. agent: the browser that made it, for the list.
    """

    __tablename__ = "passkey"

    id: Mapped[str] = mapped_column(BY_CODE_POINT, primary_key=True)
    admin_id: Mapped[int] = mapped_column(ForeignKey("admin.id", ondelete="CASCADE"), index=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    agent: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Attempt(Model):
    """A counter of attempts; until: its end, in seconds since the epoch."""

    __tablename__ = "attempt"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    count: Mapped[int]
    until: Mapped[float] = mapped_column(Double, index=True)


class HistoryEntry(Model):
    """One change of a movie. It outlives the movie, so it has no foreign key.

    changes: [before, after] by column, as JSON holds them. old_…: the replaced poster, whose
    objects are kept as long as this row.
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
    # The batch that the change is part of; no foreign key, as batches are forgotten before.
    batch_id: Mapped[int | None]

    __table_args__ = (
        Index("ix_edit_movie_id_id", "movie_id", "id"),
        Index("ix_edit_editor_id", "editor", "id"),
        _partial("ix_edit_alone", "id", where="batch_id IS NULL"),
        _partial("ix_edit_batch_id_id", "batch_id", "id", where="batch_id IS NOT NULL"),
        Index("ix_edit_old_original_key", "old_original_key"),
        Index("ix_edit_old_thumb_key", "old_thumb_key"),
    )


class Batch(Model):
    """A change of many movies at once, which can be undone as a whole.

    what: the act and its value. movies: how many were changed. The changes are the history's
    entries with its id.
    """

    __tablename__ = "batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    editor: Mapped[str] = mapped_column(String(254))
    what: Mapped[dict[str, Any]] = mapped_column(JSON)
    movies: Mapped[int] = mapped_column(default=0, server_default="0")
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[str | None] = mapped_column(String(254))

    __table_args__ = ({"sqlite_autoincrement": True},)  # the history keeps the ids


class DeletedMovie(Model):
    """A deleted movie that can be restored, or a hidden one; rows: its rows by table.

    publish_on: the day on which a hidden movie is published.
    """

    __tablename__ = "deleted_movie"

    movie_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    premiere_date: Mapped[date] = mapped_column(Date)
    deleted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, index=True)
    deleted_by: Mapped[str] = mapped_column(String(254))
    rows: Mapped[dict[str, Any]] = mapped_column(JSON)
    hidden: Mapped[bool] = mapped_column(default=False, server_default=false())
    publish_on: Mapped[date | None] = mapped_column(Date)


class MergedMovie(Model):
    """A movie that an editor has merged into another one; its addresses lead there for good.

    It outlives both movies, so it has no foreign key. external_id: the one that files may still
    name. entry_id: the entry in the other movie's history. tmdb_id: the film of the catalogue
    that went along. A deleted_movie keeps the rows for undo.
    """

    __tablename__ = "merged_movie"

    movie_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    into_id: Mapped[int] = mapped_column(index=True)
    external_id: Mapped[str | None] = mapped_column(String(100), index=True)
    entry_id: Mapped[int | None]
    tmdb_id: Mapped[int | None]


class ImportDraft(Model):
    """A file whose preview an admin sees before the import."""

    __tablename__ = "import_draft"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    admin_id: Mapped[int] = mapped_column(ForeignKey("admin.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, index=True)
    name: Mapped[str] = mapped_column(String(200))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    # None: the file came before this column.
    choices: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class KnownHeadings(Model):
    """What an admin chose for the headings of a file, for the next file with the same ones."""

    __tablename__ = "known_headings"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    chosen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    columns: Mapped[dict[str, str]] = mapped_column(JSON)


class FormDraft(Model):
    """A form that an admin sent after the session had ended, until the next sign-in."""

    __tablename__ = "typed_form"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    admin_id: Mapped[int] = mapped_column(ForeignKey("admin.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, index=True)
    fields: Mapped[list[list[str]]] = mapped_column(JSON)
    with_file: Mapped[bool]


class SavedForm(Model):
    """A form that has saved a movie. digest: of its key and its fields, as the editor sent them.

    movie_id is None only within the transaction that saves it.
    """

    __tablename__ = "saved_form"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    movie_id: Mapped[int | None] = mapped_column(
        ForeignKey("movie.id", ondelete="CASCADE"), index=True
    )
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class FollowedList(Model):
    """What one browser follows, under a token that its owner keeps: ids of movies, slugs of people.

    read_on: the day of the last read or change, by the site's date.
    """

    __tablename__ = "followed_list"

    token: Mapped[str] = mapped_column(String(32), primary_key=True)
    movies: Mapped[list[int]] = mapped_column(JSON)
    people: Mapped[list[str]] = mapped_column(JSON)
    read_on: Mapped[date] = mapped_column(Date, index=True)


class RetiredObject(Model):
    """A dropped reference to an object; triggers add the row.

    An upload without reference gets a row too, because its form may never be sent again. If
    nothing refers to a key, its latest row tells since when. retired_at: seconds since the
    epoch, by the database's clock.
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
    """One row: the random id of this database, which the migration makes, and marks of runs."""

    __tablename__ = "site"

    id: Mapped[int] = mapped_column(primary_key=True)
    database_id: Mapped[str] = mapped_column(String(32))
    # From which day on TMDB's list of changes was not read yet; None: it never was.
    catalogue_read_to: Mapped[date | None] = mapped_column(Date)


class Note(Model):
    """What one process last saw or did, for others to read: maintenance/notes.py."""

    __tablename__ = "note"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)


class PageCounter(Model):
    """A counter of the page cache for one minute, which is counted since the epoch.

    what: hit, stale or miss for an answer; the reason for a reset.
    """

    __tablename__ = "page_tally"

    minute: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    page: Mapped[str] = mapped_column(String(40), primary_key=True)
    what: Mapped[str] = mapped_column(String(20), primary_key=True)
    count: Mapped[int]


# The tables of the classes, for statements that run in each build or request: without mapped
# objects they cost a third.
MOVIES = cast(Table, Movie.__table__)
PREMIERES = cast(Table, Premiere.__table__)
POSTERS = cast(Table, Poster.__table__)
VARIANTS = cast(Table, PosterVariant.__table__)
STATUS = cast(Table, PosterStatus.__table__)
NAMES = cast(Table, MovieName.__table__)
WORDS = cast(Table, SearchWord.__table__)
PEOPLE = cast(Table, MoviePerson.__table__)
TITLES = cast(Table, MovieTitle.__table__)
GENRES = cast(Table, MovieGenre.__table__)
TOMBSTONES = cast(Table, Tombstone.__table__)
HISTORY = cast(Table, HistoryEntry.__table__)

# Which premiere stands for a movie, as conditions for queries.
HAS_MONTH = Premiere.date_precision != literal_column("'year'")
"""The condition that a premiere's month is known; a literal, for the partial index."""

IS_SHOWN = Premiere.removed_at.is_(None)
"""The condition that a premiere was not removed."""

_OTHER = aliased(Premiere)
ConditionsOf = Callable[[Any], Sequence[ColumnElement[bool]]]
"""Gives the conditions on premieres: of the table, or of an alias."""


def has_premiere(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that one of a movie's premieres meets these conditions."""
    return Movie.id.in_(select(Premiere.movie_id).where(IS_SHOWN, *conditions))


def is_main(
    today: date, kind: str | None = None, *, among: ConditionsOf | None = None
) -> ColumnElement[bool]:
    """Return the condition that a premiere stands for its movie on lists of movies.

    It is the next one from today on, else the latest; a cancelled one only where no other is
    left. A month or a year is to come until it is over. kind: looks at these premieres only;
    among: at those that meet the conditions. Use it with Movie and Premiere joined.
    """
    return Premiere.id == _main_id(today, kind, among)


def ran_on() -> ScalarSelect[date]:
    """Return when the movie of a premiere opened in the cinemas before; None for that one itself.

    Only days count: a month or a year does not say that the film ran.
    """
    return (
        select(func.max(_OTHER.premiere_date))
        .where(
            _OTHER.movie_id == Premiere.movie_id,
            _OTHER.id != Premiere.id,
            _OTHER.kind == "cinema",
            _OTHER.status == "scheduled",
            _OTHER.date_precision == "day",
            _OTHER.removed_at.is_(None),
            _OTHER.premiere_date < Premiere.premiere_date,
        )
        .correlate(Premiere)
        .scalar_subquery()
    )


def _main_id(today: date, kind: str | None, among: ConditionsOf | None) -> ScalarSelect[int]:
    day, precision = _OTHER.premiere_date, _OTHER.date_precision
    earliest = case(
        (precision == "day", today),
        (precision == "month", today.replace(day=1)),
        else_=today.replace(month=1, day=1),
    )
    cancelled = _OTHER.status == "cancelled"
    is_next = and_(day >= earliest, ~cancelled)
    of_movie = [_OTHER.movie_id == Movie.id, _OTHER.removed_at.is_(None)]
    if kind is not None:
        of_movie.append(_OTHER.kind == kind)
    if among is not None:
        of_movie += among(_OTHER)
    return (
        select(_OTHER.id)
        .where(*of_movie)
        .order_by(
            case((is_next, 0), (cancelled, 2), else_=1),
            case((is_next, day)),
            day.desc(),
            _OTHER.id,
        )
        .limit(1)
        .correlate(Movie)
        .scalar_subquery()
    )
