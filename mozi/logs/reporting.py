"""Errors to Sentry, where SENTRY_DSN is set, without personal data.

Every fault of ours is logged as an error, by Flask or by Mozi, so Sentry reads the log. Its Flask
integration is off: it wraps every request, cached pages too, and collects cookies, headers and
form fields.
"""

from __future__ import annotations

from typing import Any

from flask import has_request_context, request

from mozi.logs import request_id
from mozi.settings import Settings
from mozi.version import VERSION

PERSONAL = ("user", "request", "breadcrumbs")
"""The parts of an event that may hold personal data: addresses, cookies, earlier log lines."""


def start_reporting(settings: Settings, *, release: str, **options: Any) -> None:
    """Report this process's errors from now on; without SENTRY_DSN do nothing.

    release: names the build where neither git nor the host (Heroku) does.
    options: sentry_sdk.init's, for tests.
    """
    if settings.sentry_dsn is None:
        return
    # Imported here: it takes 10 MB of every process.
    import sentry_sdk
    from sentry_sdk.integrations.argv import ArgvIntegration
    from sentry_sdk.integrations.logging import ignore_logger
    from sentry_sdk.integrations.stdlib import StdlibIntegration
    from sentry_sdk.utils import get_default_release

    ignore_logger("rq.worker")  # repeats what the job has logged
    sentry_sdk.init(
        dsn=settings.sentry_dsn,
        release=_version_of(get_default_release() or release),
        include_local_variables=False,  # a frame's variables hold forms and addresses
        max_request_body_size="never",
        auto_enabling_integrations=False,
        # A command's arguments may have an e-mail address; a fetched address may be private.
        disabled_integrations=[ArgvIntegration(), StdlibIntegration()],
        auto_session_tracking=False,
        before_send=_without_personal_data,
        **options,
    )


def _version_of(build: str) -> str:
    """Return what Sentry calls this version: package@version+build.

    A SENTRY_RELEASE that is in this form already is taken as it is.
    """
    return build if "@" in build else f"mozi@{VERSION}+{build}"


def _without_personal_data(event: Any, hint: Any) -> Any:
    """Return the event without personal data, with the request's id, endpoint and method."""
    for name in PERSONAL:
        event.pop(name, None)
    tags = event.setdefault("tags", {})
    tags["request_id"] = request_id.get()
    if has_request_context():
        tags["endpoint"], tags["method"] = str(request.endpoint), request.method
    return event
