"""Suggestions while a film's form is filled in, for its script."""

from __future__ import annotations

from flask import Response, jsonify, request

from mozi.calendar.editing.suggestions import suggestions
from mozi.calendar.search.names import ensure_names
from mozi.database import reading
from mozi.web.admin.base import blueprint
from mozi.web.i18n.languages import current

LONGEST = 100  # characters
FIELDS = "genres, distributor, country, original_language, director, cast"


@blueprint.get(f"/suggestions/<any({FIELDS}):field>")
def suggest(field: str) -> Response:
    """Answer with what other films have in the field, for what was typed (q)."""
    ensure_names()
    with reading() as session:
        typed = request.args.get("q", "")[:LONGEST]
        return jsonify(suggestions(session, field, typed, display=current()))
