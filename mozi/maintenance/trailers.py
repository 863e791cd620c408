"""Which trailers of the coming films are gone: asked of the sites that have them, when told to.

The pages of YouTube and Vimeo answer 200 for a video that is gone, so their oEmbed services are
asked (https://oembed.com). The answer is kept with the address: another trailer is not gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from urllib.parse import quote, urlsplit

from mozi.errors import Busy, SourceError
from mozi.maintenance.notes import TRAILERS, find_note, note
from mozi.posters.fetch.client import FetchLimits, fetch

OEMBED = {
    "youtube.com": "https://www.youtube.com/oembed?format=json&url=",
    "youtu.be": "https://www.youtube.com/oembed?format=json&url=",
    "vimeo.com": "https://vimeo.com/api/oembed.json?url=",
}
GONE = (400, 403, 404, 410)  # an oEmbed service says 400 of no id, 403 of a private video
GONE_PAGE = (404, 410)
AT_ONCE = 8
MOST = 80  # trailers: 40 s where no site answers
TIMEOUT_S = 4.0
MAX_BYTES = 2_000_000


@dataclass(frozen=True)
class TrailerCheck:
    """The last check. gone: the addresses that lead nowhere, by movie."""

    at: datetime
    gone: Mapping[int, str]


def check_trailers(addresses: Mapping[int, str], *, allow_private: bool) -> None:
    """Ask for the first MOST trailers, by movie, and keep which ones are gone."""
    some = dict(islice(addresses.items(), MOST))
    limits = FetchLimits(TIMEOUT_S, MAX_BYTES, allow_private)
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="trailers") as pool:
        gone = pool.map(partial(_is_gone, limits=limits), some.values())
        asked = list(zip(some.items(), gone, strict=True))
    note(TRAILERS, gone={str(i): address for (i, address), is_gone in asked if is_gone})


def last_check() -> TrailerCheck | None:
    """Return what the last check found."""
    noted = find_note(TRAILERS)
    if noted is None:
        return None
    return TrailerCheck(noted.at, {int(i): address for i, address in noted.data["gone"].items()})


def address_to_ask(trailer: str) -> str:
    """Return the address that answers whether the trailer is there."""
    host = (urlsplit(trailer).hostname or "").removeprefix("www.").removeprefix("m.")
    return OEMBED[host] + quote(trailer, safe="") if host in OEMBED else trailer


def _is_gone(trailer: str, *, limits: FetchLimits) -> bool:
    """Return whether the site says so; a site that does not answer says nothing."""
    asked = address_to_ask(trailer)
    try:
        fetch(asked, limits)
    except SourceError as error:
        status = error.message.data.get("status") if error.message.code == "http_status" else None
        return status in (GONE_PAGE if asked == trailer else GONE)
    except Busy:
        return False
    return False
