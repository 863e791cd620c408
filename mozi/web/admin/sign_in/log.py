"""Log lines of sign-ins: with the account and the client's network, never its address.

An e-mail address without an account is not logged: it may be a password in the wrong field.
"""

from __future__ import annotations

import logging

from mozi.logs import event
from mozi.web.clients import network

logger = logging.getLogger("mozi.sign_ins")


def log_sign_in(what: str, email: str | None, *, level: int = logging.INFO) -> None:
    """Log what happened to an account; email: None for an address without an account."""
    account, where = email or "no account of ours", network()
    logger.log(level, **event(f"{what}: {account}, from {where}", account=email, network=where))
