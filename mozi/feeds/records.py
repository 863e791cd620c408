"""JSON for other programs (RFC 8259), in UTF-8 and without \\u escapes of letters."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

CONTENT_TYPE = "application/json"


def as_json(value: Mapping[str, Any]) -> str:
    """Return value as one line of JSON, in the order of its members."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
