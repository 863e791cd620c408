"""What all admin pages stand on: the blueprint, who may come in, and nothing kept by caches."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as AnyResponse

from mozi.accounts.sessions import SignedIn
from mozi.web.admin.sign_in.session_recovery import ask_to_sign_in
from mozi.web.i18n import languages
from mozi.web.rendering import today
from mozi.web.sessions import signed_in

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

OPEN = "sign_in"  # the one view that is for everybody


@blueprint.before_request
def let_in() -> ResponseReturnValue | None:
    """Send whoever is not signed in to the sign-in page, and back afterwards."""
    if str(request.endpoint).rpartition(".")[2] == OPEN or signed_in() is not None:
        return None
    return ask_to_sign_in()


@blueprint.after_request
def keep_nowhere(response: Response) -> Response:
    """Forbid every cache, the browser's own included, to keep an admin page."""
    response.headers["Cache-Control"] = "no-store"
    return response


def page(name: str, *, status: int = 200, **shown: Any) -> Response:
    """Return an admin page made by the template admin/<name>.html."""
    html = render_template(
        f"admin/{name}.html",
        today=today(),
        me=signed_in(),
        translations=languages.translations(request.path, request.query_string.decode()),
        **shown,
    )
    return Response(html, status=status, content_type="text/html; charset=utf-8")


def me() -> SignedIn:
    """Return the signed-in admin; only for views that nobody else reaches."""
    admin = signed_in()
    assert admin is not None  # noqa: S101 - let_in has looked
    return admin


def go(endpoint: str, **values: Any) -> AnyResponse:
    """Return the redirect after a form: the browser asks for the page anew, by GET."""
    return redirect(languages.url_for(f"admin.{endpoint}", **values), code=303)
