"""The desk: the admin's pages, in both languages: movies, posters, import, status. Never cached.

Importing the modules here puts their views on the blueprint.
"""

from mozi.web.admin import (
    duplicates,
    editing,
    history,
    imports,
    moments,
    movies,
    posters,
    status,
    trash,
)
from mozi.web.admin.base import blueprint
from mozi.web.admin.sign_in import csrf, pages

__all__ = [
    "blueprint",
    "trash",
    "history",
    "imports",
    "moments",
    "editing",
    "movies",
    "posters",
    "pages",
    "csrf",
    "status",
    "duplicates",
]
