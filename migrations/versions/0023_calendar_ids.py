"""The ids that the premieres of a merged movie have in calendars: those from before the merge."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("premiere", sa.Column("calendar_id", sa.String(40), nullable=True))


def downgrade() -> None:
    op.drop_column("premiere", "calendar_id")
