"""RSS 2.0 feeds (rssboard.org/rss-specification), pictures as Media RSS too.

Readers take a picture from an enclosure, or from media:content (rssboard.org/media-rss).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from feedgenerator import Enclosure, Rss201rev2Feed

from mozi.feeds.text import clean

CONTENT_TYPE = "application/rss+xml; charset=utf-8"
TTL_MIN = "60"
MEDIA = {"xmlns:media": "http://search.yahoo.com/mrss/"}


@dataclass(frozen=True)
class ItemPicture:
    """A picture whose address is absolute; sizes in pixels and bytes."""

    url: str
    content_type: str
    size_bytes: int
    width_px: int
    height_px: int


@dataclass(frozen=True)
class Item:
    """One item. id: never changes, and is no address. published_at: aware, None if unknown."""

    id: str
    title: str
    text: str
    url: str
    categories: tuple[str, ...]
    published_at: datetime | None
    picture: ItemPicture | None = None


@dataclass(frozen=True)
class Channel:
    """The feed's description. url: the page that shows the same; feed_url: the feed's own."""

    title: str
    text: str
    url: str
    feed_url: str
    language: str


class _Feed(Rss201rev2Feed):  # type: ignore[misc] # feedgenerator is not typed
    """A feed whose items name their picture twice."""

    def rss_attributes(self) -> dict[str, str]:
        return {**super().rss_attributes(), **MEDIA}

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        if item["picture"] is not None:
            handler.addQuickElement("media:content", "", _media(item["picture"]))


def _media(picture: ItemPicture) -> dict[str, str]:
    return {
        "url": picture.url,
        "type": picture.content_type,
        "medium": "image",
        "fileSize": str(picture.size_bytes),
        "width": str(picture.width_px),
        "height": str(picture.height_px),
    }


def _enclosures(picture: ItemPicture | None) -> list[Enclosure]:
    if picture is None:
        return []
    return [Enclosure(picture.url, str(picture.size_bytes), picture.content_type)]


def rss(channel: Channel, items: Iterable[Item]) -> str:
    """Return the feed, with items in their given order."""
    feed = _Feed(
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
            enclosures=_enclosures(item.picture),
            picture=item.picture,
        )
    text: str = feed.writeString("utf-8")
    return text
