"""S3's error answers in plain words, with the cure if one is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Buckets made since April 2023 answer the first (400), services without ACLs the second (501).
ACL_REFUSALS = frozenset({"AccessControlListNotSupported", "NotImplemented"})
MISSING = frozenset({"NoSuchKey", "404"})  # an answer to HEAD has no body with a code

NO_BUCKET = "S3_BUCKET names no bucket of this service."
NO_CREDENTIALS = "there are no credentials for S3. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
NO_ENDPOINT = "No S3 service answers at S3_ENDPOINT_URL (for Amazon: in AWS_DEFAULT_REGION)."
_NO_ACCESS = (
    "The credentials need s3:PutObject, s3:GetObject, s3:DeleteObject and s3:ListBucket, and"
    " s3:PutObjectAcl too unless S3_ACL is empty; a public ACL (on Ceph: any object) also needs"
    " Block Public Access switched off for ACLs."
)
_WRONG_REGION = "Set AWS_DEFAULT_REGION to the region that the bucket is in."
_CURES = {
    "NoSuchBucket": NO_BUCKET,
    "InvalidBucketName": NO_BUCKET,
    "PermanentRedirect": _WRONG_REGION,
    "AuthorizationHeaderMalformed": _WRONG_REGION,
    "IllegalLocationConstraintException": _WRONG_REGION,
    "RequestTimeTooSkewed": "Set the clock of this machine: it differs from S3's by minutes.",
    "InvalidToken": "AWS_SESSION_TOKEN is not valid there.",
    "ExpiredToken": "AWS_SESSION_TOKEN has expired.",
    "InvalidAccessKeyId": "AWS_ACCESS_KEY_ID is not known there.",
    "SignatureDoesNotMatch": "AWS_SECRET_ACCESS_KEY does not belong to AWS_ACCESS_KEY_ID.",
    "AccessDenied": _NO_ACCESS,
    "403": _NO_ACCESS,
}

Answer = Mapping[str, Any]  # botocore's ClientError.response


def code_of(answer: Answer) -> str:
    """Return S3's error code, such as NoSuchKey, or the status if the answer has no code."""
    return str(answer.get("Error", {}).get("Code", ""))


def in_words(answer: Answer) -> str:
    """Return status, code and message, and what to do."""
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", "an error")
    message = answer.get("Error", {}).get("Message", "")
    code = code_of(answer)
    return f"S3 answered {status} {code} ({message}). {_CURES.get(code, '')}".rstrip()
