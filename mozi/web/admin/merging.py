"""Merging a movie into another one that is the same film: search, compare, confirm."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from mozi.calendar.editing.listing.admin_list import admin_list_page
from mozi.calendar.editing.listing.list_query import ListQuery
from mozi.calendar.editing.merging import (
    MergeOutdated,
    MergePreview,
    MergeSide,
    merge_movies,
    preview_merge,
)
from mozi.calendar.editing.save import get_movie_state
from mozi.calendar.editing.trash import UNDO_DAYS
from mozi.calendar.pages.pictures import slug
from mozi.calendar.search.names import ensure_names
from mozi.calendar.search.query import tidy
from mozi.database import reading, writing
from mozi.errors import MovieNotFound
from mozi.posters.keys import poster_path
from mozi.posters.recipes import THUMB
from mozi.services import services
from mozi.web.admin.base import (
    MOVIE,
    blueprint,
    current_admin,
    flash_done,
    redirect_to,
    render_page,
)
from mozi.web.admin.history import value_words
from mozi.web.admin.messages.calendar import COLUMN_NAMES
from mozi.web.rendering import today

MERGE = f"{MOVIE}/merge"
LARGEST_ID = 2**31 - 1
CONFLICT = 409


@blueprint.get(MERGE)
def ask_merge(movie_id: int) -> ResponseReturnValue:
    """Compare the movie with the one that ?with= names; without it, let the editor search."""
    if (other_id := request.args.get("with", type=int)) is not None:
        kept_id, other_id = _checked(movie_id, other_id)
        with reading() as session:
            return _compare(preview_merge(session, kept_id, other_id))
    ensure_names()
    with reading() as session:
        title = str(get_movie_state(session, movie_id).values["title"])
        text = tidy(request.args.get("q", title))
        query = ListQuery(text)
        rows = admin_list_page(session, query, today()).rows if text else ()
    found = [row for row in rows if row.card.movie.id != movie_id]
    return render_page("merge_search", movie_id=movie_id, title=title, text=text, found=found)


@blueprint.post(MERGE)
def merge(movie_id: int) -> ResponseReturnValue:
    """Merge the other movie into this one, unless one has changed since the editor saw them."""
    kept_id, other_id = _checked(movie_id, request.form.get("with", type=int))
    with writing() as session:
        outcome = merge_movies(
            session,
            kept_id,
            other_id,
            state=request.form.get("state", ""),
            others_poster=request.form.get("poster") == "other",
            by=current_admin().email,
        )
        if isinstance(outcome, MergeOutdated):
            return _compare(outcome.preview, status=CONFLICT)
        title = outcome.title
    services().schedule.build([kept_id], offered=True)
    flash_done("merged", other_id, title)
    return redirect_to("movie", movie_id=kept_id)


def _checked(kept_id: int, other_id: int | None) -> tuple[int, int]:
    """Return both ids; raises MovieNotFound unless they can be two movies."""
    if other_id is None or other_id == kept_id or not 0 < other_id <= LARGEST_ID:
        raise MovieNotFound(other_id or 0)
    return kept_id, other_id


def _compare(preview: MergePreview, *, status: int = 200) -> ResponseReturnValue:
    sides = {"kept": preview.kept, "other": preview.other}
    return render_page(
        "merge",
        preview=preview,
        sides=sides,
        thumbs={name: _thumb(side) for name, side in sides.items()},
        others_poster=preview.kept.poster.kind is None and preview.other.poster.kind is not None,
        filled=[(COLUMN_NAMES[c], value_words(c, value)) for c, value in preview.filled.items()],
        days=UNDO_DAYS,
        outdated=status == CONFLICT,
        status=status,
    )


def _thumb(side: MergeSide) -> str | None:
    """Return the address of the poster; one that is not built yet is built by its look."""
    if (key := side.poster.thumb_key) is not None:
        return services().storage.url(key)
    movie = side.movie
    return poster_path(movie.id, slug(movie.title), THUMB.media) if side.poster.kind else None
