"""What the checks say: an English sentence for each code, with what to do where something is."""

from __future__ import annotations

from mozi.messages import Message

SENTENCES = {
    "settings": "All {count} settings of Mozi {version} can be used.",
    "site_today": "SITE_TODAY is {day}: the calendar stands still. Unset it, except for a demo.",
    "no_site_url": "SITE_URL is unset: calendars and shared links name the host that was asked.",
    "private_sources": "POSTER_ALLOW_PRIVATE_SOURCES is on: posters may come from this network.",
    "database": "{kind} answers; it takes {mib} MiB.",
    "database_connections": "{kind} answers; it takes {mib} MiB; {used} of {most} connections.",
    "database_crowded": (
        "{used} of the database's {most} connections are taken: fewer workers, or a larger plan."
    ),
    "database_away": "The database cannot be used: {reason}. Check DATABASE_URL.",
    "migrated": "The tables are those of this release ({revision}).",
    "not_migrated": "The tables are at {revision}, this release needs {head}: `flask db upgrade`.",
    "newer_tables": "The tables are of a newer release ({revision}): run that release.",
    "cache": "Entries are written and read back ({place}).",
    "cache_away": "The page cache cannot be used ({reason}): each process keeps its own pages.",
    "queue_off": "REDIS_URL is unset: web processes build posters on demand.",
    "queue": "{workers} workers listen, {waiting} jobs wait.",
    "no_workers": "{waiting} jobs wait and no worker listens: start `flask work`.",
    "queue_away": "Redis cannot be used ({reason}): posters are built on demand.",
    "storage": "Written, read back by a visitor, deleted.",
    "storage_moved": (
        "Posters are recorded at {origin}, a former address that pages do not show: run"
        " `flask check-posters --repair`."
    ),
    "catalogue_off": "TMDB_TOKEN is unset: the catalogue is off.",
    "catalogue": "TMDB takes the token.",
    "catalogue_read": "TMDB takes the token; the oldest data are {days} days old.",
    "catalogue_old": "The oldest data of TMDB are {days} days old, and its terms allow six months: "
    "run `flask sync-catalogue` daily.",
    "catalogue_off_old": "TMDB_TOKEN is unset, and data of TMDB are {days} days old; its terms "
    "allow six months. Set the token and run `flask sync-catalogue`.",
    "catalogue_refused": "{said} Set TMDB_TOKEN to the API Read Access Token (v4).",
    "catalogue_away": "{said} Nothing but new data is missing meanwhile.",
    "disk": "{free} MiB of {total} are free at {path}.",
    "disk_low": "{free} MiB of {total} are free at {path}: make room soon.",
    "disk_full": "{free} MiB of {total} are free at {path}: make room, else writing fails.",
    "clock": "This machine's clock and that of {other} agree within {seconds} s.",
    "clock_off": "This machine's clock is {seconds} s off that of {other}: synchronize it (NTP).",
    "clock_unknown": "The storage gave no time to compare with.",
    "proxies_unseen": "No request has come through a proxy yet.",
    "proxies": "Requests come through {seen} proxies, as TRUSTED_PROXY_HOPS says.",
    "proxies_ignored": (
        "Requests come through {seen} proxies, but TRUSTED_PROXY_HOPS is 0: all visitors look like"
        " one, and https like http. Set it to {seen}."
    ),
    "proxies_forged": (
        "TRUSTED_PROXY_HOPS is {hops}, but a request came through {seen} proxies: visitors can"
        " make their address up. Set it to {seen}."
    ),
    "proxies_more": (
        "TRUSTED_PROXY_HOPS is {hops}, but requests come through {seen} proxies: visitors share"
        " the address of a proxy. Set it to {seen}."
    ),
    "backup": "The last one was written {hours} h ago.",
    "backup_old": "The last one was written {hours} h ago: run `flask backup` every night.",
    "backup_never": "No backup was ever written: `flask backup FILE`, every night.",
    "backup_elsewhere": (
        "`flask backup` is for SQLite with pictures on disk; here the database and the pictures"
        " need backups of their own (docs/deploy.md)."
    ),
    "broken": "The check itself failed: {reason}",
}


class DoctorMessage(Message):
    """One of these sentences."""

    sentences = SENTENCES
