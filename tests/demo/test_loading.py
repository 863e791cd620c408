from __future__ import annotations

from datetime import date

from flask import Flask

from mozi.calendar.pages.catalogue_links import is_from_tmdb
from mozi.database import reading, writing
from mozi.demo.loading import add_films, add_poster, missing_posters
from mozi.models import CatalogueMovie, DateChange, Movie, Poster, Premiere
from mozi.posters.source import set_source_url
from mozi.storage import Storage
from tests.support.factories import make_movie, premiere_of

TODAY = date(2026, 11, 26)


def movie_of(external_id: str) -> Movie:
    with reading() as session:
        movie = session.query(Movie).filter_by(external_id=external_id).one()
        session.expunge_all()
        return movie


def test_films_are_added_once(app: Flask) -> None:
    assert add_films(TODAY) >= 60
    assert add_films(TODAY) == 0


def test_what_an_editor_changed_stays(app: Flask) -> None:
    add_films(TODAY)
    with writing() as session:
        session.query(Movie).filter_by(external_id="demo-korhinta").one().synopsis = "Saját szöveg."
    add_films(date(2026, 12, 24))
    korhinta = movie_of("demo-korhinta")
    assert korhinta.synopsis == "Saját szöveg."
    assert premiere_of(korhinta.id).premiere_date == TODAY


def test_only_a_film_that_was_removed_comes_back(app: Flask) -> None:
    add_films(TODAY)
    with writing() as session:
        session.delete(session.query(Movie).filter_by(external_id="demo-korhinta").one())
    assert add_films(TODAY) == 1


def test_posters_are_taken_in_as_uploads(app: Flask, storage: Storage) -> None:
    add_films(TODAY)
    missing = missing_posters(TODAY)
    add_poster(storage, missing[0])
    with reading() as session:
        poster = session.get_one(Poster, missing[0].movie_id)
        assert poster.uploaded
        assert poster.original_key
        assert storage.get(poster.original_key).startswith(b"\xff\xd8")
    assert missing_posters(TODAY) == missing[1:]


def test_a_poster_that_an_editor_removed_stays_away(app: Flask) -> None:
    add_films(TODAY)
    first = missing_posters(TODAY)[0]
    with writing() as session:
        set_source_url(session, first.movie_id, "https://example.org/poster.jpg")
        set_source_url(session, first.movie_id, None)
    assert first not in missing_posters(TODAY)


def test_the_demo_shows_every_field_and_links_without_claiming_to_come_from_tmdb(
    app: Flask,
) -> None:
    add_films(TODAY)
    with reading() as session:
        films = session.query(Movie).all()
        shown = {each.language_version for each in session.query(Premiere)}
        links = session.query(CatalogueMovie).all()
        assert not is_from_tmdb(session)
        assert all(film.year and film.original_language for film in films)
        assert shown == {None, "dubbed", "subtitled", "both"}
        assert sum(film.trailer_url is not None for film in films) == 7
        assert len({link.movie_id for link in links}) == len({link.imdb_id for link in links}) == 15


def test_a_film_of_tmdb_that_is_linked_already_stays_with_its_movie(app: Flask) -> None:
    own = make_movie(title="Keresztapa")
    with writing() as session:
        session.add(CatalogueMovie(tmdb_id=238, movie_id=own))
    add_films(TODAY)
    with reading() as session:
        assert session.get_one(CatalogueMovie, 238).movie_id == own


def test_some_films_have_several_premieres(app: Flask) -> None:
    add_films(TODAY)
    with reading() as session:
        rows = session.query(Premiere).filter(Premiere.first.is_(False))
        further = {(each.movie.external_id, each.kind, each.status) for each in rows}
        moved = [(each.old_date, each.new_date) for each in session.query(DateChange)]
    assert further == {
        ("demo-valahol-europaban", "streaming", "scheduled"),
        ("demo-liza", "streaming", "scheduled"),
        ("demo-macskafogo", "streaming", "cancelled"),
        ("demo-chihiro", "rerelease", "scheduled"),
        ("demo-meseauto", "cinema", "scheduled"),
    }
    assert moved == [(date(2027, 2, 18), date(2027, 3, 4))]
