"""Checks with two small objects whether the storage does all that Mozi needs.

Each fault becomes one line that names what to change. Steps that depend on a failed step are
skipped, so that one fault is not reported several times.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from mozi import clock
from mozi.errors import NotPublic, ObjectNotFound, StorageError
from mozi.maintenance.messages import StorageMessage
from mozi.messages import NOTHING
from mozi.storage import IMMUTABLE, Storage
from mozi.storage.public import NoPublicAnswer, PublicAnswer
from mozi.storage.s3 import S3Storage

JPEG = "image/jpeg"
# The shortest body that passes for a JPEG: its first and last bytes and a comment.
BODY = b"\xff\xd8\xff\xfe\x00\x0fMozi's check.\xff\xd9"

PREFIXES = ("originals/check-", "posters/check-")
OF_A_CHECK = re.compile(r"(originals|posters)/check-[0-9a-f]{16}\.jpg")
LONGEST = timedelta(hours=1)  # no check takes that long; an older object was left behind

Ask = Callable[[str], PublicAnswer]  # raises NoPublicAnswer


@dataclass
class StorageReport:
    """The steps that passed, and for each fault one line that names what to change."""

    passed: list[str] = field(default_factory=list)
    faults: list[StorageMessage] = field(default_factory=list)


class _Fault(Exception):
    """One thing to change; the steps that depend on it are skipped."""

    def __init__(
        self, code: str, english: Mapping[str, str] = NOTHING, /, **data: str | int
    ) -> None:
        self.message = StorageMessage(code, english, **data)
        super().__init__(self.message)


class StorageCheck:
    """One run. ask: returns the answer that a visitor without credentials gets at an address."""

    def __init__(self, storage: Storage, ask: Ask) -> None:
        self.storage = storage
        self.ask = ask
        self.report = StorageReport()
        name = f"check-{secrets.token_hex(8)}"
        self.original = f"originals/{name}.jpg"
        self.variant = f"posters/{name}.jpg"

    def run(self) -> StorageReport:
        """Run every step, delete the two objects, and return the report."""
        try:
            self._run()
        finally:
            self._clear_up()
        return self.report

    def _run(self) -> None:
        if self._try("stored privately", self._store_original):
            if self._try("read back", self._read_back):
                self._try("region", self._check_region)
            if self._try("stored publicly", self._store_variant):
                self._try("read by visitors", self._read_as_a_visitor)
            self._try("originals are private", self._check_privacy)
            self._try("deleted", self._delete)

    def _clear_up(self) -> None:
        """Delete the objects of this run, and those that an aborted run left behind."""
        before = clock.now() - LONGEST
        with suppress(StorageError):
            for prefix in PREFIXES:
                for each in list(self.storage.list(prefix)):
                    if each.key in (self.original, self.variant) or each.stored_at < before:
                        self.storage.delete(each.key)

    def _try(self, name: str, step: Callable[[], None]) -> bool:
        try:
            step()
        except (_Fault, StorageError) as error:
            message = error.message if isinstance(error, _Fault) else _message_of(error)
            if message not in self.report.faults:
                self.report.faults.append(message)
            return False
        self.report.passed.append(name)
        return True

    def _store_original(self) -> None:
        try:
            self.storage.put(self.original, BODY, content_type=JPEG, public=False)
        except ObjectNotFound as error:  # S3 never answers a PUT with a bare 404
            raise _Fault("no_s3_put") from error
        except StorageError as error:
            raise self._why_every_put_fails(error) from error

    def _why_every_put_fails(self, error: StorageError) -> Exception:
        """Return the error of a refused put: the bucket's fault if it refuses every put."""
        refused = error.code in {"AccessDenied", "403"}
        if refused and isinstance(self.storage, S3Storage) and self.storage.blocks_every_put():
            return _Fault("blocks_every_put", cure=self._policy())
        return error

    def _read_back(self) -> None:
        if self.storage.get(self.original) != BODY:
            raise _Fault("no_s3_get")
        self.storage.exists(f"{self.original}.not")  # 403 without the right to list
        next(self.storage.list(self.original), None)

    def _check_region(self) -> None:
        if isinstance(self.storage, S3Storage):
            asked, actual = self.storage.regions()
            if asked != actual:
                raise _Fault("region", actual=actual, asked=asked)

    def _store_variant(self) -> None:
        try:
            self.storage.put(self.variant, BODY, content_type=JPEG, public=True)
        except NotPublic as error:
            raise _Fault("no_acls_no_policy", cure=self._policy()) from error
        except StorageError as error:
            raise self._why_public_puts_fail(error) from error
        if isinstance(self.storage, S3Storage) and self.storage.acl_refused:
            # A policy lets visitors read, so it works; but each put is sent twice.
            self.report.faults.append(StorageMessage("no_acls"))

    def _why_public_puts_fail(self, error: StorageError) -> Exception:
        """Return the error of a put that is refused with an ACL but succeeded without."""
        if error.code not in {"AccessDenied", "403"} or not isinstance(self.storage, S3Storage):
            return error
        return _Fault("acl_refused", acl=self.storage.acl, cure=self._policy())

    def _read_as_a_visitor(self) -> None:
        url = self.storage.url(self.variant)
        try:
            answer = self.ask(url)
        except NoPublicAnswer as reason:
            why = {"reason": str(reason)}
            raise _Fault(
                "no_answer", why, url=url, kind=reason.kind, cure=self._mend_url()
            ) from reason
        if answer.status in {401, 403}:
            raise self._why_forbidden(url, answer.status)
        if answer.status != 200:
            raise _Fault("status", status=answer.status, url=url, cure=self._mend_url())
        self._check_headers(url, answer)

    def _why_forbidden(self, url: str, status: int) -> _Fault:
        where: dict[str, str | int] = {"url": url, "status": status}
        if not isinstance(self.storage, S3Storage):
            return _Fault("forbidden", **where)
        if self.storage.public_url and self._is_readable(self.storage.own_url(self.variant)):
            return _Fault("status", cure=self._mend_url(), **where)
        if self.storage.acl:
            return _Fault("acl_ignored", acl=self.storage.acl, cure=self._policy(), **where)
        return _Fault("not_public", cure=self._policy(), **where)

    def _is_readable(self, url: str) -> bool:
        try:
            return self.ask(url).status == 200
        except NoPublicAnswer:
            return False

    def _policy(self) -> StorageMessage | str:
        if not isinstance(self.storage, S3Storage):
            return ""
        cure = {"policy": self.storage.policy_cure}
        return StorageMessage("policy", cure, place=self.storage.place)

    def _mend_url(self) -> StorageMessage:
        if isinstance(self.storage, S3Storage) and self.storage.public_url:
            return StorageMessage("mend_public_url", own_url=self.storage.own_url(self.variant))
        return StorageMessage("name_public_url")

    def _check_headers(self, url: str, answer: PublicAnswer) -> None:
        """Compare type and cache life, but not the bytes: some CDNs compress pictures again."""
        given = answer.content_type
        if not given.startswith(("image/", "binary/", "application/octet-stream")):
            raise _Fault("no_picture", type=given, url=url, cure=self._mend_url())
        if not given.startswith("image/"):
            raise _Fault("wrong_type", type=given, right=JPEG, url=url)
        life = answer.headers.get("Cache-Control", "")
        if not {part.strip() for part in IMMUTABLE.split(",")} <= _parts_of(life):
            code = "wrong_life" if life else "no_life"
            raise _Fault(code, life=life, right=IMMUTABLE, url=url)

    def _check_privacy(self) -> None:
        urls = {self.storage.url(self.original)}
        if isinstance(self.storage, S3Storage):
            urls.add(self.storage.own_url(self.original))
        for url in sorted(urls):
            if self._shows_the_original(url):
                raise _Fault("not_private", url=url)

    def _shows_the_original(self, url: str) -> bool:
        """Return whether the same bytes come back; status 200 alone could be any web site's."""
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
                raise self._why_not_deleted(error) from error
            if "read back" in self.report.passed and self.storage.exists(key):
                raise _Fault("still_there", key=key)

    def _why_not_deleted(self, error: StorageError) -> Exception:
        if error.code not in {"AccessDenied", "403"}:
            return error
        return _Fault("not_deleted", left=f"{self.original}, {self.variant}")


def is_of_a_check(key: str) -> bool:
    """Return whether this is an object that a check stored and did not delete."""
    return OF_A_CHECK.fullmatch(key) is not None


def _message_of(error: StorageError) -> StorageMessage:
    return StorageMessage("storage", said=str(error), kind=error.code)


def _parts_of(header: str) -> set[str]:
    return {part.strip().lower() for part in header.split(",")}
