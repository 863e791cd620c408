"""The pages of one-time links: the first admin, an invitation, a forgotten password."""

from __future__ import annotations

import logging

from flask import Response, abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mozi.accounts.admins import find_account, is_email, normal_email
from mozi.accounts.links import BEGIN, Link, find_link, use_link
from mozi.accounts.passwords import MIN_LENGTH
from mozi.accounts.people import has_admins
from mozi.services import services
from mozi.web.admin.base import NOTE, blueprint, redirect_to, render_page
from mozi.web.admin.sign_in.checking import sent_password, start_session
from mozi.web.admin.sign_in.log import log_sign_in


@blueprint.route("/begin", methods=["GET", "POST"])
def begin() -> ResponseReturnValue:
    """Make the first admin; 404 as soon as there is one."""
    link = _sent_link()
    if link is None or link.purpose != BEGIN:
        if has_admins():
            abort(404)
        return render_page("link_over", beginning=True, status=404)
    return _password_page(link) if request.method == "GET" else _set_password(link)


@blueprint.route("/link", methods=["GET", "POST"])
def use_one_time_link() -> ResponseReturnValue:
    """Set the password of an invited admin, or of one who has forgotten it."""
    link = _sent_link()
    if link is None or link.purpose == BEGIN:
        return render_page("link_over", status=404)
    return _password_page(link) if request.method == "GET" else _set_password(link)


@blueprint.get("/welcome")
def welcome() -> Response:
    """Show what to do next on a new site."""
    return render_page("welcome", settings=services().settings)


def _set_password(link: Link) -> ResponseReturnValue:
    email = link.email or normal_email(request.form.get("email", ""))
    password, faults = sent_password("password", email=email)
    if not is_email(email):
        faults["email"] = _("Ez nem e-mail-cím.")
    if faults:
        return _password_page(link, email=email, faults=faults, status=422)
    used = use_link(_token(), password, email=email)
    account = find_account(used) if used else None
    if account is None:  # another browser was faster
        return render_page("link_over", status=404)
    log_sign_in("Password set by a one-time link", account.email, level=logging.WARNING)
    start_session(account)
    if link.purpose == BEGIN:
        return redirect_to("welcome")
    flash(_("Kész a jelszavad, be is léptél."), NOTE)
    return redirect_to("home")


def _password_page(
    link: Link, *, email: str = "", faults: dict[str, str] | None = None, status: int = 200
) -> Response:
    return render_page(
        "link",
        link=link,
        email=link.email or email,
        token=_token(),
        faults=faults or {},
        min_length=MIN_LENGTH,
        status=status,
    )


def _sent_link() -> Link | None:
    return find_link(_token())


def _token() -> str:
    """Return the token of the address, or of the form, which a browser may send without it."""
    return request.args.get("token") or request.form.get("token", "")
