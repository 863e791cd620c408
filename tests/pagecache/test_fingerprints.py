"""The digests of a page's rows."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mozi.pagecache.fingerprints import digests_of, fingerprint_of, what_changed


@dataclass(frozen=True)
class Movie:
    id: int
    version: int
    title: str


@dataclass(frozen=True)
class Picture:
    media: str
    url: str


@dataclass(frozen=True)
class Card:
    movie: Movie
    thumb: Picture


@dataclass(frozen=True)
class Shown:
    heading: str
    cards: tuple[Card, ...]


ONE = Card(Movie(7, 1, "Kontroll"), Picture("thumb", "/a.jpg"))
OTHER = Card(Movie(8, 1, "A tanú"), Picture("thumb", "/b.jpg"))
PAGE = Shown("A hét", (ONE, OTHER))


def test_equal_rows_have_the_same_fingerprint() -> None:
    assert fingerprint_of(Shown("A hét", (ONE, OTHER))) == fingerprint_of(PAGE)


def test_every_difference_changes_the_fingerprint() -> None:
    others = (replace(PAGE, heading="x"), replace(PAGE, cards=(OTHER, ONE)), Shown("A hét", ()))
    assert len({fingerprint_of(page) for page in (PAGE, *others)}) == 4


def test_movies_and_their_pictures_have_digests_by_name() -> None:
    assert sorted(digests_of(PAGE)) == ["7", "7.thumb", "8", "8.thumb"]


def test_what_changed_is_named() -> None:
    card = replace(OTHER, thumb=Picture("thumb", "/c.jpg"))
    after = replace(PAGE, cards=(card,))
    assert what_changed(digests_of(PAGE), digests_of(after)) == ("7", "7.thumb", "8.thumb")
