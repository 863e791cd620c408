"""Have other people's programs read the feeds of a running site: URL [FOLDER].

python -m scripts.bench.second_readers http://127.0.0.1:8000

Calendars by ical.js and node-ical, which must agree on every event; the pages' JSON-LD by the
TypeScript compiler, against schema-dts, Google's types of schema.org. Needs npm; what it installs
goes to FOLDER, else to a new one. Exit 1 where a reader complains.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from html import unescape
from pathlib import Path

HERE = Path(__file__).parent
PACKAGES = ("ical.js", "node-ical", "schema-dts", "typescript")
FEEDS = ("/naptar.ics", "/en/naptar.ics")
PAGES = ("/", "/en/", "/filmek")
FILMS_READ = 8
BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
FILM = re.compile(r'href="(/film/[^".]+)"')


def install(folder: Path) -> None:
    """Put the packages and our reader into folder."""
    subprocess.run(["npm", "init", "-y"], cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S607
    subprocess.run(["npm", "install", "--silent", *PACKAGES], cwd=folder, check=True)  # noqa: S603, S607
    shutil.copy(HERE / "readers" / "calendars.mjs", folder)


def read(address: str) -> str:
    """Return what is at an address of the site."""
    with urllib.request.urlopen(address) as answer:  # noqa: S310 - the operator's own site
        body: bytes = answer.read()
    return body.decode()


def main(site: str, folder: Path) -> int:
    """Return 0 where every reader is content."""
    install(folder)
    films = [unescape(path) for path in FILM.findall(read(f"{site}/"))][:FILMS_READ]
    feeds = [*FEEDS, *(f"{film}.ics" for film in films)]
    names = [f"{number}.ics" for number, _ in enumerate(feeds)]
    for name, path in zip(names, feeds, strict=True):
        (folder / name).write_bytes(read(f"{site}{path}").encode())
    blocks = [block for path in (*PAGES, *films) for block in BLOCK.findall(read(f"{site}{path}"))]
    typed = [f"export const page{n}: Graph = {block};" for n, block in enumerate(blocks)]
    lines = ['import type { Graph } from "schema-dts";', *typed]
    (folder / "pages.ts").write_text("\n".join(lines))
    compiler = ["npx", "tsc", "--noEmit", "--strict", "--skipLibCheck", "pages.ts"]
    readers = (["node", "calendars.mjs", *names], compiler)
    statuses = [subprocess.run(each, cwd=folder, check=False).returncode for each in readers]  # noqa: S603
    verdict = "faults" if any(statuses) else "all well"
    print(f"{len(feeds)} calendars, {len(blocks)} pages: {verdict}")  # noqa: T201
    return int(any(statuses))


if __name__ == "__main__":
    place = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(tempfile.mkdtemp(prefix="readers-"))
    sys.exit(main(sys.argv[1].rstrip("/"), place))
