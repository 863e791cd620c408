"""Merges what TMDB says into a movie, field by field. Pure: values in, a decision out.

Three values a field: ours, the base (what TMDB said last), and the new one. Values are those of
JSON, as the history stores them; an absent one is None.

    new is the base, or ours is new already    nothing
    ours still is the base                     the new value is taken
    ours is another                            ours stays, and the new value is proposed
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Json = str | int | bool | list[str] | list[int] | None
Values = Mapping[str, Json]

ALL_FIELDS = "*"  # kept for good: the whole movie
PREMIERE = "premiere:"  # and a kind: the field of that premiere's date
CANCELLED = "cancelled"
TMDB_ID = "tmdb_id"  # of a film that TMDB has merged with another
ALWAYS_ASKED = frozenset({CANCELLED, TMDB_ID})


@dataclass(frozen=True)
class Decided:
    """What the editors have decided, and what they are asked already; by field."""

    open: Values = field(default_factory=dict)
    declined: Mapping[str, list[Json]] = field(default_factory=dict)
    for_good: frozenset[str] = frozenset()

    def refuses(self, name: str, value: Json) -> bool:
        """Return whether an editor does not want to see this value of the field."""
        kept = {name, ALL_FIELDS} & self.for_good
        return bool(kept) or value in self.declined.get(name, [])


@dataclass(frozen=True)
class Merge:
    """What to do: values to write, to ask about, and questions that have answered themselves."""

    taken: Values
    proposed: Values
    withdrawn: frozenset[str]


def merge(ours: Values, base: Values, new: Values, decided: Decided | None = None) -> Merge:
    """Return the merge of all fields of new."""
    decided = decided or Decided()
    taken: dict[str, Json] = {}
    proposed: dict[str, Json] = {}
    withdrawn: set[str] = set()
    for name, value in new.items():
        mine, last = ours.get(name) or None, base.get(name) or None
        value = value or None
        if value == mine:
            withdrawn |= {name} & decided.open.keys()
        elif value == last:
            continue
        elif mine == last and not _always_asked(name, value):
            taken[name] = value
            withdrawn |= {name} & decided.open.keys()
        elif decided.refuses(name, value):
            withdrawn |= {name} & decided.open.keys()
        elif name not in decided.open or decided.open[name] != value:
            proposed[name] = value
    return Merge(taken, proposed, frozenset(withdrawn))


def _always_asked(name: str, value: Json) -> bool:
    """Return whether a person decides: no machine cancels, merges, or takes a premiere away."""
    return name in ALWAYS_ASKED or (name.startswith(PREMIERE) and value is None)
