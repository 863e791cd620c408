"""Request bodies, received whole before the app hears of the request.

Bounded in size while they arrive, in pace, and in what all of them together may hold, so
that a client that sends slowly costs a greenlet and a temporary file, and never a thread.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import Any

from mozi.server.capacity import FORM_BYTES

BLOCK_BYTES = 64 * 1024  # what is read at once, and what a body may hold in memory


TOO_LARGE = "413 Content Too Large"
WHY = {
    TOO_LARGE: "This request is larger than what is taken here.",
    "408 Request Timeout": "This request came too slowly.",
    "503 Service Unavailable": "Busy; please try again in a moment.",
}


class BodyRefused(Exception):  # noqa: N818 - an answer to the client, not an error of ours
    """The request is answered with this status of WHY, and the connection is closed."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


class NotReceived(io.BytesIO):
    """Stands in the place of a body that was too large, so that the app tells whoever sent it."""


class ClientGone(Exception):  # noqa: N818 - nobody is left to be told of an error
    """The connection ended before the body did."""


@dataclass(frozen=True)
class BodyLimits:
    """What a body may be. A body has first_s, and a second more for every min_bytes_a_s.

    So a drip is cut after first_s, and 20 MiB may take 3 minutes over a slow line.
    """

    max_bytes: int
    max_held_bytes: int
    first_s: float = 30
    min_bytes_a_s: int = 128 * 1024
    tail_bytes: int = FORM_BYTES


class Bodies:
    """The bodies that one process holds. For one thread's greenlets: there is no lock.

    deadline: gives a context that raises TimeoutError in the block after so many seconds.
    """

    def __init__(
        self, limits: BodyLimits, deadline: Callable[[float], AbstractContextManager[Any]]
    ) -> None:
        self.limits = limits
        self.deadline = deadline
        self.held_bytes = 0

    @contextmanager
    def received(
        self, body: Any, declared: int | None, *, cut_at: int | None = None
    ) -> Iterator[Any]:
        """Give the whole of `body` as an open file at its start.

        declared: the Content-Length; None where the body comes in chunks. Raises BodyRefused
        where it is too large, too slow, or one too many, and ClientGone.

        cut_at: a declared body of up to so many bytes is read to its end, though it be too
        large: its first max_bytes and its last tail_bytes are given, and what came between was
        dropped as it arrived. So a form has the fields around a file that is too large.
        """
        if declared is not None and declared > max(self.limits.max_bytes, cut_at or 0):
            raise BodyRefused(TOO_LARGE)
        if declared is not None and declared > self.limits.max_bytes:
            with self._cut(body, declared) as file:
                yield file
            return
        held_before = 0
        with SpooledTemporaryFile(max_size=BLOCK_BYTES) as file:
            try:
                for block in self._blocks(body):
                    self._admit(held_before + len(block), len(block))
                    held_before += len(block)
                    file.write(block)
                if declared not in {None, held_before}:
                    raise ClientGone
                file.seek(0)
                yield file
            finally:
                self.held_bytes -= held_before

    @contextmanager
    def _cut(self, body: Any, declared: int) -> Iterator[Any]:
        """Give the body's beginning and its end."""
        held_before, seen, tail = 0, 0, bytearray()
        most = self.limits.max_bytes + self.limits.tail_bytes
        with SpooledTemporaryFile(max_size=BLOCK_BYTES) as file:
            try:
                for block in self._blocks(body):
                    more = min(len(block), most - held_before)
                    self._hold(more)
                    held_before += more
                    room = max(0, self.limits.max_bytes - seen)
                    file.write(block[:room])
                    tail += block[room:]
                    del tail[: -self.limits.tail_bytes]
                    seen += len(block)
                if declared != seen:
                    raise ClientGone
                file.write(tail)
                file.seek(0)
                yield file
            finally:
                self.held_bytes -= held_before

    def _admit(self, total_bytes: int, more_bytes: int) -> None:
        if total_bytes > self.limits.max_bytes:
            raise BodyRefused(TOO_LARGE)
        self._hold(more_bytes)

    def _hold(self, more_bytes: int) -> None:
        if self.held_bytes + more_bytes > self.limits.max_held_bytes:
            raise BodyRefused("503 Service Unavailable")
        self.held_bytes += more_bytes

    def _blocks(self, body: Any) -> Iterator[bytes]:
        started, received_bytes = time.monotonic(), 0
        while block := self._read(body, started, received_bytes):
            received_bytes += len(block)
            yield block

    def _read(self, body: Any, started: float, received_bytes: int) -> bytes:
        allowed_s = self.limits.first_s + received_bytes / self.limits.min_bytes_a_s
        try:
            with self.deadline(started + allowed_s - time.monotonic()):
                return bytes(body.read(BLOCK_BYTES))
        except TimeoutError as error:
            raise BodyRefused("408 Request Timeout") from error
