"""Posters a second on one core, likeness and bytes: Mozi beside the peers that people use.

    .venv/bin/python -m scripts.bench.posters [--runs 5] [--peers FOLDER]

Installs the peers (pyvips, sharp, Wagtail, sorl-thumbnail) into a folder of their own, outside
of the project. Same files, sizes, quality, colour at half size, progressive and optimised. All
take turns, source by source, on one core; each figure is the median of the runs. Likeness is
SSIM of brightness, and SSIMULACRA2, which knows colour and grain, against a Lanczos reduction of
the whole picture. Needs npm for sharp.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from io import BytesIO
from math import prod
from pathlib import Path
from statistics import mean, median
from typing import Any

from PIL import Image

from mozi.posters.imaging import decode, render  # noqa: F401 - fails early where it cannot
from scripts.bench.imaging import RECIPES, reduced, ssim
from scripts.bench.sources import Source, jpeg_sources, other_sources

HERE = Path(__file__).resolve().parent
PACKAGES = ("pyvips[binary]", "wagtail", "sorl-thumbnail", "pillow", "ssimulacra2")
MEDIA = ("poster", "thumb", "blurred")
SCORE = """
import sys
from ssimulacra2 import compute_ssimulacra2
print(compute_ssimulacra2(*sys.argv[1:]))
"""


@dataclass
class Peer:
    """A process that builds variants; seconds by source name."""

    name: str
    command: list[str]
    folder: Path
    seconds: dict[str, list[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        env = {**os.environ, "VIPS_CONCURRENCY": "1", "PYTHONPATH": str(HERE.parents[1])}
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen(self.command, cwd=self.folder, env=env, **pipes)  # noqa: S603
        os.sched_setaffinity(self.process.pid, {max(os.sched_getaffinity(0))})

    def build(self, source: Path, out: Path) -> float:
        """Return the seconds that building the three variants of source into out took."""
        out.mkdir(parents=True, exist_ok=True)
        assert self.process.stdin is not None  # noqa: S101 - Popen was given pipes
        assert self.process.stdout is not None  # noqa: S101
        print(
            json.dumps({"source": str(source), "out": str(out)}),
            file=self.process.stdin,
            flush=True,
        )
        return float(self.process.stdout.readline())

    def rate(self, names: list[str]) -> float:
        """Return posters a second over these sources, geometric mean of the medians."""
        return prod(1 / median(self.seconds[name]) for name in names) ** (1 / len(names))


def install(folder: Path) -> Path:
    """Make folder the peers' own, with all of them installed; return its Python."""
    python = folder / "venv" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)  # noqa: S603
        subprocess.run([python, "-m", "pip", "install", "-qq", *PACKAGES], check=True)  # noqa: S603
        subprocess.run(["npm", "init", "-y"], cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S607
        subprocess.run(["npm", "install", "--silent", "sharp"], cwd=folder, check=True)  # noqa: S607
    return python


def peers(folder: Path, python: Path) -> list[Peer]:
    """Return all peers, started; python: of those that are written in it."""
    theirs, own = str(python), sys.executable
    commands = {
        "Mozi": [own, str(HERE / "peers/mozi_peer.py")],
        "plain Pillow": [own, str(HERE / "peers/pillow_peer.py")],
        "pyvips": [theirs, str(HERE / "peers/vips_peer.py")],
        "sharp": ["node", str(HERE / "peers/sharp_peer.mjs")],
        "Wagtail": [theirs, str(HERE / "peers/wagtail_peer.py")],
        "sorl-thumbnail": [theirs, str(HERE / "peers/sorl_peer.py")],
    }
    return [Peer(name, command, folder) for name, command in commands.items()]


def run(source: Source, rivals: list[Peer], work: Path, runs: int) -> None:
    """Let all build source in turns, once for nothing and then so many times."""
    path = work / source.name.replace(" ", "-")
    path.write_bytes(source.body)
    for turn in range(runs + 1):
        for peer in rivals:
            took_s = peer.build(path, work / peer.name / source.name)
            if turn:
                peer.seconds.setdefault(source.name, []).append(took_s)


@dataclass(frozen=True)
class Likeness:
    """How like one variant is to a careful reduction, and its bytes."""

    ssim: float
    ssimulacra2: float
    size_bytes: int


def likeness(source: Source, folder: Path, python: Path) -> list[Likeness]:
    """Return the likeness of poster and thumb; python: has ssimulacra2."""
    careful = Image.open(BytesIO(source.body)).convert("RGB")
    found = []
    for recipe in RECIPES[:2]:
        body = (folder / f"{recipe.media}.jpg").read_bytes()
        made: Image.Image = Image.open(BytesIO(body))
        wanted = reduced(careful, recipe)
        if made.size != wanted.size:
            made = made.resize(wanted.size, Image.Resampling.LANCZOS)
        score = ssimulacra2(wanted, made, python)
        found.append(Likeness(ssim(wanted, made), score, len(body)))
    return found


def ssimulacra2(one: Image.Image, other: Image.Image, python: Path) -> float:
    """Return the SSIMULACRA2 of two pictures of one size: 100 if they are the same."""
    with tempfile.TemporaryDirectory(prefix="mozi-bench-") as folder:
        paths = [Path(folder, name) for name in ("one.png", "other.png")]
        for picture, path in zip((one, other), paths, strict=True):
            picture.convert("RGB").save(path, compress_level=1)
        done = subprocess.run(  # noqa: S603
            [python, "-c", SCORE, *paths], check=True, stdout=subprocess.PIPE
        )
    return float(done.stdout)


def report(
    rivals: list[Peer], sources: list[Source], others: list[Source], work: Path, python: Path
) -> None:
    """Print the table."""
    names = [source.name for source in sources]
    ours = rivals[0].rate(names)
    print(
        f"{'':15} posters/s  Mozi is   SSIM poster, thumb  SSIMULACRA2 p, t"
        "   kB poster, thumb   other kinds/s"
    )
    for peer in rivals:
        seen = [likeness(source, work / peer.name / source.name, python) for source in sources]
        poster, thumb = ([each[n] for each in seen] for n in (0, 1))
        done = [s.name for s in others if s.name in peer.seconds]
        rest = f"{peer.rate(done):8.1f}" if done else ""
        print(
            f"{peer.name:15} {peer.rate(names):9.1f} {ours / peer.rate(names):7.2f} ×"
            f"   {mean(p.ssim for p in poster):.4f}  {mean(t.ssim for t in thumb):.4f}"
            f"     {mean(p.ssimulacra2 for p in poster):5.2f}"
            f"  {mean(t.ssimulacra2 for t in thumb):5.2f}"
            f"     {mean(p.size_bytes for p in poster) / 1000:6.1f}"
            f"  {mean(t.size_bytes for t in thumb) / 1000:6.1f}     {rest}"
        )


def main() -> None:
    """Install, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--peers", type=Path, default=Path.home() / ".cache" / "mozi-bench")
    options = parser.parse_args()
    options.peers.mkdir(parents=True, exist_ok=True)
    sources, others = list(jpeg_sources()), list(other_sources())
    python = install(options.peers.resolve())
    rivals = peers(options.peers.resolve(), python)
    with tempfile.TemporaryDirectory(prefix="mozi-bench-") as work:
        for source in (*sources, *others):
            run(source, rivals, Path(work), options.runs)
        report(rivals, sources, others, Path(work), python)
    for peer in rivals:
        peer.process.terminate()


if __name__ == "__main__":
    main()
