"""The times when a movie was added and last changed, for feeds and crawlers."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

COLUMNS = ("added_at", "changed_at")


def upgrade() -> None:
    # Not in batch mode, which would rebuild SQLite's table without its triggers.
    for column in COLUMNS:
        op.add_column("movie", sa.Column(column, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for column in COLUMNS:
        op.drop_column("movie", column)
