from __future__ import annotations

import pytest
from flask.testing import FlaskCliRunner

from mozi.accounts.admins import find_by_password
from mozi.accounts.links import use_link
from mozi.accounts.sessions import create_session, find_session


def create(runner: FlaskCliRunner, email: str, password: str) -> tuple[int, str]:
    result = runner.invoke(args=["create-admin", email, "--password-stdin"], input=f"{password}\n")
    return result.exit_code, result.output


def test_makes_an_admin_with_the_password_of_standard_input(runner: FlaskCliRunner) -> None:
    assert create(runner, "Anna@example.org", "long enough") == (
        0,
        "anna@example.org is an admin now.\n",
    )
    assert find_by_password("anna@example.org", "long enough")
    assert find_by_password("anna@example.org", "long enough ") is None


def test_sets_a_new_password_and_ends_every_session(runner: FlaskCliRunner) -> None:
    create(runner, "anna@example.org", "long enough")
    admin = find_by_password("anna@example.org", "long enough")
    assert admin
    signed_in = create_session(admin)
    assert find_session(signed_in.token) == signed_in
    assert create(runner, "anna@example.org", "another one")[0] == 0
    assert find_by_password("anna@example.org", "long enough") is None
    assert find_session(signed_in.token) is None


def test_asks_twice_on_a_terminal(runner: FlaskCliRunner) -> None:
    asked = runner.invoke(args=["create-admin", "b@example.org"], input="12345678\n12345678\n")
    assert asked.exit_code == 0
    assert "12345678" not in asked.output
    assert find_by_password("b@example.org", "12345678")


@pytest.mark.parametrize(
    ("email", "password"),
    [("nobody", "long enough"), ("a@b", "short"), ("a@b", ""), ("a@b", "x" * 1001)],
)
def test_what_cannot_be_is_wrong_usage(runner: FlaskCliRunner, email: str, password: str) -> None:
    assert create(runner, email, password)[0] == 2
    assert find_by_password(email, password) is None


def test_a_link_sets_the_password_in_a_browser(runner: FlaskCliRunner) -> None:
    made = runner.invoke(args=["create-admin", "a@b.hu", "--link", "--role", "editor"])
    assert made.exit_code == 0
    token = made.output.strip().rpartition("=")[2]
    assert use_link(token, "long enough") == "a@b.hu"
    account = find_by_password("a@b.hu", "long enough")
    assert account
    assert account.role == "editor"


def test_remove_admin_ends_sessions_and_names_an_unknown_one(runner: FlaskCliRunner) -> None:
    create(runner, "anna@example.org", "long enough")
    admin = find_by_password("anna@example.org", "long enough")
    assert admin
    signed_in = create_session(admin)
    gone = runner.invoke(args=["remove-admin", "Anna@example.org"])
    assert gone.exit_code == 0
    assert "No admin is left" in gone.output
    assert find_session(signed_in.token) is None
    again = runner.invoke(args=["remove-admin", "anna@example.org"])
    assert (again.exit_code, again.output) == (1, "There is no admin anna@example.org.\n")
