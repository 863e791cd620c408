"""The codes and lengths of a movie's fields, for the tables and the parsers."""

from __future__ import annotations

KINDS = ("cinema", "streaming", "rerelease")
DATE_PRECISIONS = ("day", "month", "year")
STATUSES = ("scheduled", "cancelled")
# How a premiere is shown: in Hungarian, with Hungarian subtitles, either way, or as it was made.
LANGUAGE_VERSIONS = ("dubbed", "subtitled", "both", "original")
BY_EDITOR, BY_IMPORT, BY_CATALOGUE = DATE_SOURCES = ("editor", "import", "catalogue")
AGE_RATINGS = ("KN", "6", "12", "16", "18", "X")
LIST_SEPARATOR = ";"
TITLE_LENGTH = 300
URL_LENGTH = 2000
NOTE_LENGTH = 500
