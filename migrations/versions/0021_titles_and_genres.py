"""Titles as a search begins them, and genres by movie; search/names.py fills both tables.

All names are emptied, so that they are filled again and these tables with them. A trigger empties
a movie's name when its genres change, too.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

BY_CODE_POINT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _create("movie_title")
    _create("movie_genre", sa.Column("genre", sa.Text(), nullable=False))
    if _on_postgresql():
        op.execute("""CREATE TRIGGER movie_search_genres AFTER UPDATE OF genres ON movie
            FOR EACH ROW EXECUTE FUNCTION mozi_note_movie()""")
    else:
        op.execute("""CREATE TRIGGER movie_search_genres AFTER UPDATE OF genres ON movie BEGIN
            UPDATE movie_name SET sort_key = NULL, folded = NULL
            WHERE movie_id = NEW.id AND OLD.genres <> NEW.genres;
        END""")
    op.execute("UPDATE movie_name SET sort_key = NULL, folded = NULL")


def downgrade() -> None:
    op.execute("DROP TRIGGER movie_search_genres" + (" ON movie" if _on_postgresql() else ""))
    op.drop_table("movie_genre")
    op.drop_table("movie_title")


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _create(table: str, *columns: sa.Column[str]) -> None:
    op.create_table(
        table,
        sa.Column("folded", BY_CODE_POINT, nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["movie_id"],
            ["movie.id"],
            name=op.f(f"fk_{table}_movie_id_movie"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("folded", "movie_id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_movie_id"), table, ["movie_id"])
