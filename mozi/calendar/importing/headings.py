"""Knows the headings of import files: the columns' names, and labels in Hungarian and English."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from mozi.calendar.fields import COLUMNS

LABELS = {
    "external_id": "külső azonosító, azonosító, id, external id",
    "title": "cím, film, film címe, filmcím, magyar cím, film title",
    "original_title": "eredeti cím, original, original title",
    "premiere_date": (
        "bemutató, bemutató napja, bemutató dátuma, premier, premier dátuma, premierdátum, dátum,"
        " mozibemutató, hazai bemutató, magyarországi bemutató, premiere, premiere date,"
        " release date, date, nap"
    ),
    "synopsis": "tartalom, leírás, szinopszis, történet, ismertető, synopsis, description, plot",
    "genres": "műfaj, műfajok, genre, genres",
    "runtime_minutes": (
        "hossz, hossz (perc), játékidő, játékidő (perc), perc, időtartam, runtime, running time,"
        " length, duration, runtime (minutes), runtime (min)"
    ),
    "age_rating": "korhatár, korhatár-besorolás, besorolás, age mark, age rating, rating, age",
    "director": "rendező, rendezők, rendezte, director, directors, directed by",
    "cast": "szereplők, szereplő, főszereplők, színészek, starring, actors",
    "country": "ország, országok, gyártó ország, származási ország, country, countries",
    "year": (
        "gyártási év, gyártás éve, a gyártás éve, készült, készítés éve, év, year, production year,"
        " year of production"
    ),
    "original_language": (
        "eredeti nyelv, eredeti nyelve, a film nyelve, nyelv, language, original language"
    ),
    "distributor": "forgalmazó, forgalmazza, magyarországi forgalmazó, distributor",
    "trailer_url": (
        "előzetes, előzetes címe, előzetes linkje, előzetes linkje (url), trailer, trailer address,"
        " trailer link, trailer link (url)"
    ),
    "poster_url": (
        "plakát, plakát címe, plakát linkje, plakát linkje (url), poster, poster address,"
        " poster link, poster link (url)"
    ),
    "kind": (
        "hol látható, bemutató fajtája, a bemutató fajtája, fajta, típus, release type, type,"
        " where it shows"
    ),
    "date_precision": (
        "a dátum pontossága, dátum pontossága, pontosság, precision, date precision,"
        " precision of the date"
    ),
    "status": "állapot, státusz",
    "language_version": (
        "szinkron/felirat, szinkron, szinkron vagy felirat, szinkronos/feliratos, felirat,"
        " változat, nyelvi változat, verzió, version, language version, dubbing,"
        " dubbing/subtitles, dubbed or subtitled, subtitles"
    ),
}


def _folded(heading: str) -> str:
    """Return the heading's letters and digits, without case and accents."""
    plain = unicodedata.normalize("NFKD", heading.casefold())
    return "".join(character for character in plain if character.isalnum())


_KNOWN = {
    **{_folded(label): column for column, labels in LABELS.items() for label in labels.split(",")},
    **{_folded(column): column for column in COLUMNS},
}


def column_of(heading: object) -> str | None:
    """Return the column that a heading means, None for an unknown heading."""
    return _KNOWN.get(_folded(heading)) if isinstance(heading, str) else None


def likely_column(heading: str) -> str | None:
    """Return the column whose heading is nearly this one."""
    near = get_close_matches(_folded(heading), _KNOWN, n=1, cutoff=0.75)
    return _KNOWN[near[0]] if near else None


def known_columns(cells: Iterable[object]) -> set[str]:
    """Return the columns that the cells name as headings."""
    return {column for cell in cells if (column := column_of(cell)) is not None}


def heading_index(rows: Sequence[Sequence[object]]) -> int:
    """Return which row is the heading: the first that names a title and more, else the first."""
    for index, cells in enumerate(rows):
        known = known_columns(cells)
        if "title" in known and len(known) > 1:
            return index
    return 0
