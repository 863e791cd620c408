"""Counters of the page cache by minute, for all workers and machines."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "page_tally",
        sa.Column("minute", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("page", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("minute", "page", "what", name=op.f("pk_page_tally")),
    )


def downgrade() -> None:
    op.drop_table("page_tally")
