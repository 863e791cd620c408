"""Requests in a language, for texts that are translated in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from flask import Flask

InLanguage = Callable[[str], AbstractContextManager[None]]
PATHS = {"hu": "/admin/login", "en": "/en/admin/login"}


@pytest.fixture
def in_language(app: Flask) -> InLanguage:
    """Run a block as a request in this language: in_language("en")."""

    @contextmanager
    def request_in(language: str) -> Iterator[None]:
        with app.test_request_context(PATHS[language]):
            app.preprocess_request()
            yield

    return request_in
