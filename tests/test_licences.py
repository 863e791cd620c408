"""The licences of what Mozi runs on let it be given away under its own."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

from tests.support.requirements import applies, pins

ROOT = Path(__file__).parent.parent

# Each asks for no more than its notice, or, the LGPL and the MPL, for changes to its own files.
PERMISSIVE = (
    "MIT", "BSD", "Apache", "PSF", "ISC", "ZPL", "MPL", "Mozilla Public License", "LGPL",
    "Artistic", "Unlicense",
)  # fmt: skip

# Metadata that names no licence, with the one that the package's own licence file states.
READ_BY_HAND: dict[str, str] = {}


def pinned() -> list[str]:
    """The names of requirements.txt, those of other platforms left out."""
    return [pin.name for pin in pins("requirements.txt") if applies(pin)]


def licence_of(package: str) -> str:
    """What the package says of itself: SPDX where it has it, else classifiers, else its text."""
    about = metadata.metadata(package)
    classifiers = [
        line.rpartition(" :: ")[2]
        for line in about.get_all("Classifier") or []
        if line.startswith("License ::")
    ]
    texts = (about.get("License-Expression"), "; ".join(classifiers), about.get("License"))
    return READ_BY_HAND.get(package) or next((text for text in texts if text), "")


def test_every_licence_goes_with_ours() -> None:
    licences = {package: licence_of(package) for package in pinned()}
    assert len(licences) > 40
    strangers = {p: text for p, text in licences.items() if not any(w in text for w in PERMISSIVE)}
    assert strangers == {}


def test_no_package_is_under_the_gpl_alone() -> None:
    for package in pinned():
        text = licence_of(package)
        if re.search(r"(?<!L)(?<!Lesser )GPL|General Public License", text):
            assert re.search(r"Artistic|Lesser|LGPL", text), f"{package}: {text}"


def test_ours_is_stated() -> None:
    assert (ROOT / "LICENSE").read_text().startswith("MIT License\n")
