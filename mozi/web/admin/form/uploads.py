"""The poster that comes with a movie's form: a file, or one that came with an earlier try.

A good file is stored at once, and the form that is shown again for another field's sake brings
its key back, signed: it need not be chosen again.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from flask import current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer

from mozi.posters.uploads import StoredUpload, Upload, checked_upload, keep_upload, too_large
from mozi.server.capacity import largest_body
from mozi.services import services

LIFE_S = 12 * 60 * 60  # within REMEMBERED_S of tombstones
NAME_LENGTH = 200


@dataclass(frozen=True)
class FormUpload:
    """A stored file, as the form shows it and brings it back. upload: while its bytes are here."""

    name: str
    size_bytes: int
    stored: StoredUpload
    upload: Upload | None = None

    @property
    def token(self) -> str:
        """Return what the form brings back."""
        return str(
            _signer().dumps([self.name, self.size_bytes, self.stored.key, self.stored.stored_from])
        )

    def stored_again(self) -> FormUpload | None:
        """Return the same, stored anew after a sweep; None where the bytes are not here."""
        if self.upload is None:
            return None
        stored = keep_upload(services().storage, self.upload)
        return FormUpload(self.name, self.size_bytes, stored, self.upload)


def read_upload() -> FormUpload | None:
    """Return the form's file, else the one of an earlier try, None where there is neither.

    Raises UnreadableSource where the file is no poster, and StorageError.
    """
    file = request.files.get("poster_file")
    if file is None or not file.filename:
        return earlier_upload(request.form.get("poster_kept", ""))
    settings = services().settings
    if is_cut():
        raise too_large(request.content_length or 0, max_bytes=settings.poster_max_bytes)
    # One byte more than may be: a file that is larger is not read to its end.
    body = file.stream.read(settings.poster_max_bytes + 1)
    if len(body) > settings.poster_max_bytes:
        size_bytes = file.stream.seek(0, os.SEEK_END)
        raise too_large(size_bytes, max_bytes=settings.poster_max_bytes)
    upload = checked_upload(
        body, max_bytes=settings.poster_max_bytes, max_pixels=settings.poster_max_pixels
    )
    stored = keep_upload(services().storage, upload)
    return FormUpload(file.filename[-NAME_LENGTH:], len(body), stored, upload)


def is_cut() -> bool:
    """Return whether the body was larger than may be, so that the server left its middle out.

    What is left of the file is none (server/bodies.py); the fields around it are whole.
    """
    return (request.content_length or 0) > largest_body(services().settings.poster_max_bytes)


def earlier_upload(token: str) -> FormUpload | None:
    """Return what an earlier try stored; one that is too old, or not ours, is nothing."""
    try:
        name, size_bytes, key, stored_from = _signer().loads(token, max_age=LIFE_S)
    except (BadData, ValueError):
        return None
    return FormUpload(name, size_bytes, StoredUpload(key, stored_from))


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="poster-upload")
