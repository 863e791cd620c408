"""How objects in S3 become public: by each object's ACL, or by the bucket's policy."""

from __future__ import annotations

import logging
import threading

from mozi.errors import NotPublic
from mozi.storage.public import why_not_public

log = logging.getLogger(__name__)


class PublicReading:
    """What one process knows about a bucket: the ACL to send, and whether visitors can read.

    acl: of public objects; "" if the operator set it so, which is not checked. place: the bucket
    and the folder in it, "bucket/folder/", as a policy names them.
    """

    def __init__(self, acl: str, *, place: str) -> None:
        self.acl = acl
        self._place = place
        self.acl_refused = False
        self._in_doubt = False
        self._lock = threading.Lock()

    def drop_acl(self) -> None:
        """Send no ACL any more, because the bucket refused it; log once what to do.

        From now on visitors need a policy, which may not exist.
        """
        with self._lock:
            self._in_doubt = self.acl_refused = True
            is_known, self.acl = not self.acl, ""
        if not is_known:
            log.warning(
                "The bucket accepts no ACLs; objects are stored without one. Set S3_ACL to"
                " empty, and %s.",
                self.cure,
            )

    def check(self, url: str, *, content_type: str) -> None:
        """Read a public object as a visitor, if the ACL was dropped; raises NotPublic.

        Every object is checked until the first success in this process.
        """
        if not self._in_doubt:
            return
        reason = why_not_public(url, content_type=content_type)
        if reason is not None:
            fault = f"Visitors cannot read {url} ({reason}), so nothing is published: {self.cure}."
            log.error(fault)
            raise NotPublic(fault)
        self._in_doubt = False

    @property
    def cure(self) -> str:
        """Return what makes objects public without ACLs, as the end of a sentence."""
        return (
            "give the bucket a policy that allows everyone s3:GetObject on"
            f" arn:aws:s3:::{self._place}posters/*, with Block Public Access switched off for"
            " policies, or set S3_PUBLIC_URL to an address where visitors can read the objects"
        )
