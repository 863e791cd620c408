"""Why a field, a row or a file is refused: an English sentence for each code.

A field's sentence has no subject, because the caller adds the column: "is needed and …".
"""

from __future__ import annotations

from mozi.messages import Message

SENTENCES = {
    # One value.
    "needed": "is needed and cannot be empty",
    "not_text": "is {value}; it takes a text",
    "not_list": "is {value}; it takes a list of texts",
    "not_date": "is {value}; it takes YYYY-MM-DD, such as 2026-11-26",
    "ambiguous_date": "is {value}, which may mean two days; write YYYY-MM-DD",
    "formula_error": "is {value}, the error of a formula; put the value in its place",
    "no_such_day": "is {value}, which is no day of the calendar",
    "year_out_of_range": "is {value}; it takes a year from {first} to {last}",
    "not_whole": "is {value}; it takes a whole number from {first} to {last}",
    "not_a_choice": "is {value}; it takes one of {choices}",
    "not_language": "is {value}; it takes one language, such as en or English",
    "not_web_address": "is {value}; it takes an address that starts with https://",
    "control_character": "holds {character}, a control character, at position {position}",
    "too_long": "has {length} characters; it takes up to {most}",
    "too_many_items": "has {count} items; it takes up to {most}",
    "item_with_semicolon": "has the item {value}; an item cannot hold a semicolon",
    # One row, compared with the other rows and with the movies.
    "same_id": "is the same as in row {row}",
    "same_title_and_date": "and premiere_date are the same as in row {row}",
    "same_premiere": "the row means the same premiere as row {row}",
    "ambiguous": "{count} movies have this title and date; the row needs an external_id",
    "id_taken": "is that of another movie, “{title}”",
    "equal_premieres": "is that of another premiere of this film, of the same kind",
    "no_premiere": "cannot be removed, because a film needs a premiere",
    "premiere_gone": "is of a premiere that another editor has removed meanwhile",
    "needed_for_new": "is needed, because no movie is known by the row's external_id",
    "wrong_cell_count": "the row has {cells} cells, the heading has {columns}",
    "not_an_object": "is {value}; it takes an object",
    # One of many movies that are changed at once.
    "already_so": "is so already",
    "no_day": "cannot move by days, because its day is not known",
    # Columns.
    "unknown_column": "is no column of the import table; there are {columns}",
    "misspelt_column": "is no column of the import table; did you mean {near}?",
    "column_twice": "is there twice",
    # The file.
    "file_too_large": "the file has more than {mib} MiB; split it",
    "file_too_long": "the file has more than {rows} rows; split it",
    "too_many_cells": (
        "the file has more than {cells} cells;"
        " leave out the columns that are not of films, or split it"
    ),
    "file_empty": "the file is empty",
    "not_utf8": (
        "the file mixes encodings: line {line} holds the byte 0x{byte}."
        " Save it as UTF-8 (a spreadsheet's “CSV UTF-8”) and import that"
    ),
    "not_text_file": "the file is neither .xlsx nor text; save the table as .xlsx or CSV",
    "line_too_long": (
        "line {line} has more than a million characters; the file is no list of films."
        " Save the table again as .xlsx or CSV"
    ),
    "old_workbook": (
        "the workbook is of the old kind (.xls) or has a password; save it as .xlsx without one"
    ),
    "not_workbook": (
        "the workbook cannot be read ({error}); save it again as .xlsx, or as CSV UTF-8"
    ),
    "workbook_too_large": (
        "the workbook unpacks to more than {mib} MiB; save only the sheet with the films"
    ),
    "workbook_too_complex": (
        "the workbook holds too many merged cells, styles or names;"
        " copy the films to a new workbook and save that"
    ),
    "sheet_too_large": (
        "the sheet reaches to row {rows} and column {columns};"
        " copy the films to a new sheet and save that"
    ),
    "not_csv": "line {line} is no CSV: {error}",
    "not_json": "the file is no JSON: {error}",
    "not_an_array": "the file takes an array of objects, one a movie",
}


class CalendarMessage(Message):
    """One of these sentences."""

    sentences = SENTENCES


class InvalidValue(ValueError):
    """A value that a field does not take; message: why."""

    def __init__(self, code: str, **data: str | int) -> None:
        self.message = CalendarMessage(code, **data)
        super().__init__(self.message)
