"""Imports point one way, a library has one home: read from the sources, line by line."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent

# From the ground up: a module imports from its own layer and from those above it in this list.
# A name stands for a module, or for a folder and all that is in it; the longest name counts.
LAYERS = (
    ("base", (
        "errors", "units", "clock", "settings", "vocabulary", "signals", "messages",
        "budget", "extensions", "database", "logs", "metrics", "version",
    )),
    ("pure", (
        "calendar.weeks", "calendar.collation", "calendar.messages", "calendar.parsers",
        "calendar.fields", "calendar.languages",
        "posters.recipes", "posters.keys", "posters.messages",
        "posters.imaging", "feeds", "catalogue.tmdb.films", "catalogue.tmdb.parts",
        "catalogue.tmdb.reading", "catalogue.merging",
    )),
    ("edges", ("models", "storage", "posters.fetch")),
    ("services", (
        "accounts", "calendar", "posters", "pagecache", "demo", "maintenance", "catalogue",
    )),
    ("all services", ("services",)),
    ("server", ("server",)),
    ("entrances", ("web", "commands", "jobs")),
    ("assembly", ("",)),
)  # fmt: skip

# The rooms of a folder, in the same order: what stands outside of a room may be used by all.
ROOMS = {
    "calendar": ("pages", "search", "editing", "importing"),
    "posters": ("imaging", "fetch", "gc", "build", "batch", "demand"),
}

MOST_MODULES = 15
"""In one folder; a folder with more needs rooms."""

HOMES = {
    "PIL": ("posters/imaging", "demo"),
    "boto3": ("storage/s3.py",),
    "botocore": ("storage/s3.py", "storage/s3_faults.py"),
    "requests": ("posters/fetch/client.py",),
    "flask_caching": ("pagecache/store.py", "pagecache/folder.py", "pagecache/redis_pages.py"),
    "whitenoise": ("web/middleware/static_files.py",),
    "rcssmin": ("web/middleware/static_files.py",),
    "rjsmin": ("web/middleware/static_files.py",),
    "argon2": ("accounts/passwords.py",),
    "webauthn": ("accounts/passkeys.py",),
    "limits": ("accounts/attempts.py", "web/admin/sign_in/throttling.py"),
    "icalendar": ("feeds/ical.py",),
    "feedgenerator": ("feeds/rss.py",),
    "sentry_sdk": ("logs/reporting.py",),
    "rq": ("posters/batch/queue.py", "jobs.py"),
    "gevent": ("server/worker.py", "server/bodies.py"),
    "python_calamine": ("calendar/importing/formats/workbooks.py",),
    "xlsxwriter": ("calendar/importing/export.py",),
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


def own(imported: str, known: frozenset[str]) -> str | None:
    """Return which module of ours an import names, None for other people's."""
    if imported.split(".")[0] != "mozi":
        return None
    name = imported.removeprefix("mozi").lstrip(".")
    return name if name in known else name.rpartition(".")[0]


@cache
def known_names() -> frozenset[str]:
    """Return the name of each module of ours."""
    return frozenset(name for name, _ in modules())


def own_imports(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and the name of each module of ours that a module imports."""
    for line, imported in imports(path):
        if (target := own(imported, known_names())) is not None:
            yield line, target


def test_imports_point_one_way() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {target or 'mozi'}"
        for module, path in modules()
        for line, target in own_imports(path)
        if layer_of(target) > layer_of(module)
    ]
    assert wrong == []


def test_rooms_of_a_folder_use_those_before_them() -> None:
    wrong = []
    for folder, rooms in ROOMS.items():
        for module, path in modules():
            for line, target in own_imports(path):
                rank, other = room_of(module, folder), room_of(target, folder)
                if rank is not None and other is not None and other > rank:
                    wrong.append(f"{path.relative_to(ROOT)}:{line} imports {target}: {rooms}")
    assert wrong == []


def test_the_storage_knows_nothing_of_what_it_stores() -> None:
    own_base = ("storage", "errors", "metrics")
    assert [
        f"{path.relative_to(ROOT)}:{line} imports {target}"
        for module, path in modules()
        for line, target in own_imports(path)
        if module.startswith("storage") and not target.startswith(own_base)
    ] == []


def room_of(module: str, folder: str) -> int | None:
    """Return the number of a module's room in this folder, None where it is in none."""
    if not module.startswith(f"{folder}."):
        return None
    room = module.split(".")[1]
    return ROOMS[folder].index(room) if room in ROOMS[folder] else None


def test_no_modules_import_each_other_in_a_circle() -> None:
    arrows = {module: {target for _, target in own_imports(path)} for module, path in modules()}
    while ends := {m for m in arrows if not (arrows[m] - {m}) & arrows.keys() or unused(m, arrows)}:
        arrows = {module: arrows[module] for module in arrows.keys() - ends}
    assert sorted(arrows) == []


def unused(module: str, arrows: dict[str, set[str]]) -> bool:
    return not any(module in targets for user, targets in arrows.items() if user != module)


def test_no_folder_is_crowded() -> None:
    crowded = {
        str(folder.relative_to(ROOT)): count
        for folder in {path.parent for _, path in modules()}
        if (count := len(list(folder.glob("*.py")))) > MOST_MODULES
    }
    assert crowded == {}


def test_the_rules_name_only_what_exists() -> None:
    named = [name for _, names in LAYERS for name in names if name]
    named += [f"{folder}.{room}" for folder, rooms in ROOMS.items() for room in rooms]
    gone = [name for name in named if name not in known_names()]
    gone += [
        home for homes in HOMES.values() for home in homes if not (ROOT / "mozi" / home).exists()
    ]
    assert gone == []


def test_a_library_has_one_home() -> None:
    strangers = [
        f"mozi/{relative}:{line} imports {imported}"
        for _, path in modules()
        for line, imported in imports(path)
        if (homes := HOMES.get(imported.split(".")[0])) is not None
        and not (relative := str(path.relative_to(ROOT / "mozi"))).startswith(homes)
    ]
    assert strangers == []


def test_no_two_classes_have_one_name() -> None:
    names = Counter(
        node.name
        for _, path in modules()
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert [name for name, count in names.items() if count > 1] == []


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
