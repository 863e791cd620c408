"""Queries the index of all movies' words: FTS5 in SQLite, GIN in PostgreSQL.

Triggers keep the table movie_search (migrations/versions/0002_search.py). Queries are made of
folded words, letters and digits only, so they hold no operators. Fuzzy search needs no extension:
some 600 words are one typo away from a word. They are looked up in the table of all words
(search/names.py), and the index is asked only for those that exist. Asking it for all 600 took
20 to 60 ms on SQLite and up to 1 s on PostgreSQL.
"""

from __future__ import annotations

import json
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Select, column, select, text
from sqlalchemy.orm import Session

from mozi.calendar.search.text import typos_of

PREFIX_FROM = 3  # letters that the last word needs to match as a prefix
TYPO_LENGTHS = range(3, 21)  # letters of a word that may have a typo: shorter words are too alike
MOST_FUZZY_WORDS = 6  # a longer query gets no fuzzy search

Alternatives = Sequence[Sequence[str]]  # for each word of a query, the words that match it


@dataclass(frozen=True)
class Dialect:
    """One database's SQL, and its syntax of a full-text query."""

    statement: str
    statement_in_titles: str
    newest_first: str
    word: str
    prefix: str
    either: str
    both: str
    known: str


SQLITE = Dialect(
    statement="SELECT rowid AS movie_id FROM movie_search WHERE movie_search MATCH :query",
    statement_in_titles="SELECT rowid AS movie_id FROM movie_search WHERE titles MATCH :query",
    newest_first=" ORDER BY rowid DESC",
    word='"{}"',
    prefix='"{}"*',
    either=" OR ",
    both=" AND ",
    known="SELECT word FROM search_word WHERE word IN (SELECT value FROM json_each(:words))",
)
POSTGRESQL = Dialect(
    statement="SELECT movie_id FROM movie_search WHERE words @@ CAST(:query AS tsquery)",
    statement_in_titles="SELECT movie_id FROM movie_search WHERE titles @@ CAST(:query AS tsquery)",
    newest_first="",  # it would read and sort all
    word="'{}'",
    prefix="'{}':*",
    either=" | ",
    both=" & ",
    known="SELECT word FROM search_word"
    " WHERE word IN (SELECT jsonb_array_elements_text(CAST(:words AS jsonb)))",
)
# For many words the planner expects many matches and scans the table: 1.4 s instead of 4 ms.
_BY_INDEX = text("SET LOCAL enable_seqscan = off")


@dataclass(frozen=True)
class WordIndex:
    """Asks the index for at most `limit` movies, and for as many of the `preferred` ones.

    preferred: a query of movie ids. Of more than limit others SQLite returns the newest,
    PostgreSQL any.
    """

    session: Session
    limit: int
    preferred: Select[Any]

    def find(
        self, alternatives: Alternatives, *, in_titles: bool, may_go_on: bool = True
    ) -> list[int]:
        """Return the movies that contain a word of each group.

        in_titles: searches the titles only, else titles and people together. may_go_on: whether
        the last group's words may be the beginnings of words; this costs a few milliseconds.
        """
        dialect = _dialect(self.session)
        if dialect is POSTGRESQL:
            self.session.execute(_BY_INDEX)
        statement = dialect.statement_in_titles if in_titles else dialect.statement
        query = build_query(alternatives, dialect, may_go_on)
        some = text(f"{statement}{dialect.newest_first} LIMIT :limit")
        found = self.session.scalars(some, {"query": query, "limit": self.limit}).all()
        if len(found) < self.limit:
            return list(found)
        all_of_them = text(statement).bindparams(query=query)
        movie_id = all_of_them.columns(column("movie_id", Integer)).subquery().c.movie_id
        # "+ 0": else SQLite asks the index once for each preferred movie.
        preferred = select(movie_id).where((movie_id + 0).in_(self.preferred)).limit(self.limit)
        return list(dict.fromkeys((*self.session.scalars(preferred), *found)))


def typo_groups(session: Session, words: Sequence[str]) -> Alternatives:
    """Return for each word the known words that are it or one typo away; [] where one has none.

    Call names.ensure_names first: it stores the words that can be found.
    """
    if len(words) > MOST_FUZZY_WORDS:
        return []
    typos = [set(typos_of(word)) if len(word) in TYPO_LENGTHS else {word} for word in words]
    known = known_words(session, set().union(*typos))
    alternatives = [sorted(each & known) for each in typos]
    return alternatives if all(alternatives) else []


def known_words(session: Session, words: Set[str]) -> set[str]:
    """Return those of words that any movie contains or contained."""
    known = text(_dialect(session).known)
    return set(session.execute(known, {"words": json.dumps(sorted(words))}).scalars())


def _dialect(session: Session) -> Dialect:
    return POSTGRESQL if session.get_bind().dialect.name == "postgresql" else SQLITE


def build_query(alternatives: Alternatives, dialect: Dialect, may_go_on: bool = True) -> str:
    """Return the query for one word of each group; those of the last group may be prefixes."""
    last = len(alternatives) if may_go_on else 0
    groups = [
        dialect.either.join(_term(word, dialect, number == last) for word in group)
        for number, group in enumerate(alternatives, 1)
    ]
    return dialect.both.join(f"({group})" for group in groups)


def _term(word: str, dialect: Dialect, is_last: bool) -> str:
    whole = not is_last or len(word) < PREFIX_FROM
    return (dialect.word if whole else dialect.prefix).format(word)
