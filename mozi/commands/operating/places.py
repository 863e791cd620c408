"""Where a backup is, as an argument of a command: a file, or s3://bucket/prefix."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import click

from mozi.maintenance.backups.buckets import DATABASES
from mozi.storage import is_key

S3 = "s3://"


@dataclass(frozen=True)
class BucketPlace:
    """s3://bucket/prefix/; backup: the key of one backup below it, None: the latest."""

    address: str
    bucket: str
    prefix: str
    backup: str | None

    def __str__(self) -> str:
        return self.address

    @classmethod
    def parse(cls, address: str) -> BucketPlace:
        """Return the place of an address s3://…; raises ValueError."""
        bucket, _, path = address.removeprefix(S3).partition("/")
        prefix, found, name = path.partition(DATABASES)
        folder = prefix.strip("/")
        if not bucket or (folder and not is_key(folder)) or (name and not is_key(name)):
            raise ValueError(address)
        backup = f"{found}{name}" if name else None
        return cls(address, bucket, f"{folder}/" if folder else "", backup)


class Place(click.ParamType[Any]):
    """A file, or s3://bucket/prefix. exists, writable: of the file, as click.Path has them."""

    name = "place"

    def __init__(self, *, exists: bool = False, writable: bool = False) -> None:
        self.file: Any = click.Path(
            exists=exists, dir_okay=False, writable=writable, path_type=Path
        )

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path | BucketPlace:
        """Return the place that was named."""
        if not str(value).startswith(S3):
            return cast("Path", self.file.convert(value, param, ctx))
        try:
            return BucketPlace.parse(str(value))
        except ValueError:
            self.fail(f"{value!r} is not s3://bucket/prefix", param, ctx)
