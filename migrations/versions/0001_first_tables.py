"""The first tables: movies, their posters, the built variants, admins."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "admin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin")),
        sa.UniqueConstraint("email", name=op.f("uq_admin_email")),
    )
    op.create_table(
        "movie",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("external_id", sa.String(length=100), nullable=True),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("original_title", sa.String(length=300), nullable=True),
        sa.Column("premiere_date", sa.Date(), nullable=False),
        sa.Column("date_precision", sa.String(length=10), server_default="day", nullable=False),
        sa.Column("kind", sa.String(length=10), server_default="cinema", nullable=False),
        sa.Column("status", sa.String(length=10), server_default="scheduled", nullable=False),
        sa.Column("synopsis", sa.Text(), nullable=True),
        sa.Column("genres", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("director", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("cast", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("country", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("distributor", sa.String(length=300), nullable=True),
        sa.Column("runtime_minutes", sa.Integer(), nullable=True),
        sa.Column("age_rating", sa.String(length=2), nullable=True),
        sa.Column("trailer_url", sa.String(length=2000), nullable=True),
        sa.CheckConstraint(
            "age_rating IN ('KN', '6', '12', '16', '18', 'X')", name=op.f("ck_movie_age_rating")
        ),
        sa.CheckConstraint(
            "date_precision IN ('day', 'month', 'year')", name=op.f("ck_movie_date_precision")
        ),
        sa.CheckConstraint(
            "kind IN ('cinema', 'streaming', 'rerelease')", name=op.f("ck_movie_kind")
        ),
        sa.CheckConstraint("status IN ('scheduled', 'cancelled')", name=op.f("ck_movie_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movie")),
        sa.UniqueConstraint("external_id", name=op.f("uq_movie_external_id")),
    )
    with op.batch_alter_table("movie", schema=None) as batch_op:
        batch_op.create_index("ix_movie_premiere_date_id", ["premiere_date", "id"], unique=False)
        batch_op.create_index(
            "ix_movie_title_premiere_date", ["title", "premiere_date"], unique=False
        )

    op.create_table(
        "poster",
        sa.Column("movie_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source_number", sa.Integer(), server_default="1", nullable=False),
        sa.Column("source_url", sa.String(length=2000), nullable=True),
        sa.Column("original_key", sa.String(length=200), nullable=True),
        sa.Column("uploaded", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("shown_original_key", sa.String(length=200), nullable=True),
        sa.Column("attempt", sa.Integer(), server_default="1", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failure_code", sa.String(length=50), nullable=True),
        sa.Column("failure_message", sa.Text(), nullable=True),
        sa.Column("failure_data", sa.JSON(), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("lease_until", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["movie_id"], ["movie.id"], name=op.f("fk_poster_movie_id_movie"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("movie_id", name=op.f("pk_poster")),
    )
    op.create_table(
        "poster_variant",
        sa.Column("movie_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("media", sa.String(length=20), nullable=False),
        sa.Column("source_number", sa.Integer(), nullable=False),
        sa.Column("recipe_version", sa.Integer(), nullable=False),
        sa.Column("object_key", sa.String(length=300), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["movie_id"],
            ["movie.id"],
            name=op.f("fk_poster_variant_movie_id_movie"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("movie_id", "media", name=op.f("pk_poster_variant")),
    )
    with op.batch_alter_table("poster_variant", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_poster_variant_object_key"), ["object_key"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("poster_variant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_poster_variant_object_key"))

    op.drop_table("poster_variant")
    op.drop_table("poster")
    with op.batch_alter_table("movie", schema=None) as batch_op:
        batch_op.drop_index("ix_movie_title_premiere_date")
        batch_op.drop_index("ix_movie_premiere_date_id")

    op.drop_table("movie")
    op.drop_table("admin")
