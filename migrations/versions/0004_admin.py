"""The admin: throttling, history, undo, import drafts, and a poster's focal point."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "attempt",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("until", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_attempt")),
    )
    op.create_index(op.f("ix_attempt_until"), "attempt", ["until"])
    op.create_table(
        "edit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=False),
        sa.Column("edited_at", MOMENT, nullable=False),
        sa.Column("editor", sa.String(length=254), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("old_source_url", sa.String(length=2000), nullable=True),
        sa.Column("old_uploaded", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("old_original_key", sa.String(length=200), nullable=True),
        sa.Column("old_thumb_key", sa.String(length=300), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edit")),
    )
    op.create_index("ix_edit_movie_id_id", "edit", ["movie_id", "id"])
    op.create_table(
        "deleted_movie",
        sa.Column("movie_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("premiere_date", sa.Date(), nullable=False),
        sa.Column("deleted_at", MOMENT, nullable=False),
        sa.Column("deleted_by", sa.String(length=254), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("movie_id", name=op.f("pk_deleted_movie")),
    )
    op.create_index(op.f("ix_deleted_movie_deleted_at"), "deleted_movie", ["deleted_at"])
    op.create_table(
        "import_draft",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("admin_id", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["admin_id"],
            ["admin.id"],
            name=op.f("fk_import_draft_admin_id_admin"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_draft")),
    )
    op.create_index(op.f("ix_import_draft_created_at"), "import_draft", ["created_at"])
    op.add_column("poster", sa.Column("focus_x", sa.Integer(), nullable=True))
    op.add_column("poster", sa.Column("focus_y", sa.Integer(), nullable=True))
    op.create_index("ix_poster_original_key", "poster", ["original_key"])


def downgrade() -> None:
    op.drop_index("ix_poster_original_key", table_name="poster")
    with op.batch_alter_table("poster") as batch_op:
        batch_op.drop_column("focus_y")
        batch_op.drop_column("focus_x")
    for table in ("import_draft", "deleted_movie", "edit", "attempt"):
        op.drop_table(table)
