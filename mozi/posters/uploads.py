"""An upload becomes the wanted source: checked and decoded first, stored privately, then wanted."""

from __future__ import annotations

from mozi.database import writing
from mozi.errors import UnreadableSource
from mozi.posters.imaging import decode, read_header
from mozi.posters.keys import original_key
from mozi.posters.wanted import want_original
from mozi.storage import Storage

MIB = 1024 * 1024


def take_upload(
    storage: Storage, movie_id: int, body: bytes, *, max_bytes: int, max_pixels: int
) -> str:
    """Return the original's key, having made body the movie's wanted poster.

    Raises UnreadableSource where it is too large or no picture; then nothing has changed and
    the old poster stays. The variants are built on their first hit, or by warm-posters.
    """
    if len(body) > max_bytes:
        message = (
            f"The file has {len(body) / MIB:.1f} MiB; at most {max_bytes / MIB:g} are accepted."
        )
        raise UnreadableSource("too_large", message, bytes=len(body), max_bytes=max_bytes)
    header = read_header(body, max_pixels=max_pixels)
    decode(body, max_pixels=max_pixels)  # a header alone proves nothing
    key = original_key(body, header.extension)
    storage.put(key, body, content_type=header.content_type, public=False)
    with writing() as session:
        want_original(session, movie_id, key)
    return key
