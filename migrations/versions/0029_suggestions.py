"""An index for the suggestions of countries."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_movie_country", "movie", ["country"])


def downgrade() -> None:
    op.drop_index("ix_movie_country", "movie")
