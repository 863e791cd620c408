from __future__ import annotations

import gzip
import pickle

import brotli
import pytest

from mozi.pagecache.entries import Entry, find_unpacked, make_entry, pack

KEY = b"secret"
BODY = "<h1>Árvíztűrő tükörfúrógép</h1>".encode() * 50


@pytest.fixture
def entry() -> Entry:
    return make_entry(
        BODY,
        page="index",
        fingerprint="f" * 64,
        day="2026-11-26",
        began=1.5,
        content_type="text/html",
        digests={"7": "abc", "7.thumb": "def"},
    )


def test_the_three_bodies_say_the_same(entry: Entry) -> None:
    assert entry.bodies["identity"] == BODY
    assert gzip.decompress(entry.bodies["gzip"]) == BODY
    assert brotli.decompress(entry.bodies["br"]) == BODY


def test_an_entry_comes_back_from_the_store_as_it_was(entry: Entry) -> None:
    assert find_unpacked(pack(entry, KEY), KEY) == entry


def test_the_plain_body_is_not_stored_beside_its_compressed_ones(entry: Entry) -> None:
    assert len(pack(entry, KEY)) < len(BODY)


def test_what_another_secret_signed_is_no_entry(entry: Entry) -> None:
    assert find_unpacked(pack(entry, b"other"), KEY) is None


@pytest.mark.parametrize("position", [0, 13, 50, 100, -1])
def test_one_changed_byte_makes_it_no_entry(entry: Entry, position: int) -> None:
    stored = bytearray(pack(entry, KEY))
    stored[position] ^= 1
    assert find_unpacked(bytes(stored), KEY) is None


@pytest.mark.parametrize(
    "rubbish",
    [None, b"", b"!", "text", 7, b"mozi-page-1\n", b"mozi-page-2\n", pickle.dumps({"a": 1})],
)
def test_rubbish_is_no_entry(rubbish: object) -> None:
    assert find_unpacked(rubbish, KEY) is None


def test_an_entry_cut_short_is_none(entry: Entry) -> None:
    assert find_unpacked(pack(entry, KEY)[:-1], KEY) is None


def test_the_same_page_has_the_same_etag_whenever_it_was_rendered(entry: Entry) -> None:
    other = make_entry(
        BODY, page="index", fingerprint="0", day="", began=9, content_type="", digests={}
    )
    assert other.etag == entry.etag
