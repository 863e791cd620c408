"""What an admin chose for an uploaded file, and for the next one with the same headings."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("import_draft", sa.Column("choices", sa.JSON(), nullable=True))
    op.create_table(
        "known_headings",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_known_headings")),
    )
    op.create_index(op.f("ix_known_headings_chosen_at"), "known_headings", ["chosen_at"])
    op.create_index("ix_movie_original_title", "movie", ["original_title"])


def downgrade() -> None:
    op.drop_index("ix_movie_original_title", "movie")
    op.drop_table("known_headings")
    op.drop_column("import_draft", "choices")
