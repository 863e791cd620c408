"""The words for codes of the tables and for moved dates, in the request's language."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

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
AGE_NAMES: dict[str, LazyString] = {
    "KN": lazy_gettext("korhatár nélkül"),
    "6": lazy_gettext("hat éven aluliaknak nem ajánlott"),
    "12": lazy_gettext("tizenkét éven aluliaknak nem ajánlott"),
    "16": lazy_gettext("tizenhat éven aluliaknak nem ajánlott"),
    "18": lazy_gettext("tizennyolc éven aluliaknak nem ajánlott"),
    "X": lazy_gettext("csak felnőtteknek"),
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
    """Return what an age rating means: "hat éven aluliaknak nem ajánlott"."""
    return str(AGE_NAMES[age])


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
