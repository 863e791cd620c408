"""Films of a TMDB on loopback at the desk: by few clicks, by keys alone, and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from mozi.catalogue.asked import propose
from mozi.database import reading, writing
from mozi.models import CatalogueMovie, Poster
from tests.browser.axe import Look, faults
from tests.conftest import MakeApp
from tests.support.catalogue import only_movie, premieres_of, proposals
from tests.support.factories import make_jpeg, make_movie, movie_of
from tests.support.tmdb import FakeTmdb, film, poster

LOOKS: tuple[Look, ...] = (("light", 360), ("dark", 1440))


@pytest.fixture
def tmdb(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeTmdb]:
    monkeypatch.setattr("mozi.catalogue.tmdb.client.REQUESTS_A_SECOND", 100_000)
    with FakeTmdb() as server:
        for name in ("hu", "en"):
            server.pictures[f"{name}.jpg"] = make_jpeg(width_px=800, height_px=1200)
        pictures = [poster("/hu.jpg"), poster("/en.jpg", "en")]
        server.add(
            film(7, "Szerelem", original_title="Love", cinema="2026-12-17", posters=pictures),
            film(8, "Szerelemféltés", cinema="2026-12-10"),
        )
        yield server


@pytest.fixture
def app(make_app: MakeApp, tmdb: FakeTmdb) -> Iterator[Flask]:
    app = make_app(**tmdb.env)
    with app.app_context():
        yield app


@pytest.mark.parametrize("which", ["desk", "plain_desk"])
def test_a_film_is_taken_over_by_few_clicks(
    request: pytest.FixtureRequest, which: str, complaints: list[str]
) -> None:
    page: Page = request.getfixturevalue(which)
    clicks = ["Új film", "Szerelem 1999", "Mentés"]
    if which == "plain_desk":
        clicks.insert(1, "Keresés a TMDB-n")
    assert len(clicks) <= 4
    page.get_by_role("link", name=clicks[0]).first.click()
    page.locator("[name=title]").press_sequentially("szerelem")
    for name in clicks[1:]:
        page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_url("**/admin/movies/**")
    movie_id = only_movie()
    assert (movie_of(movie_id).title, movie_of(movie_id).original_title) == ("Szerelem", "Love")
    assert premieres_of(movie_id) == [("cinema", "2026-12-17", "scheduled")]
    with reading() as session:
        assert session.scalars(select(CatalogueMovie.tmdb_id)).one() == 7
    assert complaints == []  # the desk's policy lets the pictures in


def test_questions_are_answered_by_keys_alone(desk: Page, complaints: list[str]) -> None:
    movie_id = make_movie(title="Szerelem", runtime_minutes=90, director=("Valaki Más",))
    other = make_movie(title="Kontroll", age_rating="12", premiere_date=date(2026, 12, 3))
    with writing() as session:
        propose(session, movie_id, "runtime_minutes", 101)
        propose(session, movie_id, "director", ["Makk Károly"])
        propose(session, movie_id, "synopsis", "A TMDB szövege.")
        propose(session, other, "age_rating", "16")
    desk.goto("/admin/proposals")
    assert faults(desk, LOOKS) == []
    first = desk.locator(".question").first.get_by_role("button", name="Átveszem")
    for keys, left in (("Enter", 3), ("Tab Enter", 2), ("Tab Tab Enter", 1), ("Enter", 0)):
        expect(first).to_be_focused()
        for key in keys.split():
            desk.keyboard.press(key)
        expect(desk.locator(".question")).to_have_count(left)
    assert proposals() == {}
    taken, kept = movie_of(movie_id), movie_of(other)
    assert (taken.runtime_minutes, taken.director, taken.synopsis) == (101, ("Valaki Más",), None)
    assert kept.age_rating == "16"
    assert complaints == []


def test_a_poster_is_chosen_by_two_clicks(
    desk: Page, tmdb: FakeTmdb, complaints: list[str]
) -> None:
    make_movie(title="Szerelem", premiere_date=date(2026, 12, 17))
    desk.goto(f"/admin/movies/{only_movie()}")
    desk.get_by_role("button", name="Megkeresem a TMDB-n").click()
    desk.get_by_role("link", name="Plakátot választok").click()
    expect(desk.locator(".gallery img")).to_have_count(2)
    widths = desk.locator(".gallery img").evaluate_all("all => all.map(i => i.naturalWidth)")
    assert widths == [800, 800]
    assert faults(desk, LOOKS) == []
    desk.get_by_role("button", name="1. plakát, angol").click()
    expect(desk.locator(".notice--good")).to_contain_text("Mentve")
    with reading() as session:
        address = session.scalars(select(Poster.source_url)).one()
    assert address == f"{tmdb.origin}/t/p/original/en.jpg"
    assert complaints == []
