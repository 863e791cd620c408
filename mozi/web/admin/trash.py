"""Deleting a movie, once it was asked for, and having it back."""

from __future__ import annotations

from flask import Response, request
from flask.typing import ResponseReturnValue

from mozi.calendar.editing.save import get_movie_state
from mozi.calendar.editing.trash import (
    UNDO_DAYS,
    delete_movie,
    deleted_movies,
    ensure_brought_back,
    find_deleted,
)
from mozi.database import reading, writing
from mozi.errors import MovieNotFound
from mozi.web.admin.base import blueprint, go, me, page
from mozi.web.admin.notices import tell

MOVIE = "/movies/<int(max=2147483647):movie_id>"


@blueprint.get("/movies/deleted")
def deleted() -> ResponseReturnValue:
    """Show what can be had back."""
    with reading() as session:
        found = deleted_movies(session)
    return page("deleted", found=found, days=UNDO_DAYS)


@blueprint.get(f"{MOVIE}/delete")
def ask_delete(movie_id: int) -> ResponseReturnValue:
    """Ask whether the movie is to be deleted."""
    with reading() as session:
        edited = get_movie_state(session, movie_id)
    return page("delete", movie=edited, days=UNDO_DAYS)


@blueprint.post(f"{MOVIE}/delete")
def delete(movie_id: int) -> ResponseReturnValue:
    """Delete the movie."""
    with writing() as session:
        title = delete_movie(session, movie_id, by=me().email)
    tell("deleted", movie_id, title)
    return go("movies")


@blueprint.post(f"{MOVIE}/bring-back", endpoint="bring_back")
def undo_delete(movie_id: int) -> ResponseReturnValue:
    """Have the deleted movie back."""
    with writing() as session:
        title = ensure_brought_back(session, movie_id, by=me().email)
    tell("brought_back", movie_id, title)
    return go("movie", movie_id=movie_id)


@blueprint.errorhandler(MovieNotFound)
def movie_is_gone(error: MovieNotFound) -> Response:
    """Say that the movie is not there, and offer to have it back where that can be."""
    if request.accept_mimetypes.best == "application/json":
        return Response(status=404)
    with reading() as session:
        deleted = find_deleted(session, error.movie_id)
    return page("gone", deleted=deleted, days=UNDO_DAYS, status=404)
