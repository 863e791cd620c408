"""What all pages of the desk share: the blueprint, who gets in, no caching, rendering."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as AnyResponse

from mozi.accounts.sessions import SignedIn
from mozi.catalogue.proposals import count_proposals
from mozi.database import reading
from mozi.web.admin.sign_in.session_recovery import ask_to_sign_in
from mozi.web.i18n import languages
from mozi.web.notice import is_notice_owed
from mozi.web.rendering import today
from mozi.web.sessions import signed_in

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

MOVIE = "/movies/<int(max=2147483647):movie_id>"  # up to the largest of PostgreSQL's integers
SIGN_IN = "sign_in"
# The views without a session.
BY_PASSKEY = ("passkey_sign_in_options", "sign_in_by_passkey")
OPEN = (SIGN_IN, "begin", "use_one_time_link", *BY_PASSKEY)
LIST = "list"  # the list that this browser saw last: its arguments, and the ids of its page
NOTE = "note"  # the category of a flashed sentence


def view_name() -> str:
    """Return the name of the requested view, the same in both languages."""
    return str(request.endpoint).rpartition(".")[2]


@blueprint.before_request
def require_session() -> ResponseReturnValue | None:
    """Send a client without a session to the sign-in page, which leads back afterwards."""
    if view_name() in OPEN or signed_in() is not None:
        return None
    return ask_to_sign_in(view_name())


@blueprint.after_request
def forbid_caching(response: Response) -> Response:
    """Forbid every cache, the browser's own included, to keep an admin page."""
    response.headers["Cache-Control"] = "no-store"
    return response


def render_page(name: str, *, status: int = 200, **shown: Any) -> Response:
    """Return the page that the template admin/<name>.html makes."""
    html = render_template(
        f"admin/{name}.html",
        today=today(),
        me=signed_in(),
        questions=_questions(),
        from_tmdb=is_notice_owed(),
        translations=languages.translations(request.path, request.query_string.decode()),
        **shown,
    )
    return Response(html, status=status, content_type="text/html; charset=utf-8")


def _questions() -> int:
    """Return how many questions of the catalogue wait, for the navigation."""
    if signed_in() is None:
        return 0
    with reading() as reader:
        return count_proposals(reader)


def current_admin() -> SignedIn:
    """Return the signed-in admin; for every view but the sign-in page."""
    admin = signed_in()
    assert admin is not None  # noqa: S101 - require_session has looked
    return admin


@blueprint.app_template_global("list_address")
def list_address() -> str:
    """Return the address of the list as this browser saw it last."""
    return languages.url_for("admin.movies", **session.get(LIST, {}).get("arguments", {}))


@blueprint.app_template_global("beside_in_list")
def beside_in_list(movie_id: int) -> tuple[int | None, int | None]:
    """Return the movies before and after this one on the page of the list that was seen last."""
    ids = session.get(LIST, {}).get("ids", [])
    if movie_id not in ids:
        return None, None
    around = [None, *ids, None]
    place = ids.index(movie_id) + 1
    return around[place - 1], around[place + 1]


def redirect_to(endpoint: str, **values: Any) -> AnyResponse:
    """Return the redirect after a form; the browser then asks for the view by GET."""
    return redirect(languages.url_for(f"admin.{endpoint}", **values), code=303)


def flash_done(action: str, movie_id: int, title: str) -> None:
    """Show on the next page that a movie was saved, deleted, …: admin/components/flashed.html."""
    flash(f"{movie_id} {title}", action)
