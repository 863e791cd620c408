"""Why a poster's source cannot be used, for editors: a translation for each code."""

from __future__ import annotations

from flask_babel import format_decimal
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from mozi.messages import Message
from mozi.web.admin.messages import translate

TRANSLATIONS: dict[str, LazyString] = {
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
    "http_status": _("A szerver válasza: %(status)s (%(meaning)s)."),
    "too_many_redirects": _("A cím %(hops)s alkalomnál többször irányít tovább."),
    "timed_out": _("A fájl %(seconds)s másodperc alatt sem érkezett meg."),
    "too_large": _("A fájl nagyobb, mint a megengedett %(max_mib)s MiB."),
    "broken": _("A válasz megszakadt vagy megsérült, mielőtt az egész fájl megjött volna."),
    # The file.
    "empty": _("A fájl üres."),
    "file_too_large": _("A fájl %(mib)s MiB-os; legfeljebb %(max_mib)s MiB lehet."),
    "too_many_pixels": _(
        "A kép %(width_px)s × %(height_px)s képpontos; legfeljebb kb. "
        "%(most_width_px)s × %(most_height_px)s lehet. Kicsinyítsd le."
    ),
    "format_not_accepted": _("Ez %(kind)s; JPEG-, PNG-, WebP-, AVIF- vagy GIF-kép kell."),
    "not_a_picture": _("Ez nem kép, hanem %(kind)s; JPEG-, PNG-, WebP-, AVIF- vagy GIF-kép kell."),
    "small": _(
        "Ez a kép csak %(width_px)s × %(height_px)s képpontos, ezért életlen lesz;"
        " a kártyára legalább 342 × 513 kell."
    ),
    "cropped": _(
        "Ez a kép (%(width_px)s × %(height_px)s) nem plakát alakú (2 : 3):"
        " a kártyákon csak egy része látszik."
    ),
    "cut_short": _("A képnek hiányzik a vége. Lehet, hogy félbeszakadt a letöltése."),
    "damaged": _("A kép sérült, nem lehet megnyitni."),
    "too_many_scans": _("Ez a JPEG túl sok rétegből áll. Mentsd el újra egy képszerkesztővel."),
    "out_of_memory": _("A kép megnyitásához nincs elég memória. Kicsinyítsd le."),
    "original_lost": _("A feltöltött fájl elveszett. Töltsd fel újra."),
    "no_file": _("Ez nem fájl."),
    "unreadable_file": _("A fájlt nem lehet olvasni: %(reason)s."),
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
SAME_POSTER = _("Ugyanez a plakátja ennek a filmnek is: „%(title)s”.")

# Numbers without separators: they count nothing, or stand in "6000 × 9000".
SIDES = {"width_px", "height_px", "most_width_px", "most_height_px"}
NAMES = frozenset({"status", "port", *SIDES})

# By what imaging/kinds.py calls a kind of file.
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


def poster_words(message: Message) -> str:
    """Return why a source cannot be used, in the language of the request."""
    figures = {name: _figure(name, value) for name, value in message.data.items()}
    if "status" in message.data:
        figures["meaning"] = _meaning_of(message.data["status"])
    return translate(message, TRANSLATIONS, **figures)


def same_poster_words(title: str) -> str:
    """Return that another movie has the same poster."""
    return str(SAME_POSTER % {"title": title})


def _figure(name: str, value: str | int | float) -> str:
    if name == "kind":
        return str(KINDS.get(str(value), value))
    if name in NAMES or isinstance(value, str):
        return str(value)
    return str(format_decimal(value, "#,##0.#"))


def _meaning_of(status: int) -> str:
    if 500 <= status <= 599:
        return str(SERVER_IN_TROUBLE)
    return str(MEANINGS.get(status, NO_FILE))
