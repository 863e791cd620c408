"""Passkeys: an admin signs in by a key of a device instead of the password (WebAuthn Level 3).

The database keeps public keys. A challenge is signed, lasts five minutes, belongs to one browser,
and counts once: the one that a passkey answers must be newer than its last use.

webauthn is imported where it is used: it takes 25 MB and 0.3 s, and few processes need it.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from mozi import clock
from mozi.accounts.admins import Account
from mozi.database import reading, writing
from mozi.models import Admin, Passkey

LIFE = timedelta(minutes=5)
MOST = 20  # of one admin
AGENT_LENGTH = 200


class PasskeyRefused(Exception):
    """The browser's answer is not a passkey's, or is too old, or of an unknown one."""


@dataclass(frozen=True)
class RelyingParty:
    """What passkeys are bound to. origin: "https://example.org"; name: shown by the browser."""

    origin: str
    name: str

    @property
    def host(self) -> str:
        """Return the relying party's id: the host, without the port."""
        return urlsplit(self.origin).hostname or ""


@dataclass(frozen=True)
class PasskeyRow:
    """A passkey as its admin sees it in the list; id is no secret."""

    id: str
    agent: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class Challenges:
    """Makes and reads signed challenges. secret: the site's secret key."""

    secret: str

    def create(self, purpose: str) -> str:
        """Return a new challenge, for the browser's session to keep."""
        made = [secrets.token_urlsafe(32), clock.now().timestamp()]
        return str(self._signer(purpose).dumps(made))

    def issued_at(self, challenge: str, purpose: str) -> datetime:
        """Return when a challenge was made; raises PasskeyRefused if it is not ours or too old."""
        try:
            _random, seconds = self._signer(purpose).loads(challenge)
        except BadData as error:
            raise PasskeyRefused("no challenge of ours") from error
        issued_at = datetime.fromtimestamp(seconds, tz=UTC)
        if clock.now() - issued_at > LIFE:
            raise PasskeyRefused("too late")
        return issued_at

    def _signer(self, purpose: str) -> URLSafeSerializer:
        return URLSafeSerializer(self.secret, salt=f"passkey-{purpose}")


def registration_options(party: RelyingParty, account: Account, challenge: str) -> str:
    """Return the JSON by which a browser makes a passkey for this account."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers import structs

    options = generate_registration_options(
        rp_id=party.host,
        rp_name=party.name,
        user_id=account.id.to_bytes(8),
        user_name=account.email,
        challenge=challenge.encode(),
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            structs.PublicKeyCredentialDescriptor(_bytes_of(row.id))
            for row in passkeys_of(account.id)
        ],
    )
    return options_to_json(options)


def sign_in_options(party: RelyingParty, challenge: str) -> str:
    """Return the JSON by which a browser offers its passkeys of this site."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    options = generate_authentication_options(
        rp_id=party.host,
        challenge=challenge.encode(),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def add_passkey(
    party: RelyingParty, account: Account, *, challenge: str, credential: str, agent: str
) -> None:
    """Keep the passkey that a browser has made; raises PasskeyRefused."""
    from webauthn import verify_registration_response
    from webauthn.helpers import bytes_to_base64url

    try:
        made = verify_registration_response(
            credential=credential,
            expected_challenge=challenge.encode(),
            expected_rp_id=party.host,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except Exception as error:  # the parsers of a hostile answer raise more than their own errors
        raise PasskeyRefused(type(error).__name__) from error
    row = Passkey(
        id=bytes_to_base64url(made.credential_id),
        admin_id=account.id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        agent=agent[:AGENT_LENGTH],
        created_at=clock.now(),
    )
    try:
        with writing() as session:
            own = select(func.count()).where(Passkey.admin_id == account.id)
            if (session.scalar(own) or 0) >= MOST:
                raise PasskeyRefused("too many")
            session.add(row)
    except IntegrityError as error:  # the same one again, or the account was taken away
        raise PasskeyRefused("known") from error


def find_by_passkey(
    party: RelyingParty, *, challenge: str, issued_at: datetime, credential: str
) -> Account:
    """Return the account whose passkey answered the challenge; raises PasskeyRefused."""
    from webauthn import verify_authentication_response

    passkey_id = _id_of(credential)
    known = (Passkey.public_key, Passkey.sign_count)
    query = select(Admin.id, Admin.email, Admin.role, Admin.password_hash, *known)
    with reading() as session:
        row = session.execute(query.join(Passkey).where(Passkey.id == passkey_id)).first()
    if row is None:
        raise PasskeyRefused("unknown")
    try:
        used = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge.encode(),
            expected_rp_id=party.host,
            expected_origin=party.origin,
            credential_public_key=row.public_key,
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except Exception as error:  # the parsers of a hostile answer raise more than their own errors
        raise PasskeyRefused(type(error).__name__) from error
    if not _note_use(passkey_id, issued_at, used.new_sign_count):
        raise PasskeyRefused("used before")
    return Account(row.id, row.email, row.role, row.password_hash)


def _note_use(passkey_id: str, issued_at: datetime, sign_count: int) -> bool:
    """Record the use; False if the challenge is not newer than the last use."""
    unused = or_(Passkey.used_at.is_(None), Passkey.used_at < issued_at)
    use = update(Passkey).where(Passkey.id == passkey_id, unused)
    values = {"used_at": clock.now(), "sign_count": sign_count}
    with writing() as session:
        noted = session.execute(use.values(values).returning(Passkey.id)).first()
    return noted is not None


def passkeys_of(admin_id: int) -> list[PasskeyRow]:
    """Return the admin's passkeys, the first one first."""
    columns = (Passkey.id, Passkey.agent, Passkey.created_at, Passkey.used_at)
    query = select(*columns).where(Passkey.admin_id == admin_id)
    with reading() as session:
        return [
            PasskeyRow(*row) for row in session.execute(query.order_by(Passkey.created_at)).all()
        ]


def remove_passkey(admin_id: int, passkey_id: str) -> None:
    """Forget one of the admin's passkeys."""
    own = Passkey.admin_id == admin_id, Passkey.id == passkey_id
    with writing() as session:
        session.execute(delete(Passkey).where(*own))


def _id_of(credential: str) -> str:
    """Return the id that the browser's answer names; raises PasskeyRefused."""
    try:
        named = json.loads(credential)["id"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise PasskeyRefused("no JSON") from error
    if not isinstance(named, str) or not named.isascii() or not named.isprintable():
        raise PasskeyRefused("no id")
    return named


def _bytes_of(passkey_id: str) -> bytes:
    from webauthn.helpers import base64url_to_bytes

    return base64url_to_bytes(passkey_id)
