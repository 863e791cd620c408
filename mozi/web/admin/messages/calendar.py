"""Why a field, a row or a file is refused, for editors: a translation for each code."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from mozi.messages import Message
from mozi.web.admin.messages import translate

COLUMN_NAMES: dict[str, LazyString] = {
    "external_id": _("Külső azonosító"),
    "title": _("Cím"),
    "original_title": _("Eredeti cím"),
    "premiere_date": _("Bemutató napja"),
    "synopsis": _("Tartalom"),
    "genres": _("Műfajok"),
    "runtime_minutes": _("Hossz (perc)"),
    "age_rating": _("Korhatár"),
    "director": _("Rendező"),
    "cast": _("Szereplők"),
    "country": _("Ország"),
    "year": _("Gyártási év"),
    "original_language": _("Eredeti nyelv"),
    "distributor": _("Forgalmazó"),
    "trailer_url": _("Előzetes linkje (URL)"),
    "poster_url": _("Plakát linkje (URL)"),
    "kind": _("A bemutató fajtája"),
    "date_precision": _("A dátum pontossága"),
    "status": _("Állapot"),
    "language_version": _("Szinkron, felirat"),
}
FIELD_NAMES = {**COLUMN_NAMES, "note": _("Megjegyzés")}

TRANSLATIONS: dict[str, LazyString] = {
    "needed": _("Ezt meg kell adni."),
    "not_text": _("Szövegnek kell lennie, nem ennek: %(value)s."),
    "not_list": _("Szövegek listájának kell lennie, nem ennek: %(value)s."),
    "not_date": _("%(value)s helyett ÉÉÉÉ-HH-NN kell, például 2026-11-26."),
    "ambiguous_date": _("%(value)s két napot is jelenthet. Írd így: ÉÉÉÉ-HH-NN."),
    "formula_error": _("%(value)s egy képlet hibája. Írd be helyette az értéket."),
    "no_such_day": _("Nincs ilyen nap: %(value)s."),
    "year_out_of_range": _("Az évnek %(first)s és %(last)s közé kell esnie, ez pedig %(value)s."),
    "not_whole": _("Egész szám kell %(first)s és %(last)s között, nem %(value)s."),
    "not_a_choice": _("%(value)s helyett ezek egyike kell: %(choices)s."),
    "not_language": _("%(value)s helyett egy nyelv kell, például: angol."),
    "not_web_address": _("https:// kezdetű cím kell, nem %(value)s."),
    "control_character": _("A(z) %(position)s. helyen vezérlőkarakter áll (%(character)s)."),
    "too_long": _("%(length)s karakter hosszú; legfeljebb %(most)s lehet."),
    "too_many_items": _("%(count)s eleme van; legfeljebb %(most)s lehet."),
    "item_with_semicolon": _("Egy elemben nem lehet pontosvessző: %(value)s."),
    "same_id": _("Ugyanez áll a(z) %(row)s. sorban is."),
    "same_title_and_date": _("A cím és a dátum ugyanaz, mint a(z) %(row)s. sorban."),
    "same_premiere": _("Ugyanarról a bemutatóról szól, mint a(z) %(row)s. sor."),
    "ambiguous": _("%(count)s filmnek ez a címe és a dátuma; külső azonosító dönthet köztük."),
    "id_taken": _("Ez már egy másik filmé: „%(title)s”."),
    "equal_premieres": _("A filmnek már van ilyen bemutatója ezen a napon."),
    "no_premiere": _("Legalább egy bemutatónak maradnia kell."),
    "premiere_gone": _("Ezt a bemutatót közben egy másik szerkesztő eltávolította."),
    "needed_for_new": _("Meg kell adni, mert ilyen külső azonosítójú film még nincs."),
    "already_so": _("Már most is ilyen."),
    "no_day": _("Nem ismert a pontos napja, ezért napokkal nem lehet eltolni."),
    "wrong_cell_count": _("A sorban %(cells)s cella van, a fejlécben %(columns)s."),
    "not_an_object": _("Itt egy objektumnak kellene állnia, nem ennek: %(value)s."),
    "unknown_column": _("Nincs ilyen oszlop. Ezek vannak: %(columns)s."),
    "misspelt_column": _("Nincs ilyen oszlop. Nem erre gondoltál: %(near)s?"),
    "column_twice": _("Kétszer szerepel."),
    "file_too_large": _("A fájl nagyobb, mint %(mib)s MiB. Oszd több részre."),
    "file_too_long": _("A fájlban %(rows)s sornál több van. Oszd több részre."),
    "too_many_cells": _(
        "A fájlban %(cells)s cellánál több van. Hagyd ki, ami nem a filmeké, vagy oszd több részre."
    ),
    "file_empty": _("A fájl üres."),
    "not_utf8": _(
        "A fájlban többféle kódolás keveredik: a(z) %(line)s. sorban ez a bájt áll: 0x%(byte)s."
        " Mentsd el UTF-8-ként (táblázatkezelőben: „CSV UTF-8”), és azt töltsd fel."
    ),
    "not_text_file": _(
        "Ez nem .xlsx és nem is szöveg. Mentsd el a táblázatot .xlsx-ként vagy CSV-ként."
    ),
    "line_too_long": _(
        "A(z) %(line)s. sor több mint egymillió karakter, ez nem filmek listája."
        " Mentsd el a táblázatot újra .xlsx-ként vagy CSV-ként."
    ),
    "old_workbook": _(
        "A munkafüzet régi formátumú (.xls), vagy jelszó védi. Mentsd el jelszó nélkül .xlsx-ként."
    ),
    "not_workbook": _(
        "A munkafüzet nem olvasható (%(error)s). Mentsd el újra .xlsx-ként vagy CSV UTF-8-ként."
    ),
    "workbook_too_large": _(
        "A munkafüzet kicsomagolva nagyobb, mint %(mib)s MiB. Csak a filmek lapját mentsd el."
    ),
    "workbook_too_complex": _(
        "A munkafüzetben túl sok az egyesített cella, a stílus vagy a név."
        " Másold a filmeket új munkafüzetbe, és azt mentsd el."
    ),
    "sheet_too_large": _(
        "A munkalap a(z) %(rows)s. sorig és a(z) %(columns)s. oszlopig ér."
        " Másold a filmeket új lapra, és azt mentsd el."
    ),
    "not_csv": _("A(z) %(line)s. sortól nem CSV: %(error)s."),
    "not_json": _("A fájl nem JSON: %(error)s."),
    "not_an_array": _("Objektumok tömbje kell, filmenként egy objektummal."),
}

IN_QUOTES = _("„%(text)s”")


def calendar_words(message: Message) -> str:
    """Return the message in the language of the request, what was typed in its quotes."""
    value = message.data.get("value")
    figures = {"value": _in_quotes(value)} if isinstance(value, str) else {}
    return translate(message, TRANSLATIONS, **figures)


def _in_quotes(literal: str) -> str:
    """Return a text that Python quotes ('99') in the language's quotes; others as they are."""
    mark = literal[:1]
    if mark not in ("'", '"'):
        return literal
    return str(IN_QUOTES % {"text": literal[1:].removesuffix(mark)})
