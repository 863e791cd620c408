"""What the calendar's pages show, as plain frozen values: queries make them, templates read them.

A page's value holds everything that the page shows and nothing else: each movie with its
version, each picture with its address and size, each link. So two values are equal exactly if
the two pages are, and `repr` of one (no value here has an order of its own) can be hashed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from mozi.calendar.pages.filters import FilterOptions
from mozi.calendar.weeks import Month, Week


@dataclass(frozen=True)
class Picture:
    """One variant to link; pixels. built: whether url is the object's own, not the route's.

    preview: a data address of a few pixels to show until the picture has come, if there is one.
    avif: the address of the same in fewer bytes, where that is built. focus: what a crop must
    keep, in percent from the left and from the top; None: the middle.
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
    """A movie's row as lists need it; has_source: whether a poster can be had at all.

    old_date, old_precision: before its date was last moved; None where it never was.
    """

    id: int
    version: int
    title: str
    original_title: str | None
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


@dataclass(frozen=True)
class Card:
    """A movie on a list: its row, and its thumb if there is any."""

    movie: Listing
    thumb: Picture | None


@dataclass(frozen=True)
class Day:
    """The premieres of one day, in Hungarian order."""

    date: date
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class WeekShown:
    """A programme week; backdrop: of its lead, the first film with a poster.

    films: how many open in it, cancelled ones left out; None where not all of them are here.
    """

    week: Week
    days: tuple[Day, ...]
    backdrop: Picture | None
    films: int | None


@dataclass(frozen=True)
class IndexPage:
    """This week and those to come. earlier, later: the nearest months with more premieres.

    undated: the next films that are announced without a day. cut: whether a week of this page
    holds more movies than fit; they are on later's page.
    """

    weeks: tuple[WeekShown, ...]
    undated: tuple[Card, ...]
    earlier: Month | None
    later: Month | None
    cut: bool
    filters: FilterOptions


@dataclass(frozen=True)
class MonthPage:
    """A month by days; undated: what is known to open in it, on a day not known yet."""

    month: Month
    days: tuple[Day, ...]
    undated: tuple[Card, ...]
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
    """A year by months; undated: what is known to open in it, in a month not known yet."""

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
    """A movie's row as its own page needs it."""

    synopsis: str | None
    director: tuple[str, ...]
    cast: tuple[str, ...]
    country: tuple[str, ...]
    distributor: str | None
    trailer_url: str | None


@dataclass(frozen=True)
class Move:
    """One change of a premiere's date; changed_at: aware, UTC."""

    changed_at: datetime
    old_date: date
    old_precision: str
    new_date: date
    new_precision: str


@dataclass(frozen=True)
class MoviePage:
    """A movie with its pictures and the movies before and after it.

    small: the thumb, for a screen that needs no more, where it is built. share: what a shared
    link shows, where it is built. moves: how its date changed, the latest first.
    """

    movie: Details
    poster: Picture | None
    small: Picture | None
    backdrop: Picture | None
    share: Picture | None
    moves: tuple[Move, ...]
    earlier: Neighbour | None
    later: Neighbour | None


@dataclass(frozen=True)
class FeedMovie(Details):
    """A movie's row as feeds need it; added_at, changed_at: aware, UTC; None: not noted then."""

    added_at: datetime | None
    changed_at: datetime | None


@dataclass(frozen=True)
class CalendarFeed:
    """The premieres of a calendar to subscribe to, by date."""

    movies: tuple[FeedMovie, ...]


@dataclass(frozen=True)
class FeedNews:
    """A movie that is new in the calendar, or, with its move, one that was moved."""

    movie: FeedMovie
    move: Move | None

    @property
    def published_at(self) -> datetime | None:
        """Return when it was entered or moved."""
        return self.move.changed_at if self.move else self.movie.added_at


@dataclass(frozen=True)
class NewsFeed:
    """What is new, the latest first."""

    items: tuple[FeedNews, ...]


@dataclass(frozen=True)
class PicturedMovie:
    """A movie with a picture of each media, as far as there are any."""

    movie: FeedMovie
    pictures: tuple[Picture, ...]


@dataclass(frozen=True)
class Premieres:
    """A part of the premieres between two dates; has_more: whether there is another part."""

    movies: tuple[PicturedMovie, ...]
    has_more: bool
