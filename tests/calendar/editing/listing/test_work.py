"""The work list: which films of the next weeks lack what."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from mozi.calendar.editing.listing.work import WEEKS, work_list
from mozi.database import reading
from tests.conftest import on_both_backends
from tests.support.factories import THURSDAY, make_movie

WHOLE = {"synopsis": "Van.", "age_rating": "12", "distributor": "Mozinet"}
POSTER = {"poster_url": "https://poster.example/1.jpg"}
DAY = timedelta(1)


@on_both_backends
def test_films_of_the_next_weeks_are_listed_with_what_they_lack(app: Flask) -> None:
    make_movie(title="Kész", **WHOLE, **POSTER)
    make_movie(title="Pénteki", premiere_date=THURSDAY + DAY, **WHOLE, **POSTER)
    make_movie(title="Streaming", kind="streaming", premiere_date=THURSDAY + DAY, **WHOLE, **POSTER)
    make_movie(title="Üres")
    make_movie(title="Elmarad", status="cancelled")
    make_movie(title="Hónapra", date_precision="month")
    make_movie(title="Tegnapi", premiere_date=THURSDAY - DAY)
    make_movie(title="Távoli", premiere_date=THURSDAY + timedelta(weeks=WEEKS) + DAY)
    with reading() as session:
        shown = work_list(session, THURSDAY)
    assert shown.films == 4
    assert [(task.title, task.lacks) for task in shown.tasks] == [
        ("Üres", ("no_poster", "no_synopsis", "no_age_rating", "no_distributor")),
        ("Pénteki", ("not_thursday",)),
    ]
