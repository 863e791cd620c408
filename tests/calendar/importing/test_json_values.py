from __future__ import annotations

import json

import pytest

from mozi.calendar.importing.formats import json_values as reader
from mozi.calendar.importing.formats.json_values import Pairs, count_values, json_values
from mozi.errors import ImportRejected

TEXT = """ [ {"a": "\\ud83d\\ude00 \\"]", "b": [1.5e3, -Infinity]} , 12345 ,null,true, [], {} ] """


@pytest.mark.parametrize("characters", range(1, 60))
def test_values_are_those_of_the_whole_text_however_it_is_cut(
    monkeypatch: pytest.MonkeyPatch, characters: int
) -> None:
    monkeypatch.setattr(reader, "USUAL_CHARACTERS", characters)
    assert list(json_values(TEXT)) == json.loads(TEXT, object_pairs_hook=Pairs)


@pytest.mark.parametrize(
    "text", ["", "[", "[1", "[1,]", "[1 2]", "[1]]", "[1],", "[,]", '["a', "[tru]"]
)
def test_text_that_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"line 1 column|Expecting"):
        json.loads(text)
    with pytest.raises(ImportRejected):
        list(json_values(text))


def test_a_fault_is_told_where_it_is_in_the_file() -> None:
    with pytest.raises(ImportRejected, match="line 3 column 5"):
        list(json_values('[1,\n2,\n"a" : 3]'))


def test_a_value_longer_than_any_film_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "LINE_CHARACTERS", 10)
    monkeypatch.setattr(reader, "USUAL_CHARACTERS", 5)
    with pytest.raises(ImportRejected, match="line 2 has more than a million"):
        list(json_values('["short", "longer than that"]'))


def test_all_values_within_a_value_are_counted() -> None:
    assert count_values(Pairs([("a", [1, [2]]), ("b", Pairs())])) == 6
