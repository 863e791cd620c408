"""/sitemap.xml and /robots.txt: the pages for crawlers, and those that they must not fetch."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, abort, request
from sqlalchemy.orm import Session

from mozi.calendar.pages.sitemap import SitemapPart, count_movies, find_months, load_sitemap_movies
from mozi.calendar.weeks import Month
from mozi.feeds.sitemap import CONTENT_TYPE, MOST_URLS, SitemapPage, sitemap, sitemap_index
from mozi.web import links
from mozi.web.i18n.languages import HUNGARIAN, LANGUAGES, in_language, url_for
from mozi.web.views.feeds import feed

# Two entries a movie; the first part also needs room for months, years and lists.
WHOLE_MOVIES = (MOST_URLS - 10_000) // len(LANGUAGES)
MOVIES_A_PART = 10_000  # 9 MB of XML, which a worker keeps in memory

# A missing picture would be built for the crawler; searches and filters have more addresses than
# there are films. RFC 9309 allows * within a path.
LEFT_ALONE = ("/admin", "/poster/", "/kereses?", "/*?*kind=", "/*?*genre=", "/*?*age=")

PLAIN = "text/plain; charset=utf-8"

blueprint = Blueprint("crawlers", __name__)


@blueprint.get("/sitemap.xml")
def whole() -> Response:
    """Answer with all pages, or with the addresses of the parts if there are too many."""

    def load(session: Session) -> SitemapPart | int:
        movies = count_movies(session)
        if movies > WHOLE_MOVIES:
            return -(-movies // MOVIES_A_PART)
        return _part(session, 1, movies)

    def render(shown: SitemapPart | int) -> str:
        if isinstance(shown, SitemapPart):
            return sitemap(_pages(shown))
        return sitemap_index(_part_address(number) for number in range(1, shown + 1))

    return feed("sitemap", load, render, content_type=CONTENT_TYPE)


@blueprint.get("/sitemap-<int(max=100000):number>.xml")
def part(number: int) -> Response:
    """Answer with one part of all pages; parts count from 1."""

    def load(session: Session) -> SitemapPart:
        shown = _part(session, number, MOVIES_A_PART) if number else abort(404)
        return shown if shown.movies else abort(404)

    return feed("sitemap", load, lambda shown: sitemap(_pages(shown)), content_type=CONTENT_TYPE)


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Answer with the paths that crawlers must not fetch, in every language."""
    paths = [in_language(path, language) for language in LANGUAGES for path in LEFT_ALONE]
    where = links.absolute(url_for("crawlers.whole", language=HUNGARIAN))
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in sorted(set(paths)))]
    text = "\n".join([*lines, "", f"Sitemap: {where}", ""])
    return feed("robots", lambda session: (), lambda shown: text, content_type=PLAIN)


def _part(session: Session, number: int, size: int) -> SitemapPart:
    movies = load_sitemap_movies(session, offset=(number - 1) * size, limit=size)
    return SitemapPart(find_months(session) if number == 1 else (), movies)


def _part_address(number: int) -> str:
    return links.absolute(url_for("crawlers.part", language=HUNGARIAN, number=number))


def _pages(shown: SitemapPart) -> Iterator[SitemapPage]:
    if shown.months or not shown.movies:
        yield from (SitemapPage(_addresses(path)) for path in _lists(shown.months))
    for movie in shown.movies:
        path = links.film_path(movie, language=HUNGARIAN)
        yield SitemapPage(
            _addresses(path), movie.changed_at, (movie.poster,) if movie.poster else ()
        )


def _lists(months: tuple[Month, ...]) -> Iterator[str]:
    """Yield the paths of all lists, without a language."""
    yield url_for("pages.index", language=HUNGARIAN)
    yield url_for("search.movies", language=HUNGARIAN)
    for year in sorted({month.year for month in months}):
        yield url_for("pages.year", language=HUNGARIAN, year=year)
    for month in months:
        yield url_for("pages.month", language=HUNGARIAN, year=month.year, month=month.month)


def _addresses(path: str) -> tuple[tuple[str, str], ...]:
    """Return the page's absolute address in every language; path: the Hungarian one."""
    root = request.script_root
    plain = path.removeprefix(root)
    return tuple(
        (language, links.absolute(root + in_language(plain, language))) for language in LANGUAGES
    )
