"""Deleting a movie after a question, and restoring it."""

from __future__ import annotations

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue

from mozi.calendar.editing.merging import ensure_back
from mozi.calendar.editing.save import get_movie_state
from mozi.calendar.editing.trash import (
    UNDO_DAYS,
    delete_movie,
    deleted_movies,
    find_deleted,
)
from mozi.calendar.merges import find_merged_into
from mozi.database import reading, writing
from mozi.errors import MovieNotFound
from mozi.web.admin.base import (
    MOVIE,
    blueprint,
    current_admin,
    flash_done,
    list_address,
    redirect_to,
    render_page,
)


@blueprint.get("/movies/deleted")
def deleted() -> ResponseReturnValue:
    """Show the movies that can be restored."""
    with reading() as session:
        found = deleted_movies(session)
    return render_page("deleted", found=found, days=UNDO_DAYS)


@blueprint.get(f"{MOVIE}/delete")
def ask_delete(movie_id: int) -> ResponseReturnValue:
    """Ask whether to delete the movie."""
    with reading() as session:
        edited = get_movie_state(session, movie_id)
    return render_page("delete", movie=edited, days=UNDO_DAYS)


@blueprint.post(f"{MOVIE}/delete")
def delete(movie_id: int) -> ResponseReturnValue:
    """Delete the movie."""
    with writing() as session:
        title = delete_movie(session, movie_id, by=current_admin().email)
    flash_done("deleted", movie_id, title)
    return redirect(list_address(), code=303)


@blueprint.post(f"{MOVIE}/bring-back", endpoint="bring_back")
def undo_delete(movie_id: int) -> ResponseReturnValue:
    """Restore the deleted movie, or separate the merged one."""
    with writing() as session:
        title = ensure_back(session, movie_id, by=current_admin().email)
    flash_done("brought_back", movie_id, title)
    return redirect_to("movie", movie_id=movie_id)


@blueprint.errorhandler(MovieNotFound)
def movie_is_gone(error: MovieNotFound) -> Response:
    """Answer 404 with the page that offers to restore the movie, if that is possible."""
    if request.accept_mimetypes.best == "application/json":
        return Response(status=404)
    with reading() as session:
        deleted = find_deleted(session, error.movie_id)
        into = find_merged_into(session, error.movie_id)
    return render_page("gone", deleted=deleted, into=into, days=UNDO_DAYS, status=404)
