"""Finds the movies that match a query's words, each with how it matches.

Every step reads a bounded part of an index. Where a step finds more than it may read, it also
reads the movies that run or are to come, because those are wanted first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import IntEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from mozi.calendar.fields import YEARS
from mozi.calendar.search.text import typos_of, without_article, words_of
from mozi.calendar.search.word_index import Alternatives, WordIndex, known_words, typo_groups
from mozi.database.among import is_among
from mozi.models import Movie, MovieGenre, MovieTitle, Premiere

LOOKED_AT = 200  # movies in each step, of which the best are shown
LOOKED_AT_SLIPS = 96  # where only slips match: four pages of guesses are enough
RUNS = timedelta(weeks=8)  # as long a film counts as running
SLIP_LENGTHS = range(5, 31)  # letters of a whole title that may have a typo
LEAST_PART = 2  # letters of each half of a word that was written together
LAST = "\U0010ffff"
FILLERS = frozenset(("a", "an", "the", "and", "az", "es"))  # a title's words that nobody must type

# "7" finds "seven" and "VII", and each of these finds "7".
NUMBERS = (
    *("2 ii two ketto", "3 iii three harom", "4 iv four negy", "5 v five ot", "6 vi six hat"),
    *("7 vii seven het", "8 viii eight nyolc", "9 ix nine kilenc", "10 x ten tiz"),
    *("11 xi eleven tizenegy", "12 xii twelve tizenketto"),
)
SPELT = {
    word: forms if word == forms[0] else [word, forms[0]]
    for forms in (line.split() for line in NUMBERS)
    for word in forms
}


class Step(IntEnum):
    """How a movie matches, the best first."""

    TITLE = 0
    BEGINNING = 1
    WORDS = 2
    DIRECTOR = 3
    CAST = 4
    TOGETHER = 5
    GENRE = 6
    YEAR = 7


@dataclass(frozen=True)
class Match:
    """How a movie matches. slips: typos; person: whose name matched, year: which year did."""

    step: Step
    slips: int = 0
    person: str | None = None
    year: int | None = None


Matches = dict[int, Match]


@dataclass(frozen=True)
class Matcher:
    """Finds the movies for the words of one query."""

    session: Session
    words: Sequence[str]
    today: date

    def exact(self) -> Matches:
        """Return the movies that match without a typo."""
        found = self._named()
        if years := [place for place, word in enumerate(self.words) if _is_year(word)]:
            others = [word for place, word in enumerate(self.words) if place != years[-1]]
            found = {**self._of_year(int(self.words[years[-1]]), others), **found}
        return found

    def _named(self) -> Matches:
        index = WordIndex(self.session, LOOKED_AT, self._coming_ids())
        wanted = [word for word in self.words if word not in FILLERS] or self.words
        groups = [SPELT.get(word, [word]) for word in wanted]
        known = self._known(groups)
        found = self._by_title()
        are_known = all(not known.isdisjoint(group) for group in groups[:-1])  # the last may go on
        if are_known:
            _add(found, index.find(groups, in_titles=True), Match(Step.WORDS))
        if parts := _parts(wanted, known):
            _add(found, index.find(parts, in_titles=True), Match(Step.WORDS))
        if len(found) >= LOOKED_AT:  # they come before all others, and fill eight pages
            return found
        if are_known:
            rest = [each for each in index.find(groups, in_titles=False) if each not in found]
            found |= self._by_people(rest, groups)
        _add(found, self._by_genre(), Match(Step.GENRE))
        return found

    def fuzzy(self) -> Matches:
        """Return the movies that match with one typo in the whole title, or in each word."""
        found: Matches = {}
        _add(found, self._by_title_with_a_slip(), Match(Step.TITLE, slips=1))
        if groups := typo_groups(self.session, self.words):
            index = WordIndex(self.session, LOOKED_AT_SLIPS, self._coming_ids())
            similar = index.find(groups, in_titles=False, may_go_on=False)
            rest = [each for each in similar if each not in found]
            found |= self._with_slips(rest, groups)
        return found

    def _by_title(self) -> Matches:
        words = without_article(list(self.words))
        forms = {" ".join(words), "".join(words)}
        title = MovieTitle.folded
        begins = or_(*(and_(title >= form, title < form + LAST) for form in forms))
        titles = self._titles(begins)
        whole = dict.fromkeys((m for m, folded in titles if folded in forms), Match(Step.TITLE))
        return {**dict.fromkeys((m for m, _ in titles), Match(Step.BEGINNING)), **whole}

    def _titles(self, begins: ColumnElement[bool]) -> list[tuple[int, str]]:
        titles = select(MovieTitle.movie_id, MovieTitle.folded).where(begins)
        rows = self.session.execute(titles.order_by(MovieTitle.folded).limit(LOOKED_AT)).all()
        if len(rows) == LOOKED_AT:
            coming = titles.where(MovieTitle.movie_id.in_(self._coming_ids()))
            rows = [*rows, *self.session.execute(coming.limit(LOOKED_AT))]
        return [(movie_id, folded) for movie_id, folded in rows]

    def _by_title_with_a_slip(self) -> Collection[int]:
        whole = "".join(without_article(list(self.words)))
        if len(whole) not in SLIP_LENGTHS:
            return ()
        slips = select(MovieTitle.movie_id).where(
            is_among(self.session, MovieTitle.folded, set(typos_of(whole)))
        )
        return self.session.scalars(slips.limit(LOOKED_AT)).all()

    def _by_genre(self) -> Sequence[int]:
        folded = " ".join(self.words)
        return self._some(select(MovieGenre.movie_id).where(MovieGenre.folded == folded))

    def _of_year(self, year: int, others: Sequence[str]) -> Matches:
        """Return the movies made in the year that match the other words: "solaris 1972"."""
        made_then = select(Movie.id).where(Movie.year == year)
        if not others:
            return dict.fromkeys(self._some(made_then), Match(Step.YEAR, year=year))
        matches = replace(self, words=others)._named()
        ids = self.session.scalars(made_then.where(is_among(self.session, Movie.id, matches)))
        return {movie_id: matches[movie_id] for movie_id in ids}

    def _some(self, ids: Select[Any]) -> Sequence[int]:
        """Return the latest of the movies, and of many those that run or are to come."""
        (movie_id,) = ids.selected_columns
        latest = self.session.scalars(ids.order_by(movie_id.desc()).limit(LOOKED_AT)).all()
        if len(latest) < LOOKED_AT:
            return latest
        coming = ids.where(movie_id.in_(self._coming_ids()))
        return [*latest, *self.session.scalars(coming.limit(LOOKED_AT))]

    def _coming_ids(self) -> Select[Any]:
        return select(Premiere.movie_id).where(Premiere.premiere_date >= self.today - RUNS)

    def _known(self, groups: Alternatives) -> Set[str]:
        """Return those of the groups' words, and of all their parts, that any movie contains."""
        words = {word for group in groups for word in group}
        parts = {part for word in words for cut in _cuts(word) for part in cut}
        return known_words(self.session, words | parts)

    def _by_people(self, ids: Sequence[int], groups: Alternatives) -> Matches:
        people = select(Movie.id, Movie.director, Movie.cast).where(
            is_among(self.session, Movie.id, ids)
        )
        return {
            movie_id: _of_people(director, cast, groups)
            for movie_id, director, cast in self.session.execute(people)
        }

    def _with_slips(self, ids: Sequence[int], groups: Alternatives) -> Matches:
        columns = (Movie.id, Movie.title, Movie.original_title, Movie.director, Movie.cast)
        rows = self.session.execute(select(*columns).where(is_among(self.session, Movie.id, ids)))
        found: Matches = {}
        for movie_id, title, original, director, cast in rows:
            titles = f"{title} {original or ''}"
            words = _words(titles).union(*map(_words, director), *map(_words, cast))
            slips = sum(word not in words for word in self.words)
            in_title = _has(titles, groups)
            match = Match(Step.WORDS) if in_title else _of_people(director, cast, groups)
            found[movie_id] = Match(match.step, slips, match.person)
        return found


def _add(found: Matches, ids: Iterable[int], match: Match) -> None:
    for movie_id in ids:
        found.setdefault(movie_id, match)


def _is_year(word: str) -> bool:
    return len(word) == 4 and word.isascii() and word.isdecimal() and int(word) in YEARS


def _cuts(word: str) -> list[tuple[str, str]]:
    return [(word[:place], word[place:]) for place in range(LEAST_PART, len(word) - LEAST_PART + 1)]


def _parts(words: Sequence[str], known: Set[str]) -> Alternatives:
    """Return the words with an unknown one in two known parts: "spiderman" is "spider man"."""
    parted = [
        (word,) if word in known else next((cut for cut in _cuts(word) if known >= {*cut}), (word,))
        for word in words
    ]
    whole = all(len(each) == 1 for each in parted)
    return [] if whole else [[part] for each in parted for part in each]


def _of_people(director: Sequence[str], cast: Sequence[str], groups: Alternatives) -> Match:
    """Return the match by the first name that has all words, a director's before an actor's."""
    for step, names in ((Step.DIRECTOR, director), (Step.CAST, cast)):
        for name in names:
            if _has(name, groups):
                return Match(step, person=name)
    return Match(Step.TOGETHER)


def _has(text: str, groups: Alternatives) -> bool:
    """Return whether text has a word of each group; the last group's may be a beginning."""
    words = _words(text)
    *whole, last = groups
    beginnings = tuple(last)
    return all(not words.isdisjoint(group) for group in whole) and any(
        word.startswith(beginnings) for word in words
    )


@lru_cache(maxsize=16_384)
def _words(text: str) -> frozenset[str]:
    return frozenset(words_of(text))
