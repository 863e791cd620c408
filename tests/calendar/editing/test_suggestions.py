"""What other films have in a field is suggested while it is typed."""

from __future__ import annotations

from flask import Flask

from mozi.calendar.editing.suggestions import suggestions
from mozi.calendar.search.names import ensure_names
from mozi.database import reading
from tests.conftest import on_both_backends
from tests.support.factories import make_movie

CASES = [
    ("genres", "dr", ["dráma"]),
    ("genres", "DRÁ", ["dráma"]),
    ("distributor", "moz", ["Mozinet", "Régi Mozi"]),
    ("distributor", "ozi", []),
    ("country", "magy", ["magyar"]),
    ("director", "szabo i", ["Szabó István"]),
    ("cast", "szabó", ["Szabó István", "Szabó Kimmel"]),
    ("original_language", "ango", ["angol", "közép angol"]),
    ("original_language", "JAP", ["japán", "japi"]),
    ("cast", "…", []),
    ("distributor", "", []),
]


@on_both_backends
def test_values_of_other_films_are_suggested_best_first(app: Flask) -> None:
    make_movie(genres=("dráma", "vígjáték"), distributor="Régi Mozi", country=("magyar", "francia"))
    make_movie(distributor="Mozinet", director=("Szabó István",), cast=("Szabó Kimmel",))
    make_movie(director=("Szabó István",))
    ensure_names()
    with reading() as session:
        for field, typed, found in CASES:
            assert suggestions(session, field, typed, display="hu") == found, (field, typed)
