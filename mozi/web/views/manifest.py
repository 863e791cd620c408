"""Mozi as an app on a phone: the manifest, and the service worker with the last calendar.

https://www.w3.org/TR/appmanifest/

And the rules by which a browser reads a page before it is clicked.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, send_from_directory
from flask_babel import gettext as _

from mozi.feeds.records import as_json
from mozi.services import services
from mozi.web.i18n.languages import HUNGARIAN, current, url_for
from mozi.web.views.feeds import feed

MANIFEST_TYPE = "application/manifest+json"
STAGE = "#17121a"  # the masthead's background, in light and dark
ICONS = (
    ("favicon.svg", "any", "image/svg+xml", "any"),
    ("icons/icon-192.png", "192x192", "image/png", "any"),
    ("icons/icon-512.png", "512x512", "image/png", "any"),
    ("icons/maskable-512.png", "512x512", "image/png", "maskable"),
)
LOGO_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp"}
LOGO = "mozi.logo"  # the app's Logo or None, in its extensions
LOGO_DIGITS = 8

blueprint = Blueprint("installed", __name__)


@dataclass(frozen=True)
class Logo:
    """A picture, and its file name, which changes with the content."""

    name: str
    content_type: str
    body: bytes


def read_logo(path: Path | None) -> Logo | None:
    """Return the logo in the file (SITE_LOGO), None without a file."""
    if path is None:
        return None
    body, ending = path.read_bytes(), path.suffix.lower()
    digest = hashlib.sha256(body).hexdigest()[:LOGO_DIGITS]
    return Logo(f"logo.{digest}{ending}", LOGO_TYPES[ending], body)


@blueprint.get("/manifest.webmanifest")
def manifest() -> Response:
    """Answer with the manifest in the request's language."""
    return feed(
        "manifest",
        lambda session: (),
        lambda shown: as_json(_manifest()),
        content_type=MANIFEST_TYPE,
    )


def _manifest() -> dict[str, Any]:
    return {
        "name": _("%(site)s – filmpremierek", site=services().settings.site_name),
        "short_name": services().settings.site_name,
        "description": _("Filmpremierek a magyar mozikban és online, hétről hétre."),
        "lang": current(),
        "dir": "ltr",
        "id": url_for("pages.index", language=HUNGARIAN),
        "start_url": url_for("pages.index"),
        "scope": url_for("pages.index", language=HUNGARIAN),
        "display": "standalone",
        "theme_color": STAGE,
        "background_color": STAGE,
        "icons": [*_logos(), *(_icon(*icon) for icon in ICONS)],
    }


def _icon(name: str, sizes: str, kind: str, purpose: str) -> dict[str, str]:
    address = url_for("static", filename=name)
    return {"src": address, "sizes": sizes, "type": kind, "purpose": purpose}


def _logos() -> list[dict[str, str]]:
    logo: Logo | None = current_app.extensions[LOGO]
    if logo is None:
        return []
    address = url_for("installed.logo", name=logo.name, language=HUNGARIAN)
    return [{"src": address, "sizes": "any", "type": logo.content_type, "purpose": "any"}]


@blueprint.get("/logo/<name>")
def logo(name: str) -> Response:
    """Answer with the site's own logo; its name changes with it."""
    own: Logo | None = current_app.extensions[LOGO]
    if own is None or name != own.name:
        abort(404)
    answer = Response(own.body, content_type=own.content_type)
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer


@blueprint.get("/sw.js")
def worker() -> Response:
    """Answer with the service worker from the root: it controls the paths below its own."""
    answer = send_from_directory(current_app.static_folder or "", "sw.js")
    answer.headers["Cache-Control"] = "no-cache"
    return answer
