"""Each misconfiguration, seeded; moto refuses next to nothing, so a picky bucket does."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from urllib3 import HTTPResponse

from mozi.maintenance.storage_check import StorageCheck, StorageReport
from mozi.storage import Storage
from mozi.storage.local import LocalStorage
from mozi.storage.public import PublicAnswer, public_answer
from mozi.storage.s3 import S3Storage
from tests.support.origin import Origin
from tests.support.picky_s3 import BUCKET, PickyS3
from tests.support.servers import free_port

MakeStorage = Callable[..., S3Storage]


def ask(url: str) -> PublicAnswer:
    return public_answer(url, body_bytes=1000, timeout_s=2)


def check(storage: Storage) -> StorageReport:
    return StorageCheck(storage, ask).run()


@pytest.fixture
def picky() -> Iterator[PickyS3]:
    with PickyS3() as bucket:
        yield bucket


@pytest.fixture
def make(picky: PickyS3) -> Iterator[MakeStorage]:
    made: list[S3Storage] = []

    def storage(**changes: Any) -> S3Storage:
        made.append(S3Storage(**{"bucket": BUCKET, "endpoint_url": picky.url, **changes}))
        return made[-1]

    yield storage
    for each in made:
        each.client.close()


@pytest.mark.parametrize(("acl", "prefix"), [("public-read", None), ("", "posters/")])
def test_a_bucket_in_order_passes_and_is_left_empty(
    picky: PickyS3, make: MakeStorage, acl: str, prefix: str | None
) -> None:
    picky.public_prefix = prefix
    report = check(make(acl=acl))
    assert report.faults == []
    assert report.passed[-2:] == ["originals are private", "deleted"]
    assert picky.objects == {}


REFUSALS = [
    ({"PUT": (404, "NoSuchBucket")}, "S3_BUCKET names no bucket"),
    ({"PUT": (400, "AuthorizationHeaderMalformed")}, "Set AWS_DEFAULT_REGION"),
    ({"PUT": (301, "PermanentRedirect")}, "Set AWS_DEFAULT_REGION"),
    ({"PUT": (403, "InvalidAccessKeyId")}, "AWS_ACCESS_KEY_ID is not known"),
    ({"PUT": (403, "SignatureDoesNotMatch")}, "AWS_SECRET_ACCESS_KEY does not belong"),
    ({"PUT": (403, "RequestTimeTooSkewed")}, "Set the clock of this machine"),
    ({"PUT": (403, "AccessDenied")}, "The credentials need s3:PutObject"),
    ({"PUT": (404, "")}, "S3_ENDPOINT_URL does not lead to an S3 service"),
    ({"PUT acl": (400, "AccessControlListNotSupported")}, "set S3_ACL to empty, and give the"),
    ({"PUT acl": (403, "AccessDenied")}, "switch off the bucket's Block Public Access for ACLs"),
    ({"GET": (403, "AccessDenied")}, "s3:GetObject"),
    ({"HEAD": (403, "")}, "s3:ListBucket"),
    ({"DELETE": (403, "AccessDenied")}, "allow them s3:DeleteObject"),
]


@pytest.mark.parametrize(("refuses", "told"), REFUSALS, ids=[str(r[0]) for r in REFUSALS])
def test_a_refusal_is_one_line_that_names_what_to_change(
    picky: PickyS3, make: MakeStorage, refuses: dict[str, tuple[int, str]], told: str
) -> None:
    picky.refuses = refuses
    (fault,) = check(make()).faults
    assert told in fault
    assert "\n" not in fault


def test_acls_refused_where_a_policy_makes_posters_public_still_say_what_to_set(
    picky: PickyS3, make: MakeStorage
) -> None:
    picky.refuses = {"PUT acl": (400, "AccessControlListNotSupported")}
    picky.public_prefix = "posters/"
    assert check(make()).faults == ["The bucket accepts no ACLs: set S3_ACL to empty."]


def test_an_acl_that_is_taken_and_ignored_is_found_out(picky: PickyS3, make: MakeStorage) -> None:
    picky.ignores_acls = True
    (fault,) = check(make()).faults
    assert "although it was stored with S3_ACL=public-read" in fault


def test_without_acl_and_policy_the_policy_is_named(make: MakeStorage) -> None:
    (fault,) = check(make(acl="")).faults
    assert "give the bucket a policy" in fault
    assert f"arn:aws:s3:::{BUCKET}/posters/*" in fault


def test_originals_that_anyone_can_read_are_told(picky: PickyS3, make: MakeStorage) -> None:
    picky.public_prefix = ""
    (fault,) = check(make(acl="")).faults
    assert "restrict the bucket's policy" in fault
    assert picky.objects == {}


@pytest.mark.parametrize(("lost", "told"), [
    ("Content-Type", "each object's own Content-Type"),
    ("Cache-Control", "each object's own Cache-Control"),
])  # fmt: skip
def test_a_header_that_is_lost_is_told(
    picky: PickyS3, make: MakeStorage, lost: str, told: str
) -> None:
    picky.loses = {lost}
    (fault,) = check(make()).faults
    assert told in fault


@pytest.mark.parametrize("body", [b"", b"<html>"])
def test_a_public_address_that_leads_elsewhere_is_told(
    make: MakeStorage, origin: Origin, body: bytes
) -> None:
    if body:
        origin.serve_everywhere(body, content_type="text/html")
    (fault,) = check(make(public_url=origin.url(""))).faults
    assert "S3_PUBLIC_URL points elsewhere" in fault


def test_a_public_address_without_anyone_is_told(make: MakeStorage) -> None:
    (fault,) = check(make(public_url=f"http://127.0.0.1:{free_port()}")).faults
    assert "S3_PUBLIC_URL points elsewhere" in fault


def test_a_public_address_of_a_private_bucket_is_told(make: MakeStorage, s3_url: str) -> None:
    (fault,) = check(make(public_url=f"{s3_url}/{'x' * 20}")).faults
    assert "S3_PUBLIC_URL points elsewhere" in fault


def test_an_endpoint_without_anyone_is_told(make: MakeStorage) -> None:
    (fault,) = check(make(endpoint_url=f"http://127.0.0.1:{free_port()}")).faults
    assert "S3_ENDPOINT_URL" in fault


def test_an_endpoint_that_takes_everything_and_keeps_nothing_is_told(
    picky: PickyS3, make: MakeStorage
) -> None:
    storage = make()
    storage.client.meta.events.register("before-send.s3.GetObject", html)
    assert "not lead to an S3 service" in check(storage).faults[0]


def html(request: Any, **_: Any) -> AWSResponse:
    raw = HTTPResponse(BytesIO(b"<html>"), preload_content=False)
    return AWSResponse(request.url, 200, {}, raw)


def test_no_bucket_at_a_real_server_is_told(make: MakeStorage, s3_url: str) -> None:
    (fault,) = check(make(endpoint_url=s3_url, bucket="nobodys-bucket")).faults
    assert "S3_BUCKET names no bucket" in fault


def test_the_region_is_compared_with_the_buckets_own(monkeypatch: pytest.MonkeyPatch) -> None:
    storage = S3Storage("b")
    region = {"x-amz-bucket-region": "eu-central-1"}
    answer = AWSResponse("", 200, region, HTTPResponse(BytesIO(), preload_content=False))
    storage.client.meta.events.register("before-send.s3.HeadBucket", lambda **_: answer)
    run = StorageCheck(storage, ask)
    for step in ("_store_original", "_read_back", "_store_variant", "_check_privacy", "_delete"):
        monkeypatch.setattr(run, step, lambda: None)
    for step in ("_read_as_a_visitor", "_clear_up"):
        monkeypatch.setattr(run, step, lambda: None)
    assert run.run().faults == [
        "The bucket is in eu-central-1: set AWS_DEFAULT_REGION to eu-central-1 instead of"
        " us-east-1."
    ]


def test_a_bucket_that_refuses_every_put_for_its_acls_is_not_blamed_on_the_credentials(
    picky: PickyS3, make: MakeStorage
) -> None:
    picky.blocks_acls = True
    (fault,) = check(make()).faults
    assert "delete-public-access-block), set S3_ACL to empty, and give the bucket" in fault
    assert "credentials" not in fault


class Interrupted(Exception):
    """What Ctrl-C is to a test."""


def test_a_check_that_is_interrupted_takes_away_what_it_stored(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)

    def interrupt(url: str) -> PublicAnswer:
        raise Interrupted

    with pytest.raises(Interrupted):
        StorageCheck(storage, interrupt).run()
    assert list(storage.list("")) == []


def test_what_a_killed_check_left_is_taken_away_by_the_next_and_nothing_else(
    tmp_path: Path,
) -> None:
    storage = LocalStorage(tmp_path)
    left, running = "posters/check-0123456789abcdef.jpg", "posters/check-fedcba9876543210.jpg"
    for key in (left, running, "posters/1-checked.thumb.01.jpg"):
        storage.put(key, b"x", content_type="image/jpeg", public=True)
    two_hours_ago = time.time() - 7200
    for key in (left, "posters/1-checked.thumb.01.jpg"):
        os.utime(storage.path_of(key), (two_hours_ago, two_hours_ago))
    StorageCheck(storage, lambda url: PublicAnswer(404, {})).run()
    assert {each.key for each in storage.list("")} == {"posters/1-checked.thumb.01.jpg", running}


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "media").write_text("a file in the folder's place")
    (fault,) = check(LocalStorage(tmp_path / "media")).faults
    assert "could not be stored" in fault
