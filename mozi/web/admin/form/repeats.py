"""The key of a movie's form, and the digest by which the server recognises a repeated form."""

from __future__ import annotations

import hashlib
import json
import secrets

from werkzeug.datastructures import MultiDict

from mozi.web.admin.base import current_admin
from mozi.web.admin.form.uploads import FormUpload

KEY = "form_key"
# These differ between two clicks on the same form, or say nothing about the movie.
NOT_COMPARED = ("csrf_token", "typed_by", "poster_kept", "duplicates_seen")


def new_key() -> str:
    """Return a random key for a form."""
    return secrets.token_hex(16)


def digest_of(form: MultiDict[str, str], upload: FormUpload | None) -> str | None:
    """Return the SHA-256 of a form's key, fields and file; None if the form has no key.

    With the fields in it, a form that the editor changes after "Back" is another form.
    """
    if not form.get(KEY):
        return None
    fields = sorted(pair for pair in form.items(multi=True) if pair[0] not in NOT_COMPARED)
    file = upload.stored.key if upload else None
    return hashlib.sha256(json.dumps([current_admin().id, fields, file]).encode()).hexdigest()
