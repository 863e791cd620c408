"""Flask-Limiter's counters in the database, for installations without Redis.

All workers share them. In memory each worker would count for itself, so that each limit would be
multiplied by the number of workers.
"""

from __future__ import annotations

from typing import Any

from limits.storage import Storage
from sqlalchemy import delete, select, text
from sqlalchemy.exc import SQLAlchemyError

from mozi import clock
from mozi.database import reading, writing
from mozi.models import Attempt

# One statement reads and writes, so that two attempts at once count as two, on both databases.
_COUNT = text(
    """
    INSERT INTO attempt (name, count, until) VALUES (:name, :amount, :until)
    ON CONFLICT (name) DO UPDATE SET
        count = CASE WHEN attempt.until <= :now THEN excluded.count
                     ELSE attempt.count + excluded.count END,
        until = CASE WHEN attempt.until <= :now THEN excluded.until ELSE attempt.until END
    RETURNING count
    """
)


class AttemptsInDatabase(Storage):
    """Counters by name; each one expires. Needs an app context."""

    STORAGE_SCHEME = ["mozi-database"]  # noqa: RUF012 - read by the metaclass

    def __init__(self, uri: str | None = None, **options: Any) -> None:
        super().__init__(uri, wrap_exceptions=False)

    @property
    def base_exceptions(self) -> type[Exception]:
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add amount and return the sum; expired counters are deleted."""
        now = clock.now().timestamp()
        given = {"name": key, "amount": amount, "now": now, "until": now + expiry}
        with writing() as session:
            session.execute(delete(Attempt).where(Attempt.until <= now, Attempt.name != key))
            return int(session.execute(_COUNT, given).scalar_one())

    def get(self, key: str) -> int:
        """Return the sum; 0 for an expired or unknown counter."""
        return self._read(key)[0]

    def get_expiry(self, key: str) -> float:
        """Return when the counter expires, in seconds since the epoch."""
        return self._read(key)[1]

    def check(self) -> bool:
        """Return whether the database answers."""
        try:
            self.get("")
        except SQLAlchemyError:
            return False
        return True

    def reset(self) -> int | None:
        """Delete all counters; return None, because their number is unknown."""
        with writing() as session:
            session.execute(delete(Attempt))
        return None

    def clear(self, key: str) -> None:
        """Delete one counter."""
        with writing() as session:
            session.execute(delete(Attempt).where(Attempt.name == key))

    def _read(self, key: str) -> tuple[int, float]:
        now = clock.now().timestamp()
        current = (Attempt.name == key, Attempt.until > now)
        with reading() as session:
            row = session.execute(select(Attempt.count, Attempt.until).where(*current)).first()
        return (row[0], row[1]) if row else (0, now)
