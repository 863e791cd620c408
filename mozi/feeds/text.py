"""Text for feeds. Parsers check imported and typed text, but not rows written by raw SQL."""

from __future__ import annotations

import re

# XML 1.0 forbids these even escaped (section 2.2); iCalendar forbids the controls among them.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """Return text without the characters that feeds must not contain."""
    return _FORBIDDEN.sub("", text)
