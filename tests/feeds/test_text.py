"""Text that feeds can carry."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mozi.feeds.text import clean


@pytest.mark.parametrize(
    ("text", "cleaned"), [("Őz\t🎬\n", "Őz\t🎬\n"), ("a\x00\x0bb\ufffe", "ab"), ("\ud800x", "x")]
)
def test_forbidden_characters_are_removed_and_all_others_stay(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(st.text())
def test_clean_text_is_well_formed_xml(text: str) -> None:
    element = ElementTree.Element("title")
    element.text = clean(text)
    assert ElementTree.fromstring(ElementTree.tostring(element)).tag == "title"
