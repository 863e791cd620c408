"""What every app of a run makes anew of the same files, made once: 13 ms an app, not 250 ms.

Nothing here changes what an app does, but that its passwords' hashes are cheap: 0.1 ms, not
15 ms. Processes that tests start do without.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from babel.support import Translations
from botocore.loaders import JSONFileLoader
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule
from whitenoise import WhiteNoise

from mozi.accounts import passwords
from mozi.pagecache import release
from mozi.web.middleware import static_files


def share(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Have all apps from here on share these, copies of files in folder; undone with the patch."""
    patch.setattr(static_files, "compress", cache(static_files.compress))
    patch.setattr(static_files, "link_hashed_files", _into(folder, static_files.link_hashed_files))
    patch.setattr(WhiteNoise, "get_static_file", _by_place(WhiteNoise.get_static_file))
    patch.setattr(Translations, "load", _by_language(Translations.load))
    patch.setattr(release, "digest_of", cache(release.digest_of))
    patch.setattr(JSONFileLoader, "load_file", _by_path(JSONFileLoader.load_file))
    patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    patch.setattr(Rule, "_compile_builder", _by_what_it_says(Rule._compile_builder))


def _into(folder: Path, link: Callable[..., Any]) -> Callable[..., Any]:
    """Return what links an app's static files, with the copies in folder."""
    return lambda app, _: link(app, folder)


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


def _by_path(load_file: Callable[..., Any]) -> Callable[..., Any]:
    """Return botocore's reader of the 1 MB that describe S3, for all sessions together."""
    loaded = cache(lambda path: load_file(JSONFileLoader(), path))
    return lambda _, path: loaded(path)


class SharedTemplates(BytecodeCache):
    """Jinja's compiled templates, in memory, by their source's checksum."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.load_bytecode(BytesIO(self.kept[bucket.key]))

    def dump_bytecode(self, bucket: Bucket) -> None:
        bucket.write_bytecode(file := BytesIO())
        self.kept[bucket.key] = file.getvalue()
