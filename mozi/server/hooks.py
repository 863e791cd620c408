"""What the server asks of the app: the app leaves it in app.extensions, under HOOKS.

So the server imports nothing of the web. An app without hooks is served all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mozi.server.answers import WSGIApp

HOOKS = "mozi.server"


@dataclass(frozen=True)
class ServerHooks:
    """The app's part in serving.

    ready_layers: the WSGI layers that never block, around `ready.not_ready`. is_admin: whether a
    path is the admin's. is_session: whether a Cookie header is a signed-in admin's; it may query
    the database. warm_up: prepares the app for its first request, once in each worker.
    wind_down: called when the worker stops; ends what works without a visitor.
    """

    ready_layers: WSGIApp
    is_admin: Callable[[str], bool]
    is_session: Callable[[str], bool]
    warm_up: Callable[[], None]
    wind_down: Callable[[], None]


def find_hooks(app: WSGIApp) -> ServerHooks | None:
    """Return the hooks that this app has left, None for any other WSGI app."""
    hooks: ServerHooks | None = getattr(app, "extensions", {}).get(HOOKS)
    return hooks
