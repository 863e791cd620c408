"""A real browser on a real server. Every test below is marked `browser`.

CHROMIUM: the browser's path (scripts/test looks for it). A visitor's fresh context takes 0.13 s
of the processor in Chromium's headless shell, and 0.84 s in Chromium itself, with its windows.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

from mozi.accounts.admins import ensure_admin
from tests.web.admin.conftest import EMAIL, PASSWORD

HERE = Path(__file__).parent
PATIENCE_MS = 30_000  # on a machine with much else to do; what comes sooner is waited for no longer
ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=list(ARGUMENTS))
        yield browser
        browser.close()


def find() -> str | None:
    """Return the browser's path."""
    named = os.environ.get("CHROMIUM")
    return named or shutil.which("chromium-headless-shell") or shutil.which("chromium")


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The address of the test's app, served by threads."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console said of errors, broken policies included."""
    return []


@pytest.fixture
def page(chromium: Browser, site: str, complaints: list[str]) -> Iterator[Page]:
    """A page of a fresh visitor; addresses are those of the site."""
    context = chromium.new_context(base_url=site, locale="hu-HU")
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()


def sign_in(page: Page) -> None:
    page.goto("/admin/login")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url("**/admin/")


@pytest.fixture
def desk(app: Flask, page: Page) -> Page:
    """The page of an editor who is signed in."""
    ensure_admin(EMAIL, PASSWORD)
    sign_in(page)
    return page


@pytest.fixture
def plain_desk(app: Flask, chromium: Browser, site: str) -> Iterator[Page]:
    """The same, in a browser without scripts."""
    ensure_admin(EMAIL, PASSWORD)
    context = chromium.new_context(base_url=site, locale="hu-HU", java_script_enabled=False)
    page = context.new_page()
    sign_in(page)
    yield page
    context.close()
