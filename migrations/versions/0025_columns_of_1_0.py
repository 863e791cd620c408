"""The columns of `movie` that release 1.0 reads and writes, so that it serves while 1.1 begins.

A movie's first premiere is also in the movie's row: triggers of `premiere` put it there, and
triggers of `movie` take over what release 1.0 writes. This release has no other use for the
columns; the release after it drops them.

What release 1.0 cannot do meanwhile: move a premiere's date on SQLite, whose triggers cannot fill
date_change.premiere_id in; that save fails, and changes nothing.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

COLUMNS = ("premiere_date", "date_precision", "kind", "status")
LISTED = ", ".join(COLUMNS)
SENT = """NEW.premiere_date, coalesce(NEW.date_precision, 'day'),
    coalesce(NEW.kind, 'cinema'), coalesce(NEW.status, 'scheduled')"""
# A movie without a premiere that was not removed keeps its last one: 0013 goes back the same way.
FIRST = """FROM premiere WHERE movie_id = {movie}
    ORDER BY removed_at IS NOT NULL, first DESC, id LIMIT 1"""
INSERT = f"""INSERT INTO premiere (movie_id, first, {LISTED}, added_at, changed_at)
    VALUES (NEW.id, true, {SENT}, NEW.added_at, NEW.changed_at)"""


def upgrade() -> None:
    op.add_column("movie", sa.Column("premiere_date", sa.Date(), nullable=True))
    for name in COLUMNS[1:]:
        op.add_column("movie", sa.Column(name, sa.String(10), nullable=True))
    first = FIRST.format(movie="movie.id")
    op.execute(f"UPDATE movie SET ({LISTED}) = (SELECT {LISTED} {first})")
    for statement in postgresql_statements() if _on_postgresql() else sqlite_statements():
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for table in ("premiere", "movie"):
        for event in ("insert", "update", *(["delete"] if table == "premiere" else [])):
            place = f" ON {table}" if _on_postgresql() else ""
            op.execute(f"DROP TRIGGER {table}_of_1_0_{event}{place}")
    if _on_postgresql():
        op.execute("DROP TRIGGER date_change_of_1_0 ON date_change")
        op.execute("DROP FUNCTION mozi_date_change_of_1_0()")
        op.execute("DROP FUNCTION mozi_movie_of_1_0()")
        op.execute("DROP FUNCTION mozi_premiere_of_1_0()")
    for name in COLUMNS:
        op.drop_column("movie", name)


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def sqlite_statements() -> list[str]:
    """Return the triggers; a trigger's own changes end where nothing differs any more."""
    first = FIRST.format(movie="NEW.id")
    return [
        f"CREATE TRIGGER premiere_of_1_0_insert AFTER INSERT ON premiere BEGIN {_put('NEW')}; END",
        "CREATE TRIGGER premiere_of_1_0_update AFTER UPDATE OF"
        f" movie_id, first, removed_at, {LISTED} ON premiere"
        f" BEGIN {_put('OLD')}; {_put('NEW')}; END",
        f"CREATE TRIGGER premiere_of_1_0_delete AFTER DELETE ON premiere BEGIN {_put('OLD')}; END",
        "CREATE TRIGGER movie_of_1_0_insert AFTER INSERT ON movie"
        f" WHEN NEW.premiere_date IS NOT NULL BEGIN {INSERT}; END",
        f"""CREATE TRIGGER movie_of_1_0_update AFTER UPDATE OF {LISTED} ON movie BEGIN
            UPDATE premiere SET ({LISTED}) = ({SENT}), version = version + 1
            WHERE id = (SELECT id {first}) AND ({LISTED}) IS NOT ({SENT});
        END""",
    ]


def _put(row: str) -> str:
    first = FIRST.format(movie=f"{row}.movie_id")
    return f"""UPDATE movie SET ({LISTED}) = (SELECT {LISTED} {first})
        WHERE id = {row}.movie_id AND ({LISTED}) IS NOT (SELECT {LISTED} {first})
        AND EXISTS (SELECT 1 FROM premiere WHERE movie_id = {row}.movie_id)"""


def postgresql_statements() -> list[str]:
    """Return the functions and the triggers."""
    found = ", ".join(f"found.{name}" for name in COLUMNS)
    return [
        f"""CREATE FUNCTION mozi_premiere_of_1_0() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE changed integer; found record;
        BEGIN
            FOREACH changed IN ARRAY CASE TG_OP
                WHEN 'INSERT' THEN ARRAY[NEW.movie_id]
                WHEN 'DELETE' THEN ARRAY[OLD.movie_id]
                ELSE ARRAY[OLD.movie_id, NEW.movie_id] END
            LOOP
                SELECT {LISTED} INTO found {FIRST.format(movie="changed")};
                UPDATE movie SET ({LISTED}) = ROW({found}) WHERE id = changed
                AND found.premiere_date IS NOT NULL
                AND ({LISTED}) IS DISTINCT FROM ({found});
            END LOOP;
            RETURN NULL;
        END $$""",
        f"""CREATE FUNCTION mozi_movie_of_1_0() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'INSERT' THEN
                {INSERT};
            ELSE
                UPDATE premiere SET ({LISTED}) = ROW({SENT}), version = version + 1
                WHERE id = (SELECT id {FIRST.format(movie="NEW.id")})
                AND ({LISTED}) IS DISTINCT FROM ({SENT});
            END IF;
            RETURN NULL;
        END $$""",
        f"""CREATE FUNCTION mozi_date_change_of_1_0() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.premiere_id := (SELECT id {FIRST.format(movie="NEW.movie_id")});
            RETURN NEW;
        END $$""",
        "CREATE TRIGGER date_change_of_1_0 BEFORE INSERT ON date_change FOR EACH ROW"
        " WHEN (NEW.premiere_id IS NULL) EXECUTE FUNCTION mozi_date_change_of_1_0()",
        *(
            f"CREATE TRIGGER premiere_of_1_0_{name} AFTER {event} ON premiere"
            " FOR EACH ROW EXECUTE FUNCTION mozi_premiere_of_1_0()"
            for name, event in (
                ("insert", "INSERT"),
                ("update", f"UPDATE OF movie_id, first, removed_at, {LISTED}"),
                ("delete", "DELETE"),
            )
        ),
        "CREATE TRIGGER movie_of_1_0_insert AFTER INSERT ON movie FOR EACH ROW"
        " WHEN (NEW.premiere_date IS NOT NULL) EXECUTE FUNCTION mozi_movie_of_1_0()",
        f"CREATE TRIGGER movie_of_1_0_update AFTER UPDATE OF {LISTED} ON movie FOR EACH ROW"
        " WHEN (NEW.premiere_date IS NOT NULL) EXECUTE FUNCTION mozi_movie_of_1_0()",
    ]
