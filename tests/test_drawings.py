"""The drawings in docs/architecture.md are what the imports say.

A drawing has a line `%% the imports of FOLDER` and arrows between the folder's parts. An arrow
that leads where others lead too may be left out.
"""

from __future__ import annotations

import re
from functools import cache

import pytest

from tests.test_architecture import LAYERS, ROOMS, ROOT, layer_of, modules, own_imports

Arrows = set[tuple[str, str]]

BASE = LAYERS[0][1]
ASSEMBLY = "mozi"
DRAWINGS = {
    folder.removeprefix(ASSEMBLY): drawing
    for drawing in re.findall(
        r"^```mermaid\n(.*?)^```", (ROOT / "docs/architecture.md").read_text(), re.M | re.S
    )
    for folder in re.findall(r"%% the imports of (\w+)", drawing)
}


def drawn(folder: str) -> Arrows:
    """Return the arrows of a folder's drawing: `a & b --> c` are two."""
    lines = re.findall(r"^ *([\w& ]+?) --> ([\w& ]+)$", DRAWINGS[folder], re.MULTILINE)
    return {(start, end) for a, b in lines for start in a.split(" & ") for end in b.split(" & ")}


@cache
def imported(folder: str) -> Arrows:
    """Return which part of the folder imports which other; the base is left out."""
    pairs = {
        (part_of(module, folder), part_of(target, folder))
        for module, path in modules()
        for _, target in own_imports(path)
    }
    return {(start, end) for start, end in pairs if start and end and start != end}


def part_of(module: str, folder: str) -> str | None:
    """Return the room of the folder that module lies in; without a folder, the part of Mozi."""
    if not folder:
        part = module.split(".")[0] or ASSEMBLY
        return None if part in BASE else part
    room = module.removeprefix(f"{folder}.").split(".")[0]
    return room if module.startswith(f"{folder}.") and room in ROOMS[folder] else None


def followed(arrows: Arrows) -> Arrows:
    """Return the arrows, and one for each way over several of them."""
    while more := {(a, d) for a, b in arrows for c, d in arrows if b == c} - arrows:
        arrows = arrows | more
    return arrows


def test_the_whole_and_each_folder_with_rooms_are_drawn() -> None:
    assert DRAWINGS.keys() == {"", *ROOMS}


@pytest.mark.parametrize("folder", DRAWINGS)
def test_each_arrow_is_an_import(folder: str) -> None:
    assert drawn(folder) - imported(folder) == set()


@pytest.mark.parametrize("folder", DRAWINGS)
def test_each_import_is_an_arrow_or_a_way_over_several(folder: str) -> None:
    assert imported(folder) - followed(drawn(folder)) == set()


def test_each_part_stands_in_its_layer() -> None:
    layers = re.findall(r'subgraph \w+\["([^"]+)"\]\n(.*?)\n +end\n', DRAWINGS[""], re.DOTALL)
    parts = {
        part: layer for layer, text in layers for part in re.findall(r"^ *(\w+)\[", text, re.M)
    }
    assert parts == {part: layer_name(part) for pair in imported("") for part in pair}


def layer_name(part: str) -> str:
    return LAYERS[layer_of("" if part == ASSEMBLY else part)][0]


def test_a_way_over_several_arrows_is_followed() -> None:
    assert followed({("a", "b"), ("b", "c")}) == {("a", "b"), ("b", "c"), ("a", "c")}
