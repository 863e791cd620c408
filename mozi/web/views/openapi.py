"""/api/v1/openapi.json: what /api/v1 takes and answers, for generators of clients (OpenAPI 3.1)."""

from __future__ import annotations

from typing import Any

from flask import Response

from mozi import version
from mozi.feeds import records
from mozi.services import services
from mozi.vocabulary import AGE_RATINGS, DATE_PRECISIONS, KINDS, LANGUAGE_VERSIONS, STATUSES
from mozi.web import links
from mozi.web.i18n.languages import url_for
from mozi.web.views.api import MOST_MOVIES, blueprint
from mozi.web.views.feeds import feed

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}
TEXTS: Schema = {"type": "array", "items": TEXT}
WHOLE: Schema = {"type": "integer"}
MAYBE_WHOLE: Schema = {"type": ["integer", "null"]}
DATE: Schema = {"type": "string", "format": "date"}
VERSION: Schema = {"enum": [*LANGUAGE_VERSIONS, None]}
URL: Schema = {"type": "string", "format": "uri"}


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Answer with the description of the API."""
    return feed(
        "openapi",
        lambda session: (),
        lambda shown: records.as_json(_document()),
        content_type=records.CONTENT_TYPE,
    )


def _document() -> Schema:
    return {
        "openapi": "3.1.0",
        "info": {"title": services().settings.site_name, "version": version.VERSION},
        "servers": [{"url": links.absolute(url_for("api.premieres")).removesuffix("/premieres")}],
        "paths": {
            "/premieres": _get(
                "Premieres between two dates, by date",
                [
                    *(_argument(name, DATE) for name in ("from", "to")),
                    _argument("page", {"type": "integer", "minimum": 1}),
                    _argument("kind", {"enum": KINDS}),
                    _argument("genre", TEXT),
                    _argument("age", {"enum": AGE_RATINGS}),
                ],
                {
                    **{"from": DATE, "to": DATE, "page": WHOLE},
                    "next": {**URL, "type": ["string", "null"]},
                    "premieres": _list_of("Premiere"),
                },
            ),
            "/movies": _get(
                f"Up to {MOST_MOVIES} films by id, with all their premieres",
                [{**_argument("ids", TEXT), "required": True, "example": "1,2,3"}],
                {"movies": _list_of("Movie")},
            ),
        },
        "components": {"schemas": {"Premiere": _premiere(), "Movie": _movie()}},
    }


def _get(summary: str, arguments: list[Schema], answer: Schema) -> Schema:
    content = {"application/json": {"schema": _object(answer)}}
    return {
        "get": {
            "summary": summary,
            "parameters": arguments,
            "responses": {
                "200": {"description": "OK", "content": content},
                "400": {"description": "An argument that cannot be used, named in the answer"},
            },
        }
    }


def _argument(name: str, schema: Schema) -> Schema:
    return {"name": name, "in": "query", "schema": schema}


def _list_of(name: str) -> Schema:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}


def _object(members: Schema) -> Schema:
    return {"type": "object", "properties": members, "required": list(members)}


def _premiere() -> Schema:
    return _object(
        {
            **{"id": WHOLE, "premiere_id": WHOLE, "title": TEXT, "original_title": MAYBE_TEXT},
            **{"original_language": MAYBE_TEXT, "year": MAYBE_WHOLE},
            **{"premiere_date": DATE, "date_precision": {"enum": DATE_PRECISIONS}},
            "previous_date": {"type": ["string", "null"], "format": "date"},
            **{"status": {"enum": STATUSES}, "kind": {"enum": KINDS}, "genres": TEXTS},
            "language_version": VERSION,
            "runtime_minutes": MAYBE_WHOLE,
            "age_rating": {"enum": [*AGE_RATINGS, None]},
            **dict.fromkeys(("director", "cast", "country"), TEXTS),
            **dict.fromkeys(("distributor", "synopsis", "trailer_url"), MAYBE_TEXT),
            "url": URL,
            "posters": {"type": "object", "additionalProperties": URL},
        }
    )


def _movie() -> Schema:
    own = _object(
        {
            **{"premiere_id": WHOLE, "kind": {"enum": KINDS}, "premiere_date": DATE},
            **{"date_precision": {"enum": DATE_PRECISIONS}, "status": {"enum": STATUSES}},
            "language_version": VERSION,
        }
    )
    premieres = _object({"premieres": {"type": "array", "items": own}})
    return {"allOf": [{"$ref": "#/components/schemas/Premiere"}, premieres]}
