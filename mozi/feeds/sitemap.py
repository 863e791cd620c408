"""Sitemaps (sitemaps.org/protocol.html) with each page's pictures and languages.

https://developers.google.com/search/docs/specialty/international/localized-versions: every
language of a page is an entry of its own, and each entry names all of them, itself included.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

CONTENT_TYPE = "application/xml; charset=utf-8"
MOST_URLS = 50_000  # in one file, by the protocol

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
EXTENSIONS = (
    'xmlns:xhtml="http://www.w3.org/1999/xhtml"'
    ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)


@dataclass(frozen=True)
class SitemapPage:
    """One page. addresses: its languages, each with the absolute address.

    Speakers of other languages get the first one (x-default). changed_at: aware.
    """

    addresses: tuple[tuple[str, str], ...]
    changed_at: datetime | None = None
    pictures: tuple[str, ...] = ()


def sitemap(pages: Iterable[SitemapPage]) -> str:
    """Return the sitemap of pages, with an entry for each of their languages."""
    entries = (entry for page in pages for entry in _entries(page))
    return f"{DECLARATION}<urlset {NAMESPACE} {EXTENSIONS}>\n{''.join(entries)}</urlset>\n"


def sitemap_index(addresses: Iterable[str]) -> str:
    """Return the index of the sitemaps at these absolute addresses."""
    entries = (f"<sitemap>{_element('loc', address)}</sitemap>\n" for address in addresses)
    return f"{DECLARATION}<sitemapindex {NAMESPACE}>\n{''.join(entries)}</sitemapindex>\n"


def _entries(page: SitemapPage) -> Iterator[str]:
    changed = page.changed_at
    about = "".join(
        (
            _element("lastmod", changed.isoformat(timespec="seconds")) if changed else "",
            *(_alternate(language, address) for language, address in page.addresses),
            _alternate("x-default", page.addresses[0][1]),
            *(f"<image:image>{_element('image:loc', url)}</image:image>" for url in page.pictures),
        )
    )
    for _, address in page.addresses:
        yield f"<url>{_element('loc', address)}{about}</url>\n"


def _alternate(language: str, address: str) -> str:
    href = _escaped(address)
    return f'<xhtml:link rel="alternate" hreflang="{language}" href="{href}"/>'


def _element(name: str, text: str) -> str:
    return f"<{name}>{_escaped(text)}</{name}>"


def _escaped(text: str) -> str:
    return escape(text, {'"': "&quot;"})
