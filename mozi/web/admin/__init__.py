"""The admin's pages, in both languages: movies, posters, import, status. Never cached.

Importing the modules here puts their views on the blueprint.
"""

from mozi.web.admin import movies, signing_in
from mozi.web.admin.ground import blueprint

__all__ = ["blueprint", "movies", "signing_in"]
