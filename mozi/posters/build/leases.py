"""One builder per movie over all processes and machines: a row with an owner and a deadline.

A builder takes the row by compare-and-set. Deadlines are those of the database's clock, so
machines whose clocks differ agree. After the deadline of a killed builder, another one takes over.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, bindparam, or_, update

from mozi.database import database_now, writing_rows
from mozi.errors import BuildAbandoned
from mozi.models import POSTERS

LEASE_S = 30.0
BUILD_S = 25.0  # shorter than the lease, so a builder has stopped before another one takes over

# The statements of a build are compiled once, here and in the modules beside this one. Compiling
# them each time was half of their cost (a build's four transactions: 3.6 ms, now 2.0).
_TAKE = (
    update(POSTERS)
    .where(
        POSTERS.c.movie_id == bindparam("movie"),
        or_(POSTERS.c.lease_until.is_(None), POSTERS.c.lease_until < database_now()),
    )
    .values(lease_owner=bindparam("owner"), lease_until=database_now() + LEASE_S)
    .returning(POSTERS.c.lease_until)
)
_RELEASE = (
    update(POSTERS)
    .where(POSTERS.c.movie_id == bindparam("movie"), POSTERS.c.lease_owner == bindparam("owner"))
    .values(lease_owner=None, lease_until=None)
)


@dataclass(frozen=True)
class Lease:
    """The right to build one movie's poster until `ends` (time.monotonic, seconds).

    began_at: when it was taken, by the database's clock, in seconds since the epoch.
    """

    movie_id: int
    owner: str = field(default_factory=lambda: secrets.token_hex(16))
    ends: float = field(default_factory=lambda: time.monotonic() + BUILD_S)
    began_at: float = 0.0

    def check(self) -> None:
        """Raise BuildAbandoned after BUILD_S."""
        if time.monotonic() >= self.ends:
            raise BuildAbandoned(f"Building poster {self.movie_id} took longer than {BUILD_S} s.")

    @property
    def left_s(self) -> float:
        """Return the seconds that the build may still take."""
        return max(0.0, self.ends - time.monotonic())


def take_lease(movie_id: int) -> Lease | None:
    """Return the lease on this movie's poster, or None while another builder holds it."""
    with writing_rows() as connection:
        return lease_by(connection, movie_id)


def lease_by(connection: Connection, movie_id: int) -> Lease | None:
    """Return the same; it is held from the end of the connection's transaction on."""
    lease = Lease(movie_id)  # its time starts before the row's, so it also ends before
    taken = connection.execute(_TAKE, {"movie": movie_id, "owner": lease.owner}).first()
    return replace(lease, began_at=taken.lease_until - LEASE_S) if taken else None


def release_lease(lease: Lease) -> None:
    """Release the lease, unless another builder has taken it over."""
    with writing_rows() as connection:
        connection.execute(_RELEASE, {"movie": lease.movie_id, "owner": lease.owner})
