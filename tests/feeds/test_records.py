"""JSON for other programs."""

from __future__ import annotations

import json

from mozi.feeds.records import as_json


def test_members_keep_their_order_and_letters_stay_letters() -> None:
    text = as_json({"title": "Kőszívű 🎬", "genres": ("dráma",), "age": None})
    assert text == '{"title":"Kőszívű 🎬","genres":["dráma"],"age":null}'
    assert json.loads(text)["title"] == "Kőszívű 🎬"
