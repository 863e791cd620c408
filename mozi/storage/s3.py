"""Objects in a bucket of Amazon's S3 or of a compatible service.

The only module that imports boto3. Its errors become StorageErrors here, in plain words. boto3
takes 21 MB, so a site without a bucket does not import it: see _load().
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
    SSLError,
)
from urllib3.exceptions import HTTPError

from mozi import metrics
from mozi.errors import ObjectNotFound, StorageError
from mozi.storage import IMMUTABLE, ObjectHeaders, StoredObject, checked_key, is_key
from mozi.storage.per_process import PerProcess
from mozi.storage.public import bucket_url, origin_of
from mozi.storage.public_reading import PublicReading
from mozi.storage.s3_faults import (
    ACL_REFUSALS,
    MISSING,
    NO_BUCKET,
    NO_CREDENTIALS,
    NO_ENDPOINT,
    code_of,
    in_words,
)

PRIVATE = "private"
_CONFIG = {
    # boto3's own limits, 60 s and 60 s with retries, outlive the router's 30 s.
    "connect_timeout": 2,
    "read_timeout": 5,
    "retries": {"total_max_attempts": 2, "mode": "standard"},
    "max_pool_connections": 32,
    "tcp_keepalive": True,
    # Some compatible services do not know the newer checksums.
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
}


class S3Storage:
    """The storage in a bucket, with one client a process.

    endpoint_url: None for Amazon. public_url: pages link it instead of the bucket's own address.
    acl: of public objects; "": none is sent. prefix: "" or "folder/", in front of every key in
    the bucket; only this class knows it.
    """

    def __init__(
        self,
        bucket: str,
        *,
        endpoint_url: str | None = None,
        public_url: str | None = None,
        acl: str = "public-read",
        prefix: str = "",
    ) -> None:
        _load()  # before a server forks: its workers share the memory
        self._bucket = bucket
        self._endpoint_url = endpoint_url
        self._public_url = public_url
        self._prefix = prefix
        self._bucket_seen = False
        self._public_reading = PublicReading(acl, place=self.place)
        self._client = PerProcess(lambda: _make_client(endpoint_url))

    @property
    def client(self) -> Any:
        """Return the process's client, which its threads share; raises boto3's errors.

        It is made at its first use, because a session takes some 90 ms.
        """
        return self._client.get()

    def put(self, key: str, body: bytes, *, content_type: str, public: bool) -> None:
        """Store body with its type and cache life, and with the ACL if it is public.

        An existing object is simply written again: same key, same bytes. If the bucket refuses
        ACLs, raises NotPublic until one object could be read at its public address.
        """
        fields = self._address(key) | {"Body": body, "ContentType": content_type}
        fields["CacheControl"] = IMMUTABLE if public else PRIVATE
        if self._keeps_checksums:  # Amazon refuses a body that does not match, and keeps it
            fields["ChecksumAlgorithm"] = "SHA256"
            fields["ChecksumSHA256"] = b64encode(sha256(body).digest()).decode()
        with _translated("stored", key):
            self._put(fields, acl=self._public_reading.acl if public else "")
        if public:
            self._public_reading.check(self.url(key), content_type=content_type)

    def get(self, key: str) -> bytes:
        """Return the object's bytes; raises ObjectNotFound."""
        with _translated("read", key):
            answer = self.client.get_object(**self._address(key))
            with closing(answer["Body"]) as body:
                return bytes(body.read())

    def upload(self, key: str, path: Path) -> None:
        """Store a file under key, private, in parts; it appears whole or not at all."""
        with _translated("stored", key):
            self.client.upload_file(
                str(path),
                ExtraArgs={"CacheControl": PRIVATE},
                Config=_in_parts(),
                **self._address(key),
            )

    def download(self, key: str, path: Path) -> None:
        """Write the object to a file, in parts; raises ObjectNotFound, OSError."""
        with _translated("read", key):
            self.client.download_file(Filename=str(path), Config=_in_parts(), **self._address(key))

    def exists(self, key: str) -> bool:
        """Return whether there is such an object; raises StorageError without a bucket."""
        try:
            self.headers(key)
        except ObjectNotFound:
            return False
        return True

    def headers(self, key: str) -> ObjectHeaders:
        """Return the object's headers; raises ObjectNotFound, or StorageError without a bucket."""
        try:
            with _translated("looked for", key):
                asked = {"ChecksumMode": "ENABLED"} if self._keeps_checksums else {}
                answer = self.client.head_object(**self._address(key), **asked)
        except ObjectNotFound:
            self._check_bucket()
            raise
        kept = b64decode(answer.get("ChecksumSHA256", "").partition("-")[0]).hex()
        return ObjectHeaders(answer.get("ContentType", ""), answer.get("CacheControl", ""), kept)

    def delete(self, key: str) -> None:
        """Delete the object; a missing one is no error."""
        try:
            with _translated("deleted", key):
                self.client.delete_object(**self._address(key))
        except ObjectNotFound:
            return

    def url(self, key: str) -> str:
        """Return the object's public address, percent-encoded."""
        if self._public_url:
            return f"{self._public_url}/{quote(self._prefix + checked_key(key))}"
        return self.own_url(key)

    def origins(self) -> tuple[str, ...]:
        """Return the origin of S3_PUBLIC_URL, if that is set, and the bucket's own."""
        urls = [self.url("posters/any.jpg")]
        with suppress(StorageError):  # without a region: only the CDN's address is known
            urls.append(self.own_url("posters/any.jpg"))
        return tuple(dict.fromkeys(origin_of(url) for url in urls))

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield the objects whose key starts with prefix, 1000 to a request."""
        with _translated("listed", prefix):
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix + prefix
            )
            for page in pages:
                for row in page.get("Contents", ()):
                    key = row["Key"].removeprefix(self._prefix)
                    if is_key(key):
                        stored_at = row["LastModified"].astimezone(UTC)
                        yield StoredObject(key, row["Size"], stored_at)

    @property
    def acl(self) -> str:
        """Return the ACL of public objects; "" if the bucket has refused it."""
        return self._public_reading.acl

    @property
    def acl_refused(self) -> bool:
        """Return whether the bucket has refused the ACL that the operator set."""
        return self._public_reading.acl_refused

    @property
    def public_url(self) -> str | None:
        """Return S3_PUBLIC_URL; None: pages link the bucket's own address."""
        return self._public_url

    @property
    def policy_cure(self) -> str:
        """Return what makes objects public without ACLs, as the end of a sentence."""
        return self._public_reading.cure

    @property
    def place(self) -> str:
        """Return the bucket and the folder in it, "bucket/folder/", as a policy names them."""
        return f"{self._bucket}/{self._prefix}"

    def own_url(self, key: str) -> str:
        """Return the object's address at the bucket itself, without S3_PUBLIC_URL."""
        path = quote(self._prefix + checked_key(key))
        if self._endpoint_url:
            return f"{self._endpoint_url}/{self._bucket}/{path}"
        with _translated("addressed", key):
            return f"{bucket_url(self._bucket, self.client.meta.endpoint_url)}/{path}"

    def regions(self) -> tuple[str, str]:
        """Return the region of the requests and the one that the bucket reports.

        Both are the same for other services than Amazon, whose regions mean little.
        """
        asked = str(self.client.meta.region_name)
        if self._endpoint_url:
            return asked, asked
        with _translated("found", f"The bucket {self._bucket}"):
            answer = self.client.head_bucket(Bucket=self._bucket)
        headers = answer["ResponseMetadata"]["HTTPHeaders"]
        return asked, headers.get("x-amz-bucket-region", asked)

    def blocks_every_put(self) -> bool:
        """Return whether BlockPublicAcls is on at a compatible service.

        Ceph then refuses every put; Amazon refuses only those with a public ACL.
        """
        if not self._endpoint_url:
            return False
        try:
            answer = self.client.get_public_access_block(Bucket=self._bucket)
        except (BotoCoreError, ClientError):  # no right to ask, or unknown to the service
            return False
        return bool(answer["PublicAccessBlockConfiguration"].get("BlockPublicAcls"))

    @property
    def _keeps_checksums(self) -> bool:
        """Return whether checksums may be sent: Amazon takes them, others refuse or ignore them."""
        return self._endpoint_url is None

    def _address(self, key: str) -> dict[str, Any]:
        return {"Bucket": self._bucket, "Key": self._prefix + checked_key(key)}

    def _put(self, fields: dict[str, Any], *, acl: str) -> None:
        """Put with the ACL, and without if there is none or the bucket refuses it."""
        if not acl:
            self.client.put_object(**fields)
            return
        try:
            self.client.put_object(ACL=acl, **fields)
        except ClientError as error:
            if code_of(error.response) not in ACL_REFUSALS:
                raise
            self.client.put_object(**fields)
            self._public_reading.drop_acl()

    def _check_bucket(self) -> None:
        """Check once that the bucket exists: HEAD answers 404 for it as for a missing key.

        Otherwise a mistyped S3_BUCKET would look as if every object were gone.
        """
        if not self._bucket_seen:
            try:
                with _translated("found", f"The bucket {self._bucket}"):
                    self.client.head_bucket(Bucket=self._bucket)
            except ObjectNotFound as error:
                raise StorageError(NO_BUCKET, code="NoSuchBucket") from error
            self._bucket_seen = True


def _load() -> None:
    import boto3.s3.transfer  # noqa: F401


def _in_parts() -> Any:
    """Return how large files move: S3 takes 10,000 parts at most, so 160 GB.

    16 MiB pass within read_timeout at 3 MB/s.
    """
    from boto3.s3.transfer import TransferConfig

    return TransferConfig(
        multipart_threshold=1 << 24, multipart_chunksize=1 << 24, max_concurrency=2
    )


def _make_client(endpoint_url: str | None) -> Any:
    """Return a client; it uses path addresses for compatible services without wildcard DNS.

    Without a region from boto3's chain it signs for us-east-1, which such services accept.
    """
    import boto3
    from botocore.config import Config

    style = {"addressing_style": "path" if endpoint_url else "auto"}
    return boto3.session.Session().client(
        "s3",
        endpoint_url=endpoint_url,
        config=Config(s3=style, **_CONFIG),  # type: ignore[arg-type]  # a dict of mixed values
    )


@contextmanager
def _translated(done: str, key: str) -> Iterator[None]:
    """Turn boto3's errors into StorageErrors, and count them, except for missing objects.

    done: "stored", "read", …
    """
    try:
        with _in_words(done, key):
            yield
    except ObjectNotFound:
        raise
    except StorageError:
        metrics.S3_FAILURES.inc()
        raise


@contextmanager
def _in_words(done: str, key: str) -> Iterator[None]:
    from boto3.exceptions import S3UploadFailedError

    try:
        yield
    except S3UploadFailedError as error:  # boto3's wrapping of what stopped an upload in parts
        with _in_words(done, key):
            raise error.__context__ or BotoCoreError() from error
    except ClientError as error:
        if code_of(error.response) in MISSING:
            raise ObjectNotFound(key) from error
        code, reason = code_of(error.response), in_words(error.response)
        raise StorageError(f"{key} could not be {done}: {reason}", code=code) from error
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise StorageError(
            f"{key} could not be {done}: {NO_CREDENTIALS}", code="NoCredentials"
        ) from error
    except (EndpointConnectionError, SSLError) as error:
        message = f"{key} could not be {done}: {error}: {NO_ENDPOINT}"
        raise StorageError(message, code="NoEndpoint") from error
    except (BotoCoreError, HTTPError, ValueError) as error:  # ValueError: an unusable endpoint
        raise StorageError(f"{key} could not be {done}: {error}") from error
