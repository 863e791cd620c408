"""English sentences that remember how they came about, for whoever says them in other words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self


class Sentence(str):
    """An English sentence with its code and its data; each kind has its own sentences by code."""

    sentences: ClassVar[Mapping[str, str]]
    code: str
    data: Mapping[str, str | int]

    def __new__(cls, code: str, **data: str | int) -> Self:
        """Return the sentence of this code; data: what it has in braces, and what others need."""
        sentence = super().__new__(cls, cls.sentences[code].format(**data))
        sentence.code, sentence.data = code, data
        return sentence
