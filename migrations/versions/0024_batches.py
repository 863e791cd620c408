"""Changes of many movies at once, and indexes for the filters of the desk's list."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

OF_BATCH = sa.text("batch_id IS NOT NULL")
LACKS = ("synopsis", "age_rating")


def upgrade() -> None:
    op.create_table(
        "batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("editor", sa.String(length=254), nullable=False),
        sa.Column("what", sa.JSON(), nullable=False),
        sa.Column("movies", sa.Integer(), server_default="0", nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(length=254), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sqlite_autoincrement=True,
    )
    op.add_column("edit", sa.Column("batch_id", sa.Integer(), nullable=True))
    op.create_index(
        "ix_edit_batch_id_id",
        "edit",
        ["batch_id", "id"],
        postgresql_where=OF_BATCH,
        sqlite_where=OF_BATCH,
    )
    op.create_index("ix_movie_distributor", "movie", ["distributor"])
    op.create_index("ix_movie_genres", "movie", ["genres"])
    for column in LACKS:
        lacks = sa.text(f"{column} IS NULL")
        op.create_index(
            f"ix_movie_without_{column}",
            "movie",
            ["id"],
            postgresql_where=lacks,
            sqlite_where=lacks,
        )


def downgrade() -> None:
    for column in LACKS:
        op.drop_index(f"ix_movie_without_{column}", "movie")
    op.drop_index("ix_movie_genres", "movie")
    op.drop_index("ix_movie_distributor", "movie")
    op.drop_index("ix_edit_batch_id_id", "edit")
    op.drop_column("edit", "batch_id")
    op.drop_table("batch")
