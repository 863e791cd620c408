from __future__ import annotations

import os
from io import BytesIO
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from urllib3 import HTTPResponse, request

from mozi.errors import ObjectNotFound, StorageError
from mozi.storage import IMMUTABLE
from mozi.storage.s3 import S3Storage
from tests.storage.conftest import MakeS3
from tests.support.forks import Forks
from tests.support.origin import Origin
from tests.support.servers import free_port

KEY = "posters/7-kontroll.jpg"
ORIGINAL = "originals/0123.jpg"
FORKED = """
import os, sys, warnings
warnings.simplefilter("error")
from mozi.storage.s3 import S3Storage
storage = S3Storage(sys.argv[2], endpoint_url=sys.argv[1])
storage.put("posters/1.jpg", b"1", content_type="image/jpeg", public=True)
client = storage.client
child = os.fork()
if child == 0:
    os._exit(0 if storage.client is not client and storage.get("posters/1.jpg") == b"1" else 1)
assert os.waitpid(child, 0)[1] == 0
assert storage.client is client and storage.get("posters/1.jpg") == b"1"
"""


def put(storage: S3Storage, key: str = KEY, *, public: bool = True) -> None:
    storage.put(key, b"body", content_type="image/jpeg", public=public)


def anonymous_status(storage: S3Storage, key: str) -> int:
    return request("GET", storage.url(key), retries=False).status


def stored(storage: S3Storage, bucket: str, key: str) -> dict[str, Any]:
    answer: dict[str, Any] = storage.client.head_object(Bucket=bucket, Key=key)
    return answer


def test_visitors_get_a_public_object_with_its_type_and_cache_life(s3: S3Storage) -> None:
    put(s3)
    answer = request("GET", s3.url(KEY))
    assert (answer.status, answer.data) == (200, b"body")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Cache-Control"] == IMMUTABLE


def test_visitors_do_not_get_a_private_object(s3: S3Storage, bucket: str) -> None:
    put(s3, ORIGINAL, public=False)
    assert anonymous_status(s3, ORIGINAL) == 403
    assert stored(s3, bucket, ORIGINAL)["CacheControl"] == "private"
    assert stored(s3, bucket, ORIGINAL)["ContentType"] == "image/jpeg"


def test_an_empty_acl_sends_none(make_s3: MakeS3) -> None:
    storage = make_s3(acl="")
    sent = headers_of_puts(storage)
    put(storage)
    assert "x-amz-acl" not in sent[0]
    assert storage.get(KEY) == b"body"


def test_the_acl_is_sent_with_public_objects_alone(make_s3: MakeS3) -> None:
    storage = make_s3(acl="authenticated-read")
    sent = headers_of_puts(storage)
    put(storage)
    put(storage, ORIGINAL, public=False)
    assert sent[0]["x-amz-acl"] == b"authenticated-read"
    assert "x-amz-acl" not in sent[1]


def headers_of_puts(storage: S3Storage) -> list[Any]:
    sent: list[Any] = []

    def note(request: Any, **_: Any) -> None:
        sent.append(request.headers)

    storage.client.meta.events.register("before-send.s3.PutObject", note)
    return sent


def test_the_prefix_is_in_the_bucket_and_in_the_address_only(
    make_s3: MakeS3, s3: S3Storage, s3_url: str, bucket: str
) -> None:
    storage = make_s3(prefix="sites/mozi/")
    put(s3, "posters/of-another-site.jpg")
    put(storage)
    assert [row.key for row in storage.list("")] == [KEY]
    assert storage.url(KEY) == f"{s3_url}/{bucket}/sites/mozi/{KEY}"
    assert s3.exists(f"sites/mozi/{KEY}")


def test_the_public_address_goes_before_the_buckets_own(make_s3: MakeS3) -> None:
    storage = make_s3(public_url="https://cdn.example/x", prefix="mozi/")
    assert storage.url(KEY) == f"https://cdn.example/x/mozi/{KEY}"


def test_amazons_address_has_the_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    assert S3Storage("b").url(KEY) == f"https://b.s3.eu-central-1.amazonaws.com/{KEY}"


def test_without_a_region_it_is_amazons_first(
    s3: S3Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    signed = headers_of_puts(s3)
    put(s3)
    assert b"/us-east-1/s3/aws4_request" in signed[0]["Authorization"]
    assert S3Storage("b").url(KEY) == f"https://b.s3.us-east-1.amazonaws.com/{KEY}"


def test_a_listing_goes_on_after_a_thousand_objects(s3: S3Storage, bucket: str) -> None:
    for number in range(5):
        put(s3, f"posters/{number}.jpg")
    s3.client.meta.events.register("provide-client-params.s3.ListObjectsV2", two_at_a_time)
    assert len(list(s3.list("posters/"))) == 5


def two_at_a_time(params: dict[str, Any], **_: Any) -> dict[str, Any]:
    return {**params, "MaxKeys": 2}


def test_what_a_console_leaves_behind_is_not_listed(s3: S3Storage, bucket: str) -> None:
    s3.client.put_object(Bucket=bucket, Key="posters/", Body=b"")
    assert list(s3.list("posters/")) == []


def test_a_missing_bucket_is_not_a_missing_object(make_s3: MakeS3) -> None:
    storage = make_s3(bucket="nobodys-bucket")
    for asked in (storage.get, storage.exists, storage.delete):
        with pytest.raises(StorageError, match="S3_BUCKET names no bucket") as raised:
            asked(KEY)
        assert not isinstance(raised.value, ObjectNotFound)
    with pytest.raises(StorageError, match="S3_BUCKET names no bucket"):
        list(storage.list(""))


def test_missing_credentials_are_told_in_a_plain_sentence(
    s3: S3Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    with pytest.raises(StorageError, match="stored: there are no credentials for S3. Set AWS_"):
        put(s3)


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        (403, "AccessDenied", "S3 answered 403 AccessDenied .* s3:PutObjectAcl too unless"),
        (403, "InvalidAccessKeyId", "AWS_ACCESS_KEY_ID is not known"),
        (400, "EntityTooLarge", r"S3 answered 400 EntityTooLarge \(said so\)\.$"),
    ],
)
def test_refusals_are_told_with_their_cure(
    origin: Origin, bucket: str, status: int, code: str, told: str
) -> None:
    body = f"<Error><Code>{code}</Code><Message>said so</Message></Error>".encode()
    origin.serve(f"/b/{KEY}", body, status=status, content_type="application/xml")
    storage = S3Storage("b", endpoint_url=origin.url(""))
    with pytest.raises(StorageError, match=f"^{KEY} could not be read: ") as raised:
        storage.get(KEY)
    assert raised.match(told)
    storage.client.close()


def test_a_body_that_is_cut_short_is_a_storage_error(origin: Origin) -> None:
    origin.serve(f"/b/{KEY}", b"half", headers={"Content-Length": "8"})
    storage = S3Storage("b", endpoint_url=origin.url(""))
    with pytest.raises(StorageError, match=f"{KEY} could not be read"):
        storage.get(KEY)
    storage.client.close()


def test_an_overloaded_service_is_asked_twice_and_no_more(origin: Origin) -> None:
    origin.serve(f"/b/{KEY}", b"", status=503)
    storage = S3Storage("b", endpoint_url=origin.url(""))
    with pytest.raises(StorageError, match="S3 answered 503"):
        storage.get(KEY)
    assert origin.hits[f"/b/{KEY}"] == 2
    storage.client.close()


def test_deleting_is_fine_where_the_service_minds_that_nothing_is_there(s3: S3Storage) -> None:
    s3.client.meta.events.register("before-send.s3.DeleteObject", not_there)
    s3.delete(KEY)


def not_there(request: Any, **_: Any) -> AWSResponse:
    body = b"<Error><Code>NoSuchKey</Code><Message>None.</Message></Error>"
    raw = HTTPResponse(BytesIO(body), preload_content=False)
    return AWSResponse(request.url, 404, {}, raw)


def test_nobody_at_the_endpoint_is_a_storage_error() -> None:
    storage = S3Storage("b", endpoint_url=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(StorageError, match="stored: Could not connect"):
        put(storage)


def test_an_unusable_endpoint_is_a_storage_error() -> None:
    with pytest.raises(StorageError, match="Invalid endpoint"):
        put(S3Storage("b", endpoint_url="http://"))


def test_waits_end_well_before_a_router_gives_up(s3: S3Storage) -> None:
    config = s3.client.meta.config
    assert (config.connect_timeout, config.read_timeout) == (2, 5)
    assert config.retries["total_max_attempts"] == 2


def test_a_fork_gets_a_client_of_its_own(start: Forks, s3_url: str, bucket: str) -> None:
    assert start("-c", FORKED, s3_url, bucket, env=os.environ).wait() == 0
