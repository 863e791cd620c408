"""Every environment variable, read once, checked, on one screen.

Nothing else in Mozi reads the environment (boto3's own credential chain aside).
All faults are gathered before any is told, so that an operator mends them in one go.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mozi.errors import SettingsError
from mozi.units import MIB

T = TypeVar("T")
MAX_PORT = 65_535
# Those of objects: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
CANNED_ACLS = (
    "public-read",
    "public-read-write",
    "authenticated-read",
    "aws-exec-read",
    "bucket-owner-read",
    "bucket-owner-full-control",
    "private",
)
SECRET_CHARACTERS = 32  # 128 bits, where they are the hex digits of a random number
SOURCE_PORTS = frozenset({80, 443, 8080, 8443})  # those of the web and their usual stand-ins
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the operator decided. Units are in the names; sizes are bytes, times seconds."""

    secret_key: str
    data_dir: Path
    database_url: str
    redis_url: str | None
    s3_bucket: str | None
    s3_endpoint_url: str | None
    s3_public_url: str | None
    s3_acl: str
    s3_prefix: str
    site_url: str | None
    trusted_proxy_hops: int
    site_timezone: ZoneInfo
    site_today: date | None
    page_cache_seconds: float
    page_cache_coalesce_seconds: float
    poster_fetch_timeout_s: float
    poster_max_bytes: int
    poster_max_pixels: int
    poster_retry_seconds: float
    poster_build_slots: int
    poster_allow_private_sources: bool
    poster_source_ports: frozenset[int]
    metrics_token: str | None
    sentry_dsn: str | None
    log_format: str
    log_level: str
    web_concurrency: int
    port: int

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Settings:
        """Return the checked settings; raises SettingsError with all faults at once."""
        read = _Reader(env)
        data_dir = read.data_dir()
        database_url = read.database_url(default=f"sqlite:///{data_dir / 'mozi.sqlite3'}")
        s3_bucket = read.text("S3_BUCKET")
        embedded = s3_bucket is None and database_url.startswith("sqlite")
        settings = cls(
            secret_key=read.secret_key(data_dir, embedded=embedded),
            data_dir=data_dir,
            database_url=database_url,
            redis_url=read.redis_url("REDIS_URL"),
            s3_bucket=s3_bucket,
            s3_endpoint_url=read.url("S3_ENDPOINT_URL"),
            s3_public_url=read.url("S3_PUBLIC_URL"),
            s3_acl=read.acl("S3_ACL", "public-read"),
            s3_prefix=read.prefix("S3_PREFIX"),
            site_url=read.url("SITE_URL"),
            trusted_proxy_hops=read.whole("TRUSTED_PROXY_HOPS", 0, at_least=0),
            site_timezone=read.timezone("SITE_TIMEZONE", "Europe/Budapest"),
            site_today=read.date("SITE_TODAY"),
            page_cache_seconds=read.number("PAGE_CACHE_SECONDS", 3600),
            page_cache_coalesce_seconds=read.number("PAGE_CACHE_COALESCE_SECONDS", 2),
            poster_fetch_timeout_s=read.number("POSTER_FETCH_TIMEOUT", 10, above=0),
            poster_max_bytes=read.whole("POSTER_MAX_BYTES", 20 * MIB),
            poster_max_pixels=read.whole("POSTER_MAX_PIXELS", 25_000_000),
            poster_retry_seconds=read.number("POSTER_RETRY_SECONDS", 600),
            poster_build_slots=read.whole("POSTER_BUILD_SLOTS", available_cores()),
            poster_allow_private_sources=read.switch("POSTER_ALLOW_PRIVATE_SOURCES"),
            poster_source_ports=SOURCE_PORTS | read.ports("POSTER_SOURCE_PORTS"),
            metrics_token=read.text("METRICS_TOKEN"),
            sentry_dsn=read.dsn("SENTRY_DSN"),
            log_format=read.choice("LOG_FORMAT", "text", ("text", "json"), str.lower),
            log_level=read.choice("LOG_LEVEL", "INFO", LOG_LEVELS, str.upper),
            web_concurrency=read.whole("WEB_CONCURRENCY", 2, at_most=1000),
            port=read.whole("PORT", 8000, at_most=MAX_PORT),
        )
        if read.faults:
            raise SettingsError(read.faults)
        return settings

    @property
    def embedded(self) -> bool:
        """Whether everything is kept in DATA_DIR: SQLite and objects on disk."""
        return self.s3_bucket is None and self.database_url.startswith("sqlite")


def available_cores() -> int:
    """Return the cores that this process may use, which in a container are fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Reader:
    """Reads one variable a call; a value that cannot be used becomes a fault, not an exception."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.faults: list[str] = []
        self.data_dir_is_writable = True

    def text(self, name: str) -> str | None:
        return self.env.get(name, "").strip() or None

    def fault(self, name: str, takes: str) -> None:
        held = re.sub(r"//[^/@]*@", "//…@", self.env[name])  # no password in a log
        self.faults.append(f"{name} is {held!r}; it takes {takes}.")

    def number(self, name: str, default: float, *, above: float | None = None) -> float:
        raw = self.text(name)
        if raw is None:
            return default
        value = _parsed(float, raw)
        floor_missed = value is not None and (value < 0 or (above is not None and value <= above))
        if value is None or floor_missed or value != value or value > 1e9:
            least = "above 0" if above == 0 else "of at least 0"
            self.fault(name, f"a number of seconds {least}, such as {default:g}")
            return default
        return value

    def whole(self, name: str, default: int, *, at_least: int = 1, at_most: int = 10**12) -> int:
        raw = self.text(name)
        if raw is None:
            return default
        value = _parsed(int, raw)
        if value is None or not at_least <= value <= at_most:
            self.fault(name, f"a whole number from {at_least} to {at_most}, such as {default}")
            return default
        return value

    def ports(self, name: str) -> frozenset[int]:
        numbers = [_parsed(int, each) for each in (self.text(name) or "").split(",") if each]
        ports = frozenset(each for each in numbers if each is not None and 1 <= each <= MAX_PORT)
        if len(ports) < len(set(numbers)):
            self.fault(name, f"numbers from 1 to {MAX_PORT} with commas between, such as 8000,9443")
        return ports

    def switch(self, name: str) -> bool:
        raw = (self.text(name) or "0").lower()
        if raw not in {"0", "1", "true", "false", "yes", "no", "on", "off"}:
            self.fault(name, "1 (on) or 0 (off)")
        return raw in {"1", "true", "yes", "on"}

    def choice(
        self, name: str, default: str, choices: tuple[str, ...], folded: Callable[[str], str]
    ) -> str:
        value = folded(self.text(name) or default)
        if value not in choices:
            self.fault(name, f"one of {', '.join(choices)}")
            return default
        return value

    def url(self, name: str, *, schemes: tuple[str, ...] = ("http", "https")) -> str | None:
        raw = self.text(name)
        if raw is None:
            return None
        parts = _parsed(urlsplit, raw)
        if parts is None or parts.scheme not in schemes or not (parts.netloc or parts.path):
            self.fault(
                name, f"an address that starts with {' or '.join(f'{s}://' for s in schemes)}"
            )
            return None
        return raw.rstrip("/")

    def redis_url(self, name: str) -> str | None:
        """Return the address; on a Heroku dyno its certificate is not checked.

        Heroku's Redis speaks TLS with a certificate that it signed itself, and its address is
        the add-on's, not the operator's to change:
        https://devcenter.heroku.com/articles/connecting-heroku-redis
        """
        url = self.url(name, schemes=("redis", "rediss", "unix"))
        on_heroku = self.text("DYNO") is not None
        if url is None or not (on_heroku and url.startswith("rediss://")) or "ssl_" in url:
            return url
        return f"{url}{'&' if '?' in url else '?'}ssl_cert_reqs=none"

    def dsn(self, name: str) -> str | None:
        """Return Sentry's address of a project; it has a key and a number, or is none."""
        raw = self.text(name)
        if raw is None:
            return None
        parts = _parsed(urlsplit, raw)
        number = parts.path.rstrip("/").rpartition("/")[2] if parts else ""
        if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
            number = ""
        if not (number.isascii() and number.isdigit() and parts and parts.username):
            self.fault(name, "an address of Sentry's, such as https://KEY@sentry.example.org/1")
            return None
        return raw

    def acl(self, name: str, default: str) -> str:
        """Return the ACL; set and empty is the operator's word that none is to be sent."""
        value = self.env.get(name, default).strip()
        if value not in {"", *CANNED_ACLS}:
            self.fault(name, f"{', '.join(CANNED_ACLS)}, or nothing at all")
        return value

    def prefix(self, name: str) -> str:
        raw = (self.text(name) or "").strip("/")
        if any(part in {"", ".", ".."} for part in raw.split("/")) and raw:
            self.fault(name, "a folder inside the bucket, such as mozi or sites/mozi")
            return ""
        return f"{raw}/" if raw else ""

    def date(self, name: str) -> date | None:
        raw = self.text(name)
        if raw is None:
            return None
        value = _parsed(date.fromisoformat, raw) if len(raw) == len("YYYY-MM-DD") else None
        if value is None:
            self.fault(name, "a date as YYYY-MM-DD")
        return value

    def timezone(self, name: str, default: str) -> ZoneInfo:
        raw = self.text(name)
        if raw is None:
            return ZoneInfo(default)
        try:
            return ZoneInfo(raw)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.fault(name, f"a name of the IANA time zone database, such as {default}")
            return ZoneInfo(default)

    def database_url(self, *, default: str) -> str:
        """Return an SQLAlchemy address: Heroku's postgres:// is PostgreSQL, by psycopg 3."""
        raw = self.text("DATABASE_URL")
        if raw is None:
            return default
        scheme, found, rest = raw.partition("://")
        if found and scheme in {"postgres", "postgresql", "postgresql+psycopg"} and rest:
            return f"postgresql+psycopg://{rest}"
        if found and scheme == "sqlite":
            return raw
        self.fault(
            "DATABASE_URL", "an address that starts with postgres://, postgresql:// or sqlite:///"
        )
        return default

    def data_dir(self) -> Path:
        """Return the folder, having tried to write there; it is made where there is none."""
        folder = Path(self.text("DATA_DIR") or "instance").absolute()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=folder).close()
        except OSError as error:
            self.data_dir_is_writable = False
            self.faults.append(
                f"DATA_DIR is {str(folder)!r}; it takes a folder that can be written"
                f" ({error.strerror})."
            )
        return folder

    def secret_key(self, data_dir: Path, *, embedded: bool) -> str:
        given = self.text("SECRET_KEY")
        if given is not None and len(given) < SECRET_CHARACTERS:
            self.faults.append(
                f"SECRET_KEY is {len(given)} characters long; it takes {SECRET_CHARACTERS}"
                " random ones or more, the same on every machine: openssl rand -hex 32 prints some."
            )
        if given is not None:
            return given
        if not embedded:
            self.faults.append(
                "SECRET_KEY is not set; with S3_BUCKET or a PostgreSQL DATABASE_URL it takes"
                f" {SECRET_CHARACTERS} random characters or more, the same on every machine:"
                " openssl rand -hex 32 prints some."
            )
            return ""
        path = data_dir / "secret_key"
        try:
            return _kept_secret(path) if self.data_dir_is_writable else ""
        except OSError as error:
            self.faults.append(
                f"SECRET_KEY is not set; the one kept in {str(path)!r} cannot be had"
                f" ({error.strerror}): give this user its file, or set the variable."
            )
            return ""


def _parsed(parse: Callable[[str], T], raw: str) -> T | None:
    try:
        return parse(raw)
    except ValueError:
        return None


def _kept_secret(path: Path) -> str:
    """Return the secret kept at path, making it once; of several processes the first one wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        draft.touch(mode=stat.S_IRUSR | stat.S_IWUSR)
        draft.write_text(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)  # unlike rename, fails where another process was faster
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
