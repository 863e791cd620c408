"""S3's error answers in plain words."""

from __future__ import annotations

from typing import Any

import pytest

from mozi.storage.s3_faults import ACL_REFUSALS, MISSING, code_of, in_words


def answer(status: int, code: str, message: str = "no") -> dict[str, Any]:
    return {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }


@pytest.mark.parametrize(("status", "code", "cure"), [
    (403, "AccessDenied", "The credentials need s3:PutObject"),
    (403, "403", "The credentials need s3:PutObject"),
    (301, "PermanentRedirect", "Set AWS_DEFAULT_REGION"),
    (404, "NoSuchBucket", "S3_BUCKET names no bucket"),
    (403, "RequestTimeTooSkewed", "Set the clock"),
    (403, "SignatureDoesNotMatch", "AWS_SECRET_ACCESS_KEY does not belong"),
])  # fmt: skip
def test_a_known_code_comes_with_its_cure(status: int, code: str, cure: str) -> None:
    said = in_words(answer(status, code))
    assert said.startswith(f"S3 answered {status} {code} (no). {cure}")


def test_an_unknown_code_is_told_without_one() -> None:
    assert in_words(answer(500, "InternalError", "sorry")) == (
        "S3 answered 500 InternalError (sorry)."
    )


def test_an_answer_without_a_code_is_told_too() -> None:
    assert code_of({}) == ""
    assert in_words({}) == "S3 answered an error  ()."


def test_a_missing_key_is_no_missing_bucket() -> None:
    assert code_of(answer(404, "NoSuchKey")) in MISSING
    assert code_of(answer(404, "NoSuchBucket")) not in MISSING | ACL_REFUSALS
