"""Imports point one way, a library has one home: read from the sources, line by line."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent

# From the ground up: a module imports from its own layer and from those above it in this list.
LAYERS = (
    ("base", (
        "errors", "clock", "settings", "vocabulary", "logs", "request_lines", "reporting",
        "metrics", "batches", "extensions", "circuit", "postgresql", "database", "sentences",
        "signals",
    )),
    ("pure", (
        "posters.recipes", "posters.keys", "posters.imaging", "posters.limits", "posters.stages",
        "posters.fetchslots", "posters.addresses", "posters.refusals", "posters.niceness",
        "posters.imaging_threads",
        "calendar.weeks", "calendar.collation", "calendar.reasons", "calendar.values",
        "calendar.fields", "calendar.tables", "feeds", "pagecache.fingerprints",
        "pagecache.entries", "pagecache.locks", "pagecache.slots", "pagecache.folder",
        "pagecache.pace", "pagecache.shares", "pagecache.redis_pages",
    )),
    ("edges", ("models", "storage", "posters.sources", "posters.dialing", "pagecache.store")),
    ("services", ("accounts", "calendar", "posters", "pagecache", "demo", "house")),
    ("parts", ("parts",)),
    ("entrances", ("web", "commands", "jobs")),
    ("assembly", ("",)),
)  # fmt: skip

HOMES = {
    "PIL": ("posters/imaging", "demo/"),
    "boto3": ("storage/s3",),
    "botocore": ("storage/s3",),
    "requests": ("posters/sources",),
    "flask_caching": ("pagecache/store", "pagecache/folder", "pagecache/redis_pages"),
    "whitenoise": ("web/static_files",),
    "rcssmin": ("web/static_files",),
    "rjsmin": ("web/static_files",),
    "argon2": ("accounts/passwords",),
    "limits": ("accounts/attempts", "web/admin/throttling"),
    "icalendar": ("feeds/ical",),
    "feedgenerator": ("feeds/rss",),
    "sentry_sdk": ("reporting",),
    "rq": ("posters/queueing", "jobs"),
    "gevent": ("web/worker", "web/threads", "web/bodies"),
}


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted((ROOT / "mozi").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT / "mozi").with_suffix("").parts)
        yield name.removesuffix("__init__").rstrip("."), path


def layer_of(module: str) -> int:
    """Return the layer of the longest name in LAYERS that module is or lies in."""
    best, level = -1, len(LAYERS) - 1
    for index, (_, names) in enumerate(LAYERS):
        for name in names:
            inside = module == name or (name and module.startswith(f"{name}."))
            if inside and len(name) > best:
                best, level = len(name), index
    return level


def imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def own(imported: str, known: set[str]) -> str | None:
    """Return which module of ours an import names, None for other people's."""
    if imported.split(".")[0] != "mozi":
        return None
    name = imported.removeprefix("mozi").lstrip(".")
    return name if name in known else name.rpartition(".")[0]


def test_imports_point_one_way() -> None:
    known = {name for name, _ in modules()}
    wrong = [
        f"mozi/{path.relative_to(ROOT / 'mozi')}:{line} imports {target or 'mozi'}"
        for module, path in modules()
        for line, imported in imports(path)
        if (target := own(imported, known)) is not None and layer_of(target) > layer_of(module)
    ]
    assert wrong == []


def test_a_library_has_one_home() -> None:
    strangers = [
        f"mozi/{relative}:{line} imports {imported}"
        for _, path in modules()
        for line, imported in imports(path)
        if (homes := HOMES.get(imported.split(".")[0])) is not None
        and not (relative := str(path.relative_to(ROOT / "mozi"))).startswith(homes)
    ]
    assert strangers == []


def test_only_settings_read_the_environment() -> None:
    readers = [
        f"{path.relative_to(ROOT)}:{number}"
        for name, path in modules()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if name != "settings" and ("os.environ" in line or "getenv" in line)
    ]
    assert readers == []


def test_only_the_clock_reads_the_time_of_day() -> None:
    readers = [
        f"{path.relative_to(ROOT)}:{number}"
        for name, path in modules()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if name != "clock" and any(c in line for c in ("datetime.now", "date.today", "time.time("))
    ]
    assert readers == []
