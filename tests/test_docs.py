"""The docs name what exists: files, functions, classes, commands; their links lead somewhere.

A name counts where it stands in backticks. Code blocks are left out: they are what to type.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import click
import pytest
from flask import Flask

ROOT = Path(__file__).parents[1]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
ARCHITECTURE, GLOSSARY, FAULTS = (
    ROOT / f"docs/{name}.md" for name in ("architecture", "glossary", "faults")
)
CODE_FOLDERS = ("mozi", "scripts", "tests")
PLACES = ("", "mozi", "tests", "tests/faults", "docs")
"""The folders that a path in a page may start from, beside the page's own."""

PATH = re.compile(r"[\w@.-]+(?:/[\w@.-]+)+/?|[\w@.-]+\.(?:py|md|yml|json|toml|sh|service|socket)")
CALL = re.compile(r"(?:([\w.]+)\.)?(\w+)\(.*\)")
CLASS = re.compile(r"[A-Z][a-z]+(?:[A-Z][a-z]+)+")

NO_PATHS_OF_OURS = {
    *("application/json", "image/jpeg"),  # media types
    *("posters/", "originals/", "owner.json", "sites/mozi"),  # keys in a storage
    "DATA_DIR/media", "DATA_DIR/pages",
    "Europe/Budapest",
    "mozi-worker@2.service",  # an instance of mozi-worker@.service
}  # fmt: skip
NO_CLASSES_OF_OURS = {
    *("BlockPublicAcls", "LocationConstraint"),  # Amazon's
    *("ItemList", "BreadcrumbList", "WebSite"),  # schema.org's
    "ProxyFix",  # Werkzeug's
}

NO_LOG_LINES_OF_OURS = {
    "could not be stored",  # put together by storage/s3.py
    "disk I/O error",  # SQLite's
}


def prose(page: Path) -> str:
    """Return the page without its code blocks."""
    return re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)


def codes(page: Path) -> list[str]:
    """Return what stands in backticks, each in one line."""
    return [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", prose(page))]


@cache
def files() -> frozenset[str]:
    """Return the name of each file of the project."""
    folders = (*CODE_FOLDERS, "docs", "templates", "static", "migrations", "translations")
    found = {path.name for folder in folders for path in (ROOT / folder).rglob("*")}
    return frozenset(found | {path.name for path in ROOT.iterdir()})


@cache
def names() -> dict[str, set[str]]:
    """Return the names that each module and each class defines, by its own name."""
    found: dict[str, set[str]] = {}
    for path in [*(p for folder in CODE_FOLDERS for p in (ROOT / folder).rglob("*.py"))]:
        module = path.parent.name if path.stem == "__init__" else path.stem
        tree = ast.parse(path.read_text())
        found.setdefault(module, set()).update(_defined(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                found.setdefault(node.name, set()).update(_defined(node))
    return found


def _defined(node: ast.Module | ast.ClassDef) -> set[str]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {each.name for each in node.body if isinstance(each, kinds)}


def exists(path: str, page: Path) -> bool:
    if "/" not in path:
        return path in files()
    return any((place / path).exists() for place in (page.parent, *(ROOT / p for p in PLACES)))


def is_defined(owner: str, name: str) -> bool:
    """Return whether owner, a module or a class, defines name; "": whether anything does."""
    if owner:
        return name in names().get(owner.rpartition(".")[2], ())
    return any(name in defined for defined in names().values())


by_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@by_page
def test_each_path_exists(page: Path) -> None:
    paths = [code for code in codes(page) if PATH.fullmatch(code) and code not in NO_PATHS_OF_OURS]
    assert [path for path in paths if not exists(path, page)] == []


@by_page
def test_each_path_in_a_code_block_exists(page: Path) -> None:
    paths = re.findall(r"(?<![\w./-])(?:tests|scripts|mozi|docs)/[\w/.-]*\w", page.read_text())
    assert [path for path in paths if not exists(path, page)] == []


@by_page
def test_each_function_exists(page: Path) -> None:
    called = [match.groups("") for code in codes(page) if (match := CALL.fullmatch(code))]
    called += [("", code) for code in codes(page) if re.fullmatch(r"test_\w+", code)]
    assert [f"{owner}.{name}()" for owner, name in called if not is_defined(owner, name)] == []


def test_each_row_of_the_architecture_names_the_file_of_each_function() -> None:
    wrong = []
    for row in re.findall(r"^\|.*`\w+\.?\w*\(\)`.*$", prose(ARCHITECTURE), re.MULTILINE):
        stems = {Path(path).stem for path in re.findall(r"`([\w/]+\.py)`", row)}
        stems |= {Path(path).parent.name for path in re.findall(r"`([\w/]+/__init__\.py)`", row)}
        for owner, name in re.findall(r"`(?:(\w+)\.)?(\w+)\(\)`", row):
            if not any((owner or name) in names().get(stem, ()) for stem in stems):
                wrong.append(f"{owner}.{name}()")
    assert wrong == []


@by_page
def test_each_dotted_name_exists(page: Path) -> None:
    dotted = [code.rpartition(".") for code in codes(page) if re.fullmatch(r"[A-Za-z_.]+", code)]
    ours = [(owner, name) for owner, _, name in dotted if owner in names() and owner != "mozi"]
    assert [f"{o}.{n}" for o, n in ours if not is_defined(o, n) and f"{o}.{n}" not in files()] == []


@by_page
def test_each_class_exists(page: Path) -> None:
    alerts = (ROOT / "docs/monitoring/alerts.yml").read_text()
    named = {code for code in codes(page) if CLASS.fullmatch(code)} - NO_CLASSES_OF_OURS
    assert {name for name in named if name not in names() and f"alert: {name}\n" not in alerts} == (
        set()
    )


@by_page
def test_each_bench_exists(page: Path) -> None:
    modules = re.findall(r"\bscripts\.bench\.([a-z]\w*)", page.read_text())
    assert [name for name in modules if not (ROOT / f"scripts/bench/{name}.py").exists()] == []


def test_each_word_of_the_glossary_stands_in_its_file() -> None:
    rows = re.findall(r"^\| \*\*(.+?)\*\*.*`([\w/]+\.py)` \|$", GLOSSARY.read_text(), re.MULTILINE)
    assert len(rows) > 15
    words = {word: re.sub(r"\W", "", (ROOT / path).read_text().lower()) for word, path in rows}
    assert [word for word, text in words.items() if word.replace(" ", "") not in text] == []


def test_each_log_line_of_the_faults_is_written_by_the_code() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "mozi").rglob("*.py"))
    said = re.sub(r'"\s*f?"', "", sources)
    rows = re.findall(r"^\|(?:[^|]*\|){3}([^|]*)\|", FAULTS.read_text(), re.MULTILINE)
    lines = [line for cell in rows for line in re.findall(r"`([^`]+)`", cell)]
    parts = [part.strip() for line in lines for part in re.split(r"[…:.,]|\d+", line)]
    told = [part for part in parts if len(part) > 12 and part not in NO_LOG_LINES_OF_OURS]
    assert len(told) >= 10
    assert [part for part in told if part not in said] == []


def test_each_command_exists(app: Flask) -> None:
    said = "\n".join(code for page in PAGES for code in codes(page))
    named = set(re.findall(r"\bflask ([a-z][a-z-]+)", said))
    assert named - set(app.cli.list_commands(click.Context(app.cli))) == set()


@by_page
def test_each_link_leads_somewhere(page: Path) -> None:
    links = [link.partition("#") for link in re.findall(r"\]\(([^)\s:]+)\)", prose(page))]
    targets = [(page.parent / path if path else page, anchor) for path, _, anchor in links]
    broken = [str(path) for path, anchor in targets if not path.exists()]
    broken += [f"{path}#{a}" for path, a in targets if a and a not in anchors(path)]
    assert broken == []


@cache
def anchors(page: Path) -> frozenset[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    words = (re.sub(r"[^\w\s-]", "", heading.lower()) for heading in headings)
    return frozenset(each.strip().replace(" ", "-") for each in words)


def test_what_does_not_exist_is_found() -> None:
    assert is_defined("test_docs", "is_defined")
    assert is_defined("S3Storage", "put")
    assert not is_defined("test_docs", "put")
    assert not is_defined("", "made_up_for_this_test")
    assert not exists("mozi/made_up.py", ROOT / "README.md")
    assert not exists("made_up.py", ROOT / "README.md")
    assert "glossary" in anchors(ROOT / "docs/glossary.md")
