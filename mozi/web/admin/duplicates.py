"""Possible duplicates of a movie while its form is filled in, for the form's script."""

from __future__ import annotations

from flask import Response, jsonify, request

from mozi.calendar.editing.duplicates import Duplicate, find_duplicates
from mozi.calendar.fields import check_fields
from mozi.calendar.search.names import ensure_names
from mozi.database import reading
from mozi.web.admin.base import blueprint
from mozi.web.i18n.languages import current, dates_in, url_for

ASKED = ("title", "premiere_date", "original_title")


@blueprint.get("/movies/twins")  # the address that open forms know
def duplicates() -> Response:
    """Answer with the movies of these titles, those that open on about the same day first.

    id: of the movie in the form. An invalid title or date is ignored.
    """
    given = {column: request.args[column] for column in ASKED if request.args.get(column)}
    values = check_fields(given).values
    title, day, original_title = (values.get(column) for column in ASKED)
    ensure_names()
    with reading() as session:
        found = find_duplicates(
            session,
            title,
            day,
            original_title=original_title,
            but=request.args.get("id", type=int),
        )
    return jsonify(duplicates=[_record_of(duplicate) for duplicate in found])


def _record_of(duplicate: Duplicate) -> dict[str, str]:
    return {
        "title": duplicate.title,
        "date": dates_in(current()).premiere(duplicate.premiere_date, duplicate.date_precision),
        "url": url_for("admin.movie", movie_id=duplicate.id),
    }
