"""A bucket that refuses ACLs. moto takes every ACL, so its answer is put in place of moto's."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Barrier
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from urllib3 import HTTPResponse

from mozi.errors import NotPublic, StorageError
from mozi.storage.s3 import S3Storage
from tests.storage.conftest import MakeS3
from tests.support.logs import Said
from tests.support.origin import Origin

KEY = "posters/7-kontroll.jpg"
ORIGINAL = "originals/0123.jpg"


class AclRefusal:
    """Answers the puts that have an ACL, so many at once; the others go on to moto."""

    def __init__(self, storage: S3Storage, *, status: int, code: str, at_once: int) -> None:
        self.status, self.code = status, code
        self.refused: list[str] = []
        self.let_through: list[str] = []
        self.barrier = Barrier(at_once, timeout=10)
        storage.client.meta.events.register("before-send.s3.PutObject", self.answer)

    def answer(self, request: Any, **_: Any) -> AWSResponse | None:
        if "x-amz-acl" not in request.headers:
            self.let_through.append(request.url)
            return None
        self.refused.append(request.url)
        self.barrier.wait()
        body = f"<Error><Code>{self.code}</Code><Message>No.</Message></Error>".encode()
        raw = HTTPResponse(BytesIO(body), preload_content=False)
        return AWSResponse(request.url, self.status, {}, raw)


def refuse_acls(
    storage: S3Storage,
    *,
    status: int = 400,
    code: str = "AccessControlListNotSupported",
    at_once: int = 1,
) -> AclRefusal:
    return AclRefusal(storage, status=status, code=code, at_once=at_once)


def let_everyone_read_posters(storage: S3Storage, bucket: str) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/posters/*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    storage.client.put_bucket_policy(Bucket=bucket, Policy=policy)


def put(storage: S3Storage, key: str = KEY, *, public: bool = True) -> None:
    storage.put(key, b"body", content_type="image/jpeg", public=public)


@pytest.mark.parametrize(
    ("status", "code"), [(400, "AccessControlListNotSupported"), (501, "NotImplemented")]
)
def test_a_put_whose_acl_is_refused_succeeds_without(
    s3: S3Storage, bucket: str, status: int, code: str
) -> None:
    let_everyone_read_posters(s3, bucket)
    refuse_acls(s3, status=status, code=code)
    put(s3)
    assert s3.get(KEY) == b"body"


def test_a_refused_acl_is_not_sent_again_and_warned_of_once(
    s3: S3Storage, bucket: str, said: Said
) -> None:
    let_everyone_read_posters(s3, bucket)
    bucket_answers = refuse_acls(s3)
    for number in range(3):
        put(s3, f"posters/{number}.jpg")
    assert (len(bucket_answers.refused), len(bucket_answers.let_through)) == (1, 3)
    [warning] = said.messages("WARNING")
    assert "Set S3_ACL to empty" in warning
    assert f"arn:aws:s3:::{bucket}/posters/*" in warning


def test_threads_that_are_refused_at_once_warn_once(s3: S3Storage, bucket: str, said: Said) -> None:
    let_everyone_read_posters(s3, bucket)
    bucket_answers = refuse_acls(s3, at_once=4)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda number: put(s3, f"posters/{number}.jpg"), range(4)))
    assert (len(bucket_answers.refused), len(bucket_answers.let_through)) == (4, 4)
    assert len(said.messages("WARNING")) == 1


def test_another_refusal_is_not_taken_for_the_acls(s3: S3Storage) -> None:
    bucket_answers = refuse_acls(s3, status=403, code="AccessDenied")
    with pytest.raises(StorageError, match="AccessDenied"):
        put(s3)
    assert not bucket_answers.let_through


def test_what_visitors_cannot_read_is_not_public_and_the_log_names_the_cure(
    s3: S3Storage, bucket: str, said: Said
) -> None:
    refuse_acls(s3)
    with pytest.raises(NotPublic, match="the answer was 403"):
        put(s3)
    [error] = said.messages("ERROR")
    assert f"s3:GetObject on arn:aws:s3:::{bucket}/posters/*" in error
    assert "Block Public Access" in error


def test_the_next_put_asks_again_until_visitors_can_read(s3: S3Storage, bucket: str) -> None:
    refuse_acls(s3)
    for _ in range(2):
        with pytest.raises(NotPublic):
            put(s3)
    let_everyone_read_posters(s3, bucket)
    put(s3)


def test_once_visitors_could_read_nobody_asks_any_more(make_s3: MakeS3, origin: Origin) -> None:
    origin.serve("/posters/0.jpg", b"body")
    storage = make_s3(public_url=origin.url(""))
    refuse_acls(storage)
    for number in range(3):
        put(storage, f"posters/{number}.jpg")
    assert dict(origin.hits) == {"/posters/0.jpg": 1}
    assert "Authorization" not in origin.seen["/posters/0.jpg"]


def test_an_original_is_never_asked_for(make_s3: MakeS3, origin: Origin) -> None:
    storage = make_s3(public_url=origin.url(""))
    refuse_acls(storage)
    with pytest.raises(NotPublic):
        put(storage)
    put(storage, ORIGINAL, public=False)
    assert dict(origin.hits) == {f"/{KEY}": 1}


def test_an_operators_empty_acl_is_taken_at_its_word(make_s3: MakeS3, origin: Origin) -> None:
    storage = make_s3(acl="", public_url=origin.url(""))
    put(storage)
    assert not origin.hits
