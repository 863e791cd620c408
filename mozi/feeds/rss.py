"""RSS 2.0 feeds (rssboard.org/rss-specification)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from html import escape

from feedgenerator import Rss201rev2Feed

from mozi.feeds.text import clean

CONTENT_TYPE = "application/rss+xml; charset=utf-8"
TTL_MIN = "60"


@dataclass(frozen=True)
class Item:
    """One item. id: never changes, and is no address. published_at: aware, None if unknown."""

    id: str
    title: str
    text: str
    url: str
    categories: tuple[str, ...]
    published_at: datetime | None


@dataclass(frozen=True)
class Channel:
    """The feed's description. url: the page that shows the same; feed_url: the feed's own."""

    title: str
    text: str
    url: str
    feed_url: str
    language: str


def rss(channel: Channel, items: Iterable[Item]) -> str:
    """Return the feed, with items in their given order."""
    feed = Rss201rev2Feed(
        title=channel.title,
        description=channel.text,
        link=channel.url,
        feed_url=channel.feed_url,
        language=channel.language,
        ttl=TTL_MIN,
    )
    for item in items:
        feed.add_item(
            title=clean(item.title),
            description=escape(clean(item.text), quote=False),  # readers take it for HTML
            link=item.url,
            unique_id=item.id,
            unique_id_is_permalink=False,
            categories=[clean(category) for category in item.categories],
            pubdate=item.published_at,
        )
    text: str = feed.writeString("utf-8")
    return text
