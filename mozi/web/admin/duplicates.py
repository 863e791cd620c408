"""Movies that may be the same as the one that is being typed, for the form's script."""

from __future__ import annotations

from flask import Response, jsonify, request

from mozi.calendar.editing.duplicates import Duplicate, find_duplicates
from mozi.calendar.fields import check_fields
from mozi.calendar.search.names import ensure_names
from mozi.database import reading
from mozi.web.admin.base import blueprint
from mozi.web.i18n.languages import current, dates_in, url_for

ASKED = ("title", "premiere_date")


@blueprint.get("/movies/twins")
def duplicates() -> Response:
    """Answer with the movies of this title, those of the same weeks only once a date is given.

    id: of the movie at hand. What cannot be a title or a date is as if it were not there.
    """
    typed = {column: request.args[column] for column in ASKED if request.args.get(column)}
    values = check_fields(typed).values
    title, day = (values.get(column) for column in ASKED)
    ensure_names()
    with reading() as session:
        found = find_duplicates(session, title, day, but=request.args.get("id", type=int))
    return jsonify(
        duplicates=[_told(duplicate) for duplicate in found if duplicate.near or day is None]
    )


def _told(duplicate: Duplicate) -> dict[str, str]:
    return {
        "title": duplicate.title,
        "date": dates_in(current()).premiere(duplicate.premiere_date, duplicate.date_precision),
        "url": url_for("admin.movie", movie_id=duplicate.id),
    }
