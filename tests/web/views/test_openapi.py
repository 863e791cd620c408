"""The description of the API says what the API answers."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from tests.support.factories import make_movie


def required(document: dict[str, Any], name: str) -> set[str]:
    schema = document["components"]["schemas"][name]
    parts = schema.get("allOf", [schema])
    names = set()
    for part in parts:
        names |= required(document, "Premiere") if "$ref" in part else set(part["required"])
    return names


def test_each_member_of_the_answers_is_described(client: FlaskClient) -> None:
    movie_id = make_movie()
    document = client.get("/api/v1/openapi.json").json
    assert document["openapi"].startswith("3.1")
    [premiere] = client.get("/api/v1/premieres").json["premieres"]
    [movie] = client.get(f"/api/v1/movies?ids={movie_id}").json["movies"]
    assert premiere.keys() == required(document, "Premiere")
    assert movie.keys() == required(document, "Movie")
    answer = client.get("/api/v1/premieres").json
    described = document["paths"]["/premieres"]["get"]["responses"]["200"]["content"]
    assert answer.keys() == described["application/json"]["schema"]["properties"].keys()
