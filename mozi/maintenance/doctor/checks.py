"""The checks: each looks at one part and says ok, warn or fail, and what to do.

A check never stops the others. Warn: the site works, but not as it should; fail: something that
visitors or editors need does not work.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from mozi import clock
from mozi.database import database_now, in_one_line, reading, reading_rows
from mozi.errors import CatalogueError, CatalogueRefused, MoziError, QueueError
from mozi.extensions import db
from mozi.maintenance.doctor.messages import DoctorMessage
from mozi.maintenance.last_backup import find_last_backup
from mozi.maintenance.notes import PROXIES, find_note
from mozi.maintenance.storage_check import Ask, StorageCheck
from mozi.messages import Message
from mozi.models import NEVER, CatalogueMovie, Movie, PosterVariant
from mozi.posters.batch.queue import PosterQueue
from mozi.settings import Settings
from mozi.storage import Storage
from mozi.storage.public import NoPublicAnswer, origin_of
from mozi.units import MIB
from mozi.version import VERSION

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

OF_THE_DATABASE = ("database", "migrations")
OK, WARN, FAIL = "ok", "warn", "fail"
CROWDED = 0.8  # of PostgreSQL's max_connections
LOW_BYTES, FULL_BYTES = 1024 * MIB, 100 * MIB
OFF_S, REFUSED_OFF_S = 30, 900  # S3 refuses requests that are signed 15 minutes off
OLDEST_DAYS = 155  # films are read again after 150; TMDB's terms allow some 180
OLD_BACKUP = timedelta(hours=49)  # two nights and some time
NO_SUCH_KEY = "posters/doctor"


@dataclass(frozen=True)
class Check:
    """The result of one check; one message, or one for each fault of the storage."""

    name: str
    status: str
    messages: tuple[Message, ...]

    @property
    def text(self) -> str:
        """Return the English sentences in one line."""
        return " ".join(self.messages)


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What is looked at. check_cache, ask_catalogue: raise what is wrong. scripts: migrations."""

    settings: Settings
    storage: Storage
    ask: Ask
    queue: PosterQueue | None
    check_cache: Callable[[], object]
    ask_catalogue: Callable[[], object]
    scripts: Path


Found = tuple[str, str, dict[str, object]]  # status, code, data


def examine(parts: Parts) -> Iterator[Check]:
    """Yield the result of every check, as soon as it is known."""
    for name, check in CHECKS.items():
        yield _checked(name, check, parts)


def _checked(name: str, check: Callable[[Parts], Check | Found], parts: Parts) -> Check:
    try:
        found = check(parts)
    except SQLAlchemyError as error:
        status = FAIL if name in OF_THE_DATABASE else WARN
        found = status, "database_away", {"reason": in_one_line(error)}
    except Exception as error:  # a check must not hide the others' results
        found = FAIL, "broken", {"reason": f"{type(error).__name__}: {error}"}
    if isinstance(found, Check):
        return found
    status, code, data = found
    return Check(name, status, (DoctorMessage(code, **data),))


def _settings(parts: Parts) -> Found:
    settings = parts.settings
    if settings.site_today is not None:
        return WARN, "site_today", {"day": settings.site_today.isoformat()}
    if settings.poster_allow_private_sources:
        return WARN, "private_sources", {}
    if settings.site_url is None and not settings.embedded:
        return WARN, "no_site_url", {}
    return OK, "settings", {"count": len(fields(settings)), "version": VERSION}


def _database(parts: Parts) -> Found:
    with reading_rows() as connection:
        if connection.dialect.name == "sqlite":
            size = connection.execute(text(SQLITE_SIZE)).scalar_one()
            return OK, "database", {"kind": "SQLite", "mib": round(size / MIB, 1)}
        size, used, most = connection.execute(text(POSTGRESQL_FIGURES)).one()
    data = {"kind": "PostgreSQL", "mib": round(size / MIB, 1), "used": used, "most": most}
    return (WARN, "database_crowded", data) if used > CROWDED * most else (
        OK, "database_connections", data,
    )  # fmt: skip


SQLITE_SIZE = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
POSTGRESQL_FIGURES = """
    SELECT pg_database_size(current_database()),
           (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
           current_setting('max_connections')::int
"""


def _migrations(parts: Parts) -> Found:
    from alembic.migration import MigrationContext  # not for every server: only a check needs it
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(parts.scripts))
    head = str(scripts.get_current_head())
    with db.engine.connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    if revision == head:
        return OK, "migrated", {"revision": head}
    known = revision is None or _is_known(scripts, revision)
    data: dict[str, object] = {"revision": revision or "none", "head": head}
    return FAIL, "not_migrated" if known else "newer_tables", data


def _is_known(scripts: ScriptDirectory, revision: str) -> bool:
    from alembic.util import CommandError

    try:
        return scripts.get_revision(revision) is not None
    except CommandError:
        return False


def _cache(parts: Parts) -> Found:
    try:
        parts.check_cache()
    except Exception as error:  # every backend has its own
        return WARN, "cache_away", {"reason": _short(error)}
    return OK, "cache", {"place": "Redis" if parts.settings.redis_url else "DATA_DIR"}


def _queue(parts: Parts) -> Found:
    if parts.queue is None:
        return OK, "queue_off", {}
    try:
        figures = parts.queue.figures()
    except QueueError as error:
        return WARN, "queue_away", {"reason": _short(error)}
    data: dict[str, object] = {"workers": figures.workers, "waiting": figures.waiting}
    stuck = figures.waiting and not figures.workers
    return (WARN, "no_workers", data) if stuck else (OK, "queue", data)


def _storage(parts: Parts) -> Check | Found:
    faults = StorageCheck(parts.storage, parts.ask).run().faults
    if faults:
        return Check("storage", FAIL, tuple(faults))
    former = _former_origin(parts.storage)
    return (OK, "storage", {}) if former is None else (WARN, "storage_moved", {"origin": former})


def _former_origin(storage: Storage) -> str | None:
    """Return the origin of the posters that were recorded first, if pages may not show it."""
    first = select(PosterVariant.url).order_by(PosterVariant.movie_id).limit(1)
    try:
        with reading() as session:
            url = session.scalars(first).first()
    except SQLAlchemyError:  # another check tells
        return None
    if url is None or not urlsplit(url).netloc:
        return None
    return None if origin_of(url) in storage.origins() else origin_of(url)


def _catalogue(parts: Parts) -> Found:
    """Ask TMDB, and tell the age of what was read from it longest ago: its terms bound that."""
    days = _oldest_of_the_catalogue()
    if parts.settings.tmdb_token is None and (days or 0) <= OLDEST_DAYS:
        return OK, "catalogue_off", {}
    if parts.settings.tmdb_token is None:
        return WARN, "catalogue_off_old", {"days": days}
    try:
        parts.ask_catalogue()
    except CatalogueRefused as error:
        return FAIL, "catalogue_refused", {"said": str(error)}
    except CatalogueError as error:
        return WARN, "catalogue_away", {"said": str(error)}
    if days is None:
        return OK, "catalogue", {}
    is_old = days > OLDEST_DAYS
    return WARN if is_old else OK, "catalogue_old" if is_old else "catalogue_read", {"days": days}


def _oldest_of_the_catalogue() -> int | None:
    """Return how many days ago the film was read that was read longest ago."""
    shown = select(Movie.id).where(Movie.id == CatalogueMovie.movie_id).exists()
    seen = (CatalogueMovie.gone.is_(False), CatalogueMovie.seen_at > NEVER)
    query = select(CatalogueMovie.seen_at).where(*seen, shown)
    with reading() as session:
        oldest = session.scalars(query.order_by(CatalogueMovie.seen_at).limit(1)).first()
    return None if oldest is None else (clock.now() - oldest).days


def _disk(parts: Parts) -> Found:
    usage = shutil.disk_usage(parts.settings.data_dir)
    data: dict[str, object] = {
        "free": usage.free // MIB,
        "total": usage.total // MIB,
        "path": str(parts.settings.data_dir),
    }
    if usage.free < FULL_BYTES:
        return FAIL, "disk_full", data
    return (WARN, "disk_low", data) if usage.free < LOW_BYTES else (OK, "disk", data)


def _clock(parts: Parts) -> Found:
    """Compare with the storage's clock, where it is on another machine; else the database's."""
    url = parts.storage.url(NO_SUCH_KEY)
    host = urlsplit(url).hostname
    theirs = _time_at(parts, url) if host else _database_time()
    if theirs is None:
        return WARN, "clock_unknown", {}
    off_s = round(abs((clock.now() - theirs).total_seconds()))
    data: dict[str, object] = {"other": host or db.engine.dialect.name, "seconds": off_s}
    if off_s < OFF_S:
        return OK, "clock", data
    return FAIL if off_s >= REFUSED_OFF_S else WARN, "clock_off", data


def _time_at(parts: Parts, url: str) -> datetime | None:
    """Return the time of the storage's answer (RFC 9110, 6.6.1), whatever else it says."""
    try:
        said = parsedate_to_datetime(parts.ask(url).headers["Date"])
    except (NoPublicAnswer, KeyError, ValueError):
        return None
    return said if said.tzinfo else said.replace(tzinfo=UTC)


def _database_time() -> datetime:
    with reading() as session:
        return datetime.fromtimestamp(session.execute(database_now().select()).scalar_one(), UTC)


def _proxies(parts: Parts) -> Found:
    noted, hops = find_note(PROXIES), parts.settings.trusted_proxy_hops
    if noted is None:
        return OK, "proxies_unseen", {}
    seen = int(noted.data.get("seen", 0))
    data: dict[str, object] = {"seen": seen, "hops": hops}
    if seen == hops:
        return OK, "proxies" if seen else "proxies_unseen", data
    if hops == 0:
        return WARN, "proxies_ignored", data
    return WARN, "proxies_forged" if seen < hops else "proxies_more", data


def _backup(parts: Parts) -> Found:
    if not parts.settings.embedded:
        return OK, "backup_elsewhere", {}
    at = find_last_backup(parts.settings.data_dir)
    if at is None:
        return WARN, "backup_never", {}
    age = clock.now() - at
    data: dict[str, object] = {"hours": round(age.total_seconds() / 3600)}
    return (WARN, "backup_old", data) if age > OLD_BACKUP else (OK, "backup", data)


def _short(error: Exception) -> str:
    said = str(error).partition("\n")[0] if isinstance(error, MoziError) else str(error)
    return said[:200] or type(error).__name__


CHECKS: dict[str, Callable[[Parts], Check | Found]] = {
    "settings": _settings,
    "database": _database,
    "migrations": _migrations,
    "cache": _cache,
    "queue": _queue,
    "storage": _storage,
    "catalogue": _catalogue,
    "disk": _disk,
    "clock": _clock,
    "proxies": _proxies,
    "backup": _backup,
}


def worst(checks: Sequence[Check]) -> str:
    """Return the worst status."""
    return max((check.status for check in checks), key=(OK, WARN, FAIL).index, default=OK)
