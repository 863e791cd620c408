"""What every app of a run makes anew of the same code and files, made once.

Nothing here changes what an app does, but that its passwords' hashes are cheap: 0.1 ms, not
15 ms. Processes that tests start do without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from argon2 import PasswordHasher
from babel.support import Translations
from botocore.loaders import JSONFileLoader
from flask_sqlalchemy import SQLAlchemy
from jinja2 import BytecodeCache, FileSystemLoader
from jinja2.bccache import Bucket
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule
from whitenoise import WhiteNoise

from mozi.accounts import passwords
from mozi.pagecache import release
from mozi.web.middleware import static_files


def share(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Have all apps from here on share these, copies of files in folder; undone with the patch."""
    patch.setattr(static_files, "compress", cache(static_files.compress))
    patch.setattr(static_files, "link_hashed_files", _into(folder, static_files.link_hashed_files))
    patch.setattr(static_files, "collect", _once_into(folder, static_files.collect))
    patch.setattr(static_files, "copies", _once_into(folder, static_files.copies))
    patch.setattr(WhiteNoise, "get_static_file", _by_place(WhiteNoise.get_static_file))
    patch.setattr(Translations, "load", _by_language(Translations.load))
    patch.setattr(release, "digest_of", cache(release.digest_of))
    patch.setattr(JSONFileLoader, "load_file", _by_path(JSONFileLoader.load_file))
    patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    patch.setattr(Rule, "_compile_builder", _by_what_it_says(Rule._compile_builder))
    patch.setattr(Rule, "_parse_rule", _parsed_once(Rule._parse_rule))
    patch.setattr(FileSystemLoader, "get_source", _by_template(FileSystemLoader.get_source))
    _share_statements(patch)


def _into(folder: Path, link: Callable[..., Any]) -> Callable[..., Any]:
    """Return what links an app's static files, with the copies in folder."""
    return lambda app, _: link(app, folder)


def _once_into(folder: Path, read: Callable[..., Any]) -> Callable[..., Any]:
    """Return what reads files of a folder or copies them there, once for the shared one."""
    found: dict[tuple[Path, ...], list[Any]] = {}

    def reading(*where: Path) -> Iterable[Any]:
        if where[-1] != folder:
            return read(*where)
        if where not in found:
            found[where] = list(read(*where))
        return found[where]

    return reading


def _by_place(get_static_file: Callable[..., Any]) -> Callable[..., Any]:
    """Return WhiteNoise's look at a file, once for all apps that serve it there."""
    seen: dict[tuple[str, str], Any] = {}

    def get(noise: WhiteNoise, path: str, url: str, **how: Any) -> Any:
        if (path, url) not in seen:
            seen[path, url] = get_static_file(noise, path, url, **how)
        return seen[path, url]

    return get


def _by_language(load: Callable[..., Any]) -> Callable[..., Any]:
    """Return Babel's reader of a catalogue, which nobody changes afterwards."""
    loaded = cache(lambda folder, locales, domain: load(folder, list(locales), domain))
    return lambda folder, locales, domain=None: loaded(str(folder), tuple(locales), domain)


def _by_what_it_says(compile_builder: Callable[..., Any]) -> Callable[..., Any]:
    """Return Werkzeug's compiler of URL builders, asked once for rules that say the same.

    What it returns knows the rule's text and its variables' names; the rest it gets as self.
    """
    made: dict[tuple[object, ...], Any] = {}

    def compiled(rule: Rule, append_unknown: bool = True) -> Any:
        key = (rule.rule, rule.subdomain, repr(rule.defaults), append_unknown)
        if key not in made:
            made[key] = compile_builder(rule, append_unknown)
        return made[key]

    return compiled


def _parsed_once(parse: Callable[..., Any]) -> Callable[..., Any]:
    """Return Werkzeug's parser of a rule's text, asked once for rules that say the same.

    It notes on the rule what it parses: the trace, converters and arguments are noted anew.
    """
    made: dict[tuple[object, ...], Any] = {}

    def parsed(rule: Rule, text: str) -> Any:
        key = (text, rule.is_leaf, rule.strict_slashes, len(rule._trace))
        if key not in made:
            before, arguments = len(rule._trace), set(rule.arguments)
            parts = list(parse(rule, text))
            noted = (rule._trace[before:], dict(rule._converters), rule.arguments - arguments)
            made[key] = (parts, *noted)
            return parts
        parts, trace, converters, arguments = made[key]
        rule._trace.extend(trace)
        rule._converters.update(converters)
        rule.arguments.update(arguments)
        return parts

    return parsed


def _by_template(get_source: Callable[..., Any]) -> Callable[..., Any]:
    """Return Jinja's reader of templates, which no test changes in its own process."""
    read = cache(lambda folders, name: get_source(FileSystemLoader(folders), None, name))
    return lambda loader, _, name: read(tuple(loader.searchpath), name)


def _share_statements(patch: pytest.MonkeyPatch) -> None:
    """Have all engines on SQLite share the statements that one of them has compiled.

    SQLAlchemy keeps them by dialect: those of one class are the same one here.
    """
    compiled = LRUCache[Any, Any](2000)
    make_engine = SQLAlchemy._make_engine

    def make(database: SQLAlchemy, *given: Any) -> Any:
        engine = make_engine(database, *given)
        if isinstance(engine.dialect, SQLiteDialect_pysqlite):
            engine._compiled_cache = compiled
        return engine

    patch.setattr(SQLAlchemy, "_make_engine", make)
    patch.setattr(SQLiteDialect_pysqlite, "__eq__", lambda one, other: type(one) is type(other))
    patch.setattr(SQLiteDialect_pysqlite, "__hash__", lambda one: hash(type(one)))


def _by_path(load_file: Callable[..., Any]) -> Callable[..., Any]:
    """Return botocore's reader of the 1 MB that describe S3, for all sessions together."""
    loaded = cache(lambda path: load_file(JSONFileLoader(), path))
    return lambda _, path: loaded(path)


class SharedTemplates(BytecodeCache):
    """Jinja's compiled templates, in memory, by their source's checksum."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self.kept[bucket.key, bucket.checksum] = bucket.code
