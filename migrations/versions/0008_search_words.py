"""All words that a search can find, so that a misspelt one is looked up cheaply.

The program fills in the words, as it does the names (calendar/search/names.py). On SQLite only a
new title emptied a row of movie_name; now a change of any searched column empties it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SQLITE_TRIGGER = """SELECT sql FROM sqlite_master
    WHERE type = 'trigger' AND name = 'movie_search_update'"""
BY_TITLE = "WHERE movie_id = NEW.id AND OLD.title <> NEW.title;"
BY_ALL = "WHERE movie_id = NEW.id;"


def upgrade() -> None:
    by_code_point = sa.Text(collation="C") if _on_postgresql() else sa.Text()
    op.create_table(
        "search_word",
        sa.Column("word", by_code_point, nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_search_word")),
    )
    _change_trigger(BY_TITLE, BY_ALL)
    op.execute("UPDATE movie_name SET sort_key = NULL, folded = NULL")


def downgrade() -> None:
    _change_trigger(BY_ALL, BY_TITLE)
    op.drop_table("search_word")


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _change_trigger(before: str, after: str) -> None:
    """Replace SQLite's trigger; PostgreSQL's empties the name anyway."""
    if _on_postgresql():
        return
    connection = op.get_bind()
    trigger = connection.exec_driver_sql(SQLITE_TRIGGER).scalar_one()
    assert before in trigger, trigger  # noqa: S101 - a migration that does nothing is worse
    connection.exec_driver_sql("DROP TRIGGER movie_search_update")
    connection.exec_driver_sql(trigger.replace(before, after))
