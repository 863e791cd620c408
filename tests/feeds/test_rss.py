"""RSS, read by a second parser."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import feedparser

from mozi.feeds.rss import Channel, Item, ItemPicture, rss

CHANNEL = Channel(
    title="Mozi",
    text="Premierek & újak",
    url="https://mozi.example/",
    feed_url="https://mozi.example/rss.xml",
    language="hu",
)
ITEM = Item(
    id="film-7@mozi",
    title="Kőszívű <ember> & fiai",
    text="Dráma · 120 perc, <b>1 < 2</b>",
    url="https://mozi.example/film/7-koszivu-ember",
    categories=("dráma",),
    published_at=datetime(2026, 11, 24, 14, 0, 5, tzinfo=UTC),
)


def read(*items: Item) -> Any:
    parsed = feedparser.parse(rss(CHANNEL, items))
    assert not parsed.bozo
    return parsed


def test_the_channel_says_what_it_is_and_where() -> None:
    feed = read().feed
    assert (feed.title, feed.language, feed.link) == ("Mozi", "hu", "https://mozi.example/")
    assert {"rel": "self", "href": CHANNEL.feed_url}.items() <= feed.links[1].items()


def test_an_item_is_read_as_it_was_meant() -> None:
    (entry,) = read(ITEM).entries
    assert (entry.title, entry.link) == ("Kőszívű <ember> & fiai", ITEM.url)
    assert (entry.id, entry.guidislink) == ("film-7@mozi", False)
    assert entry.summary == "Dráma · 120 perc, &lt;b&gt;1 &lt; 2&lt;/b&gt;"
    assert entry.published == "Tue, 24 Nov 2026 14:00:05 +0000"
    assert [tag.term for tag in entry.tags] == ["dráma"]


def test_a_picture_is_an_enclosure_and_media_content() -> None:
    picture = ItemPicture("https://s3.example/a.jpg", "image/jpeg", 12345, 780, 1170)
    with_picture, without = read(replace(ITEM, picture=picture), ITEM).entries
    (enclosure,), (media,) = with_picture.enclosures, with_picture.media_content
    assert (enclosure.href, enclosure.type, enclosure.length) == (*list_of(picture), "12345")
    assert (media["url"], media["type"], media["filesize"]) == (*list_of(picture), "12345")
    assert (media["medium"], media["width"], media["height"]) == ("image", "780", "1170")
    assert without.enclosures == []
    assert "media_content" not in without


def list_of(picture: ItemPicture) -> tuple[str, str]:
    return picture.url, picture.content_type


def test_an_item_without_a_date_has_none() -> None:
    (entry,) = read(replace(ITEM, published_at=None)).entries
    assert "published" not in entry


def test_characters_that_no_xml_holds_are_left_out() -> None:
    (entry,) = read(replace(ITEM, title="A\x00\x0bB\ufffe")).entries
    assert entry.title == "AB"
