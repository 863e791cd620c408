"""Lists of followed movies and people, each under a token."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "followed_list",
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("movies", sa.JSON(), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("read_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_followed_list")),
    )
    op.create_index(op.f("ix_followed_list_read_on"), "followed_list", ["read_on"])


def downgrade() -> None:
    op.drop_table("followed_list")
