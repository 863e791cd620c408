"""A poster's file, sent as soon as it is chosen: what is wrong with it is told before Save."""

from __future__ import annotations

from flask import Response, abort, jsonify, request
from flask.typing import ResponseReturnValue

from mozi.calendar.editing.duplicates import find_duplicates
from mozi.database import reading
from mozi.errors import StorageError, UnreadableSource
from mozi.posters.shapes import is_cropped, warnings_of
from mozi.web.admin.base import blueprint
from mozi.web.admin.form.uploads import FormUpload, read_upload, storage_fault
from mozi.web.admin.messages.posters import poster_words, same_poster_words

# The browser may make the picture smaller, or convert it, and send it again.
SHRINKABLE = ("too_many_pixels", "file_too_large")
UNPROCESSABLE, UNAVAILABLE = 422, 503


@blueprint.post("/poster-file")
def keep_poster_file() -> ResponseReturnValue:
    """Store the form's file; answer with its signed key and with warnings, or with its fault.

    id: of the movie in the form. cropped: the card shows only a part of the picture.
    """
    try:
        upload = read_upload()
    except UnreadableSource as error:
        can_shrink = error.message.code in SHRINKABLE
        return jsonify(fault=poster_words(error.message), shrink=can_shrink), UNPROCESSABLE
    except StorageError as error:
        return jsonify(fault=storage_fault(error)), UNAVAILABLE
    if upload is None or upload.upload is None:
        abort(400)
    return _answer(upload, upload.upload.size)


def _answer(upload: FormUpload, size: tuple[int, int]) -> Response:
    warnings = [poster_words(message) for message in warnings_of(size)]
    with reading() as session:
        found = find_duplicates(
            session,
            None,
            None,
            original_key=upload.stored.key,
            but=request.args.get("id", type=int),
        )
    warnings += [same_poster_words(duplicate.title) for duplicate in found]
    return jsonify(token=upload.token, warnings=warnings, cropped=is_cropped(size))
