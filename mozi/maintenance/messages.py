"""What can be wrong with the storage: an English sentence for each code.

Each sentence names what to change. Some end in another message, the cure.
"""

from __future__ import annotations

from mozi.messages import Message

SENTENCES = {
    "no_s3_put": ("S3_ENDPOINT_URL does not lead to an S3 service: a PUT was answered 404."),
    "no_s3_get": (
        "A GET did not return the object that was stored: S3_ENDPOINT_URL does not lead to an S3"
        " service."
    ),
    "blocks_every_put": (
        "The bucket's Block Public Access is on for ACLs (BlockPublicAcls), and this service then"
        " refuses every object: switch it off (aws s3api delete-public-access-block), set"
        " S3_ACL to empty, and {cure}."
    ),
    "region": "The bucket is in {actual}: set AWS_DEFAULT_REGION to {actual} instead of {asked}.",
    "no_acls": "The bucket accepts no ACLs: set S3_ACL to empty.",
    "no_acls_no_policy": "The bucket accepts no ACLs: set S3_ACL to empty, and {cure}.",
    "acl_refused": (
        "S3_ACL={acl} is refused, although objects without an ACL are accepted: switch off the"
        " bucket's Block Public Access for ACLs and allow s3:PutObjectAcl, or set S3_ACL"
        " to empty and {cure}."
    ),
    "no_answer": "Visitors get no answer at {url} ({reason}): {cure}.",
    "status": "Visitors are answered {status} at {url}: {cure}.",
    "forbidden": "Visitors are answered {status} at {url}.",
    "acl_ignored": (
        "Visitors may not read {url} ({status}) although it was stored with S3_ACL={acl}: switch"
        " off the bucket's Block Public Access for ACLs, or set S3_ACL to empty and {cure}."
    ),
    "not_public": "Visitors may not read {url} ({status}): {cure}.",
    "no_picture": "Visitors get {type} instead of a picture at {url}: {cure}.",
    "wrong_type": (
        "Visitors get the type {type} instead of {right} at {url}: let the service or the CDN"
        " pass on each object's own Content-Type."
    ),
    "no_life": (
        "Visitors get no Cache-Control instead of {right!r} at {url}: let the service or the CDN"
        " pass on each object's own Cache-Control."
    ),
    "wrong_life": (
        "Visitors get Cache-Control {life!r} instead of {right!r} at {url}: let the service or the"
        " CDN pass on each object's own Cache-Control."
    ),
    "not_private": (
        "Anyone can read originals at {url}: restrict the bucket's policy (or the CDN's paths) to"
        " posters/*."
    ),
    "still_there": "{key} was deleted and is still there: allow s3:DeleteObject.",
    "not_deleted": (
        "The credentials may not delete: allow them s3:DeleteObject (left behind: {left})."
    ),
    "storage": "{said}",
    # The ends of sentences.
    "policy": "{policy}",
    "mend_public_url": (
        "S3_PUBLIC_URL points elsewhere; it takes the address under which visitors reach what is"
        " in the bucket (the bucket's own: {own_url})"
    ),
    "name_public_url": "name in S3_PUBLIC_URL the address under which visitors reach the bucket",
}


class StorageMessage(Message):
    """One of these sentences; its data may hold another StorageMessage."""

    sentences = SENTENCES
