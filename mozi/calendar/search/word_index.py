"""The words of all movies, as each database indexes them: FTS5 in SQLite, GIN in PostgreSQL.

Triggers keep the table movie_search (migrations/versions/0002_search.py). What is looked for
are folded words, letters and digits alone, so nothing in them means anything to a database.
No extension is needed: for a slip, everything that a word may have been meant as, some 600
words, is looked up in the table of all words (search/names.py), and the movies are searched for
those that there are. Asking the index itself for 600 words took 20 to 60 ms on SQLite and up
to 1 s on PostgreSQL.
"""

from __future__ import annotations

import json
from collections.abc import Sequence, Set
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from mozi.calendar.search.text import typos_of

PREFIX_FROM = 3  # letters from which the last word may be the beginning of one
SLIPS_IN = range(3, 21)  # letters of a word that may hold a slip: shorter ones all lie near others
SLIPS_AMONG = 6  # words, beyond which slips are not looked for

Meant = Sequence[Sequence[str]]  # for each word of a query, the words that will do


@dataclass(frozen=True)
class Dialect:
    """How a query is put to one database, and how its words are written there."""

    statement: str
    statement_in_titles: str
    word: str
    prefix: str
    either: str
    both: str
    known: str


SQLITE = Dialect(
    statement="SELECT rowid FROM movie_search WHERE movie_search MATCH :query"
    " ORDER BY rowid DESC LIMIT :limit",
    statement_in_titles="SELECT rowid FROM movie_search WHERE titles MATCH :query"
    " ORDER BY rowid DESC LIMIT :limit",
    word='"{}"',
    prefix='"{}"*',
    either=" OR ",
    both=" AND ",
    known="SELECT word FROM search_word WHERE word IN (SELECT value FROM json_each(:words))",
)
POSTGRESQL = Dialect(
    statement="SELECT movie_id FROM movie_search WHERE words @@ CAST(:query AS tsquery)"
    " LIMIT :limit",
    statement_in_titles="SELECT movie_id FROM movie_search"
    " WHERE titles @@ CAST(:query AS tsquery) LIMIT :limit",
    word="'{}'",
    prefix="'{}':*",
    either=" | ",
    both=" & ",
    known="SELECT word FROM search_word"
    " WHERE word IN (SELECT jsonb_array_elements_text(CAST(:words AS jsonb)))",
)
# The planner takes many words for many matches and reads the whole table: 1.4 s instead of 4 ms.
_BY_INDEX = text("SET LOCAL enable_seqscan = off")


def find_ids(session: Session, words: Sequence[str], *, in_titles: bool, limit: int) -> list[int]:
    """Return the movies that hold every word; the last one may be unfinished.

    in_titles: whether the titles must, rather than titles and people together. Of more than
    limit, any come back; the newest on SQLite.
    """
    return _find(session, [[word] for word in words], in_titles=in_titles, limit=limit)


def find_fuzzy_ids(session: Session, words: Sequence[str], *, limit: int) -> list[int]:
    """Return the movies that hold, for every word, it or one that is a slip away from it.

    Only words that calendar/search/names.py has seen are known to be meant (names.ensure_names).
    """
    if len(words) > SLIPS_AMONG:
        return []
    slips = [set(typos_of(word)) if len(word) in SLIPS_IN else {word} for word in words]
    known = _known(session, set().union(*slips))
    meant = [sorted(each & known) for each in slips]
    return _find(session, meant, in_titles=False, limit=limit) if all(meant) else []


def _known(session: Session, words: Set[str]) -> set[str]:
    """Return those of some words that any movie holds or held."""
    known = text(_dialect(session).known)
    return set(session.execute(known, {"words": json.dumps(sorted(words))}).scalars())


def _find(session: Session, meant: Meant, *, in_titles: bool, limit: int) -> list[int]:
    dialect = _dialect(session)
    if dialect is POSTGRESQL:
        session.execute(_BY_INDEX)
    statement = dialect.statement_in_titles if in_titles else dialect.statement
    found = session.execute(text(statement), {"query": written(meant, dialect), "limit": limit})
    return list(found.scalars())


def _dialect(session: Session) -> Dialect:
    return POSTGRESQL if session.get_bind().dialect.name == "postgresql" else SQLITE


def written(meant: Meant, dialect: Dialect) -> str:
    """Return the query for one word of each group; one of the last group may be unfinished."""
    groups = [
        dialect.either.join(_written(word, dialect, number == len(meant)) for word in group)
        for number, group in enumerate(meant, 1)
    ]
    return dialect.both.join(f"({group})" for group in groups)


def _written(word: str, dialect: Dialect, is_last: bool) -> str:
    whole = not is_last or len(word) < PREFIX_FROM
    return (dialect.word if whole else dialect.prefix).format(word)
