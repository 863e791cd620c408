"""A partial index of the premieres whose month is known.

Thousands of old films have a year only, and all of them stand on the first of January.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

IN_MONTH = sa.text("date_precision <> 'year'")


def upgrade() -> None:
    op.create_index(
        "ix_premiere_in_month",
        "premiere",
        ["premiere_date", "id"],
        postgresql_where=IN_MONTH,
        sqlite_where=IN_MONTH,
    )


def downgrade() -> None:
    op.drop_index("ix_premiere_in_month", "premiere")
