"""Films of TMDB, what it said last, and what editors are asked about."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalogue_movie",
        sa.Column("tmdb_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=False),
        sa.Column("imdb_id", sa.String(20), nullable=True),
        sa.Column("original_language", sa.String(10), nullable=True),
        sa.Column("base", sa.JSON(), nullable=False),
        sa.Column("premiere_ids", sa.JSON(), nullable=False),
        sa.Column("gone", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tmdb_id", name=op.f("pk_catalogue_movie")),
    )
    op.create_index(op.f("ix_catalogue_movie_movie_id"), "catalogue_movie", ["movie_id"])
    op.create_index(op.f("ix_catalogue_movie_seen_at"), "catalogue_movie", ["seen_at"])
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(40), nullable=False),
        sa.Column("value", sa.JSON(), nullable=True),
        sa.Column("open", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("declined", sa.JSON(), nullable=False),
        sa.Column("for_good", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("laid_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["movie_id"],
            ["movie.id"],
            name=op.f("fk_proposal_movie_id_movie"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    op.create_index("uq_proposal_movie_id_field", "proposal", ["movie_id", "field"], unique=True)
    op.create_index(
        "ix_proposal_open",
        "proposal",
        ["id"],
        postgresql_where=sa.text("open"),
        sqlite_where=sa.text("open"),
    )
    op.add_column("site", sa.Column("catalogue_read_to", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("site", "catalogue_read_to")
    op.drop_table("proposal")
    op.drop_table("catalogue_movie")
