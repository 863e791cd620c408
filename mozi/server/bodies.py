"""Request bodies, received whole before the app is called.

Each is bounded in size and in time, and all together in bytes. So a client that sends slowly
costs a greenlet and a temporary file, and no thread.
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

BLOCK_BYTES = 64 * 1024
"""How much is read at once, and how much of a body is kept in memory, not in a file."""

TOO_LARGE = "413 Content Too Large"
TOO_SLOW = "408 Request Timeout"
TOO_MANY = "503 Service Unavailable"
REFUSALS = {
    TOO_LARGE: "This request is larger than what is taken here.",
    TOO_SLOW: "This request came too slowly.",
    TOO_MANY: "Busy; please try again in a moment.",
}
"""What the client reads, by status line."""


class BodyRefused(Exception):  # noqa: N818 - an answer to the client, not an error of ours
    """The server answers with this status of REFUSALS, and closes the connection."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


class NotReceived(io.BytesIO):
    """Takes the place of a body that was too large, so that the app can say so in a page."""


class ClientGone(Exception):  # noqa: N818 - no client is left to be told of an error
    """The connection ended before the body did."""


@dataclass(frozen=True)
class BodyLimits:
    """The bounds of one body, and of all bodies together (max_held_bytes).

    A body has first_s seconds, and one more for every min_bytes_a_s that came: a client that
    sends drop by drop is cut off after first_s, and 20 MiB may take 3 minutes on a slow line.
    """

    max_bytes: int
    max_held_bytes: int
    first_s: float = 30
    min_bytes_a_s: int = 128 * 1024
    tail_bytes: int = FORM_BYTES


class Bodies:
    """The bodies that one process holds. For the greenlets of one thread: it has no lock.

    deadline: returns a context that raises TimeoutError in its block after so many seconds.
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
        """Give the whole body as an open file at its start; it is freed after the block.

        declared: the Content-Length, None where the body comes in chunks. cut_at: a larger body
        that declares no more than this is read to its end, and the file has its first max_bytes
        and its last tail_bytes: a form keeps the fields around a file that is too large.
        Raises BodyRefused and ClientGone.
        """
        is_cut = self._is_cut(declared, cut_at or 0)
        with SpooledTemporaryFile(max_size=BLOCK_BYTES) as file:
            kept = _KeptBody(file, self.limits)
            try:
                for block in self._blocks(body):
                    self._keep(kept, block, is_cut=is_cut)
                if declared not in {None, kept.seen_bytes}:
                    raise ClientGone
                file.write(kept.tail)
                file.seek(0)
                yield file
            finally:
                self.held_bytes -= kept.held_bytes

    def _is_cut(self, declared: int | None, cut_at: int) -> bool:
        """Return whether the middle of this body is dropped; raises BodyRefused."""
        if declared is None or declared <= self.limits.max_bytes:
            return False
        if declared > cut_at:
            raise BodyRefused(TOO_LARGE)
        return True

    def _keep(self, kept: _KeptBody, block: bytes, *, is_cut: bool) -> None:
        if not is_cut and kept.seen_bytes + len(block) > self.limits.max_bytes:
            raise BodyRefused(TOO_LARGE)
        more_bytes = kept.growth_bytes(block)
        if self.held_bytes + more_bytes > self.limits.max_held_bytes:
            raise BodyRefused(TOO_MANY)
        self.held_bytes += more_bytes
        kept.add(block)

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
            raise BodyRefused(TOO_SLOW) from error


class _KeptBody:
    """What is kept of one body: its first max_bytes in the file, its last tail_bytes here."""

    def __init__(self, file: Any, limits: BodyLimits) -> None:
        self.file = file
        self.limits = limits
        self.seen_bytes = 0
        self.held_bytes = 0
        self.tail = bytearray()

    def growth_bytes(self, block: bytes) -> int:
        """Return how many more bytes are held with this block."""
        return min(len(block), self.limits.max_bytes + self.limits.tail_bytes - self.held_bytes)

    def add(self, block: bytes) -> None:
        """Keep what belongs to the beginning, and the end as far as it is known."""
        self.held_bytes += self.growth_bytes(block)
        room = max(0, self.limits.max_bytes - self.seen_bytes)
        self.file.write(block[:room])
        self.tail += block[room:]
        del self.tail[: -self.limits.tail_bytes]
        self.seen_bytes += len(block)
