"""Moved premieres, and a preview of a few pixels with every variant."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "date_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("old_date", sa.Date(), nullable=False),
        sa.Column("old_precision", sa.String(length=10), nullable=False),
        sa.Column("new_date", sa.Date(), nullable=False),
        sa.Column("new_precision", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["movie_id"],
            ["movie.id"],
            name=op.f("fk_date_change_movie_id_movie"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_date_change")),
    )
    with op.batch_alter_table("date_change", schema=None) as batch_op:
        batch_op.create_index("ix_date_change_movie_id_id", ["movie_id", "id"], unique=False)
    with op.batch_alter_table("poster_variant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("preview", sa.String(length=300), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("poster_variant", schema=None) as batch_op:
        batch_op.drop_column("preview")
    with op.batch_alter_table("date_change", schema=None) as batch_op:
        batch_op.drop_index("ix_date_change_movie_id_id")

    op.drop_table("date_change")
