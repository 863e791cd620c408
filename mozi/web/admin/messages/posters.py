"""Why a poster cannot be used, in the words of whoever edits: by the code of each failure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import format_decimal
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from mozi.errors import SourceError
from mozi.posters.queries import Failure
from mozi.units import MIB

FAILURES: dict[str, LazyString] = {
    # The file.
    "empty": _("A fájl üres."),
    "file_too_large": _("A fájl %(size)s MiB-os; legfeljebb %(most)s MiB lehet."),
    "too_many_pixels": _("A kép %(pixels)s képpontos; legfeljebb %(most)s lehet. Kicsinyítsd le."),
    "format_not_accepted": _("Ez %(what)s; JPEG-, PNG-, WebP-, AVIF- vagy GIF-kép kell."),
    "not_a_picture": _("Ez nem kép, hanem %(what)s; JPEG-, PNG-, WebP-, AVIF- vagy GIF-kép kell."),
    "cut_short": _("A képnek hiányzik a vége. Lehet, hogy félbeszakadt a letöltése."),
    "damaged": _("A kép sérült, nem lehet megnyitni."),
    "too_many_scans": _("Ez a JPEG túl sok rétegből áll. Mentsd el újra egy képszerkesztővel."),
    "out_of_memory": _("A kép megnyitásához nincs elég memória. Kicsinyítsd le."),
    "original_lost": _("A feltöltött fájl elveszett. Töltsd fel újra."),
    # The address.
    "bad_address": _("Erről a címről nem lehet fájlt letölteni."),
    "bad_scheme": _("A cím nem https:// vagy http:// kezdetű."),
    "address_with_password": _("A címben felhasználónév vagy jelszó van, azt nem szabad."),
    "bad_redirect": _("A cím olyan helyre irányít tovább, ami nem cím."),
    "forbidden_address": _(
        "A(z) %(host)s nem nyilvános címen van (%(address)s); onnan nem töltünk."
    ),
    "forbidden_port": _(
        "Erről a portról (%(port)s) nem töltünk le fájlt; az üzemeltető engedélyezheti."
    ),
    "name_not_found": _("Nincs %(host)s nevű szerver."),
    "unreachable": _("A(z) %(host)s szerver nem fogad kapcsolatot."),
    "tls_failure": _("A szerver tanúsítványa vagy titkosítása nincs rendben."),
    "http_status": _("A cím ezt válaszolta: %(status)s (%(meaning)s)."),
    "too_many_redirects": _("A cím %(hops)s alkalomnál többször irányít tovább."),
    "timed_out": _("A fájl %(seconds)s másodperc alatt sem érkezett meg."),
    "too_large": _("A fájl nagyobb, mint a megengedett %(max_mib)s MiB."),
    "broken": _("A válasz megszakadt vagy megsérült, mielőtt az egész fájl megjött volna."),
}

MEANINGS: dict[int, LazyString] = {
    401: _("jelszót kér"),
    403: _("nem adja ki a fájlt"),
    404: _("nincs ott semmi"),
    410: _("nincs ott semmi"),
    429: _("túl gyakran kérték"),
    451: _("jogi okból nem mutathatja"),
}
SERVER_IN_TROUBLE = _("bajban van a szerver")
NO_FILE = _("ez nem fájl")

# What imaging/kinds.py calls things.
KINDS: dict[str, LazyString] = {
    "a TIFF": _("TIFF-kép"),
    "a BMP": _("BMP-kép"),
    "an icon": _("ikon"),
    "a Photoshop": _("Photoshop-fájl"),
    "a JPEG 2000": _("JPEG 2000-kép"),
    "a JPEG XL": _("JPEG XL-kép"),
    "an HEIC": _("HEIC-kép"),
    "an EPS (PostScript) file": _("EPS- (PostScript-) fájl"),
    "a PDF document": _("PDF-dokumentum"),
    "a ZIP archive": _("ZIP-fájl"),
    "a gzip archive": _("gzip-fájl"),
    "a video": _("videó"),
    "an SVG drawing": _("SVG-rajz"),
    "an HTML page": _("HTML-oldal"),
    "text": _("szöveg"),
    "a file of an unknown kind": _("ismeretlen fajtájú fájl"),
}


def failure_words(failure: Failure | SourceError) -> str:
    """Return why a source cannot be used, in the language of the request."""
    code, data = failure.code, failure.data
    if code == "too_large" and "bytes" in data:
        code = "file_too_large"
    if code not in FAILURES:
        return str(getattr(failure, "message", failure))
    try:
        return str(FAILURES[code]) % _figures(data)
    except KeyError:  # remembered by a release that noted fewer figures
        return str(getattr(failure, "message", failure))


def _figures(data: Mapping[str, Any]) -> dict[str, str]:
    """Return the failure's data as a sentence says it, and what the sentence makes of it."""
    figures = {name: _said(value) for name, value in data.items()}
    if "bytes" in data:
        figures["size"] = _said(data["bytes"] / MIB)
        figures["most"] = _said(data["max_bytes"] / MIB)
    if "pixels" in data:
        figures["most"] = _said(data["max_pixels"])
    if "status" in data:
        figures.update(status=str(data["status"]), meaning=_meaning_of(data["status"]))
    if "kind" in data:
        figures["what"] = str(KINDS.get(data["kind"], data["kind"]))
    return figures


def _said(value: str | int | float) -> str:
    return value if isinstance(value, str) else str(format_decimal(value, "#,##0.#"))


def _meaning_of(status: int) -> str:
    if 500 <= status <= 599:
        return str(SERVER_IN_TROUBLE)
    return str(MEANINGS.get(status, NO_FILE))
