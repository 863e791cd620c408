"""English sentences that keep their code and their data, so that others can translate them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Self

NOTHING: Mapping[str, str] = MappingProxyType({})


class Message(str):
    """An English sentence with its code and its data; each subclass has its own sentences by code.

    Operators read the sentence itself. The desk translates it by code: mozi/web/admin/messages.
    """

    sentences: ClassVar[Mapping[str, str]]
    code: str
    data: Mapping[str, Any]

    def __new__(cls, code: str, english: Mapping[str, str] = NOTHING, /, **data: Any) -> Self:
        """Return the message of this code; data: what its sentence and its translation fill in.

        english: what only the sentence fills in, because it is English itself.
        """
        sentence = cls.sentences[code].format(**data, **english)
        return cls.restored(code, sentence, data)

    @classmethod
    def restored(cls, code: str, sentence: str, data: Mapping[str, Any]) -> Self:
        """Return a message from its stored parts; an older release may have written them."""
        message = super().__new__(cls, sentence)
        message.code, message.data = code, data
        return message
