"""Roles of admins, one-time links, and what a session's browser said of itself."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("admin", sa.Column("role", sa.String(10), server_default="admin", nullable=False))
    for name, length in (("agent", 200), ("network", 50)):
        column = sa.Column(name, sa.String(length), server_default=sa.text("''"), nullable=False)
        op.add_column("admin_session", column)
    op.create_table(
        "admin_link",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(10), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("made_by", sa.String(254), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin_link")),
    )


def downgrade() -> None:
    op.drop_table("admin_link")
    for table, name in (
        ("admin_session", "network"),
        ("admin_session", "agent"),
        ("admin", "role"),
    ):
        op.drop_column(table, name)
