"""The words for codes of the tables and for moved dates, in the request's language."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Protocol

from babel import Locale
from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from mozi.calendar.languages import language_names
from mozi.web.i18n.languages import current, dates_in

KIND_NAMES: dict[str, LazyString] = {
    "cinema": lazy_gettext("moziban"),
    "streaming": lazy_gettext("online"),
    "rerelease": lazy_gettext("újra a mozikban"),
}
PRECISION_NAMES: dict[str, LazyString] = {
    "day": lazy_gettext("Pontos nap"),
    "month": lazy_gettext("Csak a hónap"),
    "year": lazy_gettext("Csak az év"),
}
STATUS_NAMES: dict[str, LazyString] = {
    "scheduled": lazy_gettext("Bemutatják"),
    "cancelled": lazy_gettext("Elmarad"),
}
VERSION_NAMES: dict[str, LazyString] = {
    "dubbed": lazy_gettext("szinkronos"),
    "subtitled": lazy_gettext("feliratos"),
    "both": lazy_gettext("szinkronos és feliratos"),
    "original": lazy_gettext("eredeti nyelven, felirat nélkül"),
}
AGE_NAMES: dict[str, LazyString] = {
    "KN": lazy_gettext("korhatárra való tekintet nélkül megtekinthető"),
    "6": lazy_gettext("hat éven aluliak számára nem ajánlott"),
    "12": lazy_gettext("tizenkét éven aluliak számára nem ajánlott"),
    "16": lazy_gettext("tizenhat éven aluliak számára nem ajánlott"),
    "18": lazy_gettext("tizennyolc éven aluliak számára nem ajánlott"),
    "X": lazy_gettext("csak felnőtteknek"),
}

FORMER_COUNTRIES: dict[str, LazyString] = {
    "Szovjetunió": lazy_gettext("Szovjetunió"),
    "Csehszlovákia": lazy_gettext("Csehszlovákia"),
    "Jugoszlávia": lazy_gettext("Jugoszlávia"),
    "NDK": lazy_gettext("NDK"),
    "NSZK": lazy_gettext("NSZK"),
}


class HasOldDate(Protocol):
    """A move, or a movie whose date may have moved."""

    @property
    def old_date(self) -> date | None: ...
    @property
    def old_precision(self) -> str | None: ...


def _(text: str, **values: object) -> str:
    """Return text in the request's language (flask_babel is not typed)."""
    translated: str = gettext(text, **values)
    return translated


def kind_name(kind: str) -> str:
    """Return how a film opens: "moziban"."""
    return str(KIND_NAMES[kind])


def age_name(age: str) -> str:
    """Return what an age rating means: "hat éven aluliak számára nem ajánlott"."""
    return str(AGE_NAMES[age])


def version_name(version: str) -> str:
    """Return how a premiere is shown: "feliratos"."""
    return str(VERSION_NAMES[version])


def language_name(code: str) -> str:
    """Return a language's name in the page's language; a text that is no code as it is."""
    return language_names(current()).get(code, code)


def country_name(country: str) -> str:
    """Return a country, which editors write in Hungarian, in the page's language if it is known."""
    if current() == "hu":
        return country
    if country in FORMER_COUNTRIES:
        return str(FORMER_COUNTRIES[country])
    code = _country_codes().get(country.casefold())
    return _territories(current())[code] if code else country


@cache
def _country_codes() -> dict[str, str]:
    """Return ISO 3166 codes by Hungarian name, and by what editors write in its place."""
    names = {name.casefold(): code for code, name in _territories("hu").items() if len(code) == 2}
    return {**names, "usa": "US", "egyesült államok": "US", "anglia": "GB"}


@cache
def _territories(language: str) -> dict[str, str]:
    return dict(Locale(language).territories)


def move_words(change: HasOldDate, day: date, precision: str, *, today: date) -> str:
    """Return how the date moved to day; "" where it never moved."""
    dates, old = dates_in(current()), change.old_date
    if old is None:
        return ""
    if change.old_precision == "day" == precision:
        both = dates.moved(old, day, today=today)
        return (
            _("elhalasztva: %(dates)s", dates=both)
            if day > old
            else _("előrehozva: %(dates)s", dates=both)
        )
    if change.old_precision == "day":
        return _("elhalasztva, eredetileg: %(day)s", day=dates.short_day(old, today=today))
    if precision == "day":
        return _("kitűzve: %(day)s", day=dates.short_day(day, today=today))
    return _("új dátum: %(when)s", when=dates.premiere(day, precision))
