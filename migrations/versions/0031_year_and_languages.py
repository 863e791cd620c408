"""The year and the original language of movies, and how premieres are shown.

What TMDB has said of languages before is taken over, in TMDB's codes only where ISO 639 has them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

KNOWN = "language_version IN ('dubbed', 'subtitled', 'both', 'original')"
CHECK = "ck_premiere_language_version"


def upgrade() -> None:
    op.add_column("movie", sa.Column("year", sa.Integer(), nullable=True))
    op.add_column("movie", sa.Column("original_language", sa.String(3), nullable=True))
    op.create_index(op.f("ix_movie_year"), "movie", ["year"])
    # Alembic would copy the table on SQLite, which takes a check with its column, too.
    op.execute(
        "ALTER TABLE premiere ADD COLUMN language_version VARCHAR(10)"
        f" CONSTRAINT {CHECK} CHECK ({KNOWN})"
    )
    op.execute(
        "UPDATE movie SET original_language = (SELECT CASE said.original_language"
        " WHEN 'cn' THEN 'yue' ELSE said.original_language END"
        " FROM catalogue_movie AS said WHERE said.movie_id = movie.id"
        " AND said.original_language NOT IN ('xx', 'und', 'mul', 'zxx')"
        " ORDER BY said.gone, said.tmdb_id LIMIT 1)"
        " WHERE id IN (SELECT movie_id FROM catalogue_movie)"
    )


def downgrade() -> None:
    op.drop_column("premiere", "language_version")
    op.drop_index(op.f("ix_movie_year"), "movie")
    op.drop_column("movie", "original_language")
    op.drop_column("movie", "year")
