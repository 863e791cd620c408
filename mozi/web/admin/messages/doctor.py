"""What the doctor's checks say, for the desk: a translation for each code."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from mozi.maintenance.messages import StorageMessage
from mozi.messages import Message
from mozi.web.admin.messages import translate
from mozi.web.admin.messages.storage import storage_words

NAMES: dict[str, LazyString] = {
    "settings": _("beállítások"),
    "database": _("adatbázis"),
    "migrations": _("táblák"),
    "cache": _("gyorsítótár"),
    "queue": _("sor"),
    "storage": _("tárhely"),
    "catalogue": _("katalógus"),
    "disk": _("lemez"),
    "clock": _("óra"),
    "proxies": _("proxyk"),
    "backup": _("mentés"),
}
TRANSLATIONS: dict[str, LazyString] = {
    "settings": _("Mozi %(version)s; mind a(z) %(count)s beállítás használható."),
    "site_today": _("A SITE_TODAY értéke %(day)s, ezért áll a naptár. Csak bemutatóhoz való."),
    "no_site_url": _(
        "Nincs SITE_URL: a naptárakban és a megosztott linkekben az a cím áll, ahonnan kérték őket."
    ),
    "private_sources": _(
        "Be van kapcsolva a POSTER_ALLOW_PRIVATE_SOURCES: a plakát a belső hálózatról is jöhet."
    ),
    "database": _("%(kind)s, válaszol; %(mib)s MiB."),
    "database_connections": _(
        "%(kind)s, válaszol; %(mib)s MiB; %(most)s kapcsolatából %(used)s foglalt."
    ),
    "database_crowded": _(
        "Az adatbázis %(most)s kapcsolatából %(used)s foglalt: kevesebb folyamat vagy nagyobb"
        " csomag kell."
    ),
    "database_away": _("Az adatbázis nem érhető el: %(reason)s. Nézd meg a DATABASE_URL értékét."),
    "migrated": _("Ehhez a kiadáshoz valók (%(revision)s)."),
    "not_migrated": _(
        "Régebbiek (%(revision)s), mint amilyen ehhez a kiadáshoz kell (%(head)s). A böngészőből"
        " nem frissíthetők: az üzemeltető futtassa a kiszolgálón a flask db upgrade parancsot."
    ),
    "newer_tables": _("Egy újabb kiadáshoz valók (%(revision)s): azt a kiadást kell futtatni."),
    "cache": _("Írható és olvasható (%(place)s)."),
    "cache_away": _("Nem használható (%(reason)s): minden folyamat csak a saját lapjait őrzi."),
    "queue_off": _("Nincs REDIS_URL: a plakátok az első kérésre készülnek."),
    "queue": _("Figyelő folyamat: %(workers)s, várakozó munka: %(waiting)s."),
    "no_workers": _(
        "Várakozó munka: %(waiting)s, de egy folyamat sem figyel. Az üzemeltető indítsa el a"
        " kiszolgálón (flask work); addig a plakátok az első kérésre készülnek."
    ),
    "queue_away": _("A Redis nem elérhető (%(reason)s): a plakátok az első kérésre készülnek."),
    "storage": _("Írtunk bele, visszaolvastuk látogatóként, és töröltük."),
    "storage_moved": _(
        "Vannak plakátok, amelyek a tárhely régi címén (%(origin)s) szerepelnek, ezért nem"
        " látszanak. A böngészőből nem javítható: az üzemeltető futtassa a kiszolgálón a flask"
        " check-posters --repair parancsot."
    ),
    "catalogue_off": _("Nincs TMDB_TOKEN: a katalógus ki van kapcsolva."),
    "catalogue": _("A TMDB elfogadja a kulcsot."),
    "catalogue_read": _("A TMDB elfogadja a kulcsot; a legrégebbi adat %(days)s napos."),
    "catalogue_old": _(
        "A TMDB legrégebbi adata %(days)s napos, a feltételei hat hónapot engednek. Ezen az oldalon"
        " a „Filmek lekérése” gomb frissíti; az üzemeltető állítsa be, hogy a kiszolgálón naponta"
        " fusson (flask sync-catalogue)."
    ),
    "catalogue_off_old": _(
        "Nincs TMDB_TOKEN, de vannak %(days)s napos adatok a TMDB-ről; a feltételei hat hónapot"
        " engednek. Az üzemeltető adja meg a kulcsot a kiszolgáló beállításaiban; utána ezen az"
        " oldalon lesz egy „Filmek lekérése” gomb."
    ),
    "catalogue_refused": _(
        "A TMDB nem fogadja el a kulcsot (%(said)s) A TMDB_TOKEN az „API Read Access Token” (v4)"
        " legyen."
    ),
    "catalogue_away": _("A TMDB most nem válaszol (%(said)s) Addig csak új adat nem jön."),
    "disk": _("Szabad: %(free)s MiB, összesen: %(total)s MiB (%(path)s)."),
    "disk_low": _("Fogy a hely: %(free)s MiB szabad, összesen %(total)s MiB (%(path)s)."),
    "disk_full": _(
        "Alig van hely: %(free)s MiB szabad, összesen %(total)s MiB (%(path)s). Csinálj helyet,"
        " különben nem lehet menteni."
    ),
    "clock": _("Ez a gép és a másik (%(other)s) %(seconds)s másodpercen belül egyezik."),
    "clock_off": _(
        "Ez a gép %(seconds)s másodperccel eltér a másiktól (%(other)s): állítsd be (NTP)."
    ),
    "clock_unknown": _("A tárhely nem mond időt, amihez hasonlíthatnánk."),
    "proxies_unseen": _("Még egy kérés sem jött proxyn át."),
    "proxies": _("A kérések %(seen)s proxyn át jönnek, ahogy a TRUSTED_PROXY_HOPS mondja."),
    "proxies_ignored": _(
        "A kérések %(seen)s proxyn át jönnek, de a TRUSTED_PROXY_HOPS értéke 0: minden látogató"
        " egynek látszik. Legyen %(seen)s."
    ),
    "proxies_forged": _(
        "A TRUSTED_PROXY_HOPS értéke %(hops)s, de jött kérés %(seen)s proxyn át: bárki kitalálhat"
        " magának címet. Legyen %(seen)s."
    ),
    "proxies_more": _(
        "A TRUSTED_PROXY_HOPS értéke %(hops)s, de a kérések %(seen)s proxyn át jönnek: a látogatók"
        " egy proxy címén osztoznak. Legyen %(seen)s."
    ),
    "backup": _("Az utolsó %(hours)s órája készült."),
    "backup_old": _(
        "Az utolsó %(hours)s órája készült. Az üzemeltető állítsa be, hogy a kiszolgálón minden"
        " éjjel készüljön (flask backup); a böngészőből nem indítható."
    ),
    "backup_never": _(
        "Még egy sem készült. Az üzemeltető állítsa be, hogy a kiszolgálón minden éjjel készüljön"
        " (flask backup); a böngészőből nem indítható."
    ),
    "backup_elsewhere": _(
        "A flask backup SQLite-hoz és lemezen tárolt képekhez való; itt az adatbázisról és a"
        " képekről külön kell mentést készíteni (docs/deploy.md)."
    ),
    "broken": _("Maga a vizsgálat nem sikerült: %(reason)s"),
}


def doctor_words(message: Message) -> str:
    """Return what a check says in the language of the request."""
    if isinstance(message, StorageMessage):
        return storage_words(message)
    return translate(message, TRANSLATIONS)
