"""Search and A–Z: triggers keep the words of each movie and the order of the titles.

Rows are also written by hand and in bulk, so only triggers keep the words right in all cases.
movie_name holds the Hungarian order, which SQL cannot compute: a trigger empties the row, and
the program fills it before it reads (calendar/search/names.py).

A later migration that rebuilds SQLite's `movie` (batch mode) loses the triggers and must create
them again; tests/test_migrations.py checks that.
"""

from __future__ import annotations

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# calendar/search/text.py folds queries in the same way.
UNMARKED = {
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i",
    "æ": "ae", "œ": "oe", "ß": "ss", "þ": "th", "¹": "1", "²": "2", "³": "3", "½": " 1 2",
}  # fmt: skip
LATIN = [*range(0xC0, 0x250), *range(0x1E00, 0x1F00)]
MARKS = "".join(map(chr, range(0x300, 0x370)))
# The characters between words: in ASCII all but letters and digits, and the signs above it.
PUNCTUATION = r"[\x01-\x2f\x3a-\x60\x7b-\xa9\xab-\xb1\xb4\xb6-\xb8\xbb\xbf\xd7\xf7\u2000-\u206f]+"

TITLES = "{row}.title || ' ' || coalesce({row}.original_title, '')"
PEOPLE = "{row}.director || ' ' || {row}.\"cast\""
WATCHED = 'title, original_title, director, "cast"'


def upgrade() -> None:
    connection = op.get_bind()
    on_postgresql = connection.dialect.name == "postgresql"
    by_code_point = sa.Text(collation="C") if on_postgresql else sa.Text()
    op.create_table(
        "movie_name",
        sa.Column("movie_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sort_key", by_code_point, nullable=True),
        sa.Column("folded", by_code_point, nullable=True),
        sa.ForeignKeyConstraint(
            ["movie_id"],
            ["movie.id"],
            name=op.f("fk_movie_name_movie_id_movie"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("movie_id", name=op.f("pk_movie_name")),
    )
    op.create_index("ix_movie_name_sort_key_movie_id", "movie_name", ["sort_key", "movie_id"])
    op.create_index("ix_movie_name_folded", "movie_name", ["folded"])
    op.execute("INSERT INTO movie_name (movie_id) SELECT id FROM movie")
    for statement in postgresql_statements() if on_postgresql else sqlite_statements():
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        for name in ("insert", "update"):
            connection.exec_driver_sql(f"DROP TRIGGER movie_search_{name} ON movie")
        connection.exec_driver_sql("DROP FUNCTION mozi_note_movie()")
        op.drop_table("movie_search")
        connection.exec_driver_sql("DROP FUNCTION mozi_words(text)")
    else:
        for name in ("insert", "update", "delete"):
            connection.exec_driver_sql(f"DROP TRIGGER movie_search_{name}")
        op.drop_table("movie_search")
    op.drop_table("movie_name")


def sqlite_statements() -> list[str]:
    """Return the statements for FTS5's table of words and the triggers."""
    forget = "DELETE FROM movie_search WHERE rowid = {row}.id;"
    note = f"INSERT INTO movie_search (rowid, titles, people) VALUES (NEW.id, {_sqlite('NEW')});"
    return [
        "CREATE VIRTUAL TABLE movie_search USING fts5(titles, people, detail = column,"
        " columnsize = 0, prefix = 3, tokenize = 'unicode61 remove_diacritics 2')",
        "INSERT INTO movie_search (rowid, titles, people)"
        f" SELECT id, {_sqlite('movie')} FROM movie",
        # INSERT OR REPLACE deletes the old row without any trigger.
        f"""CREATE TRIGGER movie_search_insert AFTER INSERT ON movie BEGIN
            {forget.format(row="NEW")} {note}
            INSERT OR REPLACE INTO movie_name (movie_id) VALUES (NEW.id);
        END""",
        f"""CREATE TRIGGER movie_search_update AFTER UPDATE OF {WATCHED} ON movie BEGIN
            {forget.format(row="OLD")} {note}
            UPDATE movie_name SET sort_key = NULL, folded = NULL
            WHERE movie_id = NEW.id AND OLD.title <> NEW.title;
        END""",
        # SQLite's command line has foreign keys off, so the trigger deletes movie_name's row, too.
        f"""CREATE TRIGGER movie_search_delete AFTER DELETE ON movie BEGIN
            {forget.format(row="OLD")}
            DELETE FROM movie_name WHERE movie_id = OLD.id;
        END""",
    ]


def _sqlite(row: str) -> str:
    """Return the two columns of words; FTS5's tokenizer removes accents and capitals."""
    columns = (TITLES.format(row=row), PEOPLE.format(row=row))
    return ", ".join(_replacing(f"({column})", both_cases=True) for column in columns)


def _replacing(expression: str, *, both_cases: bool) -> str:
    for letter, plain in UNMARKED.items():
        for each in {letter, letter.upper()} if both_cases else {letter}:
            if len(each) == 1 and not each.isascii():
                expression = f"replace({expression}, '{each}', '{plain}')"
    return expression


def postgresql_statements() -> list[str]:
    """Return the statements for the folding function, the table of words and the triggers."""
    titles, people = TITLES.format(row="NEW"), PEOPLE.format(row="NEW")
    sources = [TITLES.format(row="movie"), PEOPLE.format(row="movie")]
    return [
        _mozi_words(),
        """CREATE TABLE movie_search (
            movie_id integer PRIMARY KEY REFERENCES movie ON DELETE CASCADE,
            titles tsvector NOT NULL,
            words tsvector NOT NULL
        )""",
        f"""INSERT INTO movie_search SELECT id, mozi_words({sources[0]}),
            mozi_words({sources[0]} || ' ' || {sources[1]}) FROM movie""",
        # Without fastupdate a bulk load is slower, but not the search after it.
        "CREATE INDEX ix_movie_search_titles ON movie_search USING gin (titles)"
        " WITH (fastupdate = off)",
        "CREATE INDEX ix_movie_search_words ON movie_search USING gin (words)"
        " WITH (fastupdate = off)",
        f"""CREATE FUNCTION mozi_note_movie() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO movie_search VALUES
                (NEW.id, mozi_words({titles}), mozi_words({titles} || ' ' || {people}))
            ON CONFLICT (movie_id)
                DO UPDATE SET titles = excluded.titles, words = excluded.words;
            INSERT INTO movie_name (movie_id) VALUES (NEW.id) ON CONFLICT (movie_id)
                DO UPDATE SET sort_key = NULL, folded = NULL;
            RETURN NULL;
        END $$""",
        "CREATE TRIGGER movie_search_insert AFTER INSERT ON movie"
        " FOR EACH ROW EXECUTE FUNCTION mozi_note_movie()",
        f"CREATE TRIGGER movie_search_update AFTER UPDATE OF {WATCHED} ON movie"
        " FOR EACH ROW EXECUTE FUNCTION mozi_note_movie()",
    ]


def _mozi_words() -> str:
    """Return the function that folds a text into words, independent of the database's locale."""
    plain = {chr(code): _bare(chr(code)) for code in LATIN if _bare(chr(code))}
    letters, bare = "".join(plain), "".join(plain.values())
    capitals = {letter.upper(): letter for letter in UNMARKED if not letter.upper().isascii()}
    capitals = {upper: letter for upper, letter in capitals.items() if len(upper) == 1}
    letters, bare = letters + "".join(capitals), bare + "".join(capitals.values())
    translated = f"translate(given, '{letters}{MARKS}', '{bare}')"
    # A lexeme has at most 2 KiB; no word is longer, but a row written by hand may hold anything.
    return f"""CREATE FUNCTION mozi_words(given text) RETURNS tsvector
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
        SELECT coalesce(array_to_tsvector(array_agg(DISTINCT left(word, 100))), ''::tsvector)
        FROM regexp_split_to_table(
            {_replacing(f"lower({translated})", both_cases=False)}, '{PUNCTUATION}'
        ) AS word WHERE word <> ''
        $$"""


def _bare(letter: str) -> str:
    """Return a letter without its marks if that is ASCII, else ""."""
    bare = unicodedata.normalize("NFKD", letter)[0]
    return bare if bare.isascii() and bare.isalpha() else ""
