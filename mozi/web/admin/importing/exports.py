"""Files to take away: what the list shows, and a template for new films."""

from __future__ import annotations

from tempfile import TemporaryFile

from flask import Response, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from mozi.calendar.editing.listing.admin_list import listed_ids
from mozi.calendar.importing.export import export_rows, write_export, write_template
from mozi.calendar.search.names import ensure_names
from mozi.database import reading
from mozi.web.admin.base import blueprint
from mozi.web.admin.listing.movies import list_query
from mozi.web.admin.messages.calendar import COLUMN_NAMES
from mozi.web.rendering import today

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX}


@blueprint.get("/movies.<any(csv, xlsx):ending>")
def export_movies(ending: str) -> ResponseReturnValue:
    """Return the movies that the list shows with these arguments, of all its pages."""
    query = list_query(request.args)
    ensure_names()
    file = TemporaryFile()  # noqa: SIM115 - closed with the answer
    with reading() as session:
        ids = listed_ids(session, query, today())
        write_export(file, export_rows(session, ids), ending=ending)
    file.seek(0)
    name = gettext("filmek-%(day)s.%(ending)s", day=today(), ending=ending)
    return send_file(file, TYPES[ending], as_attachment=True, download_name=name)


@blueprint.get("/import/template.xlsx")
def import_template() -> Response:
    """Return a workbook with the headings in the reader's language."""
    file = TemporaryFile()  # noqa: SIM115 - closed with the answer
    write_template(file, [str(name) for name in COLUMN_NAMES.values()])
    file.seek(0)
    name = gettext("filmek-sablon.xlsx")
    return send_file(file, XLSX, as_attachment=True, download_name=name)
