"""Loads the pages of premieres: one function a page, each a few queries in one snapshot.

A list takes one query for its movies, one for their variants and one for the links to the lists
before and after it, whatever the number of movies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import Session

from mozi.calendar.pages.catalogue_links import find_catalogue_ids
from mozi.calendar.pages.filter_options import load_filter_options
from mozi.calendar.pages.filters import NONE, Filters
from mozi.calendar.pages.listings import (
    count_by_month,
    dates_around,
    get_details,
    listings,
    load_premieres,
    neighbours,
    title_order,
)
from mozi.calendar.pages.pictures import Pictures, load_pictures
from mozi.calendar.pages.related import load_related
from mozi.calendar.pages.values import (
    Card,
    Day,
    InCinemasPage,
    IndexPage,
    Listing,
    MonthOfYear,
    MonthPage,
    MoviePage,
    Picture,
    WeekOfCinemas,
    WeekPage,
    WeekShown,
    YearPage,
)
from mozi.calendar.weeks import Month, Week, month_of, week_of, weeks_from
from mozi.models import HAS_MONTH, Premiere
from mozi.posters.recipes import BLURRED, POSTER, SHARE, THUMB

WEEKS_SHOWN = 9  # this one and the next eight
INDEX_LIMIT = 300  # movies; some 40 open in a busy week
CINEMA_WEEKS = 8
CINEMA_KINDS = ("cinema", "rerelease")
UNDATED_YEARS = 3
UNDATED_LIMIT = 12  # movies without a day, as a preview
LIST_LIMIT = 2000  # movies on a month's or a year's page, which would grow too large


def index_page(session: Session, today: date, filters: Filters = NONE) -> IndexPage:
    """Return the programme week of today (the site's date) and the next ones."""
    conditions = filters.conditions()
    weeks = weeks_from(today, count=WEEKS_SHOWN)
    first, last = weeks[0].first, weeks[-1].last
    has_day, has_month = Premiere.date_precision == "day", HAS_MONTH
    found = listings(session, first, last, has_day, *conditions, limit=INDEX_LIMIT + 1)
    shown, unshown = found[:INDEX_LIMIT], found[INDEX_LIMIT:]
    by_week = _by_week(shown)
    leads = _leads(by_week)
    undated = _undated(session, today, *conditions)
    linked = {THUMB.media: [*shown, *undated], BLURRED.media: leads.values()}
    pictures = load_pictures(session, linked)
    earlier, later = dates_around(session, first, last, has_month, *conditions)
    return IndexPage(
        weeks=tuple(
            _week(week, by_week[week], leads, pictures, whole=week.last < _cut_at(unshown))
            for week in weeks
        ),
        undated=_cards(undated, pictures),
        earlier=month_of(earlier) if earlier else None,
        later=_later_month(unshown, later),
        cut=bool(unshown),
        filters=load_filter_options(session, filters, [*shown, *undated], among=(first, last)),
    )


def month_page(session: Session, month: Month, filters: Filters = NONE) -> MonthPage:
    """Return the premieres of one month."""
    conditions = (HAS_MONTH, *filters.conditions())
    found = listings(session, month.first, month.last, *conditions, limit=LIST_LIMIT + 1)
    shown = found[:LIST_LIMIT]
    pictures = load_pictures(session, {THUMB.media: shown})
    earlier, later = dates_around(session, month.first, month.last, *conditions)
    undated = [movie for movie in shown if movie.date_precision != "day"]
    return MonthPage(
        month=month,
        days=_days([movie for movie in shown if movie.date_precision == "day"], pictures),
        undated=_cards(sorted(undated, key=title_order), pictures),
        year=count_by_month(session, month.year, *conditions),
        earlier=month_of(earlier) if earlier else None,
        later=month_of(later) if later else None,
        cut=len(found) > len(shown),
        filters=load_filter_options(session, filters, shown, among=(month.first, month.last)),
    )


def week_page(session: Session, today: date, filters: Filters = NONE, *, limit: int) -> WeekPage:
    """Return at most limit premieres of today's programme week whose day is known."""
    week = week_of(today)
    conditions = (Premiere.date_precision == "day", *filters.conditions())
    found = listings(session, week.first, week.last, *conditions, limit=limit + 1)
    shown = found[:limit]
    return WeekPage(
        week=week,
        days=_days(shown, load_pictures(session, {THUMB.media: shown})),
        cut=len(found) > len(shown),
        filters=load_filter_options(session, filters, shown, among=(week.first, week.last)),
    )


def in_cinemas_page(session: Session, today: date, filters: Filters = NONE) -> InCinemasPage:
    """Return what opened in the cinemas in the last CINEMA_WEEKS weeks, up to today."""
    weeks = weeks_from(today - timedelta(weeks=CINEMA_WEEKS - 1), count=CINEMA_WEEKS)
    conditions = (
        Premiere.kind.in_(CINEMA_KINDS),
        Premiere.date_precision == "day",
        Premiere.status == "scheduled",
        *filters.conditions(),
    )
    dates = weeks[0].first, today
    found = listings(session, *dates, *conditions, limit=LIST_LIMIT + 1)
    shown = found[:LIST_LIMIT]
    pictures = load_pictures(session, {THUMB.media: shown})
    by_week = _by_week(shown)
    return InCinemasPage(
        weeks=tuple(
            WeekOfCinemas(week, _cards(by_week[week], pictures))
            for week in reversed(weeks)
            if week in by_week
        ),
        cut=len(found) > len(shown),
        filters=load_filter_options(session, filters, shown, among=dates),
    )


def year_page(session: Session, year: int, filters: Filters = NONE) -> YearPage:
    """Return the premieres of one year."""
    first, last, conditions = date(year, 1, 1), date(year, 12, 31), filters.conditions()
    found = listings(session, first, last, *conditions, limit=LIST_LIMIT + 1)
    shown = found[:LIST_LIMIT]
    pictures = load_pictures(session, {THUMB.media: shown})
    earlier, later = dates_around(session, first, last, *conditions)
    undated = [movie for movie in shown if movie.date_precision == "year"]
    return YearPage(
        year=year,
        months=_months([movie for movie in shown if movie.date_precision != "year"], pictures),
        undated=_cards(sorted(undated, key=title_order), pictures),
        earlier=earlier.year if earlier else None,
        later=later.year if later else None,
        cut=len(found) > len(shown),
        filters=load_filter_options(session, filters, shown, among=(first, last)),
    )


def movie_page(session: Session, movie_id: int, today: date) -> MoviePage:
    """Return one movie; raises MovieNotFound."""
    movie = get_details(session, movie_id, today)
    media = (POSTER.media, THUMB.media, BLURRED.media, SHARE.media)
    pictures = load_pictures(session, dict.fromkeys(media, [movie]))
    earlier, later = neighbours(session, movie, today)
    return MoviePage(
        movie=movie,
        poster=pictures.find(movie, POSTER.media),
        small=_small(pictures, movie),
        backdrop=pictures.find(movie, BLURRED.media),
        share=pictures.find_built(movie, SHARE.media),
        premieres=load_premieres(session, [movie_id])[movie_id],
        earlier=earlier,
        later=later,
        related=load_related(session, movie, today),
        catalogue=find_catalogue_ids(session, movie_id),
    )


def _small(pictures: Pictures, movie: Listing) -> Picture | None:
    """Return the thumb as the choice for narrow screens; its AVIF only beside the poster's.

    The page shows no AVIF without the poster's, so it must not be rendered again for one.
    """
    poster, small = (pictures.find_built(movie, each.media) for each in (POSTER, THUMB))
    if small is None or (poster is not None and poster.avif):
        return small
    return replace(small, avif=None)


def _undated(session: Session, today: date, *conditions: ColumnElement[bool]) -> list[Listing]:
    """Return the next movies that are announced for a month or a year that is not over."""
    month, year = month_of(today).first, date(today.year, 1, 1)
    day, precision = Premiere.premiere_date, Premiere.date_precision
    to_come = or_(and_(precision == "month", day >= month), precision == "year")
    last = date(today.year + UNDATED_YEARS, 12, 31)
    scheduled = Premiere.status == "scheduled"
    return listings(session, year, last, to_come, scheduled, *conditions, limit=UNDATED_LIMIT)


def _later_month(unshown: Sequence[Listing], later: date | None) -> Month | None:
    """Return the month after the index: of the first movie that did not fit, else of later."""
    following = unshown[0].premiere_date if unshown else later
    return month_of(following) if following else None


def _cut_at(unshown: Sequence[Listing]) -> date:
    """Return the first day of which a movie is not shown."""
    return unshown[0].premiere_date if unshown else date.max


def _by_week(movies: Iterable[Listing]) -> Mapping[Week, list[Listing]]:
    """Return the movies of each week, in page order."""
    found: dict[Week, list[Listing]] = defaultdict(list)
    for movie in movies:
        found[week_of(movie.premiere_date)].append(movie)
    return found


def _leads(by_week: Mapping[Week, Sequence[Listing]]) -> dict[Week, Listing]:
    """Return each week's lead: its first movie, in page order, that has a poster source."""
    found = {week: [m for m in movies if m.has_source] for week, movies in by_week.items()}
    return {week: movies[0] for week, movies in found.items() if movies}


def _week(
    week: Week,
    opening: Sequence[Listing],
    leads: dict[Week, Listing],
    pictures: Pictures,
    *,
    whole: bool,
) -> WeekShown:
    lead = leads.get(week)
    return WeekShown(
        week=week,
        days=_days(opening, pictures),
        backdrop=pictures.find(lead, BLURRED.media) if lead else None,
        films=sum(movie.status == "scheduled" for movie in opening) if whole else None,
    )


def _days(movies: Iterable[Listing], pictures: Pictures) -> tuple[Day, ...]:
    grouped = groupby(movies, key=lambda movie: movie.premiere_date)
    return tuple(Day(day, _cards(group, pictures)) for day, group in grouped)


def _months(movies: Iterable[Listing], pictures: Pictures) -> tuple[MonthOfYear, ...]:
    grouped = groupby(
        sorted(movies, key=_order_in_year), key=lambda movie: month_of(movie.premiere_date)
    )
    return tuple(MonthOfYear(month, _cards(group, pictures)) for month, group in grouped)


def _order_in_year(movie: Listing) -> tuple[Month, bool]:
    """Return the key for order by month, movies without a day last; sorting keeps the rest."""
    return month_of(movie.premiere_date), movie.date_precision != "day"


def _cards(movies: Iterable[Listing], pictures: Pictures) -> tuple[Card, ...]:
    return tuple(Card(movie, pictures.find(movie, THUMB.media)) for movie in movies)
