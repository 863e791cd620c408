"""Messages as sentences in the language of the request, translated by their codes."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel.speaklater import LazyString

from mozi.messages import Message


def translate(message: Message, translations: Mapping[str, LazyString], **figures: str) -> str:
    """Return the message's translation; figures: data in the words of the language.

    A message that another release stored may lack its translation or some data. Then this
    returns its English sentence.
    """
    try:
        return str(translations[message.code]) % {**message.data, **figures}
    except KeyError:
        return str(message)
