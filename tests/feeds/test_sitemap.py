"""Sitemaps, read by an XML parser."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.etree import ElementTree

from mozi.feeds.sitemap import SitemapPage, sitemap, sitemap_index

NAMES = {
    "": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "xhtml": "http://www.w3.org/1999/xhtml",
    "image": "http://www.google.com/schemas/sitemap-image/1.1",
}
PLACE = SitemapPage(
    (("hu", "https://mozi.example/film/7-oz"), ("en", "https://mozi.example/en/film/7-oz")),
    datetime(2026, 11, 24, 14, 0, tzinfo=UTC),
    ('https://cdn.example/posters/7-oz.poster.jpg?a=1&b="2"',),
)


def test_every_language_of_a_page_is_an_entry_that_names_all() -> None:
    entries = ElementTree.fromstring(sitemap([PLACE])).findall("url", NAMES)
    assert [each.findtext("loc", None, NAMES) for each in entries] == [
        address for _, address in PLACE.addresses
    ]
    for entry in entries:
        alternates = {
            each.attrib["hreflang"]: each.attrib["href"]
            for each in entry.findall("xhtml:link", NAMES)
        }
        assert alternates == {**dict(PLACE.addresses), "x-default": PLACE.addresses[0][1]}
        assert entry.findtext("lastmod", None, NAMES) == "2026-11-24T14:00:00+00:00"
        assert entry.findtext("image:image/image:loc", None, NAMES) == PLACE.pictures[0]


def test_an_index_lists_its_parts() -> None:
    root = ElementTree.fromstring(sitemap_index(["https://mozi.example/sitemap-1.xml"]))
    assert root.tag.endswith("}sitemapindex")
    assert root.findtext("sitemap/loc", None, NAMES) == "https://mozi.example/sitemap-1.xml"
