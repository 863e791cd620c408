"""Text that every feed can carry. What is imported or typed is checked; rows by hand are not."""

from __future__ import annotations

import re

# What XML 1.0 leaves out, escaped or not (section 2.2); of it, iCalendar forbids the controls.
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """Return text without the characters that no feed may hold."""
    return _UNFIT.sub("", text)
