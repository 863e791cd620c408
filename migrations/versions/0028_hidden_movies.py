"""Movies that are saved, but hidden until they are published."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    hidden = sa.Column("hidden", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("deleted_movie", hidden)
    op.add_column("deleted_movie", sa.Column("publish_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("deleted_movie", "publish_on")
    op.drop_column("deleted_movie", "hidden")
