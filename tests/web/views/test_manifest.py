"""The manifest, and the service worker's address."""

from __future__ import annotations

import html
import io
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image

from tests.conftest import MakeApp


@pytest.mark.parametrize(("path", "start", "language"), [("", "/", "hu"), ("/en", "/en/", "en")])
def test_the_manifest_speaks_its_language(
    client: FlaskClient, path: str, start: str, language: str
) -> None:
    answer = client.get(f"{path}/manifest.webmanifest")
    assert answer.content_type == "application/manifest+json"
    manifest = answer.get_json(force=True)
    assert (manifest["lang"], manifest["start_url"], manifest["scope"]) == (language, start, "/")
    assert (manifest["short_name"], manifest["display"]) == ("Mozi", "standalone")
    assert f'<link rel="manifest" href="{path}/manifest.webmanifest">' in client.get(start).text


def test_every_icon_is_there_in_its_size(client: FlaskClient) -> None:
    icons = client.get("/manifest.webmanifest").get_json(force=True)["icons"]
    assert {icon["purpose"] for icon in icons} == {"any", "maskable"}
    for icon in icons:
        with client.get(icon["src"]) as answer:
            assert (answer.status_code, answer.mimetype) == (200, icon["type"])
            if icon["type"] == "image/png":
                size = Image.open(io.BytesIO(answer.data)).size
                assert icon["sizes"] == "{}x{}".format(*size)


def test_a_maskable_icon_has_nothing_to_lose_at_its_edge(client: FlaskClient) -> None:
    with client.get("/static/icons/maskable-512.png") as answer:
        icon = Image.open(io.BytesIO(answer.data)).convert("RGBA")
    edge = {icon.getpixel((x, y)) for x in range(0, 512, 8) for y in (0, 40, 471, 511)}
    assert len(edge) == 1
    assert edge.pop()[3] == 255


def test_the_worker_rules_the_whole_site_and_is_asked_for_anew(client: FlaskClient) -> None:
    with client.get("/sw.js") as answer:
        assert answer.mimetype == "text/javascript"
        assert answer.headers["Cache-Control"] == "no-cache"
        etag = answer.headers["ETag"]
    with client.get("/sw.js", headers={"If-None-Match": etag}) as again:
        assert again.status_code == 304


def test_the_sites_own_logo_stands_in_pages_tabs_and_the_app(
    make_app: MakeApp, tmp_path: Path
) -> None:
    path = tmp_path / "Logo.PNG"
    Image.new("RGB", (64, 64), "red").save(path)
    client = make_app(SITE_LOGO=str(path)).test_client()
    (address,) = set(re.findall(r"/logo/[^\"]+", client.get("/en/").text))
    with client.get(address) as answer:
        assert (answer.data, answer.mimetype) == (path.read_bytes(), "image/png")
        assert "immutable" in answer.headers["Cache-Control"]
    icons = client.get("/manifest.webmanifest").get_json(force=True)["icons"]
    assert icons[0]["src"] == address
    assert client.get("/logo/logo.00000000.png").status_code == 404


@pytest.mark.parametrize(
    "path", ["/", "/en/", "/rss.xml", "/naptar.ics", "/filmek", "/admin/login"]
)
def test_the_sites_name_stands_wherever_its_own_was(make_app: MakeApp, path: str) -> None:
    client = make_app(SITE_NAME="Apolló & Fia").test_client()
    shown = html.unescape(client.get(path).text.replace("\r\n ", ""))
    assert "Apolló & Fia" in shown
    assert not re.search(r"\bMozi\b", shown.replace("-//Mozi//", ""))
    manifest = client.get("/manifest.webmanifest").get_json(force=True)
    assert manifest["name"] == "Apolló & Fia – filmpremierek"
