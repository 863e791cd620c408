"""The words and lengths that a movie's fields may have, for the tables and for whoever checks."""

from __future__ import annotations

KINDS = ("cinema", "streaming", "rerelease")
DATE_PRECISIONS = ("day", "month", "year")
STATUSES = ("scheduled", "cancelled")
AGE_RATINGS = ("KN", "6", "12", "16", "18", "X")
LIST_SEPARATOR = ";"
TITLE_LENGTH = 300
URL_LENGTH = 2000
