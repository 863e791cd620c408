"""The log lines of sign-ins."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.conftest import Clock
from tests.support.logs import Said
from tests.web.admin.conftest import EMAIL
from tests.web.admin.sign_in.conftest import sign_in_from


@pytest.mark.usefixtures("_admin")
def test_the_log_tells_of_sign_ins_with_account_and_network(
    app: Flask, clock: Clock, said: Said
) -> None:
    sign_in_from(app, "192.0.2.77")
    sign_in_from(app, "2001:db8:1:2::3", email="secret typed here", password="wrong")
    for _ in range(12):
        sign_in_from(app, "192.0.2.77", password="wrong")
    told = [
        (each.levelname, each.getMessage()) for each in said.records if each.name == "mozi.sign_ins"
    ]
    assert told == [
        ("INFO", f"Signed in: {EMAIL}, from 192.0.2.0/24"),
        ("WARNING", "Sign-in failed: no account of ours, from 2001:db8:1::/48"),
        *[("WARNING", f"Sign-in failed: {EMAIL}, from 192.0.2.0/24")] * 10,
        ("WARNING", f"Too many attempts, refused for 301 s: {EMAIL}, from 192.0.2.0/24"),
    ]
    assert "192.0.2.77" not in str([vars(each) for each in said.records])
