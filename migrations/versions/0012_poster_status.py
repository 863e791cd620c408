"""The table poster_status: how each movie's poster is, beside its premiere date, for lists.

Posters change by builds, imports, forms, cascades and by hand, so triggers keep the rows. state:
0 without a source; else 1 + the version of the variants, which is that of the oldest one, or 0
while one of the wanted source is missing; negative while the last fetch of the source failed.

On PostgreSQL each trigger locks the poster before its row here, as a build does, so that an
import which moves premieres cannot deadlock with builds. Under the lock of the row here the state
is counted by a new statement, which sees what the transaction before it committed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MEDIA = ("poster", "thumb", "blurred")

STATE = f"""(SELECT CASE
    WHEN source_url IS NULL AND original_key IS NULL THEN 0
    WHEN failure_code IS NULL THEN 1 + built ELSE -1 - built END
    FROM (SELECT poster.*, (
        SELECT CASE count(*) WHEN {len(MEDIA)} THEN min(recipe_version) ELSE 0 END
        FROM poster_variant AS variant
        WHERE variant.movie_id = poster.movie_id
            AND variant.source_number = poster.source_number
            AND variant.media IN {MEDIA}
    ) AS built FROM poster WHERE poster.movie_id = {{movie}}) AS counted)"""
WATCHED = {
    "poster": ("source_url", "original_key", "failure_code", "source_number"),
    "poster_variant": ("source_number", "recipe_version"),
}


def upgrade() -> None:
    connection = op.get_bind()
    op.create_table(
        "poster_status",
        sa.Column("movie_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("premiere_date", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["movie_id"],
            ["movie.id"],
            name=op.f("fk_poster_status_movie_id_movie"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("movie_id", name=op.f("pk_poster_status")),
    )
    on_postgresql = connection.dialect.name == "postgresql"
    connection.exec_driver_sql(filling())
    op.create_index(
        "ix_poster_status_state_premiere_date_movie_id",
        "poster_status",
        ["state", "premiere_date", "movie_id"],
    )
    op.create_index("ix_poster_status_state_movie_id", "poster_status", ["state", "movie_id"])
    op.drop_index("ix_poster_failed", "poster")  # nothing reads it any more
    leased = sa.text("lease_until IS NOT NULL")
    op.create_index(
        "ix_poster_lease_until",
        "poster",
        ["lease_until"],
        postgresql_where=leased,
        sqlite_where=leased,
    )
    for statement in postgresql_statements() if on_postgresql else sqlite_statements():
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    connection = op.get_bind()
    on_postgresql = connection.dialect.name == "postgresql"
    for name, table in [
        *(("movie", f"movie_status_{event}") for event in ("insert", "update")),
        *((t, f"{t}_status_{e}") for t in WATCHED for e in ("insert", "update", "delete")),
    ]:
        place = f" ON {name}" if on_postgresql else ""
        connection.exec_driver_sql(f"DROP TRIGGER {table}{place}")
    if on_postgresql:
        for name in ("mozi_note_poster()", "mozi_note_premiere()", "mozi_poster_state(integer)"):
            connection.exec_driver_sql(f"DROP FUNCTION {name}")
    else:
        connection.exec_driver_sql("DROP TRIGGER movie_status_delete")
    op.drop_table("poster_status")
    op.drop_index("ix_poster_lease_until", "poster")
    failed = sa.text("failure_code IS NOT NULL")
    op.create_index(
        "ix_poster_failed", "poster", ["movie_id"], postgresql_where=failed, sqlite_where=failed
    )


def filling() -> str:
    """Return the statement that makes the rows of all movies."""
    return f"""INSERT INTO poster_status (movie_id, state, premiere_date)
        SELECT movie.id, coalesce({STATE.format(movie="movie.id")}, 0), premiere_date FROM movie"""


def sqlite_statements() -> list[str]:
    """Return the statements for the triggers; INSERT OR REPLACE deletes a row without any."""
    state = f"coalesce({STATE.format(movie='NEW.id')}, 0)"
    statements = [
        f"""CREATE TRIGGER movie_status_insert AFTER INSERT ON movie BEGIN
            INSERT OR REPLACE INTO poster_status VALUES (NEW.id, {state}, NEW.premiere_date);
        END""",
        """CREATE TRIGGER movie_status_update AFTER UPDATE OF premiere_date ON movie
            WHEN OLD.premiere_date IS NOT NEW.premiere_date BEGIN
            UPDATE poster_status SET premiere_date = NEW.premiere_date WHERE movie_id = NEW.id;
        END""",
        # SQLite's command line has foreign keys off, so a trigger deletes the row, too.
        """CREATE TRIGGER movie_status_delete AFTER DELETE ON movie BEGIN
            DELETE FROM poster_status WHERE movie_id = OLD.id;
        END""",
    ]
    for table, columns in WATCHED.items():
        changed = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in columns)
        for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            of = f" OF {', '.join(columns)}" if event == "UPDATE" else ""
            when = f" WHEN {changed}" if event == "UPDATE" else ""
            movie = f"{row}.movie_id"
            statements.append(
                f"""CREATE TRIGGER {table}_status_{event.lower()} AFTER {event}{of} ON {table}{when}
                BEGIN UPDATE poster_status
                    SET state = coalesce({STATE.format(movie=movie)}, 0)
                    WHERE movie_id = {movie};
                END"""
            )
    return statements


def postgresql_statements() -> list[str]:
    """Return the statements for three functions and the triggers that call them."""
    statements = [
        f"""CREATE FUNCTION mozi_poster_state(movie integer) RETURNS integer
        LANGUAGE sql VOLATILE AS $$ SELECT coalesce({STATE.format(movie="movie")}, 0) $$""",
        """CREATE FUNCTION mozi_note_poster() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE which integer := CASE TG_OP WHEN 'DELETE' THEN OLD.movie_id ELSE NEW.movie_id END;
        BEGIN
            PERFORM FROM poster_status WHERE movie_id = which FOR NO KEY UPDATE;
            UPDATE poster_status SET state = mozi_poster_state(which)
            WHERE movie_id = which AND state <> mozi_poster_state(which);
            RETURN NULL;
        END $$""",
        """CREATE FUNCTION mozi_note_premiere() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM FROM poster WHERE movie_id = NEW.id FOR NO KEY UPDATE;
            INSERT INTO poster_status
            VALUES (NEW.id, mozi_poster_state(NEW.id), NEW.premiere_date)
            ON CONFLICT (movie_id) DO UPDATE SET premiere_date = excluded.premiere_date;
            RETURN NULL;
        END $$""",
        "CREATE TRIGGER movie_status_insert AFTER INSERT ON movie"
        " FOR EACH ROW EXECUTE FUNCTION mozi_note_premiere()",
        "CREATE TRIGGER movie_status_update AFTER UPDATE OF premiere_date ON movie FOR EACH ROW"
        " WHEN (OLD.premiere_date <> NEW.premiere_date) EXECUTE FUNCTION mozi_note_premiere()",
    ]
    for table, columns in WATCHED.items():
        changed = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in columns)
        for event in ("INSERT", "UPDATE", "DELETE"):
            of = f" OF {', '.join(columns)}" if event == "UPDATE" else ""
            when = f" WHEN ({changed})" if event == "UPDATE" else ""
            statements.append(
                f"CREATE TRIGGER {table}_status_{event.lower()} AFTER {event}{of} ON {table}"
                f" FOR EACH ROW{when} EXECUTE FUNCTION mozi_note_poster()"
            )
    return statements
