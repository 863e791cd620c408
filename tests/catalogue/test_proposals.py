"""Questions and their answers."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from mozi import clock
from mozi.catalogue.proposals import count_proposals, decide_proposal
from mozi.catalogue.questions import questions_page
from mozi.database import reading, writing
from mozi.errors import ProposalNotFound
from mozi.models import CatalogueMovie, Proposal
from tests.catalogue.conftest import SyncFilms
from tests.support.catalogue import edit, only_movie, premieres_of, proposals
from tests.support.factories import THURSDAY, movie_of
from tests.support.tmdb import FakeTmdb, film, poster

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def movie_id(tmdb: FakeTmdb, sync: SyncFilms) -> int:
    """A movie with another running time than TMDB's, which is asked about."""
    tmdb.add(film(7, "Szerelem", cinema="2026-12-17", streaming="2027-02-01"))
    sync()
    edit(only_movie(), runtime_minutes=90)
    tmdb.change(7, runtime=101)
    sync()
    return only_movie()


def answer(choice: str, field: str = "runtime_minutes") -> None:
    with writing() as session:
        row = session.scalars(select(Proposal).where(Proposal.field == field)).one()
        decide_proposal(session, row.id, choice, today=THURSDAY, by="b@example.org")


def test_list_says_ours_theirs_and_who_changed_it(movie_id: int) -> None:
    with reading() as session:
        [movie] = questions_page(session, THURSDAY).movies
    [shown] = movie.questions
    assert (movie.movie_id, movie.title) == (movie_id, "Szerelem")
    assert (shown.field, shown.ours, shown.theirs) == ("runtime_minutes", 90, 101)
    assert (shown.by, shown.at) == ("a@example.org", clock.now())


def test_taken_value_follows_tmdb_again(movie_id: int, tmdb: FakeTmdb, sync: SyncFilms) -> None:
    answer("take")
    assert movie_of(movie_id).runtime_minutes == 101
    tmdb.change(7, runtime=102)
    sync()
    assert (movie_of(movie_id).runtime_minutes, proposals()) == (102, {})


@pytest.mark.parametrize(
    ("choice", "asked"),
    [
        ("keep", {"runtime_minutes": 102}),
        ("keep_for_good", {}),
        ("keep_movie", {}),
    ],
)
def test_kept_value_stays(
    movie_id: int, tmdb: FakeTmdb, sync: SyncFilms, choice: str, asked: dict[str, Any]
) -> None:
    answer(choice)
    assert proposals() == {}
    tmdb.change(7, runtime=102)
    sync()
    assert proposals() == asked
    tmdb.change(7, runtime=101)  # the declined value is not asked again
    sync()
    assert proposals() == {}
    assert movie_of(movie_id).runtime_minutes == 90


def test_question_is_answered_once(movie_id: int) -> None:
    answer("keep")
    with pytest.raises(ProposalNotFound):
        answer("take")
    with reading() as session:
        assert count_proposals(session) == 0


def test_taken_premieres(movie_id: int, tmdb: FakeTmdb, sync: SyncFilms) -> None:
    tmdb.move(7, 4, None)
    tmdb.change(7, status="Canceled")
    sync()
    answer("take", "premiere:streaming")
    assert premieres_of(movie_id) == [("cinema", "2026-12-17", "scheduled")]
    answer("take", "cancelled")
    assert premieres_of(movie_id) == [("cinema", "2026-12-17", "cancelled")]
    sync()
    assert list(proposals()) == ["runtime_minutes"]


def test_taken_poster_and_merged_film(movie_id: int, tmdb: FakeTmdb, sync: SyncFilms) -> None:
    edit(movie_id, poster_url="https://example.org/own.jpg")
    tmdb.change(7, images={"posters": [poster("/b.jpg")]})
    sync()
    answer("take", "poster_url")
    tmdb.remove(7)
    tmdb.add(film(70, "Szerelem", cinema="2025-01-01"))
    tmdb.merged["tt0000007"] = 70
    sync()
    answer("take", "tmdb_id")
    with reading() as session:
        link = session.scalars(select(CatalogueMovie)).one()
        assert (link.tmdb_id, link.gone, link.movie_id) == (70, False, movie_id)
