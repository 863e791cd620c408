"""What search engines read of a page: schema.org as JSON-LD (w3.org/TR/json-ld11).

https://developers.google.com/search/docs/appearance/structured-data: movies want a name and a
picture; lists want each entry's address and place; a way back to the front page is welcome.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

CONTEXT = "https://schema.org"
# Within <script> nothing is an entity: what could end it, or begin a comment, is spelled in JSON.
_ESCAPES = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}
_STATUSES = {
    "scheduled": "EventScheduled",
    "cancelled": "EventCancelled",
    "moved": "EventRescheduled",
}

Node = dict[str, Any]


@dataclass(frozen=True)
class Film:
    """A movie in addresses and words; dates as far as they are known: "2026-11-26", "2026".

    released: for a film that was never shown before. status: of _STATUSES.
    """

    address: str
    name: str
    original_name: str | None
    pictures: tuple[str, ...]
    synopsis: str | None
    premiere: str
    previous_premiere: str | None
    status: str
    is_new: bool
    minutes: int | None
    age: str | None
    genres: tuple[str, ...]
    directors: tuple[str, ...]
    actors: tuple[str, ...]
    countries: tuple[str, ...]
    distributor: str | None


def movie(film: Film) -> Node:
    """Return a Movie, with its premiere in Hungary as an event."""
    released = film.premiere if film.is_new and film.status != "cancelled" else None
    return _known(
        {
            "@type": "Movie",
            "@id": film.address,
            "url": film.address,
            "name": film.name,
            "alternateName": film.original_name,
            "image": film.pictures,
            "description": film.synopsis,
            "dateCreated": released,
            "datePublished": released,
            "duration": f"PT{film.minutes}M" if film.minutes else None,
            "contentRating": film.age,
            "genre": film.genres,
            "director": _named("Person", film.directors),
            "actor": _named("Person", film.actors),
            "countryOfOrigin": _named("Country", film.countries),
            "releasedEvent": _premiere(film),
        }
    )


def _premiere(film: Film) -> Node:
    by = _named("Organization", [film.distributor] if film.distributor else [])
    return _known(
        {
            "@type": "PublicationEvent",
            "name": film.name,
            "startDate": film.premiere,
            "previousStartDate": film.previous_premiere,
            "eventStatus": f"{CONTEXT}/{_STATUSES[film.status]}",
            "location": {"@type": "Country", "name": "HU"},
            "publishedBy": by,
        }
    )


def item_list(name: str, entries: Iterable[tuple[str, str]]) -> Node:
    """Return a list of pages, each by its name and address, in this order."""
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
    """Return the way to a page from the front page on, each step by its name and address."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": address}
            for place, (name, address) in enumerate(entries, 1)
        ],
    }


def web_site(name: str, address: str, *, language: str) -> Node:
    """Return the site itself, which search engines name their results by."""
    return {"@type": "WebSite", "name": name, "url": address, "inLanguage": language}


def json_ld(*nodes: Node) -> str:
    """Return nodes as the text of <script type="application/ld+json">, which nothing can end."""
    graph = {"@context": CONTEXT, "@graph": nodes}
    return json.dumps(graph, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)


def _named(kind: str, names: Sequence[str]) -> list[Node]:
    return [{"@type": kind, "name": name} for name in names]


def _known(node: Node) -> Node:
    """Leave out what nobody knows."""
    return {name: value for name, value in node.items() if value}
