"""What a value of the import table may look like, and the reason for what it may not."""

from __future__ import annotations

import pytest

from mozi.calendar.parsers import choice, code, day, line, lines, listed, web_address, whole

YEARS = range(1888, 2201)


def test_text_is_trimmed_and_its_letters_composed() -> None:
    assert line(20)(" \u00a0Ko\u030bszívű ember\t") == "Kőszívű ember"


@pytest.mark.parametrize("blank", ["", "  \t", None])
def test_blank_text_is_nothing(blank: object) -> None:
    assert line(20)(blank) is None


@pytest.mark.parametrize(
    "unfit", ["a\x00b", "a\nb", "a\x1b[31mb", "a\ud800b", "a\u202eb", "a\ufffe"]
)
def test_control_characters_are_refused(unfit: str) -> None:
    with pytest.raises(ValueError, match="control character, at position 2"):
        line(20)(unfit)


def test_lines_keep_their_breaks_as_newlines() -> None:
    assert lines(20)("egy\r\nkettő\rhárom\n") == "egy\nkettő\nhárom"


def test_too_long_a_text_is_refused_with_both_lengths() -> None:
    with pytest.raises(ValueError, match="has 301 characters; it takes up to 300"):
        line(300)("x" * 301)


@pytest.mark.parametrize("value", [300, 1.5, True, ["Kontroll"], {"hu": "Kontroll"}])
def test_a_text_is_never_made_of_something_else(value: object) -> None:
    with pytest.raises(ValueError, match="it takes a text"):
        line(300)(value)


def test_an_id_may_be_a_number_as_in_json() -> None:
    assert code(20)(1234) == "1234"


def test_a_day_is_read() -> None:
    assert str(day(YEARS)(" 2026-11-26 ")) == "2026-11-26"


@pytest.mark.parametrize(
    "text",
    ["2026.11.26.", "26-11-26", "2026-11-31", "20261126", "2026-W48-4", "1887-12-31", "9999-01-01"]
    + ["２０２６-11-26", "2026-11-26T00:00", "2026-1-2"],
)
def test_other_dates_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"YYYY-MM-DD|no day|takes a year"):
        day(YEARS)(text)


@pytest.mark.parametrize(
    ("value", "expected"), [("110", 110), (110, 110), ("", None), (None, None)]
)
def test_whole_numbers_come_as_text_or_number(value: object, expected: int | None) -> None:
    assert whole(range(1, 1001))(value) == expected


@pytest.mark.parametrize(
    "value",
    ["0", "1001", "-5", "110 perc", "1e2", "110.0", "9" * 5000, "１１０", 110.0, True, [110]],
)
def test_other_numbers_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"it takes|characters"):
        whole(range(1, 1001))(value)


@pytest.mark.parametrize(
    ("value", "expected"), [("kn", "KN"), (" 12 ", "12"), (12, "12"), ("", None)]
)
def test_a_choice_folds_case(value: object, expected: str | None) -> None:
    assert choice(("KN", "12"), fold=str.upper)(value) == expected


def test_an_unknown_choice_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="is 'mozi'; it takes one of cinema, streaming"):
        choice(("cinema", "streaming"), fold=str.lower)("mozi")


@pytest.mark.parametrize("value", ["Drama; Comedy;;", ["Drama", " Comedy ", ""]])
def test_a_list_comes_as_text_or_array(value: object) -> None:
    assert listed(10, max_length=20)(value) == ("Drama", "Comedy")


@pytest.mark.parametrize("value", [None, "", " ; ", []])
def test_an_empty_list_is_empty(value: object) -> None:
    assert listed(10, max_length=20)(value) == ()


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (["Drama;Comedy"], "an item cannot hold a semicolon"),
        ({"a": 1}, "it takes a list of texts"),
        ([12], "it takes a text"),
        (["x"] * 11, "has 11 items; it takes up to 10"),
        (["x" * 21], "has 21 characters"),
    ],
)
def test_lists_that_could_not_be_kept_are_refused(value: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        listed(10, max_length=20)(value)


@pytest.mark.parametrize(
    "address", ["https://example.org/ö.jpg?a=1;b", "http://localhost:8000/x", "http://[::1]/x"]
)
def test_web_addresses_stay_as_they_are(address: str) -> None:
    assert web_address(2000)(f" {address} ") == address


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "ftp://example.org/x", "//example.org", "https://", "http://[::1"]
    + ["https://example.org:99999/", "https://exa mple.org/", "file:///etc/passwd", "plakát.jpg"],
)
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(ValueError, match="an address that starts with https"):
        web_address(2000)(address)
