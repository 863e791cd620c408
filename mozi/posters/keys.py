"""Makes slugs, object keys and the address of a poster.

A key holds the SHA-256 of what its object is built from, so an object's bytes never change.
"""

from __future__ import annotations

import hashlib
from typing import Final

from slugify import slugify

from mozi.posters.recipes import Recipe

SLUG_LENGTH = 60
DIGEST_LENGTH = (
    32  # hexadecimal digits: 128 bits are safe, and 64 digits would take more of each page
)

# By itself python-slugify takes Unidecode where that is installed, so addresses would depend on
# other packages; and it looks for it on disk for every title, which takes six times as long.
TRANSLITERATION: Final = "text-unidecode"


def slug_of(title: str) -> str:
    """Return the title for an address: "Kőszívű ember" gives "koszivu-ember", "…" gives "film"."""
    slug = slugify(title, max_length=SLUG_LENGTH, word_boundary=True, backend=TRANSLITERATION)
    return slug or "film"


def sha256_of(body: bytes) -> str:
    """Return the digest of body: 64 hexadecimal digits."""
    return hashlib.sha256(body).hexdigest()


def original_key(body: bytes, extension: str) -> str:
    """Return the private key of an original: originals/<sha256>.<extension>."""
    return f"originals/{sha256_of(body)}.{extension}"


def original_digest(key: str) -> str:
    """Return the digest that is part of an original's key."""
    return key.removeprefix("originals/").partition(".")[0]


def variant_key(movie_id: int, slug: str, recipe: Recipe, *, original: str) -> str:
    """Return the public key of a variant; original: the SHA-256 of the bytes it is built from."""
    made_of = f"{original} {recipe.fingerprint}".encode()
    digest = sha256_of(made_of)[:DIGEST_LENGTH]
    return f"posters/{movie_id}-{slug}.{recipe.media}.{digest}.{recipe.extension}"


def poster_path(movie_id: int, slug: str, media: str) -> str:
    """Return the address that builds a missing variant: /poster/<id>-<slug>.<media>.jpg."""
    return f"/poster/{movie_id}-{slug}.{media}.jpg"
