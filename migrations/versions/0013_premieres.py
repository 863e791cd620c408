"""Several premieres a movie: the date, its precision, kind and status get a table of their own.

Each movie becomes a movie with one premiere, which has the movie's id. Going back keeps one
premiere of each movie: the first recorded one, where that was not removed. poster_status then
holds the latest premiere's date, which triggers of the new table keep.

SQLite cannot drop a column that a CHECK names, so its tables are rebuilt. The triggers of `movie`
are read before and made again after (https://www.sqlite.org/lang_altertable.html#otheralter);
migrations/env.py turns foreign keys off meanwhile, or dropping the table would empty the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import sqlalchemy as sa
from alembic import op

BEFORE = import_module("migrations.versions.0012_poster_status")

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

CANCELLED = sa.text("status = 'cancelled'")
NOT_REMOVED = sa.text("removed_at IS NULL")
FIRST = sa.text("first")
MOMENT = sa.DateTime(timezone=True)

# The movie's columns before and after those that move.
MOVIE_HEAD = "id, version, external_id, title, original_title"
MOVIE_TAIL = (
    'synopsis, genres, director, "cast", country, distributor, runtime_minutes, age_rating,'
    " trailer_url, added_at, changed_at"
)
MOVED = "premiere_date, date_precision, kind, status"
CHANGE = "id, movie_id, changed_at, old_date, old_precision, new_date, new_precision"


def upgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    _create_premiere()
    op.execute(
        f"INSERT INTO premiere (id, movie_id, first, {MOVED}, added_at, changed_at)"
        f" SELECT id, id, true, {MOVED}, added_at, changed_at FROM movie"
    )
    _create_indexes()
    _drop_triggers("movie", "movie_status_insert", "movie_status_update")
    if on_postgresql:
        _upgrade_postgresql()
    else:
        _upgrade_sqlite()
    op.create_index("ix_movie_title", "movie", ["title"])
    op.create_index("ix_date_change_premiere_id_id", "date_change", ["premiere_id", "id"])
    statements = POSTGRESQL_TRIGGERS if on_postgresql else SQLITE_TRIGGERS
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.drop_index("ix_movie_title", "movie")
    op.drop_index("ix_date_change_premiere_id_id", "date_change")
    # The premiere of each movie that stays.
    op.execute("""CREATE TEMPORARY TABLE kept AS
        SELECT movie_id, id AS premiere_id, premiere_date, date_precision, kind, status
        FROM (SELECT premiere.*, row_number() OVER (
            PARTITION BY movie_id
            ORDER BY removed_at IS NOT NULL, CASE WHEN first THEN 0 ELSE 1 END, id
        ) AS place FROM premiere) AS placed WHERE place = 1""")
    op.execute("CREATE UNIQUE INDEX kept_movie_id ON kept (movie_id)")  # or each row reads all
    op.execute("DELETE FROM date_change WHERE premiere_id NOT IN (SELECT premiere_id FROM kept)")
    op.execute("""UPDATE poster_status SET premiere_date = (
        SELECT kept.premiere_date FROM kept WHERE kept.movie_id = poster_status.movie_id)""")
    if op.get_bind().dialect.name == "postgresql":
        _downgrade_postgresql()
        statements = [each for each in BEFORE.postgresql_statements() if _is_dropped(each)]
    else:
        _downgrade_sqlite()
        statements = [each for each in BEFORE.sqlite_statements() if _is_dropped(each)]
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)
    op.execute("DROP TABLE kept")
    op.create_index("ix_movie_premiere_date_id", "movie", ["premiere_date", "id"])
    op.create_index("ix_movie_title_premiere_date", "movie", ["title", "premiere_date"])
    op.create_index(
        "ix_movie_cancelled",
        "movie",
        ["premiere_date", "id"],
        postgresql_where=CANCELLED,
        sqlite_where=CANCELLED,
    )


def _is_dropped(statement: str) -> bool:
    """Return whether upgrade() drops what this statement of the revision before creates."""
    created = ("movie_status_insert", "movie_status_update", "FUNCTION mozi_note_premiere()")
    return any(f"{name}" in statement.split(" AFTER ")[0].split(" RETURNS ")[0] for name in created)


def _drop_triggers(table: str, *names: str) -> None:
    place = f" ON {table}" if op.get_bind().dialect.name == "postgresql" else ""
    for name in names:
        op.get_bind().exec_driver_sql(f"DROP TRIGGER {name}{place}")


def _create_premiere() -> None:
    op.create_table(
        "premiere",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=False),
        sa.Column("first", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("kind", sa.String(10), server_default="cinema", nullable=False),
        sa.Column("premiere_date", sa.Date(), nullable=False),
        sa.Column("date_precision", sa.String(10), server_default="day", nullable=False),
        sa.Column("status", sa.String(10), server_default="scheduled", nullable=False),
        sa.Column("date_source", sa.String(10), nullable=True),
        sa.Column("note", sa.String(500), nullable=True),
        sa.Column("added_at", MOMENT, nullable=True),
        sa.Column("changed_at", MOMENT, nullable=True),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "kind IN ('cinema', 'streaming', 'rerelease')", name=op.f("ck_premiere_kind")
        ),
        sa.CheckConstraint(
            "date_precision IN ('day', 'month', 'year')", name=op.f("ck_premiere_date_precision")
        ),
        sa.CheckConstraint("status IN ('scheduled', 'cancelled')", name=op.f("ck_premiere_status")),
        sa.CheckConstraint(
            "date_source IN ('editor', 'import', 'catalogue')", name=op.f("ck_premiere_date_source")
        ),
        sa.ForeignKeyConstraint(
            ["movie_id"], ["movie.id"], name=op.f("fk_premiere_movie_id_movie"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_premiere")),
        sqlite_autoincrement=True,
    )


def _create_indexes() -> None:
    """Create the indexes, after the rows: that takes a third of the time."""
    place = ["premiere_date", "id"]
    op.create_index(op.f("ix_premiere_movie_id"), "premiere", ["movie_id"])
    op.create_index("ix_premiere_premiere_date_id", "premiere", place)
    op.create_index("ix_premiere_kind_premiere_date_id", "premiere", ["kind", *place])
    _create_partial("ix_premiere_cancelled", place, CANCELLED, unique=False)
    equal = ["movie_id", "kind", "premiere_date", "date_precision"]
    _create_partial("uq_premiere_equal", equal, NOT_REMOVED, unique=True)
    _create_partial("uq_premiere_first", ["movie_id"], FIRST, unique=True)


def _create_partial(name: str, columns: list[str], where: Any, *, unique: bool) -> None:
    op.create_index(
        name, "premiere", columns, unique=unique, postgresql_where=where, sqlite_where=where
    )


def _upgrade_postgresql() -> None:
    op.execute("DROP FUNCTION mozi_note_premiere()")
    op.execute("SELECT setval('premiere_id_seq', (SELECT max(id) FROM movie))")
    op.add_column("date_change", sa.Column("premiere_id", sa.Integer(), nullable=True))
    op.execute("UPDATE date_change SET premiere_id = movie_id")
    op.alter_column("date_change", "premiere_id", nullable=False)
    op.create_foreign_key(
        op.f("fk_date_change_premiere_id_premiere"),
        "date_change",
        "premiere",
        ["premiere_id"],
        ["id"],
        ondelete="CASCADE",
    )
    # The indexes and constraints of a column go with it.
    op.execute("ALTER TABLE movie " + ", ".join(f"DROP COLUMN {c}" for c in MOVED.split(", ")))


def _downgrade_postgresql() -> None:
    connection = op.get_bind()
    connection.exec_driver_sql("DROP TRIGGER movie_has_premiere ON movie")
    op.drop_column("date_change", "premiere_id")
    op.drop_table("premiere")
    connection.exec_driver_sql("DROP FUNCTION mozi_has_premiere()")
    connection.exec_driver_sql("DROP FUNCTION mozi_premiere_is_left()")
    connection.exec_driver_sql("DROP FUNCTION mozi_note_premiere()")
    op.execute("""ALTER TABLE movie
        ADD COLUMN premiere_date date,
        ADD COLUMN date_precision varchar(10) NOT NULL DEFAULT 'day',
        ADD COLUMN kind varchar(10) NOT NULL DEFAULT 'cinema',
        ADD COLUMN status varchar(10) NOT NULL DEFAULT 'scheduled'""")
    op.execute("""UPDATE movie SET premiere_date = kept.premiere_date,
        date_precision = kept.date_precision, kind = kept.kind, status = kept.status
        FROM kept WHERE kept.movie_id = movie.id""")
    op.alter_column("movie", "premiere_date", nullable=False)
    for check in _movie_checks():
        op.create_check_constraint(op.f(check.name), "movie", check.sqltext)


def _upgrade_sqlite() -> None:
    with _replaced("movie"):
        op.create_table("movie_new", *_movie_columns([]))
        columns = f"{MOVIE_HEAD}, {MOVIE_TAIL}"
        op.execute(f"INSERT INTO movie_new ({columns}) SELECT {columns} FROM movie")
    with _replaced("date_change"):
        premiere = sa.Column("premiere_id", sa.Integer(), nullable=False)
        key = sa.ForeignKeyConstraint(
            ["premiere_id"],
            ["premiere.id"],
            name=op.f("fk_date_change_premiere_id_premiere"),
            ondelete="CASCADE",
        )
        op.create_table("date_change_new", *_date_change_columns([premiere]), key)
        op.execute(
            f"INSERT INTO date_change_new ({CHANGE}, premiere_id)"
            f" SELECT {CHANGE}, movie_id FROM date_change"
        )
    op.create_index("ix_date_change_movie_id_id", "date_change", ["movie_id", "id"])


def _downgrade_sqlite() -> None:
    with _replaced("date_change"):
        op.create_table("date_change_new", *_date_change_columns([]))
        op.execute(f"INSERT INTO date_change_new ({CHANGE}) SELECT {CHANGE} FROM date_change")
    op.create_index("ix_date_change_movie_id_id", "date_change", ["movie_id", "id"])
    op.drop_table("premiere")
    with _replaced("movie"):
        moved = [
            sa.Column("premiere_date", sa.Date(), nullable=False),
            sa.Column("date_precision", sa.String(10), server_default="day", nullable=False),
            sa.Column("kind", sa.String(10), server_default="cinema", nullable=False),
            sa.Column("status", sa.String(10), server_default="scheduled", nullable=False),
        ]
        op.create_table("movie_new", *_movie_columns(moved), *_movie_checks())
        op.execute(
            f"INSERT INTO movie_new ({MOVIE_HEAD}, {MOVED}, {MOVIE_TAIL})"
            f" SELECT {MOVIE_HEAD}, {MOVED}, {MOVIE_TAIL}"
            " FROM movie JOIN kept ON kept.movie_id = movie.id"
        )


@contextmanager
def _replaced(table: str) -> Iterator[None]:
    """Put the table NAME_new, which the block fills, in the table's place, triggers included."""
    connection = op.get_bind()
    triggers = connection.exec_driver_sql(
        "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table,)
    ).scalars()
    statements = list(triggers)
    yield
    connection.exec_driver_sql(f"DROP TABLE {table}")
    connection.exec_driver_sql(f"ALTER TABLE {table}_new RENAME TO {table}")
    for statement in statements:
        connection.exec_driver_sql(statement)


def _movie_columns(moved: list[sa.Column[Any]]) -> list[Any]:
    words = ("genres", "director", "cast", "country")
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("external_id", sa.String(100), nullable=True),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("original_title", sa.String(300), nullable=True),
        *moved,
        sa.Column("synopsis", sa.Text(), nullable=True),
        *(sa.Column(n, sa.Text(), server_default=sa.text("''"), nullable=False) for n in words),
        sa.Column("distributor", sa.String(300), nullable=True),
        sa.Column("runtime_minutes", sa.Integer(), nullable=True),
        sa.Column("age_rating", sa.String(2), nullable=True),
        sa.Column("trailer_url", sa.String(2000), nullable=True),
        sa.Column("added_at", MOMENT, nullable=True),
        sa.Column("changed_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "age_rating IN ('KN', '6', '12', '16', '18', 'X')", name=op.f("ck_movie_age_rating")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movie")),
        sa.UniqueConstraint("external_id", name=op.f("uq_movie_external_id")),
    ]


def _movie_checks() -> list[sa.CheckConstraint]:
    return [
        sa.CheckConstraint(
            "date_precision IN ('day', 'month', 'year')", name=op.f("ck_movie_date_precision")
        ),
        sa.CheckConstraint(
            "kind IN ('cinema', 'streaming', 'rerelease')", name=op.f("ck_movie_kind")
        ),
        sa.CheckConstraint("status IN ('scheduled', 'cancelled')", name=op.f("ck_movie_status")),
    ]


def _date_change_columns(added: list[sa.Column[Any]]) -> list[Any]:
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=False),
        *added,
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("old_date", sa.Date(), nullable=False),
        sa.Column("old_precision", sa.String(10), nullable=False),
        sa.Column("new_date", sa.Date(), nullable=False),
        sa.Column("new_precision", sa.String(10), nullable=False),
        sa.ForeignKeyConstraint(
            ["movie_id"],
            ["movie.id"],
            name=op.f("fk_date_change_movie_id_movie"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_date_change")),
    ]


# SQLite has no deferred triggers, so that it cannot refuse the new movie itself. While a movie's
# deletion cascades, the movie is gone already, and its premieres may go, too.
_LAST = """OLD.removed_at IS NULL
    AND EXISTS (SELECT 1 FROM movie WHERE movie.id = OLD.movie_id)
    AND NOT EXISTS (
        SELECT 1 FROM premiere AS other
        WHERE other.movie_id = OLD.movie_id AND other.removed_at IS NULL AND other.id <> OLD.id
    )"""
_REFUSE = "BEGIN SELECT RAISE(ABORT, 'a movie needs a premiere'); END"
SQLITE_TRIGGERS = (
    f"CREATE TRIGGER premiere_is_left_delete BEFORE DELETE ON premiere WHEN {_LAST} {_REFUSE}",
    "CREATE TRIGGER premiere_is_left_update BEFORE UPDATE OF removed_at, movie_id ON premiere"
    " WHEN (NEW.removed_at IS NOT NULL OR NEW.movie_id <> OLD.movie_id)"
    f" AND {_LAST} {_REFUSE}",
)
_STATE = BEFORE.STATE
_LATEST = """SELECT max(premiere_date) FROM premiere
    WHERE premiere.movie_id = {movie} AND removed_at IS NULL"""


def _noted(movie: str) -> str:
    """Return the statement of SQLite that keeps a movie's row of poster_status."""
    return f"""INSERT INTO poster_status (movie_id, state, premiere_date)
        SELECT movie_id, coalesce({_STATE.format(movie=movie)}, 0), max(premiere_date)
        FROM premiere WHERE movie_id = {movie} AND removed_at IS NULL GROUP BY movie_id
        ON CONFLICT (movie_id) DO UPDATE SET premiere_date = excluded.premiere_date"""


SQLITE_TRIGGERS += (
    f"CREATE TRIGGER premiere_status_insert AFTER INSERT ON premiere"
    f" BEGIN {_noted('NEW.movie_id')}; END",
    "CREATE TRIGGER premiere_status_update AFTER UPDATE OF premiere_date, removed_at, movie_id"
    " ON premiere WHEN OLD.premiere_date IS NOT NEW.premiere_date"
    " OR OLD.removed_at IS NOT NEW.removed_at OR OLD.movie_id IS NOT NEW.movie_id"
    f" BEGIN {_noted('NEW.movie_id')};"
    f" UPDATE poster_status SET premiere_date = ({_LATEST.format(movie='OLD.movie_id')})"
    " WHERE movie_id = OLD.movie_id AND EXISTS (SELECT 1 FROM premiere"
    " WHERE premiere.movie_id = OLD.movie_id AND removed_at IS NULL); END",
    "CREATE TRIGGER premiere_status_delete AFTER DELETE ON premiere"
    f" BEGIN UPDATE poster_status SET premiere_date = ({_LATEST.format(movie='OLD.movie_id')})"
    " WHERE movie_id = OLD.movie_id AND EXISTS (SELECT 1 FROM premiere"
    " WHERE premiere.movie_id = OLD.movie_id AND removed_at IS NULL); END",
)
POSTGRESQL_TRIGGERS = (
    """CREATE FUNCTION mozi_note_premiere() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE latest date;
    BEGIN
        IF TG_OP <> 'INSERT' THEN
            SELECT max(premiere_date) INTO latest FROM premiere
            WHERE movie_id = OLD.movie_id AND removed_at IS NULL;
            UPDATE poster_status SET premiere_date = latest
            WHERE movie_id = OLD.movie_id AND premiere_date <> latest;
        END IF;
        IF TG_OP <> 'DELETE' THEN
            PERFORM FROM poster WHERE movie_id = NEW.movie_id FOR NO KEY UPDATE;
            INSERT INTO poster_status (movie_id, state, premiere_date)
            SELECT movie_id, mozi_poster_state(NEW.movie_id), max(premiere_date)
            FROM premiere WHERE movie_id = NEW.movie_id AND removed_at IS NULL GROUP BY movie_id
            ON CONFLICT (movie_id) DO UPDATE SET premiere_date = excluded.premiere_date;
        END IF;
        RETURN NULL;
    END $$""",
    "CREATE TRIGGER premiere_status_insert AFTER INSERT ON premiere"
    " FOR EACH ROW EXECUTE FUNCTION mozi_note_premiere()",
    "CREATE TRIGGER premiere_status_update AFTER UPDATE OF premiere_date, removed_at, movie_id"
    " ON premiere FOR EACH ROW WHEN (OLD.premiere_date <> NEW.premiere_date"
    " OR OLD.removed_at IS DISTINCT FROM NEW.removed_at OR OLD.movie_id <> NEW.movie_id)"
    " EXECUTE FUNCTION mozi_note_premiere()",
    "CREATE TRIGGER premiere_status_delete AFTER DELETE ON premiere"
    " FOR EACH ROW EXECUTE FUNCTION mozi_note_premiere()",
    """CREATE FUNCTION mozi_has_premiere() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM movie WHERE id = NEW.id) AND NOT EXISTS (
            SELECT 1 FROM premiere WHERE movie_id = NEW.id AND removed_at IS NULL
        ) THEN
            RAISE check_violation USING MESSAGE = 'movie ' || NEW.id || ' needs a premiere';
        END IF;
        RETURN NULL;
    END $$""",
    """CREATE FUNCTION mozi_premiere_is_left() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM movie WHERE id = OLD.movie_id) AND NOT EXISTS (
            SELECT 1 FROM premiere WHERE movie_id = OLD.movie_id AND removed_at IS NULL
        ) THEN
            RAISE check_violation USING MESSAGE = 'movie ' || OLD.movie_id || ' needs a premiere';
        END IF;
        RETURN NULL;
    END $$""",
    "CREATE CONSTRAINT TRIGGER movie_has_premiere AFTER INSERT ON movie"
    " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION mozi_has_premiere()",
    "CREATE CONSTRAINT TRIGGER premiere_is_left_delete AFTER DELETE ON premiere"
    " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.removed_at IS NULL)"
    " EXECUTE FUNCTION mozi_premiere_is_left()",
    "CREATE CONSTRAINT TRIGGER premiere_is_left_update AFTER UPDATE OF removed_at, movie_id"
    " ON premiere DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.removed_at IS NULL AND"
    " (NEW.removed_at IS NOT NULL OR NEW.movie_id <> OLD.movie_id))"
    " EXECUTE FUNCTION mozi_premiere_is_left()",
)
