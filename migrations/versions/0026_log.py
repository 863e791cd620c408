"""Indexes for the log of all changes."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ALONE = sa.text("batch_id IS NULL")


def upgrade() -> None:
    op.create_index("ix_edit_alone", "edit", ["id"], postgresql_where=ALONE, sqlite_where=ALONE)
    op.create_index("ix_edit_editor_id", "edit", ["editor", "id"])


def downgrade() -> None:
    op.drop_index("ix_edit_editor_id", "edit")
    op.drop_index("ix_edit_alone", "edit")
