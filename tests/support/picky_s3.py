"""A bucket on 127.0.0.1 that refuses what it is told to, for what moto never refuses.

    with PickyS3() as picky:
        picky.refuses["DELETE"] = (403, "AccessDenied")

It knows objects, ACLs and one policy; whoever sends no Authorization is a visitor.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

BUCKET = "b"


@dataclass
class Stored:
    body: bytes
    headers: dict[str, str]
    public: bool


@dataclass
class PickyS3:
    """refuses: status and code by method; "PUT acl" and "HEAD" of what is not there count apart.

    public_prefix: what a bucket policy lets visitors read, None without one. ignores_acls:
    takes an ACL and does nothing. blocks_acls: refuses every PUT, as Ceph does then.
    loses: names of headers that it does not keep.
    """

    refuses: dict[str, tuple[int, str]] = field(default_factory=dict)
    public_prefix: str | None = None
    ignores_acls: bool = False
    blocks_acls: bool = False
    loses: set[str] = field(default_factory=set)
    objects: dict[str, Stored] = field(default_factory=dict)

    def __enter__(self) -> PickyS3:
        picky = self

        class Handler(_Handler):
            bucket = picky

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def may_be_read(self, key: str) -> bool:
        by_policy = self.public_prefix is not None and key.startswith(self.public_prefix)
        return by_policy or (key in self.objects and self.objects[key].public)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    bucket: PickyS3

    @property
    def key(self) -> str:
        return unquote(urlsplit(self.path).path).removeprefix(f"/{BUCKET}").removeprefix("/")

    @property
    def visitor(self) -> bool:
        return "Authorization" not in self.headers

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        acl = self.headers.get("x-amz-acl")
        if self.bucket.blocks_acls:
            self.answer(403, _error("AccessDenied"))
            return
        if self.refused("PUT") or (acl and self.refused("PUT acl")):
            return
        kept = {"Content-Type", "Cache-Control"} - self.bucket.loses
        headers = {name: self.headers[name] for name in kept if name in self.headers}
        public = acl == "public-read" and not self.bucket.ignores_acls
        self.bucket.objects[self.key] = Stored(body, headers, public)
        self.answer(200)

    def do_GET(self) -> None:
        stored = self.bucket.objects.get(self.key)
        if self.visitor and not self.bucket.may_be_read(self.key):
            self.answer(403)
        elif urlsplit(self.path).query == "publicAccessBlock":
            self.answer(200, _blocked(self.bucket.blocks_acls))
        elif not self.key:
            self.answer(200, b"<ListBucketResult></ListBucketResult>")
        elif stored is None:
            self.answer(404, _error("NoSuchKey"))
        elif not (not self.visitor and self.refused("GET")):
            headers = {"Content-Type": "binary/octet-stream", **stored.headers}
            self.answer(200, stored.body, headers)

    def do_HEAD(self) -> None:
        stored = self.bucket.objects.get(self.key)
        if self.key and stored is None:
            self.answer(self.bucket.refuses.get("HEAD", (404, ""))[0])
        else:
            self.answer(200)

    def do_DELETE(self) -> None:
        if not self.refused("DELETE"):
            self.bucket.objects.pop(self.key, None)
            self.answer(204)

    def refused(self, what: str) -> bool:
        if what not in self.bucket.refuses:
            return False
        status, code = self.bucket.refuses[what]
        self.answer(status, _error(code))
        return True

    def answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep the tests' output free of access lines."""


def _blocked(acls: bool) -> bytes:
    held = f"<BlockPublicAcls>{str(acls).lower()}</BlockPublicAcls>"
    name = "PublicAccessBlockConfiguration"
    return f"<{name}>{held}</{name}>".encode()


def _error(code: str) -> bytes:
    if not code:
        return b"<html>"
    return f"<Error><Code>{code}</Code><Message>No.</Message></Error>".encode()
