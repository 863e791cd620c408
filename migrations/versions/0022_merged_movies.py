"""Movies that an editor has merged into another one, whose addresses lead there for good."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "merged_movie",
        sa.Column("movie_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("into_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(100), nullable=True),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("tmdb_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("movie_id", name=op.f("pk_merged_movie")),
    )
    op.create_index(op.f("ix_merged_movie_into_id"), "merged_movie", ["into_id"])
    op.create_index(op.f("ix_merged_movie_external_id"), "merged_movie", ["external_id"])


def downgrade() -> None:
    op.drop_table("merged_movie")
