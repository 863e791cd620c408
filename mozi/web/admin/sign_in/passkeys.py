"""Passkeys: adding one on the account's page, removing it, and signing in by it.

The script static/admin/passkeys.js asks for options, lets the browser talk to the device, and
sends the answer. Adding one asks for the password, since a passkey outlives a stolen session.
"""

from __future__ import annotations

import logging

from flask import Response, current_app, flash, jsonify, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mozi.accounts.admins import Account, find_account
from mozi.accounts.passkeys import (
    Challenges,
    PasskeyRefused,
    RelyingParty,
    add_passkey,
    find_by_passkey,
    registration_options,
    remove_passkey,
    sign_in_options,
)
from mozi.extensions import limiter
from mozi.services import services
from mozi.web import links
from mozi.web.admin.base import NOTE, blueprint, current_admin, redirect_to
from mozi.web.admin.sign_in.account import current_faults
from mozi.web.admin.sign_in.checking import start_session
from mozi.web.admin.sign_in.log import log_sign_in
from mozi.web.admin.sign_in.throttling import PER_ADDRESS, forget_attempts, set_target
from mozi.web.admin.sign_in.views import next_page
from mozi.web.clients import address
from mozi.web.i18n.languages import url_for

CHALLENGE = "passkey_challenge"  # in the browser's session
ADD, USE = "add", "use"
MAX_BYTES = 20_000  # of the browser's answer
REFUSED = 422


@blueprint.post("/passkeys/options")
def passkey_options() -> ResponseReturnValue:
    """Answer with what the browser needs to make a passkey; 422 for a wrong password."""
    if faults := current_faults():
        return jsonify(fault=faults["current_password"]), REFUSED
    return _json(registration_options(_party(), _own_account(), _new_challenge(ADD)))


@blueprint.post("/passkeys")
def keep_passkey() -> ResponseReturnValue:
    """Keep the passkey that the browser has made."""
    account, challenge = _own_account(), session.pop(CHALLENGE, "")
    try:
        _challenges().issued_at(challenge, ADD)
        add_passkey(
            _party(),
            account,
            challenge=challenge,
            credential=_sent_credential(),
            agent=request.user_agent.string,
        )
    except PasskeyRefused as error:
        current_app.logger.warning("A passkey was not added: %s", error)
        return jsonify(fault=_("Az azonosítókulcs nem jött létre. Próbáld újra.")), REFUSED
    log_sign_in("Passkey added", account.email)
    flash(_("Az azonosítókulcs megvan: legközelebb már jelszó nélkül is beléphetsz."), NOTE)
    return jsonify(next=url_for("admin.password"))


@blueprint.post("/passkeys/remove")
def forget_passkey() -> ResponseReturnValue:
    """Remove one of the admin's own passkeys."""
    remove_passkey(current_admin().id, request.form.get("id", ""))
    log_sign_in("Passkey removed", current_admin().email)
    flash(_("Az azonosítókulcsot eltávolítottuk."), NOTE)
    return redirect_to("password")


@blueprint.post("/login/passkey/options")
def passkey_sign_in_options() -> Response:
    """Answer with what the browser needs to offer its passkeys."""
    return _json(sign_in_options(_party(), _new_challenge(USE)))


@blueprint.post("/login/passkey")
def sign_in_by_passkey() -> ResponseReturnValue:
    """Sign in by a passkey's answer; an unknown passkey is answered like a wrong one."""
    set_target("")  # the answer names no address
    try:
        account = _account_of_answer()
    except PasskeyRefused as error:
        log_sign_in(f"Sign-in by a passkey failed ({error})", None, level=logging.WARNING)
        return jsonify(fault=_("Ezzel az azonosítókulccsal nem lehet belépni.")), REFUSED
    forget_attempts()
    start_session(account)
    log_sign_in("Signed in by a passkey", account.email)
    return jsonify(next=next_page())


@limiter.shared_limit(PER_ADDRESS, scope="sign-in", key_func=address)
def _account_of_answer() -> Account:
    """Return the account of the passkey; raises PasskeyRefused and RateLimitExceeded."""
    challenge = session.pop(CHALLENGE, "")
    return find_by_passkey(
        _party(),
        challenge=challenge,
        issued_at=_challenges().issued_at(challenge, USE),
        credential=_sent_credential(),
    )


def _party() -> RelyingParty:
    settings = services().settings
    return RelyingParty(links.origin(settings), settings.site_name)


def _challenges() -> Challenges:
    return Challenges(str(current_app.secret_key))


def _new_challenge(purpose: str) -> str:
    session[CHALLENGE] = challenge = _challenges().create(purpose)
    return challenge


def _own_account() -> Account:
    account = find_account(current_admin().email)
    assert account is not None  # noqa: S101 - the session's row needs the account's
    return account


def _sent_credential() -> str:
    sent = request.form.get("credential", "")
    if len(sent) > MAX_BYTES:
        raise PasskeyRefused("too long")
    return sent


def _json(text: str) -> Response:
    return Response(text, content_type="application/json")
