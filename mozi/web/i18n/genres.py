"""Genres: editors write them in Hungarian, English pages translate the known ones."""

from __future__ import annotations

from flask_babel import gettext


def N_(text: str) -> str:  # noqa: N802 - gettext's customary name for "translate this later"
    """Return text; scripts/translations puts it into the catalogue."""
    return text


GENRES = frozenset(
    {
        N_("akció"), N_("animáció"), N_("bűnügyi"), N_("családi"), N_("dokumentumfilm"),
        N_("dráma"), N_("életrajzi"), N_("fantasy"), N_("háborús"), N_("horror"), N_("kaland"),
        N_("katasztrófa"), N_("krimi"), N_("mese"), N_("musical"), N_("misztikus"),
        N_("némafilm"), N_("romantikus"), N_("rövidfilm"), N_("sci-fi"), N_("sport"),
        N_("szatíra"), N_("thriller"), N_("történelmi"), N_("vígjáték"), N_("western"),
        N_("zenés"),
    }
)  # fmt: skip


def genre_name(genre: str) -> str:
    """Return a genre in the request's language; an unknown one stays Hungarian."""
    name: str = gettext(genre) if genre in GENRES else genre
    return name
