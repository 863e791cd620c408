"""What every app of a run makes anew of the same files, made once: 35 ms an app, not 250 ms.

Nothing here changes what an app does, but that its passwords' hashes are cheap: 0.1 ms, not
15 ms. Processes that tests start do without.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from argon2 import PasswordHasher
from botocore.loaders import JSONFileLoader
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

from mozi.accounts import passwords
from mozi.pagecache import release
from mozi.web import static_files


def share(patch: pytest.MonkeyPatch) -> None:
    """Have all apps from here on share these; undone with the patch."""
    patch.setattr(static_files, "compress", cache(static_files.compress))
    patch.setattr(release, "digest_of", cache(release.digest_of))
    patch.setattr(JSONFileLoader, "load_file", _by_path(JSONFileLoader.load_file))
    patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    patch.setattr(Rule, "_compile_builder", _by_what_it_says(Rule._compile_builder))


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
