"""Messages are their English sentences, and keep what a translation needs."""

from __future__ import annotations

import pytest

from mozi.messages import Message


class Greeting(Message):
    sentences = {"greeting": "Hello, {name}{title}."}


def test_a_message_is_its_sentence_with_its_code_and_data() -> None:
    message = Greeting("greeting", {"title": ", Esq"}, name="Bob")
    assert message == "Hello, Bob, Esq."
    assert (message.code, message.data) == ("greeting", {"name": "Bob"})


def test_a_restored_message_needs_no_known_code() -> None:
    message = Greeting.restored("gone", "As it was.", {"count": 1})
    assert (str(message), message.code, message.data) == ("As it was.", "gone", {"count": 1})


def test_a_message_without_its_data_cannot_be_made() -> None:
    with pytest.raises(KeyError):
        Greeting("greeting", name="Bob")
