"""Partial indexes of the few cancelled movies and the few failed posters."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

CANCELLED = sa.text("status = 'cancelled'")
FAILED = sa.text("failure_code IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_movie_cancelled",
        "movie",
        ["premiere_date", "id"],
        postgresql_where=CANCELLED,
        sqlite_where=CANCELLED,
    )
    op.create_index(
        "ix_poster_failed",
        "poster",
        ["movie_id"],
        postgresql_where=FAILED,
        sqlite_where=FAILED,
    )


def downgrade() -> None:
    op.drop_index("ix_poster_failed", "poster")
    op.drop_index("ix_movie_cancelled", "movie")
