"""Passkeys, with Chromium's virtual authenticator: added, used, removed, recovered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from mozi.accounts.admins import ensure_admin
from tests.browser.axe import faults
from tests.browser.conftest import sign_in
from tests.web.admin.conftest import EMAIL, PASSWORD

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def phone(app: Flask, chromium: Browser, site: str) -> Iterator[Page]:
    """A signed-in editor's page whose browser has a device for passkeys.

    It is at localhost: passkeys belong to a name, not to an address.
    """
    ensure_admin(EMAIL, PASSWORD)
    origin = site.replace("127.0.0.1", "localhost")
    context = chromium.new_context(base_url=origin, locale="hu-HU")
    page = context.new_page()
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    sign_in(page)
    yield page
    context.close()


def add_passkey(page: Page, password: str = PASSWORD) -> None:
    page.goto("/admin/password")
    page.fill("#passkey_password", password)
    page.get_by_role("button", name="Azonosítókulcsot adok hozzá").click()


def sign_in_by_passkey(page: Page) -> None:
    page.get_by_role("button", name="Kilépés", exact=True).click()
    page.wait_for_url("**/admin/login*")
    page.goto("/admin/login?next=/admin/import")
    page.get_by_role("button", name="Belépés azonosítókulccsal").click()


def test_a_passkey_is_added_used_and_removed(phone: Page) -> None:
    add_passkey(phone)
    expect(phone.locator(".notice--good")).to_contain_text("jelszó nélkül is beléphetsz")
    expect(phone.get_by_text("még nem léptél be vele")).to_be_visible()
    assert faults(phone, (("light", 360), ("dark", 1440))) == []
    for _ in range(2):
        sign_in_by_passkey(phone)
        expect(phone).to_have_url("/admin/import")
    phone.goto("/admin/password")
    expect(phone.get_by_text("utoljára használva")).to_be_visible()
    phone.get_by_role("button", name="Eltávolítom").click()
    expect(phone.locator(".notice--good")).to_contain_text("eltávolítottuk")
    sign_in_by_passkey(phone)
    expect(phone.get_by_role("alert")).to_contain_text("nem lehet belépni")
    assert faults(phone, (("light", 360), ("dark", 1440))) == []


def test_a_wrong_password_adds_none_and_the_same_device_only_one(phone: Page) -> None:
    add_passkey(phone, "wrong")
    expect(phone.get_by_role("alert")).to_contain_text("Ez nem a mostani jelszavad.")
    for said in ("jelszó nélkül is beléphetsz", "Nem sikerült."):
        add_passkey(phone)
        expect(phone.get_by_text(said)).to_be_visible()
    expect(phone.get_by_role("button", name="Eltávolítom")).to_have_count(1)


def test_an_account_that_is_given_back_has_no_passkeys(phone: Page) -> None:
    add_passkey(phone)
    expect(phone.get_by_role("button", name="Eltávolítom")).to_be_visible()
    ensure_admin(EMAIL, "new horse battery", keeps_passkeys=True)
    phone.goto("/admin/login")
    phone.get_by_role("button", name="Belépés azonosítókulccsal").click()
    expect(phone).to_have_url("/admin/")
    ensure_admin(EMAIL, "newer horse battery")
    phone.goto("/admin/login")
    phone.get_by_role("button", name="Belépés azonosítókulccsal").click()
    expect(phone.get_by_role("alert")).to_contain_text("nem lehet belépni")
