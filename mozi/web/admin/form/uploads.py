"""The poster of a movie's form: a file, or the one that an earlier try of the form stored.

A valid file is stored at once. If the form is shown again because of another field, it sends the
file's signed key back, so the admin need not choose the file again.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from flask import current_app, request
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeTimedSerializer

from mozi.errors import StorageError
from mozi.posters.uploads import StoredUpload, Upload, checked_upload, keep_upload, too_large
from mozi.server.capacity import largest_body
from mozi.services import services

LIFE_S = 12 * 60 * 60  # within REMEMBERED_S of tombstones
NAME_LENGTH = 200


@dataclass(frozen=True)
class FormUpload:
    """A stored file with its name; upload: its bytes, only in the request that brought them."""

    name: str
    size_bytes: int
    stored: StoredUpload
    upload: Upload | None = None

    @property
    def token(self) -> str:
        """Return the signed text that the form sends back."""
        return str(
            _signer().dumps([self.name, self.size_bytes, self.stored.key, self.stored.stored_from])
        )

    def stored_again(self) -> FormUpload | None:
        """Return the file, stored again after it was pruned; None without its bytes."""
        if self.upload is None:
            return None
        stored = keep_upload(services().storage, self.upload)
        return FormUpload(self.name, self.size_bytes, stored, self.upload)


def read_upload() -> FormUpload | None:
    """Return the form's file, else that of an earlier try, else None.

    Raises UnreadableSource if the file is no poster, and StorageError.
    """
    file = request.files.get("poster_file")
    if file is None or not file.filename:
        return earlier_upload(request.form.get("poster_kept", ""))
    settings = services().settings
    if is_cut():
        raise too_large(request.content_length or 0, max_bytes=settings.poster_max_bytes)
    # One byte more than allowed, so that a larger file is not read to its end.
    body = file.stream.read(settings.poster_max_bytes + 1)
    if len(body) > settings.poster_max_bytes:
        size_bytes = file.stream.seek(0, os.SEEK_END)
        raise too_large(size_bytes, max_bytes=settings.poster_max_bytes)
    upload = checked_upload(
        body, max_bytes=settings.poster_max_bytes, max_pixels=settings.poster_max_pixels
    )
    stored = keep_upload(services().storage, upload)
    return FormUpload(file.filename[-NAME_LENGTH:], len(body), stored, upload)


def storage_fault(error: StorageError) -> str:
    """Log that the storage took no upload, and return what the editor is told."""
    current_app.logger.error("An upload was not stored: %s", error, exc_info=error)
    return str(_("A tárhely most nem veszi át a fájlt. Próbáld kicsit később."))


def is_cut() -> bool:
    """Return whether the body was too large, so that the server left the file out.

    The other fields are complete (server/bodies.py).
    """
    return (request.content_length or 0) > largest_body(services().settings.poster_max_bytes)


def earlier_upload(token: str) -> FormUpload | None:
    """Return the file that an earlier try stored; None if the token is too old or not ours."""
    try:
        name, size_bytes, key, stored_from = _signer().loads(token, max_age=LIFE_S)
    except (BadData, ValueError):
        return None
    return FormUpload(name, size_bytes, StoredUpload(key, stored_from))


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="poster-upload")
