"""The desk, in both languages: movies, posters, import, status. Never cached.

Importing the modules here puts their views on the blueprint.
"""

from mozi.web.admin import (  # noqa: F401 - for their views
    catalogue,
    duplicates,
    editing,
    hiding,
    history,
    merging,
    moments,
    poster_files,
    posters,
    proposals,
    status,
    suggestions,
    trash,
)
from mozi.web.admin.base import blueprint
from mozi.web.admin.importing import (  # noqa: F401 - for their views
    catalogue_run,
    columns,
    exports,
    files,
    preview,
)
from mozi.web.admin.listing import (  # noqa: F401 - for their views
    log,
    many,
    movies,
    undoing,
    work,
)
from mozi.web.admin.sign_in import (  # noqa: F401 - for their views
    account,
    csrf,
    links,
    passkeys,
    people,
    views,
)

__all__ = ["blueprint"]
