"""Records for other programs: JSON as RFC 8259 has it, in UTF-8, with letters as they are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

CONTENT_TYPE = "application/json"


def as_json(value: Mapping[str, Any]) -> str:
    """Return value as one line of JSON, its members in their own order."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
