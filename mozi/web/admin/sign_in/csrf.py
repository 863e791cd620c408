"""Forms whose token is not this session's: nothing is done, and nothing that was typed is lost.

It happens whenever somebody signs in anew, in another tab say, while a form stands open.
"""

from __future__ import annotations

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from mozi.web.admin.base import OPEN, blueprint, page
from mozi.web.admin.form.values import STALE, show_as_sent
from mozi.web.admin.sign_in.pages import ask_again
from mozi.web.admin.sign_in.session_recovery import KEPT_OF, ask_to_sign_in, brings_file
from mozi.web.sessions import signed_in

REFUSED = 400


@blueprint.errorhandler(CSRFError)
def form_is_stale(error: CSRFError) -> ResponseReturnValue:
    """Show the form again, with a new token, to be sent once more by hand."""
    view = str(request.endpoint).rpartition(".")[2]
    if view == OPEN:
        return ask_again()
    if signed_in() is None:
        return ask_to_sign_in()
    if request.accept_mimetypes.best == "application/json":
        return Response(status=REFUSED)
    if view in KEPT_OF:
        movie_id = (request.view_args or {}).get("movie_id")
        return show_as_sent(
            movie_id, request.form, kind=STALE, with_file=brings_file(), status=REFUSED
        )
    return page("stale", status=REFUSED)
