"""Who takes part in which movie, by the person's slug; search/names.py fills the table.

All names are emptied, so that they are filled again and the people with them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BY_CODE_POINT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "movie_person",
        sa.Column("slug", BY_CODE_POINT, nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["movie_id"],
            ["movie.id"],
            name=op.f("fk_movie_person_movie_id_movie"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("slug", "movie_id", name=op.f("pk_movie_person")),
    )
    op.create_index(op.f("ix_movie_person_movie_id"), "movie_person", ["movie_id"])
    op.execute("UPDATE movie_name SET sort_key = NULL, folded = NULL")


def downgrade() -> None:
    op.drop_table("movie_person")
