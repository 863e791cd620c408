"""Forms with the CSRF token of another session: nothing is saved, and the texts are shown again.

It happens when an admin signs in anew, in another tab for example, while a form is open.
"""

from __future__ import annotations

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from mozi.web.admin.base import OPEN, SIGN_IN, blueprint, render_page, view_name
from mozi.web.admin.form.values import CSRF, show_as_sent
from mozi.web.admin.sign_in.session_recovery import FORM_VIEWS, ask_to_sign_in, has_file
from mozi.web.admin.sign_in.views import ask_again
from mozi.web.sessions import signed_in

BAD_REQUEST = 400


@blueprint.errorhandler(CSRFError)
def refuse_token(error: CSRFError) -> ResponseReturnValue:
    """Show the form again with a valid token, for the admin to send it once more."""
    view = view_name()
    if view == SIGN_IN:
        return ask_again()
    if signed_in() is None and view not in OPEN:
        return ask_to_sign_in(view)
    if request.accept_mimetypes.best == "application/json":
        return Response(status=BAD_REQUEST)
    if view in FORM_VIEWS:
        movie_id = (request.view_args or {}).get("movie_id")
        return show_as_sent(
            movie_id, request.form, kind=CSRF, with_file=has_file(), status=BAD_REQUEST
        )
    return render_page("csrf", status=BAD_REQUEST)
