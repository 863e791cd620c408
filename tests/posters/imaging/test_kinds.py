"""What a file is, by its first bytes."""

from __future__ import annotations

import pytest

from mozi.errors import UnreadableSource
from mozi.posters.imaging import kinds
from mozi.posters.imaging.kinds import Kind, kind_of
from tests.support import pictures


@pytest.mark.parametrize("kind", [kinds.JPEG, kinds.PNG, kinds.GIF, kinds.WEBP, kinds.AVIF])
def test_accepted_kinds_are_known_by_their_bytes(kind: Kind) -> None:
    body = pictures.saved(pictures.scene(), kind.name.upper())
    assert kind_of(body) is kind
    assert kind_of(body[:32]) is kind


@pytest.mark.parametrize(
    ("body", "code", "name"),
    [
        (b"II*\0", "format_not_accepted", "a TIFF"),
        (b"BM", "format_not_accepted", "a BMP"),
        (b"\0\0\0\x18ftypheic", "format_not_accepted", "an HEIC"),
        (b"\0\0\0\x18ftypisom", "not_a_picture", "a video"),
        (b"PK\3\4", "not_a_picture", "a ZIP archive"),
        (b"%PDF-1.7", "not_a_picture", "a PDF document"),
        (b"<!DOCTYPE html>", "not_a_picture", "an HTML page"),
        (b"plain text", "not_a_picture", "text"),
        (b"\x80\x81", "not_a_picture", "a file of an unknown kind"),
    ],
)
def test_any_other_file_is_named(body: bytes, code: str, name: str) -> None:
    with pytest.raises(UnreadableSource) as refused:
        kind_of(body)
    assert (refused.value.message.code, refused.value.message.data["kind"]) == (code, name)


def test_an_empty_file_is_empty() -> None:
    with pytest.raises(UnreadableSource, match="empty"):
        kind_of(b"")
