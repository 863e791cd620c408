"""The pages of a running site by two judges: Lighthouse (mobile) and the Nu HTML checker.

npm install lighthouse@12 vnu-jar        # in a folder of its own; Nu wants a Java
scripts/run & flask warm-posters         # the demo, with its posters
.venv/bin/python -m scripts.bench.pages http://127.0.0.1:8000 --npm FOLDER [--runs 5]

Prints the median of the runs for the index, a movie, a month, the search and a person, what the
first screen weighs, and everything that Nu says of any page in both languages.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import tempfile
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

import requests

CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
MEASURES = {
    "largest-contentful-paint": "LCP ms",
    "cumulative-layout-shift": "CLS",
    "total-blocking-time": "TBT ms",
    "total-byte-weight": "bytes",
}
MONTH = "/premierek/2026/12"
PATHS = (
    *("/", MONTH, "/premierek/2026", "/filmek", "/filmek?betu=a", "/kereses"),
    *(
        "/kereses?q=kubrick",
        "/kereses?q=kubrik",
        "/kereses?q=xyzzy",
        "/nincs",
        "/?kind=rerelease",
        "/moziban",
    ),
    *("/sajat", "/beagyazas", "/beagyazas/het"),
)


def get(address: str) -> bytes:
    """Return the page at an address, an error page too."""
    return requests.get(address, timeout=30).content


def first_link(site: str, path: str, kind: str) -> str:
    """Return the first link of a page to one of this kind: "film"."""
    found: list[str] = re.findall(rf'href="(/{kind}/[^"]+)"', get(site + path).decode())
    return found[0]


def lighthouse(address: str, npm: Path) -> dict[str, Any]:
    """Return Lighthouse's report of one run, as a phone."""
    command = [
        str(npm / "node_modules/.bin/lighthouse"), address, "--quiet", "--output=json",
        "--no-enable-error-reporting", "--chrome-flags=--headless=new --no-sandbox",
    ]  # fmt: skip
    env = {
        **os.environ,
        "CHROME_PATH": os.environ.get("CHROMIUM") or shutil.which("chromium") or "",
    }
    for last in (False, True):  # Chromium sometimes crashes within a run
        run = subprocess.run(command, env=env, check=last, capture_output=True)  # noqa: S603
        if run.returncode == 0:
            break
    report: dict[str, Any] = json.loads(run.stdout)
    return report


def judged(address: str, npm: Path, runs: int) -> None:
    """Print the medians of some runs, and the audits that were not passed in the last."""
    reports = [lighthouse(address, npm) for _ in range(runs)]
    scores = [
        f"{name} {100 * median(report['categories'][name]['score'] for report in reports):.0f}"
        for name in CATEGORIES
    ]
    numbers = [
        f"{words} {median(report['audits'][name]['numericValue'] for report in reports):.4g}"
        for name, words in MEASURES.items()
    ]
    print(f"{address}\n  {', '.join(scores)}\n  {', '.join(numbers)}")
    for audit in reports[-1]["audits"].values():
        if audit["score"] is not None and audit["score"] < 0.9:
            print(f"  {audit['id']}: {audit.get('displayValue', audit['title'])}")


def weighed(site: str) -> None:
    """Print what the index's own files weigh as they are served, uncompressed."""
    html = get(f"{site}/").decode()
    linked = set(re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"', html))
    for ending in ("css", "js"):
        sizes = [len(get(site + path)) for path in linked if path.endswith(ending)]
        print(f"  {ending}: {sum(sizes):,} bytes uncompressed in {len(sizes)} files")
    as_br = requests.get(f"{site}/", headers={"Accept-Encoding": "br"}, timeout=30, stream=True)
    print(f"  html: {len(as_br.raw.read()):,} bytes as br, {len(html.encode()):,} uncompressed")


def checked(site: str, paths: list[str], npm: Path) -> None:
    """Print what Nu says of the pages in both languages."""
    (jar,) = (npm / "node_modules/vnu-jar").rglob("vnu.jar")
    with tempfile.TemporaryDirectory() as folder:
        names = {}
        for number, (language, path) in enumerate(product(("", "/en"), paths)):
            page = Path(folder) / f"{number}.html"
            page.write_bytes(get(f"{site}{language}{path}"))
            names[page.name] = language + path
        command = ["java", "-jar", str(jar), "--format", "json", *map(str, Path(folder).iterdir())]
        judge = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
        said = json.loads(judge.stderr)
    print(f"Nu: {len(names)} pages, {len(said['messages'])} messages")
    for message in said["messages"]:
        name = names[message["url"].rpartition("/")[2]]
        print(f"  {name}: {message['type']}: {message['message']} {message.get('extract', '')!r}")


def main() -> None:
    """Judge the pages of the site that is named."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("site")
    parser.add_argument("--npm", type=Path, default=Path())
    parser.add_argument("--runs", type=int, default=5, help="of Lighthouse, a page; 0: none")
    asked = parser.parse_args()
    film = first_link(asked.site, "/", "film")
    person = first_link(asked.site, film, "szemely")
    for path in ("/", film, MONTH, "/kereses", person) if asked.runs else ():
        judged(asked.site + path, asked.npm, asked.runs)
    weighed(asked.site)
    checked(asked.site, [*PATHS, film, person], asked.npm)


if __name__ == "__main__":
    main()
