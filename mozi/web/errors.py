"""The error pages, and the table of each error's HTTP status.

A route that answers with a picture or JSON catches the errors that it expects; all others come
here. No function here queries the database, but for the notice of TMDB on a client's error.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, abort, current_app, render_template, request
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from flask_limiter import RateLimitExceeded
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from mozi import clock
from mozi.database import UNREACHABLE, in_one_line
from mozi.errors import (
    BackupUnusable,
    BadArguments,
    BatchNotFound,
    BuildAbandoned,
    Busy,
    CatalogueError,
    CopyRefused,
    DraftNotFound,
    EqualPremieres,
    FilterNotFound,
    HistoryEntryNotFound,
    ImportRejected,
    ImportStopped,
    ListNotFound,
    MediaNotFound,
    Moved,
    MovieNotFound,
    MoziError,
    NoPosterSource,
    NoPremiere,
    PersonNotFound,
    PreviewOutdated,
    ProposalNotFound,
    QueueError,
    SettingsError,
    SourceError,
    StorageError,
)
from mozi.feeds import records
from mozi.logs import RateLimit
from mozi.server.bodies import NotReceived
from mozi.server.capacity import FORM_BYTES, largest_body
from mozi.services import services
from mozi.units import MIB
from mozi.web import rates
from mozi.web.clients import network
from mozi.web.i18n.languages import HUNGARIAN, in_language, is_admin, translations
from mozi.web.middleware.redirects import redirect_to
from mozi.web.middleware.refused import REFUSED
from mozi.web.notice import is_notice_owed
from mozi.web.rendering import today

# An error without a row has the status of its nearest base class.
STATUS: dict[type[MoziError], int] = {
    MoziError: 500,
    SettingsError: 500,
    Moved: 301,
    MovieNotFound: 404,
    EqualPremieres: 422,
    NoPremiere: 422,
    HistoryEntryNotFound: 404,
    MediaNotFound: 404,
    FilterNotFound: 404,
    BadArguments: 400,
    NoPosterSource: 404,
    SourceError: 503,
    StorageError: 503,
    CatalogueError: 503,
    BatchNotFound: 404,
    PersonNotFound: 404,
    ListNotFound: 404,
    ProposalNotFound: 404,
    Busy: 503,
    BuildAbandoned: 503,
    ImportRejected: 422,
    PreviewOutdated: 409,
    ImportStopped: 409,
    DraftNotFound: 404,
    QueueError: 500,
    BackupUnusable: 500,
    CopyRefused: 500,
}

# Heading and text of the page, by status.
WORDS: dict[int, tuple[LazyString, LazyString]] = {
    404: (
        _("Ez az oldal nincs műsoron"),
        _("Lehet, hogy elírás van a címben, vagy a film már nem szerepel a naptárban."),
    ),
    403: (_("Ez nem a te szereped"), _("Ezt az oldalt csak adminok nyithatják meg.")),
    405: (_("Ezt így nem lehet"), _("Ezen a címen csak nézelődni lehet, küldeni nem.")),
    429: (
        _("Lassabban, kérlek"),
        _("Erről a hálózatról most túl sok kérés érkezik. Próbáld újra néhány másodperc múlva!"),
    ),
    413: (_("Ez túl nagy"), _("A küldött fájl nagyobb, mint amekkorát át tudunk venni.")),
    500: (_("Elszakadt a film"), _("Nálunk történt hiba, nem nálad. Nézz vissza kicsit később.")),
    503: (
        _("Rövid szünet"),
        _("Most nem tudjuk megmutatni az oldalt. Próbáld újra néhány másodperc múlva!"),
    ),
}
GO_BACK = _(
    "Egyszerre legfeljebb %(mib)s MiB-ot veszünk át. Lépj vissza a böngészővel: amit beírtál, még"
    " ott van; válassz kisebb fájlt."
)
SEND_AGAIN = _(
    "Amit beírtál, nem veszett el: töltsd újra ezt az oldalt, és a böngésző újra elküldi."
)
NO_MOVIE = (
    _("Ez a film már nem szerepel a naptárban"),
    _("Keresd meg cím szerint, vagy nézd meg, mi van műsoron."),
)
NO_FILTER = (_("Ilyen film már nincs"), _("Ennek a szűrőnek egyetlen film sem felel meg."))
OTHER_WORDS = (_("Ezt nem tudjuk teljesíteni"), _("A kérés nem érthető, vagy nem megengedett."))

WORDS_OF: dict[type[MoziError], tuple[LazyString, LazyString]] = {
    MovieNotFound: NO_MOVIE,
    FilterNotFound: NO_FILTER,
    EqualPremieres: (OTHER_WORDS[0], _("A filmnek már van ilyen bemutatója ezen a napon.")),
    NoPremiere: (OTHER_WORDS[0], _("Legalább egy bemutatónak maradnia kell.")),
}

RETRY_AFTER_S = 5
_traceback_limit = RateLimit(60.0)


def register(app: Flask) -> None:
    """Answer every error with a page; a body that was too large is refused before all else."""
    app.before_request_funcs.setdefault(None, []).insert(0, refuse_missing_body)
    app.register_error_handler(MoziError, on_mozi_error)
    app.register_error_handler(Moved, on_moved)
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(RateLimitExceeded, on_too_many)
    for unreachable in UNREACHABLE:
        app.register_error_handler(unreachable, on_database_error)


def refuse_missing_body() -> None:
    """Answer 413 where the server has left the body out: its form cannot be read."""
    if isinstance(request.environ["wsgi.input"], NotReceived):
        abort(413)


def status_of(error: MoziError) -> int:
    """Return the HTTP status of an error."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def on_mozi_error(error: MoziError) -> Response:
    """Answer an error that Mozi raised; from 500 on it is our fault, so it is logged."""
    status = status_of(error)
    if status >= 500 and not isinstance(error, Busy):
        current_app.logger.error("%s: %s", type(error).__name__, error, exc_info=error)
    retry_after_s = error.retry_after_s if isinstance(error, Busy) else RETRY_AFTER_S
    return _page(Response(status=status), retry_after_s=retry_after_s, error=error)


def on_moved(error: Moved) -> Response:
    """Redirect to the page's address, for a while.

    Without an age a browser keeps a 301 for good: a movie that gets its old title back would be
    an endless redirect.
    """
    return redirect_to(error.location, code=301)


def on_database_error(error: Exception) -> Response:
    """Answer that the database cannot be reached, or is too busy.

    In an outage every request fails in the same way: each is logged in one line, and the
    traceback of 120 lines once a minute.
    """
    traceback = error if _traceback_limit.allows() else None
    current_app.logger.error("The database failed: %s", in_one_line(error), exc_info=traceback)
    return _page(Response(status=503), retry_after_s=RETRY_AFTER_S)


def on_http_error(error: HTTPException) -> Response:
    """Answer what the router, Flask or abort() raised; redirects and ready responses unchanged.

    The headers that a status needs (Allow with 405) are kept.
    """
    ready = error.response or error.code is None or error.code < 400
    answer = error.get_response()
    return answer if ready else _page(answer, retry_after_s=RETRY_AFTER_S)


def on_too_many(error: RateLimitExceeded) -> Response:
    """Answer a network that asks too often, and say when it may ask again."""
    wait_s = rates.retry_after_s()
    answer = _page(error.get_response(), retry_after_s=wait_s)
    if "session" not in request.cookies:  # an admin's page has more on it
        current_app.extensions[REFUSED].remember(
            network(),
            request.path,
            limit=rates.limit_of(current_app, request.path),
            until=clock.now().timestamp() + wait_s,
            words=(answer.content_type or "", answer.get_data()),
        )
    return answer


def _page(answer: Response, *, retry_after_s: int, error: MoziError | None = None) -> Response:
    """Return the answer with the page of its status in it; under /api/ with JSON."""
    status = answer.status_code
    heading, text = _words(status, error)
    if in_language(request.path, HUNGARIAN).startswith("/api/"):
        _write_record(answer, error, text=str(text))
    else:
        unfiltered = (
            request.script_root + request.path if isinstance(error, FilterNotFound) else None
        )
        _write_html(answer, heading=heading, text=text, hint=_hint(status), unfiltered=unfiltered)
    no_store = status >= 500 or status == 429 or is_admin(request.path)
    answer.headers["Cache-Control"] = "no-store" if no_store else "no-cache"
    if status in {429, 503}:
        answer.headers.setdefault("Retry-After", str(retry_after_s))
    return answer


def _words(status: int, error: MoziError | None) -> tuple[LazyString, LazyString]:
    """Return the heading and the text of the page."""
    for kind, words in WORDS_OF.items():
        if isinstance(error, kind):
            return words
    return WORDS.get(status, WORDS[500] if status >= 500 else OTHER_WORDS)


def _hint(status: int) -> str | None:
    """Return how an admin can send the same form again, None where no form was refused."""
    if request.method != "POST" or not is_admin(request.path):
        return None
    if status == 413:
        largest = largest_body(services().settings.poster_max_bytes) - FORM_BYTES
        return str(GO_BACK) % {"mib": f"{largest / MIB:g}"}
    return str(SEND_AGAIN) if status >= 500 else None


def _write_html(answer: Response, **words: LazyString | str | None) -> None:
    html = render_template(
        "error.html",
        status=answer.status_code,
        today=today(),
        translations=translations("/"),
        from_tmdb=is_notice_owed(ask=answer.status_code < 500),
        **words,
    )
    answer.set_data(html)
    answer.content_type = "text/html; charset=utf-8"


def _write_record(answer: Response, error: MoziError | None, *, text: str) -> None:
    """Write {"error": …}: a client's error in detail, a server's error in general."""
    detailed = error is not None and answer.status_code < 500
    record: dict[str, Any] = {"error": str(error) if detailed else text}
    if isinstance(error, BadArguments):
        record["arguments"] = error.faults
    answer.set_data(records.as_json(record))
    answer.content_type = records.CONTENT_TYPE
