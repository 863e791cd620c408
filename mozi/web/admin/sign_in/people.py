"""The people who may edit: add one, take one away, sign one out, a link for a new password."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps

from flask import Response, abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mozi.accounts.admins import ADMIN, EDITOR, ROLES, find_account, is_email, normal_email
from mozi.accounts.links import create_link, invitations, withdraw_link
from mozi.accounts.people import change_role, list_people, remove_admin
from mozi.accounts.sessions import end_sessions
from mozi.services import services
from mozi.web import links
from mozi.web.admin.base import NOTE, blueprint, current_admin, redirect_to, render_page
from mozi.web.admin.sign_in.log import log_sign_in
from mozi.web.i18n.languages import url_for

View = Callable[..., ResponseReturnValue]


def admins_only(view: View) -> View:
    """Refuse the view to editors: 403."""

    @wraps(view)
    def guarded(**values: str) -> ResponseReturnValue:
        if current_admin().role != ADMIN:
            abort(403)
        return view(**values)

    return guarded


@blueprint.get("/admins")
@admins_only
def admins() -> ResponseReturnValue:
    """Show who may edit."""
    return _page()


@blueprint.post("/admins")
@admins_only
def invite() -> ResponseReturnValue:
    """Make a one-time link for a new person, or for a new password, and show it once."""
    email, role = normal_email(request.form.get("email", "")), request.form.get("role", EDITOR)
    if not is_email(email):
        return _page(fault=_("Ez nem e-mail-cím."), email=email, status=422)
    if role not in ROLES:
        abort(400)
    new = find_account(email) is None
    token = create_link(email, role=role, made_by=current_admin().email)
    what = "Invitation" if new else "Link for a new password"
    log_sign_in(f"{what} made by {current_admin().email}", email, level=logging.WARNING)
    path = url_for("admin.use_one_time_link", token=token)
    return _page(made=f"{links.origin(services().settings)}{path}", made_for=email, made_new=new)


@blueprint.post("/admins/remove")
@admins_only
def take_away() -> ResponseReturnValue:
    """Take a person away: not oneself, and not the last admin."""
    email = _sent_email()
    if email == current_admin().email:
        return _page(
            fault_below=_("A saját hozzáférésedet nem vonhatod meg; kérj meg rá egy másik admint."),
            status=422,
        )
    if not remove_admin(email, keep_last=True):
        return _page(
            fault_below=_("Ilyen munkatárs már nincs, vagy ő az utolsó admin."), status=422
        )
    return _done(
        email,
        f"Taken away by {current_admin().email}",
        _("%(email)s már nem szerkeszthet.", email=email),
    )


@blueprint.post("/admins/sign-out")
@admins_only
def sign_out_person() -> ResponseReturnValue:
    """End all sessions of a person."""
    account = find_account(_sent_email())
    if account is None:
        return _page(
            fault_below=_("Ilyen munkatárs már nincs, vagy ő az utolsó admin."), status=422
        )
    end_sessions(account.id)
    said = _("%(email)s mindenhonnan kilépett.", email=account.email)
    return _done(account.email, f"Signed out everywhere by {current_admin().email}", said)


@blueprint.post("/admins/role")
@admins_only
def set_role() -> ResponseReturnValue:
    """Make a person an editor or an admin; the last admin stays one."""
    email, role = _sent_email(), request.form.get("role", "")
    if role not in ROLES:
        abort(400)
    if email == current_admin().email or not change_role(email, role):
        return _page(
            fault_below=_("A saját szereped és az utolsó adminé nem változhat."), status=422
        )
    return _done(
        email,
        f"Role {role} given by {current_admin().email}",
        _("%(email)s szerepe megváltozott.", email=email),
    )


@blueprint.post("/admins/withdraw")
@admins_only
def withdraw() -> ResponseReturnValue:
    """Make a link that was given out void."""
    withdraw_link(request.form.get("id", ""))
    flash(_("A link már nem érvényes."), NOTE)
    return redirect_to("admins")


def _sent_email() -> str:
    return normal_email(request.form.get("email", ""))


def _done(email: str, logged: str, said: str) -> ResponseReturnValue:
    log_sign_in(logged, email, level=logging.WARNING)
    flash(said, NOTE)
    return redirect_to("admins")


def _page(*, status: int = 200, **shown: object) -> Response:
    return render_page(
        "admins", status=status, people=list_people(), invitations=invitations(), **shown
    )
