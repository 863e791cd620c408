"""How visitors come to read what S3 holds: by each object's ACL, or by the bucket's policy."""

from __future__ import annotations

import logging
import threading

from mozi.errors import NotPublic
from mozi.storage.public import why_not_public

log = logging.getLogger(__name__)


class PublicReading:
    """What one process knows about a bucket: the ACL to send, and whether visitors can read.

    acl: what public objects get; "" from the start where the operator set it so, and that
    is taken at its word. place: the bucket and the folder in it, "bucket/folder/", as a
    policy names them.
    """

    def __init__(self, acl: str, *, place: str) -> None:
        self.acl = acl
        self._place = place
        self.acl_refused = False
        self._in_doubt = False
        self._lock = threading.Lock()

    def forgo_acl(self) -> None:
        """Remember that the bucket refused the ACL, and say once what to do about it.

        From now on visitors depend on a policy that nobody may have written.
        """
        with self._lock:
            self._in_doubt = self.acl_refused = True
            told, self.acl = not self.acl, ""
        if not told:
            log.warning(
                "The bucket takes no ACLs; objects are stored without one. Set S3_ACL to"
                " empty, and %s.",
                self.cure,
            )

    def prove(self, url: str, *, content_type: str) -> None:
        """Read a public object as a visitor would, if that is in doubt; raises NotPublic.

        The first success settles it for the process; until then every object is asked for.
        """
        if not self._in_doubt:
            return
        reason = why_not_public(url, content_type=content_type)
        if reason is not None:
            fault = f"Visitors cannot read {url} ({reason}); nothing is published: {self.cure}."
            log.error(fault)
            raise NotPublic(fault)
        self._in_doubt = False

    @property
    def cure(self) -> str:
        """Return what makes objects public without ACLs."""
        return (
            "give the bucket a policy that allows everyone s3:GetObject on"
            f" arn:aws:s3:::{self._place}posters/*, with Block Public Access switched off for"
            " policies, or name in S3_PUBLIC_URL where visitors can read the objects"
        )
