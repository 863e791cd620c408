"""The admin's pages, in both languages: movies, posters, import, status. Never cached.

Importing the modules here puts their views on the blueprint.
"""

from mozi.web.admin import (
    deleting,
    editing,
    histories,
    imports,
    moments,
    movies,
    posters,
    signing_in,
    stale,
    status,
    twins,
)
from mozi.web.admin.ground import blueprint

__all__ = [
    "blueprint",
    "deleting",
    "histories",
    "imports",
    "moments",
    "editing",
    "movies",
    "posters",
    "signing_in",
    "stale",
    "status",
    "twins",
]
