"""A WSGI app's whole answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mozi.server.answers import PIECE_BYTES, Answer, collect, pieces


class Closing:
    """Two chunks, and whether they were closed."""

    def __init__(self, *, fails: bool = False) -> None:
        self.fails = fails
        self.is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        yield b"a"
        if self.fails:
            raise RuntimeError("the app fails")
        yield b"b"

    def close(self) -> None:
        self.is_closed = True


def app_of(chunks: Any) -> Any:
    def app(environ: dict[str, Any], start_response: Any) -> Any:
        start_response("200 OK", [("X", "y")])
        return chunks

    return app


def test_what_the_app_yields_is_joined_and_closed() -> None:
    chunks = Closing()
    assert collect(app_of(chunks), {}) == Answer("200 OK", [("X", "y")], b"ab")
    assert chunks.is_closed


def test_an_answer_that_fails_half_way_is_closed_too() -> None:
    chunks = Closing(fails=True)
    with pytest.raises(RuntimeError):
        collect(app_of(chunks), {})
    assert chunks.is_closed


def test_what_is_written_comes_before_what_is_returned() -> None:
    def app(environ: dict[str, Any], start_response: Any) -> Any:
        start_response("200 OK", [])(b"written ")
        return [b"returned"]

    assert collect(app, {}).body == b"written returned"


def test_an_error_may_take_back_the_status() -> None:
    def app(environ: dict[str, Any], start_response: Any) -> Any:
        start_response("200 OK", [])
        start_response("500 Internal Server Error", [], (ValueError, ValueError(), None))
        return []

    assert collect(app, {}).status == "500 Internal Server Error"


@pytest.mark.parametrize("starts", [0, 2])
def test_an_app_has_to_start_its_answer_once(starts: int) -> None:
    def app(environ: dict[str, Any], start_response: Any) -> Any:
        for _ in range(starts):
            start_response("200 OK", [])
        return []

    with pytest.raises(AssertionError, match="start_response was"):
        collect(app, {})


def test_a_body_is_sent_in_pieces() -> None:
    body = bytes(PIECE_BYTES + 1)
    assert [len(piece) for piece in pieces(body)] == [PIECE_BYTES, 1]
