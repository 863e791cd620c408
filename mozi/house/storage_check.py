"""Whether the storage does all that Mozi asks of it, tried with two small objects.

Each fault becomes one line that names what to change. What follows from a fault is not tried,
so that an operator never gets the consequences of a fault for faults of their own.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from mozi.errors import NotPublic, ObjectNotFound, StorageError
from mozi.storage import IMMUTABLE, Storage
from mozi.storage.public import NoPublicAnswer, PublicAnswer
from mozi.storage.s3 import S3Storage

JPEG = "image/jpeg"
# The shortest that a program may take for a JPEG: its first bytes and its last.
BODY = b"\xff\xd8\xff\xfe\x00\x0fMozi's check.\xff\xd9"

Ask = Callable[[str], PublicAnswer]  # raises NoPublicAnswer


@dataclass
class StorageReport:
    """What was found in order, and one line for each fault, naming what to change."""

    passed: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class _Fault(Exception):
    """One thing to change; whatever depends on it is not tried."""


class StorageCheck:
    """One run. ask: what a visitor without credentials is answered at an address."""

    def __init__(self, storage: Storage, ask: Ask) -> None:
        self.storage = storage
        self.ask = ask
        self.report = StorageReport()
        name = f"check-{secrets.token_hex(8)}"
        self.original = f"originals/{name}.jpg"
        self.variant = f"posters/{name}.jpg"

    def run(self) -> StorageReport:
        """Try everything, take away what was stored for it, and return what was found."""
        if self._try("stored privately", self._store_original):
            if self._try("read back", self._read_back):
                self._try("region", self._check_region)
            if self._try("stored publicly", self._store_variant):
                self._try("read by visitors", self._read_as_a_visitor)
            self._try("originals are private", self._check_privacy)
            self._try("deleted", self._delete)
        return self.report

    def _try(self, name: str, step: Callable[[], None]) -> bool:
        try:
            step()
        except (_Fault, StorageError) as fault:
            if str(fault) not in self.report.faults:
                self.report.faults.append(str(fault))
            return False
        self.report.passed.append(name)
        return True

    def _store_original(self) -> None:
        try:
            self.storage.put(self.original, BODY, content_type=JPEG, public=False)
        except ObjectNotFound as error:  # to a PUT, only what is no S3 answers 404 and no code
            raise _Fault(
                "S3_ENDPOINT_URL leads to something that is no S3 service: a PUT was answered 404."
            ) from error

    def _read_back(self) -> None:
        if self.storage.get(self.original) != BODY:
            raise _Fault(
                "What was stored does not come back: S3_ENDPOINT_URL leads to something that is"
                " no S3 service."
            )
        self.storage.exists(f"{self.original}.not")  # S3 says 403 to whoever may not list
        next(self.storage.list(self.original), None)

    def _check_region(self) -> None:
        if isinstance(self.storage, S3Storage):
            asked, actual = self.storage.regions()
            if asked != actual:
                raise _Fault(
                    f"The bucket is in {actual}: set AWS_DEFAULT_REGION to {actual} instead of"
                    f" {asked}."
                )

    def _store_variant(self) -> None:
        try:
            self.storage.put(self.variant, BODY, content_type=JPEG, public=True)
        except NotPublic as error:
            raise _Fault(self._acl_refused(and_unreadable=True)) from error
        except StorageError as error:
            raise _Fault(self._why_only_public_is_refused(error)) from error
        if isinstance(self.storage, S3Storage) and self.storage.acl_refused:
            # It works as it is, since a policy lets visitors read; each put is sent twice, though.
            self.report.faults.append(self._acl_refused(and_unreadable=False))

    def _acl_refused(self, *, and_unreadable: bool) -> str:
        cure = self.storage.policy_cure if isinstance(self.storage, S3Storage) else ""
        more = f", and {cure}" if and_unreadable else ""
        return f"The bucket takes no ACLs: set S3_ACL to empty{more}."

    def _why_only_public_is_refused(self, error: StorageError) -> str:
        """Return the line for a put that is refused with an ACL, while one without was taken."""
        if error.code not in {"AccessDenied", "403"} or not isinstance(self.storage, S3Storage):
            return str(error)
        return (
            f"S3_ACL={self.storage.acl} is refused, while objects without an ACL are taken: switch"
            " off the bucket's Block Public Access for ACLs and allow s3:PutObjectAcl, or set"
            f" S3_ACL to empty and {self.storage.policy_cure}."
        )

    def _read_as_a_visitor(self) -> None:
        url = self.storage.url(self.variant)
        try:
            answer = self.ask(url)
        except NoPublicAnswer as reason:
            raise _Fault(
                f"Visitors get no answer at {url} ({reason}): {self._mend_url()}."
            ) from reason
        if answer.status in {401, 403}:
            raise _Fault(self._why_forbidden(url, answer.status))
        if answer.status != 200:
            raise _Fault(f"Visitors are answered {answer.status} at {url}: {self._mend_url()}.")
        self._check_headers(url, answer)

    def _why_forbidden(self, url: str, status: int) -> str:
        if not isinstance(self.storage, S3Storage):
            return f"Visitors are answered {status} at {url}."
        if self.storage.public_url and self._is_readable(self.storage.own_url(self.variant)):
            return f"Visitors are answered {status} at {url}: {self._mend_url()}."
        if self.storage.acl:
            return (
                f"Visitors may not read {url} ({status}) although it was stored with"
                f" S3_ACL={self.storage.acl}: switch off the bucket's Block Public Access for ACLs,"
                f" or set S3_ACL to empty and {self.storage.policy_cure}."
            )
        return f"Visitors may not read {url} ({status}): {self.storage.policy_cure}."

    def _is_readable(self, url: str) -> bool:
        try:
            return self.ask(url).status == 200
        except NoPublicAnswer:
            return False

    def _mend_url(self) -> str:
        if isinstance(self.storage, S3Storage) and self.storage.public_url:
            return (
                "S3_PUBLIC_URL points elsewhere; it takes the address under which visitors reach"
                f" what is in the bucket (the bucket's own: {self.storage.own_url(self.variant)})"
            )
        return "name in S3_PUBLIC_URL the address under which visitors reach the bucket"

    def _check_headers(self, url: str, answer: PublicAnswer) -> None:
        """Compare type and cache life; not the bytes, which some CDNs compress again."""
        if not answer.content_type.startswith(("image/", "binary/", "application/octet-stream")):
            raise _Fault(
                f"Visitors get {answer.content_type} instead of a picture at {url}:"
                f" {self._mend_url()}."
            )
        if not answer.content_type.startswith("image/"):
            raise _Fault(
                f"Visitors get the type {answer.content_type} instead of {JPEG} at {url}: let the"
                " service or the CDN pass on each object's own Content-Type."
            )
        life = answer.headers.get("Cache-Control", "")
        if not {part.strip() for part in IMMUTABLE.split(",")} <= _parts_of(life):
            raise _Fault(
                f"Visitors get Cache-Control {life or 'not at all'!r} instead of {IMMUTABLE!r} at"
                f" {url}: let the service or the CDN pass on each object's own Cache-Control."
            )

    def _check_privacy(self) -> None:
        urls = {self.storage.url(self.original)}
        if isinstance(self.storage, S3Storage):
            urls.add(self.storage.own_url(self.original))
        for url in sorted(urls):
            if self._shows_the_original(url):
                raise _Fault(
                    f"Anyone can read originals at {url}: restrict the bucket's policy (or the"
                    " CDN's paths) to posters/*."
                )

    def _shows_the_original(self, url: str) -> bool:
        """Return whether the very bytes come back: a web site may answer 200 to everything."""
        try:
            answer = self.ask(url)
        except NoPublicAnswer:
            return False
        return answer.status == 200 and answer.body == BODY

    def _delete(self) -> None:
        for key in (self.original, self.variant):
            try:
                self.storage.delete(key)
            except StorageError as error:
                raise _Fault(self._why_not_deleted(key, error)) from error
            if "read back" in self.report.passed and self.storage.exists(key):
                raise _Fault(f"{key} was deleted and is still there: allow s3:DeleteObject.")

    def _why_not_deleted(self, key: str, error: StorageError) -> str:
        if error.code not in {"AccessDenied", "403"}:
            return str(error)
        return (
            "The credentials may not delete: allow them s3:DeleteObject"
            f" (left behind: {self.original}, {self.variant})."
        )


def _parts_of(header: str) -> set[str]:
    return {part.strip().lower() for part in header.split(",")}
