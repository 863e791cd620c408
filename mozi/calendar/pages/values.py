"""The frozen values that the calendar's pages show: queries make them, templates read them.

A page's value holds all that the page shows and nothing else: each movie with its version, each
picture with its address and size, each link. So two values are equal exactly if their pages
are. `repr` of a value is deterministic, so its hash is the page's fingerprint.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from mozi.calendar.pages.catalogue_links import CatalogueIds
from mozi.calendar.pages.filters import FilterOptions
from mozi.calendar.weeks import Month, Week


@dataclass(frozen=True)
class Picture:
    """A variant to link, sizes in pixels. built: url is the object's own, not the route's.

    preview: a data: URL of a few pixels to show while the picture loads. avif: the address of
    the same picture as AVIF, where that is built. focus: the point that a crop must keep, in
    percent from the left and the top; None: the middle.
    """

    media: str
    url: str
    width_px: int
    height_px: int
    built: bool
    preview: str | None = None
    avif: str | None = None
    focus: tuple[int, int] | None = None


@dataclass(frozen=True)
class Listing:
    """A premiere with its movie, for lists. id, version: the movie's.

    has_source: whether its poster has a source. old_date, old_precision: before the last move;
    None where the premiere was never moved. ran_on: when the movie opened in the cinemas before,
    where this premiere is another one.
    """

    id: int
    version: int
    premiere_id: int
    premiere_version: int
    title: str
    original_title: str | None
    original_language: str | None
    premiere_date: date
    date_precision: str
    kind: str
    status: str
    genres: tuple[str, ...]
    runtime_minutes: int | None
    age_rating: str | None
    has_source: bool
    old_date: date | None
    old_precision: str | None
    ran_on: date | None


@dataclass(frozen=True)
class Card:
    """A premiere on a list: its row and its movie's thumb."""

    movie: Listing
    thumb: Picture | None


@dataclass(frozen=True)
class Day:
    """The premieres of one day, in Hungarian order."""

    date: date
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class WeekShown:
    """A programme week. backdrop: its lead's, the first movie with a poster.

    films: the number of its premieres without the cancelled; None where some did not fit.
    """

    week: Week
    days: tuple[Day, ...]
    backdrop: Picture | None
    films: int | None


@dataclass(frozen=True)
class IndexPage:
    """This week and the next ones. earlier, later: the nearest months with more premieres.

    undated: the next movies that are announced without a day. cut: whether some movies of these
    weeks did not fit; they are on later's page.
    """

    weeks: tuple[WeekShown, ...]
    undated: tuple[Card, ...]
    earlier: Month | None
    later: Month | None
    cut: bool
    filters: FilterOptions


@dataclass(frozen=True)
class WeekPage:
    """A programme week alone. cut: whether some of its premieres did not fit."""

    week: Week
    days: tuple[Day, ...]
    cut: bool
    filters: FilterOptions


@dataclass(frozen=True)
class WeekOfCinemas:
    """What opened in the cinemas in one programme week."""

    week: Week
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class InCinemasPage:
    """What opened in the cinemas in the last weeks, the latest week first."""

    weeks: tuple[WeekOfCinemas, ...]
    cut: bool
    filters: FilterOptions


@dataclass(frozen=True)
class MonthCount:
    """A month with the number of its premieres."""

    month: Month
    films: int


@dataclass(frozen=True)
class MonthPage:
    """A month by days. undated: the movies that open in it on a day not yet known.

    year: the months of its year that have premieres.
    """

    month: Month
    days: tuple[Day, ...]
    undated: tuple[Card, ...]
    year: tuple[MonthCount, ...]
    earlier: Month | None
    later: Month | None
    cut: bool
    filters: FilterOptions


@dataclass(frozen=True)
class MonthOfYear:
    """The premieres of one month, by date."""

    month: Month
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class YearPage:
    """A year by months. undated: the movies that open in it in a month not yet known."""

    year: int
    months: tuple[MonthOfYear, ...]
    undated: tuple[Card, ...]
    earlier: int | None
    later: int | None
    cut: bool
    filters: FilterOptions


@dataclass(frozen=True)
class Neighbour:
    """The movie before or after another one."""

    id: int
    version: int
    title: str
    premiere_date: date
    date_precision: str


@dataclass(frozen=True)
class Details(Listing):
    """A movie's row for its own page."""

    synopsis: str | None
    director: tuple[str, ...]
    cast: tuple[str, ...]
    country: tuple[str, ...]
    year: int | None
    distributor: str | None
    trailer_url: str | None


@dataclass(frozen=True)
class PersonPage:
    """A page of a person's films, those to come first. slug: of the name.

    number: the page's, from 1; has_more: whether another one follows; cut: whether it is the last
    and some films are on none.
    """

    slug: str
    name: str
    coming: tuple[Card, ...]
    past: tuple[Card, ...]
    number: int
    has_more: bool
    cut: bool


@dataclass(frozen=True)
class Move:
    """A change of a premiere's date. changed_at: aware, UTC."""

    changed_at: datetime
    old_date: date
    old_precision: str
    new_date: date
    new_precision: str


@dataclass(frozen=True)
class MoviePremiere:
    """One premiere of a movie's page. moves: the latest first."""

    id: int
    version: int
    kind: str
    premiere_date: date
    date_precision: str
    status: str
    note: str | None
    language_version: str | None
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class Related:
    """The films that a film's page offers next: those of its directors, and of its genres."""

    same_directors: tuple[Card, ...]
    same_genres: tuple[Card, ...]


@dataclass(frozen=True)
class MoviePage:
    """A movie with its premieres, its pictures and the movies before and after it.

    movie: with its next premiere, else its latest one. premieres: by date. small: the thumb for
    small screens, where it is built. share: the picture of shared links, where it is built.
    """

    movie: Details
    poster: Picture | None
    small: Picture | None
    backdrop: Picture | None
    share: Picture | None
    premieres: tuple[MoviePremiere, ...]
    earlier: Neighbour | None
    later: Neighbour | None
    related: Related
    catalogue: CatalogueIds | None = None

    @property
    def premiere(self) -> MoviePremiere:
        """Return the premiere that stands for the movie."""
        return next(each for each in self.premieres if each.id == self.movie.premiere_id)

    @property
    def moves(self) -> tuple[Move, ...]:
        """Return the moves of the premiere that stands for the movie."""
        return self.premiere.moves


@dataclass(frozen=True)
class FeedMovie(Details):
    """A premiere with its movie, for feeds. Moments: aware, UTC; None: not recorded then.

    first: whether the premiere is the movie's first recorded one. calendar_id: its id in calendars
    where that is not made of the movie's. note, language_version, added_at: the premiere's.
    """

    first: bool
    note: str | None
    language_version: str | None
    calendar_id: str | None
    added_at: datetime | None
    movie_changed_at: datetime | None
    premiere_changed_at: datetime | None

    @property
    def changed_at(self) -> datetime | None:
        """Return when the movie or the premiere was last changed."""
        known = [m for m in (self.movie_changed_at, self.premiere_changed_at) if m is not None]
        return max(known, default=None)


@dataclass(frozen=True)
class CalendarFeed:
    """The premieres of the calendar to subscribe to, by date."""

    movies: tuple[FeedMovie, ...]


@dataclass(frozen=True)
class FeedPicture:
    """A built variant; sizes in pixels and bytes."""

    media: str
    url: str
    size_bytes: int
    width_px: int
    height_px: int


@dataclass(frozen=True)
class FeedNews:
    """A movie that was added (move: None), or a movie that was moved; picture: if it is built."""

    movie: FeedMovie
    move: Move | None
    picture: FeedPicture | None = None

    @property
    def published_at(self) -> datetime | None:
        """Return when the movie was added or moved."""
        return self.move.changed_at if self.move else self.movie.added_at


@dataclass(frozen=True)
class NewsFeed:
    """The news, the latest first."""

    items: tuple[FeedNews, ...]


@dataclass(frozen=True)
class PicturedMovie:
    """A movie with its picture of each media that it has."""

    movie: FeedMovie
    pictures: tuple[Picture, ...]


@dataclass(frozen=True)
class MovieWithPremieres:
    """A movie with its pictures and all its premieres, by date."""

    item: PicturedMovie
    premieres: tuple[MoviePremiere, ...]


@dataclass(frozen=True)
class Movies:
    """Movies by id."""

    movies: tuple[MovieWithPremieres, ...]


@dataclass(frozen=True)
class Premieres:
    """A part of the premieres between two dates. has_more: whether another part follows."""

    movies: tuple[PicturedMovie, ...]
    has_more: bool
