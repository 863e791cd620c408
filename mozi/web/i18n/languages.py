"""The languages of the public pages: Hungarian at the plain addresses, English under /en.

How a page gets both: its blueprint is listed in `mozi.web.PUBLIC`, and `register` puts it at its
own addresses and once more under /en (as `en.<blueprint>.<view>`). Nothing else is needed:

- which language a request is in is told by its path alone, error pages included: `current()`
- templates: `_("Magyar szöveg")`, `ngettext`, and `url_for("pages.index")`, which keeps the
  language; the filters of `dates.py` (`day | day_name(today=today)`) speak it
- Python: `flask_babel.gettext` (`lazy_gettext` outside of a request), this module's `url_for`,
  and `dates_in(current())` for dates
- the texts in the sources are Hungarian; the English ones stand in
  translations/en/LC_MESSAGES/messages.po: `scripts/translations` brings it up to date
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
    *("day_name", "distance", "full_day", "full_month", "in_month", "in_year", "machine_date"),
    *("month_name", "moved", "near_day", "premiere", "short_day", "week_span"),
)


@dataclass(frozen=True)
class Translation:
    """The page at hand in one of the languages; path: with its query, from the root on."""

    language: str
    name: str
    path: str


def register(app: Flask, blueprints: Iterable[Blueprint]) -> None:
    """Put the blueprints at their addresses and under /en, and give templates the languages."""
    english = Blueprint(ENGLISH, __name__, url_prefix=PREFIX)
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
        english.register_blueprint(blueprint)
    app.register_blueprint(english)
    app.config["BABEL_DEFAULT_LOCALE"] = HUNGARIAN
    babel.init_app(app, locale_selector=current)
    app.before_request(refresh)  # an app context that outlives a request kept its language
    _speak_quickly(app)
    app.jinja_env.globals["url_for"] = url_for
    app.jinja_env.globals["language"] = current
    app.jinja_env.filters.update({name: _spoken(name) for name in DATE_FILTERS})


def _speak_quickly(app: Flask) -> None:
    """Give templates `_` and `ngettext` over catalogues that are loaded once.

    A page of 60 films asks 400 times, and Flask-Babel looks for the request's locale and its
    catalogue each time: a third of the render.
    """
    folder = Path(app.root_path) / "translations"
    catalogues = {language: Translations.load(folder, [language]) for language in LANGUAGES}
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # the i18n extension's
        lambda text: catalogues[current()].gettext(text),
        lambda one, many, number: catalogues[current()].ngettext(one, many, number),
        newstyle=True,
    )


def current() -> str:
    """Return the language of the request: "hu" or "en"; Hungarian outside of one."""
    return language_of(request.path) if has_request_context() else HUNGARIAN


def language_of(path: str) -> str:
    """Return the language that a path is in, whether there is a page or not."""
    return ENGLISH if path == PREFIX or path.startswith(f"{PREFIX}/") else HUNGARIAN


def dates_in(language: str) -> ModuleType:
    """Return the module that says dates in this language: `dates_in("en").day_name(…)`."""
    return DATES[language]


def url_for(endpoint: str, *, language: str | None = None, **values: Any) -> str:
    """Return the address of a view in the request's language, or in another one.

    What there is in one language only (static files, posters, the admin's pages) keeps its
    own. Arguments are those of flask.url_for.
    """
    named = language or current()
    translated = f"{named}.{endpoint}"
    known = named != HUNGARIAN and translated in current_app.view_functions
    return flask.url_for(translated if known else endpoint, **values)


def in_language(path: str, language: str) -> str:
    """Return the path of the same page in a language; without the script root."""
    plain = path.removeprefix(PREFIX) or "/" if language_of(path) == ENGLISH else path
    return plain if language == HUNGARIAN else f"{PREFIX}{plain}"


def is_admin(path: str) -> bool:
    """Return whether a path is one of the admin's, in either language, there or not."""
    return f"{in_language(path, HUNGARIAN)}/".startswith("/admin/")


def translations(path: str, query: str = "") -> tuple[Translation, ...]:
    """Return the page at path in every language, itself included, each with the same query."""
    asked = f"?{query}" if query else ""
    return tuple(
        Translation(language, name, f"{request.script_root}{in_language(path, language)}{asked}")
        for language, name in LANGUAGES.items()
    )


def _spoken(name: str) -> Callable[..., str]:
    """Return the function of this name of the module that speaks the request's language."""

    def say(*args: Any, **values: Any) -> str:
        said: str = getattr(dates_in(current()), name)(*args, **values)
        return said

    return say
