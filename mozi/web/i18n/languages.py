"""The languages of the public pages: Hungarian at the plain addresses, English under /en.

`register` puts each blueprint of `mozi.web.PUBLIC` at its own addresses and again under /en, as
`en.<blueprint>.<view>`. For a new page:

- the path alone decides the language of a request, error pages included: `current()`
- templates use `_("Magyar szöveg")`, `ngettext`, `url_for("pages.index")`, which keeps the
  language, and the filters of `dates.py`: `day | day_name(today=today)`
- Python uses `flask_babel.gettext` (`lazy_gettext` outside a request), this module's `url_for`,
  and `dates_in(current())`
- the sources have the Hungarian texts; translations/en/LC_MESSAGES/messages.po has the English
  ones, and `scripts/translations` updates it
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import flask
from babel.support import Translations
from flask import Blueprint, Flask, current_app, has_request_context, request
from flask_babel import refresh

from mozi.extensions import babel
from mozi.web.i18n import dates, english_dates

HUNGARIAN = "hu"
ENGLISH = "en"
LANGUAGES = {HUNGARIAN: "Magyar", ENGLISH: "English"}
PREFIX = f"/{ENGLISH}"

DATES: dict[str, ModuleType] = {HUNGARIAN: dates, ENGLISH: english_dates}
DATE_FILTERS = (
    *("day_name", "distance", "full_day", "full_month", "in_month", "in_year", "listed"),
    *("machine_date", "month_name", "moved", "near_day", "premiere", "short_day", "week_span"),
)


@dataclass(frozen=True)
class Translation:
    """The current page in one language; path: from the root, with its query."""

    language: str
    name: str
    path: str


def register(app: Flask, blueprints: Iterable[Blueprint]) -> None:
    """Register the blueprints at their addresses and under /en, and set up the templates."""
    english = Blueprint(ENGLISH, __name__, url_prefix=PREFIX)
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
        english.register_blueprint(blueprint)
    app.register_blueprint(english)
    app.config["BABEL_DEFAULT_LOCALE"] = HUNGARIAN
    babel.init_app(app, locale_selector=current)
    app.before_request(refresh)  # an app context that outlives a request keeps its language
    _install_translations(app)
    app.jinja_env.globals["url_for"] = url_for
    app.jinja_env.globals["language"] = current
    app.jinja_env.filters.update({name: _date_filter(name) for name in DATE_FILTERS})


def _install_translations(app: Flask) -> None:
    """Give templates `_`, `ngettext` and `pgettext` with catalogues that are loaded once.

    A page of 60 films calls them 400 times. Flask-Babel looks up the request's locale and
    catalogue each time, which took a third of the render.
    """
    folder = Path(app.root_path) / "translations"
    catalogues = {language: Translations.load(folder, [language]) for language in LANGUAGES}
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # the i18n extension's
        lambda text: catalogues[current()].gettext(text),
        lambda one, many, number: catalogues[current()].ngettext(one, many, number),
        newstyle=True,
        pgettext=lambda context, text: catalogues[current()].pgettext(context, text),
    )


def current() -> str:
    """Return the language of the request, "hu" or "en"; Hungarian outside a request."""
    return language_of(request.path) if has_request_context() else HUNGARIAN


def language_of(path: str) -> str:
    """Return the language of a path, even if it has no page."""
    return ENGLISH if path == PREFIX or path.startswith(f"{PREFIX}/") else HUNGARIAN


def dates_in(language: str) -> ModuleType:
    """Return the dates module of this language: `dates_in("en").day_name(…)`."""
    return DATES[language]


def url_for(endpoint: str, *, language: str | None = None, **values: Any) -> str:
    """Return the address of a view, in the request's language unless another one is given.

    Views without a translation (static files, posters) have one address. The arguments are
    those of flask.url_for.
    """
    wanted = language or current()
    translated = f"{wanted}.{endpoint}"
    known = wanted != HUNGARIAN and translated in current_app.view_functions
    return flask.url_for(translated if known else endpoint, **values)


def in_language(path: str, language: str) -> str:
    """Return the path of the same page in a language, without the script root."""
    plain = path.removeprefix(PREFIX) or "/" if language_of(path) == ENGLISH else path
    return plain if language == HUNGARIAN else f"{PREFIX}{plain}"


def is_admin(path: str) -> bool:
    """Return whether a path is below /admin/, in either language."""
    return f"{in_language(path, HUNGARIAN)}/".startswith("/admin/")


def translations(path: str, query: str = "") -> tuple[Translation, ...]:
    """Return the page at path in every language, each with the same query."""
    asked = f"?{query}" if query else ""
    return tuple(
        Translation(language, name, f"{request.script_root}{in_language(path, language)}{asked}")
        for language, name in LANGUAGES.items()
    )


def _date_filter(name: str) -> Callable[..., str]:
    """Return a filter that calls this function of the dates module in the request's language."""

    def format_date(*args: Any, **values: Any) -> str:
        text: str = getattr(dates_in(current()), name)(*args, **values)
        return text

    return format_date
