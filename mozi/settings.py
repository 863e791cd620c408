"""Every environment variable, read once and checked.

Nothing else in Mozi reads the environment, except boto3 for its credentials. All faults are
reported together, so that an operator can mend them in one go.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from mozi.errors import SettingsError
from mozi.units import MIB

T = TypeVar("T")
D = TypeVar("D")
MAX_PORT = 65_535
EDGE_AT_MOST_S = 60
LOGO_ENDINGS, LOGO_BYTES = (".svg", ".png", ".webp"), 256 * 1024
NAME_LENGTH = 40  # fits the masthead of a phone, in two lines at most
# Of objects: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
CANNED_ACLS = (
    "public-read", "public-read-write", "authenticated-read", "aws-exec-read",
    "bucket-owner-read", "bucket-owner-full-control", "private",
)  # fmt: skip
SECRET_CHARACTERS = 32  # as hex digits of a random number these are 128 bits
SECRET_RULE = (
    f"{SECRET_CHARACTERS} random characters or more, the same on every machine:"
    " openssl rand -hex 32 prints some."
)
TMDB_API_URL = "https://api.themoviedb.org/3"
# "original": the film's own language; "none": without lettering.
POSTER_LANGUAGES = ("hu", "original", "en", "none")
SOURCE_PORTS = frozenset({80, 443, 8080, 8443})  # the web's, and their usual substitutes
SWITCH = dict.fromkeys(("1", "true", "yes", "on"), True)
SWITCH |= dict.fromkeys(("0", "false", "no", "off"), False)
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the operator decided. Sizes are bytes, times seconds."""

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
    site_name: str
    site_logo: Path | None
    trusted_proxy_hops: int
    site_timezone: ZoneInfo
    site_today: date | None
    page_cache_seconds: float
    page_cache_coalesce_seconds: float
    edge_seconds: int
    poster_fetch_timeout_s: float
    poster_max_bytes: int
    poster_max_pixels: int
    poster_retry_seconds: float
    poster_build_slots: int
    poster_extras: bool
    poster_allow_private_sources: bool
    poster_source_ports: frozenset[int]
    metrics_token: str | None
    tmdb_token: str | None
    tmdb_api_url: str
    tmdb_region: str
    tmdb_poster_languages: tuple[str, ...]
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
            site_name=read.name("SITE_NAME", "Mozi"),
            site_logo=read.picture("SITE_LOGO"),
            trusted_proxy_hops=read.whole("TRUSTED_PROXY_HOPS", 0, at_least=0),
            site_timezone=read.timezone("SITE_TIMEZONE", "Europe/Budapest"),
            site_today=read.date("SITE_TODAY"),
            page_cache_seconds=read.number("PAGE_CACHE_SECONDS", 3600),
            page_cache_coalesce_seconds=read.number("PAGE_CACHE_COALESCE_SECONDS", 2),
            edge_seconds=read.whole("EDGE_SECONDS", 0, at_least=0, at_most=EDGE_AT_MOST_S),
            poster_fetch_timeout_s=read.number("POSTER_FETCH_TIMEOUT", 10, above_0=True),
            poster_max_bytes=read.whole("POSTER_MAX_BYTES", 20 * MIB),
            poster_max_pixels=read.whole("POSTER_MAX_PIXELS", 25_000_000),
            poster_retry_seconds=read.number("POSTER_RETRY_SECONDS", 600),
            poster_build_slots=read.whole("POSTER_BUILD_SLOTS", available_cores()),
            poster_extras=read.switch("POSTER_EXTRAS", True),
            poster_allow_private_sources=read.switch("POSTER_ALLOW_PRIVATE_SOURCES"),
            poster_source_ports=SOURCE_PORTS | read.ports("POSTER_SOURCE_PORTS"),
            metrics_token=read.text("METRICS_TOKEN"),
            tmdb_token=read.bearer("TMDB_TOKEN"),
            tmdb_api_url=read.url("TMDB_API_URL") or TMDB_API_URL,
            tmdb_region=read.region("TMDB_REGION", "HU"),
            tmdb_poster_languages=read.languages("TMDB_POSTER_LANGUAGES", POSTER_LANGUAGES),
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
        """Return whether DATA_DIR holds everything: SQLite and objects on disk."""
        return self.s3_bucket is None and self.database_url.startswith("sqlite")


def available_cores() -> int:
    """Return how many cores this process may use; in a container not all of the machine's."""
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

    def parsed(
        self,
        name: str,
        default: D,
        parse: Callable[[str], T],
        *,
        takes: str,
        usable: Callable[[T], bool] = lambda value: True,
    ) -> T | D:
        """Return what parse makes of the value, if that raises nothing and the result is usable."""
        raw = self.text(name)
        if raw is None:
            return default
        with suppress(ValueError, KeyError, OSError):  # the last two are ZoneInfo's
            value = parse(raw)
            if usable(value):
                return value
        self.fault(name, takes)
        return default

    def number(self, name: str, default: float, *, above_0: bool = False) -> float:
        return self.parsed(
            name,
            default,
            float,
            usable=lambda value: 0 <= value <= 1e9 and not (above_0 and value == 0),
            takes=f"a number of seconds {'above' if above_0 else 'of at least'} 0,"
            f" such as {default:g}",
        )

    def whole(self, name: str, default: int, *, at_least: int = 1, at_most: int = 10**12) -> int:
        takes = f"a whole number from {at_least} to {at_most}, such as {default}"
        return self.parsed(
            name, default, _whole, usable=lambda value: at_least <= value <= at_most, takes=takes
        )

    def ports(self, name: str) -> frozenset[int]:
        return self.parsed(
            name,
            frozenset(),
            lambda raw: frozenset(int(each) for each in raw.split(",") if each),
            usable=lambda ports: all(1 <= port <= MAX_PORT for port in ports),
            takes=f"numbers from 1 to {MAX_PORT} with commas between, such as 8000,9443",
        )

    def switch(self, name: str, default: bool = False) -> bool:
        takes = "1 (on) or 0 (off)"
        return self.parsed(name, default, lambda raw: SWITCH[raw.lower()], takes=takes)

    def choice(
        self, name: str, default: str, choices: tuple[str, ...], folded: Callable[[str], str]
    ) -> str:
        takes = f"one of {', '.join(choices)}"
        return self.parsed(name, default, folded, usable=choices.__contains__, takes=takes)

    def url(self, name: str, *, schemes: tuple[str, ...] = ("http", "https")) -> str | None:
        starts = " or ".join(f"{scheme}://" for scheme in schemes)
        takes = f"an address that starts with {starts}"

        def is_usable(url: str) -> bool:
            parts = urlsplit(url)
            return parts.scheme in schemes and bool(parts.netloc or parts.path)

        return self.parsed(name, None, lambda raw: raw.rstrip("/"), usable=is_usable, takes=takes)

    def redis_url(self, name: str) -> str | None:
        """Return the address; on a Heroku dyno its certificate is not checked.

        Heroku's Redis uses TLS with a certificate that it signed itself, and the operator cannot
        change its address: https://devcenter.heroku.com/articles/connecting-heroku-redis
        """
        url = self.url(name, schemes=("redis", "rediss", "unix"))
        on_heroku = self.text("DYNO") is not None
        if url is None or not (on_heroku and url.startswith("rediss://")) or "ssl_" in url:
            return url
        return f"{url}{'&' if '?' in url else '?'}ssl_cert_reqs=none"

    def dsn(self, name: str) -> str | None:
        takes = "an address of Sentry's, such as https://KEY@sentry.example.org/1"
        return self.parsed(name, None, str, usable=_is_dsn, takes=takes)

    def bearer(self, name: str) -> str | None:
        """Return the token; one with other characters could not stand in a header."""
        takes = "TMDB's API Read Access Token (v4): letters, digits, dots, dashes, underscores"
        value = self.text(name)
        if value is None or re.fullmatch("[A-Za-z0-9._~+/=-]+", value):
            return value
        self.faults.append(f"{name} has other characters; it takes {takes}.")  # never shown
        return None

    def region(self, name: str, default: str) -> str:
        return self.parsed(
            name,
            default,
            str.upper,
            usable=lambda code: re.fullmatch("[A-Z]{2}", code) is not None,
            takes="the two letters of a country (ISO 3166-1), such as HU",
        )

    def languages(self, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
        return self.parsed(
            name,
            default,
            lambda raw: tuple(each.strip().lower() for each in raw.split(",")),
            usable=lambda codes: all(re.fullmatch("[a-z]{2}|original|none", c) for c in codes),
            takes=f"languages (ISO 639-1), original and none, such as {','.join(default)}",
        )

    def name(self, name: str, default: str) -> str:
        return self.parsed(
            name,
            default,
            str,
            usable=lambda words: len(words) <= NAME_LENGTH and words.isprintable(),
            takes=f"a name of up to {NAME_LENGTH} characters in one line, such as {default}",
        )

    def picture(self, name: str) -> Path | None:
        return self.parsed(
            name,
            None,
            lambda raw: Path(raw).absolute(),
            usable=lambda path: (
                path.suffix.lower() in LOGO_ENDINGS
                and path.is_file()
                and path.stat().st_size <= LOGO_BYTES
            ),
            takes=f"a file that ends in {', '.join(LOGO_ENDINGS)}, up to {LOGO_BYTES // 1024} KiB",
        )

    def acl(self, name: str, default: str) -> str:
        """Return the ACL; a variable that is set but empty means that no ACL is sent."""
        value = self.env.get(name, default).strip()
        if value not in {"", *CANNED_ACLS}:
            self.fault(name, f"{', '.join(CANNED_ACLS)}, or nothing at all")
        return value

    def prefix(self, name: str) -> str:
        return self.parsed(
            name,
            "",
            lambda raw: f"{raw.strip('/')}/".lstrip("/"),
            usable=lambda folder: not {"", ".", ".."} & set(folder.split("/")[:-1]),
            takes="a folder inside the bucket, such as mozi or sites/mozi",
        )

    def date(self, name: str) -> date | None:
        return self.parsed(
            name,
            None,
            date.fromisoformat,
            usable=lambda day: day.isoformat() == self.text(name),
            takes="a date as YYYY-MM-DD",
        )

    def timezone(self, name: str, default: str) -> ZoneInfo:
        takes = f"a name of the IANA time zone database, such as {default}"
        return self.parsed(name, ZoneInfo(default), ZoneInfo, takes=takes)

    def database_url(self, *, default: str) -> str:
        takes = "an address that starts with postgres://, postgresql:// or sqlite:///"
        return self.parsed("DATABASE_URL", default, normal_database_url, usable=bool, takes=takes)

    def data_dir(self) -> Path:
        """Return the folder; it is made if it is missing, and tried for writing."""
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
        """Return the key that is set; with the embedded default else the one kept in data_dir."""
        given = self.text("SECRET_KEY")
        if given is None and embedded:
            return self.kept_secret(data_dir / "secret_key")
        if given is None or len(given) < SECRET_CHARACTERS:
            state = f"{len(given)} characters long" if given else "not set"
            needed = "" if given else " with S3_BUCKET or a PostgreSQL DATABASE_URL"
            self.faults.append(f"SECRET_KEY is {state};{needed} it takes {SECRET_RULE}")
        return given or ""

    def kept_secret(self, path: Path) -> str:
        try:
            return _kept_secret(path) if self.data_dir_is_writable else ""
        except OSError as error:
            self.faults.append(
                f"SECRET_KEY is not set; the one kept in {str(path)!r} cannot be read or written"
                f" ({error.strerror}): give this user its file, or set the variable."
            )
            return ""


def _whole(raw: str) -> int:
    """Return the number of decimal digits; int() also takes "+5", "1_0" and other scripts'."""
    if not (raw.isascii() and raw.isdigit()):
        raise ValueError(raw)
    return int(raw)


def _is_dsn(url: str) -> bool:
    """Return whether this is the address of a project in Sentry, with a key and a number."""
    parts = urlsplit(url)
    number = parts.path.rstrip("/").rpartition("/")[2]
    usable = parts.scheme in {"http", "https"} and parts.hostname and parts.username
    return bool(usable) and number.isascii() and number.isdigit()


def normal_database_url(raw: str) -> str:
    """Return SQLAlchemy's address, "" for an unknown one; postgres:// is as Heroku has it."""
    scheme, found, rest = raw.partition("://")
    if found and scheme == "sqlite":
        return raw
    is_postgresql = scheme in {"postgres", "postgresql", "postgresql+psycopg"} and rest
    return f"postgresql+psycopg://{rest}" if is_postgresql else ""


def _kept_secret(path: Path) -> str:
    """Return the secret kept at path, which is made once: the first of several processes wins."""
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
