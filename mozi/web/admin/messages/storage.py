"""Faults of the storage, for the desk: a translation for each code."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from mozi.maintenance.messages import StorageMessage
from mozi.web.admin.messages import translate

TRANSLATIONS: dict[str, LazyString] = {
    "no_s3_put": _(
        "Az S3_ENDPOINT_URL olyan helyre mutat, ami nem S3-szolgáltatás: egy PUT kérésre 404-et"
        " válaszolt."
    ),
    "no_s3_get": _(
        "Amit eltároltunk, nem jön vissza: az S3_ENDPOINT_URL olyan helyre mutat, ami nem"
        " S3-szolgáltatás."
    ),
    "blocks_every_put": _(
        "A tárolón be van kapcsolva a Block Public Access az ACL-ekre (BlockPublicAcls), és emiatt"
        " ez a szolgáltatás minden tárolást elutasít: kapcsold ki (aws s3api"
        " delete-public-access-block), legyen üres az S3_ACL, és %(cure)s."
    ),
    "region": _(
        "A tároló a(z) %(actual)s régióban van: az AWS_DEFAULT_REGION legyen %(actual)s,"
        " ne %(asked)s."
    ),
    "no_acls": _("A tároló nem fogad ACL-eket: az S3_ACL legyen üres."),
    "no_acls_no_policy": _("A tároló nem fogad ACL-eket: az S3_ACL legyen üres, és %(cure)s."),
    "acl_refused": _(
        "Az S3_ACL=%(acl)s beállítást elutasítja, ACL nélkül viszont tárol: kapcsold ki a tároló"
        " Block Public Access védelmét az ACL-ekre, és engedd meg az s3:PutObjectAcl műveletet;"
        " vagy legyen üres az S3_ACL, és %(cure)s."
    ),
    "no_answer": _("A látogatók nem kapnak választ innen: %(url)s (%(kind)s). Teendő: %(cure)s."),
    "status": _("A látogatók %(status)s választ kapnak innen: %(url)s. Teendő: %(cure)s."),
    "forbidden": _("A látogatók %(status)s választ kapnak innen: %(url)s."),
    "acl_ignored": _(
        "A látogatók nem olvashatják ezt: %(url)s (%(status)s), pedig S3_ACL=%(acl)s beállítással"
        " tároltuk. Kapcsold ki a tároló Block Public Access védelmét az ACL-ekre; vagy legyen"
        " üres az S3_ACL, és %(cure)s."
    ),
    "not_public": _("A látogatók nem olvashatják ezt: %(url)s (%(status)s). Teendő: %(cure)s."),
    "no_picture": _(
        "A látogatók kép helyett ezt kapják: %(type)s, innen: %(url)s. Teendő: %(cure)s."
    ),
    "wrong_type": _(
        "A látogatók %(right)s helyett %(type)s típust kapnak innen: %(url)s. A szolgáltatás vagy"
        " a CDN adja tovább minden objektum saját Content-Type fejlécét."
    ),
    "no_life": _(
        "A látogatók nem kapnak Cache-Control fejlécet innen: %(url)s; ez kellene: %(right)s."
        " A szolgáltatás vagy a CDN adja tovább minden objektum saját Cache-Control fejlécét."
    ),
    "wrong_life": _(
        "A látogatók ezt a Cache-Control fejlécet kapják: %(life)s, innen: %(url)s; ez kellene:"
        " %(right)s. A szolgáltatás vagy a CDN adja tovább minden objektum sajátját."
    ),
    "not_private": _(
        "Az eredeti fájlokat bárki olvashatja itt: %(url)s. A tároló szabálya (vagy a CDN) csak a"
        " posters/* útvonalat engedje."
    ),
    "still_there": _("%(key)s törlés után is megvan: engedd meg az s3:DeleteObject műveletet."),
    "not_deleted": _(
        "A hozzáféréssel nem lehet törölni: engedd meg neki az s3:DeleteObject műveletet"
        " (ott maradt: %(left)s)."
    ),
    "storage": _("A tárhely hibát jelzett: %(said)s"),
    "policy": _(
        "adj a tárolónak olyan szabályt, amely mindenkinek engedi az s3:GetObject műveletet az"
        " arn:aws:s3:::%(place)sposters/* objektumokra (a Block Public Access szabályokra legyen"
        " kikapcsolva), vagy írd az S3_PUBLIC_URL-be, hol olvashatják a látogatók az objektumokat"
    ),
    "mend_public_url": _(
        "az S3_PUBLIC_URL máshova mutat; az a cím kell, ahol a látogatók elérik, ami a tárolóban"
        " van (a tároló sajátja: %(own_url)s)"
    ),
    "name_public_url": _("írd az S3_PUBLIC_URL-be azt a címet, ahol a látogatók elérik a tárolót"),
}

# By the code that the storage gives: S3's error codes, the system's errno names.
NO_BUCKET = _("Az S3_BUCKET nevű tároló nincs meg ennél a szolgáltatásnál.")
NO_ACCESS = _(
    "A hozzáférésnek s3:PutObject, s3:GetObject, s3:DeleteObject és s3:ListBucket kell, és"
    " s3:PutObjectAcl is, hacsak nem üres az S3_ACL; nyilvános ACL-hez a Block Public Access"
    " legyen kikapcsolva."
)
WRONG_REGION = _("Az AWS_DEFAULT_REGION legyen az a régió, ahol a tároló van.")
NO_FOLDER = _("A DATA_DIR mappája nem írható vagy nem mappa: ellenőrizd a jogokat.")
FULL = _("Megtelt a lemez: csinálj helyet.")
KINDS: dict[str, LazyString] = {
    "NoSuchBucket": NO_BUCKET,
    "InvalidBucketName": NO_BUCKET,
    "PermanentRedirect": WRONG_REGION,
    "AuthorizationHeaderMalformed": WRONG_REGION,
    "IllegalLocationConstraintException": WRONG_REGION,
    "RequestTimeTooSkewed": _("Állítsd be a gép óráját: percekkel eltér az S3-étól."),
    "InvalidToken": _("Az AWS_SESSION_TOKEN ott nem érvényes."),
    "ExpiredToken": _("Az AWS_SESSION_TOKEN lejárt."),
    "InvalidAccessKeyId": _("Az AWS_ACCESS_KEY_ID ott ismeretlen."),
    "SignatureDoesNotMatch": _("Az AWS_SECRET_ACCESS_KEY nem az AWS_ACCESS_KEY_ID párja."),
    "AccessDenied": NO_ACCESS,
    "403": NO_ACCESS,
    "NoCredentials": _(
        "Nincs hozzáférés megadva: az AWS_ACCESS_KEY_ID és az AWS_SECRET_ACCESS_KEY kell."
    ),
    "NoEndpoint": _(
        "Az S3_ENDPOINT_URL (az Amazonnál: AWS_DEFAULT_REGION) címén egy S3-szolgáltatás sem"
        " válaszol."
    ),
    "EACCES": NO_FOLDER,
    "EPERM": NO_FOLDER,
    "ENOTDIR": NO_FOLDER,
    "EROFS": _("A lemez csak olvasható: a DATA_DIR írható helyen legyen."),
    "ENOSPC": FULL,
    "EDQUOT": FULL,
}


def storage_words(message: StorageMessage) -> str:
    """Return the fault and its cure in the language of the request.

    The storage's own message is English, and shown only if KINDS has no translation of its code.
    """
    if message.code == "storage" and message.data["kind"] in KINDS:
        return f"{KINDS[message.data['kind']]} ({message.data['kind']})"
    cures = {n: storage_words(m) for n, m in message.data.items() if isinstance(m, StorageMessage)}
    return translate(message, TRANSLATIONS, **cures)
