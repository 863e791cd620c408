from __future__ import annotations

import re

import pytest
from flask import Flask

from mozi.maintenance.messages import SENTENCES, StorageFault
from mozi.storage.s3_faults import _CURES
from mozi.web.admin.messages.storage import FAULTS, KINDS, storage_words
from tests.web.admin.messages.test_calendar import in_language

PATHS = {"hu": "/admin/login", "en": "/en/admin/login"}
# Said in other words there: the kind of a failure for its English sentence, a place for its cure.
INSTEAD = {"reason": "kind", "policy": "place"}


def test_every_fault_and_every_cure_has_words() -> None:
    assert set(FAULTS) == set(SENTENCES)
    assert set(_CURES) <= set(KINDS)


@pytest.mark.parametrize("path", PATHS.values())
@pytest.mark.parametrize("code", SENTENCES)
def test_the_words_use_the_figures_of_the_sentence(app: Flask, code: str, path: str) -> None:
    figures = {INSTEAD.get(name, name) for name in re.findall(r"{(\w+)", SENTENCES[code])}
    with in_language(app, path):
        assert set(re.findall(r"%\((\w+)\)s", str(FAULTS[code]))) == figures


def test_a_cure_inside_a_fault_speaks_the_same_language(app: Flask) -> None:
    cure = StorageFault("policy", policy="give the bucket a policy", place="b/")
    fault = StorageFault("no_acls_no_policy", cure=cure)
    assert str(fault) == (
        "The bucket takes no ACLs: set S3_ACL to empty, and give the bucket a policy."
    )
    with in_language(app, PATHS["hu"]):
        words = storage_words(fault)
        assert words.startswith("A tároló nem fogad ACL-eket: az S3_ACL legyen üres, és adj")
        assert "arn:aws:s3:::b/posters/*" in words


@pytest.mark.parametrize(
    ("kind", "hungarian"),
    [
        ("InvalidAccessKeyId", "Az AWS_ACCESS_KEY_ID ott ismeretlen. (InvalidAccessKeyId)"),
        ("ENOSPC", "Megtelt a lemez: csinálj helyet. (ENOSPC)"),
        ("", "A tárhely hibát jelzett: S3 is odd."),
    ],
)
def test_what_the_storage_says_is_told_where_there_are_no_better_words(
    app: Flask, kind: str, hungarian: str
) -> None:
    with in_language(app, PATHS["hu"]):
        assert storage_words(StorageFault("storage", said="S3 is odd.", kind=kind)) == hungarian
