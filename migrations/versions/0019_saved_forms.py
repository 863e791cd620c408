"""Forms that have saved a movie, so that one that is sent twice saves one movie."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_form",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["movie_id"],
            ["movie.id"],
            name=op.f("fk_saved_form_movie_id_movie"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_saved_form")),
    )
    op.create_index(op.f("ix_saved_form_movie_id"), "saved_form", ["movie_id"])
    op.create_index(op.f("ix_saved_form_saved_at"), "saved_form", ["saved_at"])


def downgrade() -> None:
    op.drop_table("saved_form")
