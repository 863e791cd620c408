from __future__ import annotations

import pytest

from mozi.maintenance.messages import StorageMessage
from mozi.storage.s3_faults import _CURES
from mozi.web.admin.messages.storage import KINDS, storage_words
from tests.web.conftest import InLanguage


def test_every_cure_of_s3_has_words() -> None:
    assert set(_CURES) <= set(KINDS)


def test_a_cure_inside_a_fault_speaks_the_same_language(in_language: InLanguage) -> None:
    cure = StorageMessage("policy", {"policy": "give the bucket a policy"}, place="b/")
    fault = StorageMessage("no_acls_no_policy", cure=cure)
    assert str(fault) == (
        "The bucket accepts no ACLs: set S3_ACL to empty, and give the bucket a policy."
    )
    with in_language("hu"):
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
    in_language: InLanguage, kind: str, hungarian: str
) -> None:
    with in_language("hu"):
        assert storage_words(StorageMessage("storage", said="S3 is odd.", kind=kind)) == hungarian
