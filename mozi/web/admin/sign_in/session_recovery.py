"""Sessions that ended: to the sign-in page and back, with a movie form that was sent late."""

from __future__ import annotations

from posixpath import normpath
from urllib.parse import SplitResult, unquote, urlsplit

from flask import Response, current_app, redirect, request
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response as AnyResponse

from mozi.accounts.form_drafts import FormFields, find_draft, save_draft
from mozi.accounts.sessions import LIFE
from mozi.web.i18n import languages
from mozi.web.sessions import signed_in

FORM_VIEWS = ("add_movie", "change_movie")  # their forms take a while to fill in
SENDER = "typed_by"  # the form's field with the signed id of the admin who opened it
NOT_KEPT = ("csrf_token", SENDER)


def ask_to_sign_in(view: str) -> AnyResponse:
    """Return a redirect to the sign-in page, which leads on to the page or to the kept form.

    Scripts, which ask for JSON, get 401.
    """
    if request.accept_mimetypes.best == "application/json":
        return Response(status=401)
    if request.method == "GET":
        return redirect(languages.url_for("admin.sign_in", next=request.full_path.rstrip("?")))
    back = _path_of_draft() if view in FORM_VIEWS else _referring_path()
    return redirect(languages.url_for("admin.sign_in", next=back, ended=1), code=303)


def signed_sender() -> str:
    """Return the signed id of the admin, for a form to send back after the session has ended."""
    admin = signed_in()
    return str(_signer().dumps(admin.id)) if admin else ""


def has_file() -> bool:
    """Return whether the form was sent with a file."""
    file = request.files.get("poster_file")
    return bool(file and file.filename)


def requested_draft() -> FormFields | None:
    """Return the admin's draft that the address names."""
    admin = signed_in()
    return find_draft(admin.id, request.args.get("typed", "")) if admin else None


def is_admin_path(path: str) -> bool:
    """Return whether a browser stays on the admin pages of this site when it follows path.

    A browser resolves dots, encoded ones too, takes a backslash for a slash, and drops line
    ends (urlsplit does so as well), which a header cannot hold.
    """
    parts = _split(path)
    if parts.scheme or parts.netloc or "\\" in path or not path.isprintable():
        return False
    return languages.is_admin(normpath(unquote(parts.path)))


def _path_of_draft() -> str:
    """Store the form as a draft and return its path; without a valid sender only the path.

    Files are not stored: the sender has no session, so anybody could fill the storage.
    """
    try:
        lifetime_s = int(LIFE.total_seconds())
        admin_id = int(_signer().loads(request.form.get(SENDER, ""), max_age=lifetime_s))
    except (BadData, ValueError):
        return request.path
    sent = request.form.items(multi=True)
    fields = tuple((name, text) for name, text in sent if name not in NOT_KEPT)
    draft_id = save_draft(admin_id, FormFields(fields, has_file()))
    return f"{request.path}?typed={draft_id}" if draft_id else request.path


def _referring_path() -> str | None:
    """Return the path of the admin page that the form was on, by the Referer header."""
    parts = _split(request.referrer or "")
    path = parts._replace(scheme="", netloc="", fragment="").geturl()
    return path if parts.netloc == request.host and is_admin_path(path) else None


def _split(address: str) -> SplitResult:
    """Return the parts of an address; an invalid one ("http://[") has none."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="typed-by")
