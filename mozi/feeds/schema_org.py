"""Structured data for search engines: schema.org as JSON-LD (w3.org/TR/json-ld11).

https://developers.google.com/search/docs/appearance/structured-data: a movie needs a name and a
picture, a list each entry's address and position; breadcrumbs are recommended.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

CONTEXT = "https://schema.org"
# HTML entities do not work within <script>: characters that could end it are escaped in JSON.
_ESCAPES = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}
_STATUSES = {
    "scheduled": "EventScheduled",
    "cancelled": "EventCancelled",
    "moved": "EventRescheduled",
}

Node = dict[str, Any]


@dataclass(frozen=True)
class Release:
    """A premiere. Dates as far as they are known: "2026-11-26", "2026"; status: of _STATUSES.

    is_new: whether the film was not shown before. languages: those that are spoken; subtitles:
    those that are read; codes of ISO 639.
    """

    date: str
    previous_date: str | None
    status: str
    is_new: bool
    languages: tuple[str, ...] = ()
    subtitles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Film:
    """A movie's facts as texts. releases: by date. year: of production; language: as of ISO 639.

    elsewhere: the addresses of its pages on other sites.
    """

    address: str
    name: str
    original_name: str | None
    pictures: tuple[str, ...]
    synopsis: str | None
    releases: tuple[Release, ...]
    minutes: int | None
    age: str | None
    genres: tuple[str, ...]
    directors: tuple[str, ...]
    actors: tuple[str, ...]
    countries: tuple[str, ...]
    distributor: str | None
    year: int | None = None
    language: str | None = None
    elsewhere: tuple[str, ...] = ()


def movie(film: Film) -> Node:
    """Return a Movie with each of its premieres in Hungary as an event."""
    new = (each.date for each in film.releases if each.is_new and each.status != "cancelled")
    released = next(new, None)
    events = [_event(film, release) for release in film.releases]
    return _known(
        {
            "@type": "Movie",
            "@id": film.address,
            "url": film.address,
            "name": film.name,
            "alternateName": film.original_name,
            "sameAs": film.elsewhere,
            "image": film.pictures,
            "description": film.synopsis,
            "inLanguage": film.language,
            "dateCreated": str(film.year) if film.year else released,
            "datePublished": released,
            "duration": f"PT{film.minutes}M" if film.minutes else None,
            "contentRating": film.age,
            "genre": film.genres,
            "director": _named("Person", film.directors),
            "actor": _named("Person", film.actors),
            "countryOfOrigin": _named("Country", film.countries),
            "subtitleLanguage": list(dict.fromkeys(s for r in film.releases for s in r.subtitles)),
            "releasedEvent": events[0] if len(events) == 1 else events,
        }
    )


def _event(film: Film, release: Release) -> Node:
    by = _named("Organization", [film.distributor] if film.distributor else [])
    return _known(
        {
            "@type": "PublicationEvent",
            "name": film.name,
            "startDate": release.date,
            "previousStartDate": release.previous_date,
            "eventStatus": f"{CONTEXT}/{_STATUSES[release.status]}",
            "inLanguage": release.languages,
            "location": {"@type": "Country", "name": "HU"},
            "publishedBy": by,
        }
    )


def item_list(name: str, entries: Iterable[tuple[str, str]]) -> Node:
    """Return an ItemList of pages. entries: names and addresses, in order."""
    items = [
        {"@type": "ListItem", "position": place, "name": name, "url": address}
        for place, (name, address) in enumerate(entries, 1)
    ]
    return {
        "@type": "ItemList",
        "name": name,
        "numberOfItems": len(items),
        "itemListElement": items,
    }


def breadcrumbs(entries: Iterable[tuple[str, str]]) -> Node:
    """Return a BreadcrumbList from the front page to a page. entries: names and addresses."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": address}
            for place, (name, address) in enumerate(entries, 1)
        ],
    }


def web_site(name: str, address: str, *, language: str) -> Node:
    """Return the site; search engines show its name with their results."""
    return {"@type": "WebSite", "name": name, "url": address, "inLanguage": language}


def json_ld(*nodes: Node) -> str:
    """Return nodes as the text of <script type="application/ld+json">, safe within HTML."""
    graph = {"@context": CONTEXT, "@graph": nodes}
    return json.dumps(graph, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)


def _named(kind: str, names: Sequence[str]) -> list[Node]:
    return [{"@type": kind, "name": name} for name in names]


def _known(node: Node) -> Node:
    """Return the node without its unknown members."""
    return {name: value for name, value in node.items() if value}
