"""The log's lines of sign-ins: which account, and from which network, never which address.

What was typed is not logged where there is no such account: it may be a password in the wrong
field.
"""

from __future__ import annotations

import logging

from mozi.logs import event
from mozi.web.admin.sign_in.throttling import network

logger = logging.getLogger("mozi.sign_ins")


def note(what: str, email: str | None, *, level: int = logging.INFO) -> None:
    """Log what happened to an account; email: None where there is none of that name."""
    whose, where = email or "no account of ours", network()
    logger.log(level, **event(f"{what}: {whose}, from {where}", account=email, network=where))
