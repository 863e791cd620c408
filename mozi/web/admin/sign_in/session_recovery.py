"""A session that ended while a form was filled in: back to it after signing in, as it was typed."""

from __future__ import annotations

from posixpath import normpath
from urllib.parse import SplitResult, unquote, urlsplit

from flask import Response, current_app, redirect, request
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response as AnyResponse

from mozi.accounts.sessions import LIFE
from mozi.accounts.typed_forms import Typed, find_typed, keep_typed
from mozi.web.i18n import languages
from mozi.web.sessions import signed_in

TYPED_BY = "typed_by"  # the form's field that says whose it is
KEPT_OF = ("add_movie", "change_movie")  # the views whose forms take a while to fill in
NOT_KEPT = ("csrf_token", TYPED_BY)


def ask_to_sign_in() -> AnyResponse:
    """Lead to the sign-in page, and from there on to the page, or back to the form that was sent.

    Scripts, which ask for JSON, get 401.
    """
    if request.accept_mimetypes.best == "application/json":
        return Response(status=401)
    if request.method == "GET":
        return redirect(languages.url_for("admin.sign_in", next=request.full_path.rstrip("?")))
    view = str(request.endpoint).rpartition(".")[2]
    way = _to_what_was_typed() if view in KEPT_OF else _where_from()
    return redirect(languages.url_for("admin.sign_in", next=way, ended=1), code=303)


def typed_by() -> str:
    """Return what tells later whose form this is, though the session be over by then."""
    admin = signed_in()
    return str(_signer().dumps(admin.id)) if admin else ""


def brings_file() -> bool:
    """Return whether a file was chosen in the form that was sent."""
    file = request.files.get("poster_file")
    return bool(file and file.filename)


def find_typed_again() -> Typed | None:
    """Return what the admin who asks had typed here before having to sign in again."""
    admin = signed_in()
    return find_typed(admin.id, request.args.get("typed", "")) if admin else None


def is_admin_path(path: str) -> bool:
    """Return whether path leads to an admin page of this site, and nowhere else.

    As a browser reads it: it resolves dots, encoded ones too, takes a backslash for a slash, and
    drops line ends (urlsplit does so as well), which no header can hold.
    """
    parts = _split(path)
    if parts.scheme or parts.netloc or "\\" in path or not path.isprintable():
        return False
    return languages.is_admin(normpath(unquote(parts.path)))


def _to_what_was_typed() -> str:
    """Return the form's path; files are not kept, since nobody vouches for them."""
    try:
        admin_id = int(
            _signer().loads(request.form.get(TYPED_BY, ""), max_age=int(LIFE.total_seconds()))
        )
    except (BadData, ValueError):
        return request.path
    fields = [(name, text) for name, text in request.form.items(multi=True) if name not in NOT_KEPT]
    typed_id = keep_typed(admin_id, fields, with_file=brings_file())
    return f"{request.path}?typed={typed_id}" if typed_id else request.path


def _where_from() -> str | None:
    """Return the admin page that the form stood on, by the browser's word."""
    parts = _split(request.referrer or "")
    path = parts._replace(scheme="", netloc="", fragment="").geturl()
    return path if parts.netloc == request.host and is_admin_path(path) else None


def _split(address: str) -> SplitResult:
    """Return an address in its parts; what is none ("http://[") has none."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="typed-by")
