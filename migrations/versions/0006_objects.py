"""Objects: dropped references, tombstones, and the owner of the storage.

Rows are also deleted by hand, in bulk and by cascades, so triggers note each dropped reference;
prune-posters counts from that moment. A later migration that rebuilds one of these tables on
SQLite (batch mode) loses the triggers and must create them again;
tests/maintenance/test_references.py checks that.
"""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# The columns that refer to an object, by table. deleted_movie has its references in JSON.
REFERRING = {
    "poster_variant": ["object_key"],
    "poster": ["original_key", "shown_original_key"],
    "edit": ["old_original_key", "old_thumb_key"],
}
INDEXES = [
    ("poster", "shown_original_key"),
    ("edit", "old_original_key"),
    ("edit", "old_thumb_key"),
]


def upgrade() -> None:
    connection = op.get_bind()
    op.create_table(
        "retired_object",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("object_key", sa.String(length=300), nullable=False),
        sa.Column("retired_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retired_object")),
    )
    op.create_index(op.f("ix_retired_object_object_key"), "retired_object", ["object_key"])
    op.create_table(
        "doomed_object",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("object_key", sa.String(length=300), nullable=False),
        sa.Column("sweep", sa.String(length=32), nullable=False),
        sa.Column("until", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doomed_object")),
    )
    op.create_index(op.f("ix_doomed_object_object_key"), "doomed_object", ["object_key"])
    site = op.create_table(
        "site",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("database_id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
    )
    op.bulk_insert(site, [{"id": 1, "database_id": uuid.uuid4().hex}])
    for table, column in INDEXES:
        op.create_index(f"ix_{table}_{column}", table, [column])
    on_postgresql = connection.dialect.name == "postgresql"
    for statement in postgresql_statements() if on_postgresql else sqlite_statements():
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    connection = op.get_bind()
    on_postgresql = connection.dialect.name == "postgresql"
    for table in [*REFERRING, "deleted_movie"]:
        for event in ("delete", "update"):
            place = f" ON {table}" if on_postgresql else ""
            connection.exec_driver_sql(f"DROP TRIGGER {table}_retire_{event}{place}")
    if on_postgresql:
        connection.exec_driver_sql("DROP FUNCTION mozi_retire()")
        connection.exec_driver_sql("DROP FUNCTION mozi_retire_rows()")
    for table, column in reversed(INDEXES):
        op.drop_index(f"ix_{table}_{column}", table_name=table)
    for table in ("site", "doomed_object", "retired_object"):
        op.drop_table(table)


def sqlite_statements() -> list[str]:
    """Return the statements for the triggers."""
    statements = []
    for table, columns in REFERRING.items():
        gone = " ".join(_note(f"OLD.{column}", "NULL") for column in columns)
        changed = " ".join(_note(f"OLD.{column}", f"NEW.{column}") for column in columns)
        statements += [
            f"CREATE TRIGGER {table}_retire_delete AFTER DELETE ON {table} BEGIN {gone} END",
            f"CREATE TRIGGER {table}_retire_update AFTER UPDATE OF {', '.join(columns)} ON {table}"
            f" BEGIN {changed} END",
        ]
    rows = """INSERT INTO retired_object (object_key, retired_at)
        SELECT DISTINCT value, (julianday('now') - 2440587.5) * 86400.0 FROM json_tree(OLD.rows)
        WHERE type = 'text' AND (value LIKE 'posters/%' OR value LIKE 'originals/%');"""
    return [
        *statements,
        "CREATE TRIGGER deleted_movie_retire_delete AFTER DELETE ON deleted_movie"
        f" BEGIN {rows} END",
        "CREATE TRIGGER deleted_movie_retire_update AFTER UPDATE OF rows ON deleted_movie"
        f" BEGIN {rows} END",
    ]


def _note(old: str, new: str) -> str:
    return f"""INSERT INTO retired_object (object_key, retired_at)
        SELECT {old}, (julianday('now') - 2440587.5) * 86400.0
        WHERE {old} IS NOT NULL AND {old} IS NOT {new};"""


def postgresql_statements() -> list[str]:
    """Return the statements for two functions and the triggers that call them."""
    statements = []
    for table, columns in REFERRING.items():
        changed = " OR ".join(f"OLD.{c} IS DISTINCT FROM NEW.{c}" for c in columns)
        arguments = ", ".join(f"'{column}'" for column in columns)
        statements += [
            f"CREATE TRIGGER {table}_retire_delete AFTER DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION mozi_retire({arguments})",
            f"CREATE TRIGGER {table}_retire_update AFTER UPDATE OF {', '.join(columns)} ON {table}"
            f" FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION mozi_retire({arguments})",
        ]
    return [
        """CREATE FUNCTION mozi_retire() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            before jsonb := to_jsonb(OLD);
            after jsonb := CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(NEW) ELSE '{}' END;
        BEGIN
            INSERT INTO retired_object (object_key, retired_at)
            SELECT before ->> col, EXTRACT(EPOCH FROM clock_timestamp()) FROM unnest(TG_ARGV) col
            WHERE before ->> col IS NOT NULL
                AND before ->> col IS DISTINCT FROM after ->> col;
            RETURN NULL;
        END $$""",
        """CREATE FUNCTION mozi_retire_rows() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO retired_object (object_key, retired_at)
            SELECT DISTINCT value #>> '{}', EXTRACT(EPOCH FROM clock_timestamp())
            FROM jsonb_path_query(OLD.rows::jsonb, '$.**') AS value
            WHERE jsonb_typeof(value) = 'string'
                AND value #>> '{}' ~ '^(posters|originals)/';
            RETURN NULL;
        END $$""",
        *statements,
        "CREATE TRIGGER deleted_movie_retire_delete AFTER DELETE ON deleted_movie"
        " FOR EACH ROW EXECUTE FUNCTION mozi_retire_rows()",
        "CREATE TRIGGER deleted_movie_retire_update AFTER UPDATE OF rows ON deleted_movie"
        " FOR EACH ROW EXECUTE FUNCTION mozi_retire_rows()",
    ]
