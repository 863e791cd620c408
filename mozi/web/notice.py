"""Whether TMDB's notice stands on pages that read nothing from the calendar: errors, the desk."""

from __future__ import annotations

import time

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from mozi.calendar.pages.catalogue_links import is_from_tmdb
from mozi.database import reading

ASK_AGAIN_S = 60.0
_KNOWN = "mozi_tmdb_notice"


def is_notice_owed(*, ask: bool = True) -> bool:
    """Return whether anything ever came from TMDB, as far as this process knows.

    A yes is remembered for good, since links with TMDB are never deleted, and a no for a minute.
    ask: False asks no database that may be away.
    """
    owed, until = current_app.extensions.get(_KNOWN, (False, 0.0))
    if owed or not ask or time.monotonic() < until:
        return bool(owed)
    try:
        with reading() as session:
            owed = is_from_tmdb(session)
    except SQLAlchemyError:
        return False
    current_app.extensions[_KNOWN] = (owed, time.monotonic() + ASK_AGAIN_S)
    return bool(owed)
