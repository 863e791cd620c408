"""docs/deploy.md and what it tells to copy: commands, policies, units."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import boto3
import click
import pytest
from flask import Flask
from urllib3 import PoolManager

from mozi.maintenance.storage_check import StorageCheck
from mozi.storage import IMMUTABLE
from mozi.storage.public import PublicAnswer, public_answer
from mozi.storage.s3 import S3Storage
from tests.conftest import make_bucket
from tests.support.origin import Origin
from tests.support.servers import free_port
from tests.support.serving import wait_until

ROOT = Path(__file__).parents[1]
DEPLOY = (ROOT / "docs/deploy.md").read_text()
UNITS = sorted((ROOT / "docs/systemd").iterdir())


def commands_in(text: str) -> set[str]:
    return set(re.findall(r"\bflask ([a-z]+(?:-[a-z]+)*)", text))


def commands_of(app: Flask) -> set[str]:
    return set(app.cli.list_commands(click.Context(app.cli)))


def test_every_command_that_is_named_exists(app: Flask) -> None:
    named = commands_in(DEPLOY) | set(re.findall(r"^mozi ([a-z-]+)", DEPLOY, re.MULTILINE))
    assert len(named) > 8
    assert named <= commands_of(app)


def test_the_docs_list_every_command_of_ours(app: Flask) -> None:
    ours = commands_of(app) - {"db", "run", "shell", "routes", "limiter"}
    table = (ROOT / "docs/commands.md").read_text()
    assert ours == set(re.findall(r"^\| `flask ([a-z-]+)", table, re.MULTILINE))


def test_every_file_that_is_linked_is_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", DEPLOY)
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []


def test_the_documented_nginx_sets_or_clears_every_forwarding_header() -> None:
    block = DEPLOY.partition("inside its `server` block")[2].partition("\n}\n")[0]
    told = dict(re.findall(r"^    proxy_set_header (\S+) (.+);$", block, re.MULTILINE))
    believed = {"Host", "X-Forwarded-For", "X-Forwarded-Proto", "X-Request-Start", "X-Request-ID"}
    assert {name for name, value in told.items() if value != '""'} == believed
    unread = {"Forwarded", *(f"X-Forwarded-{word}" for word in ("Host", "Port", "Prefix"))}
    assert {name for name, value in told.items() if value == '""'} == unread
    assert "$http_" not in block
    assert "$proxy_add_" not in block


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_runs_what_there_is(app: Flask, unit: Path) -> None:
    text = unit.read_text()
    if unit.suffix == ".timer":
        assert unit.with_suffix(".service").exists()
        assert "OnCalendar=" in text
    elif unit.suffix == ".socket":
        assert unit.with_suffix(".service").exists()
    else:
        programs = re.findall(r"/srv/mozi/app/\.venv/bin/(flask [a-z-]+|gunicorn)", text)
        assert programs or "litestream" in unit.name
        assert {each.removeprefix("flask ") for each in programs} <= {"gunicorn", *commands_of(app)}


def test_every_unit_that_is_enabled_is_there() -> None:
    named = re.findall(r"\b(mozi[a-z-]*@?)\d*(\.(?:service|timer|socket))\b", steps())
    assert len(named) > 8
    assert {"".join(each) for each in named} <= {unit.name for unit in UNITS}


def steps() -> str:
    """Return what the guide tells to do, without the move away from units of former releases."""
    return DEPLOY.partition("An installation from before there was")[0]


def test_a_unit_that_may_run_several_times_is_a_template() -> None:
    template = (ROOT / "docs/systemd/mozi-worker@.service").read_text()
    assert "%i" in template
    assert "systemctl enable --now mozi-worker@1.service" in DEPLOY


SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]


def test_all_services_are_fenced_in_alike() -> None:
    fence = re.compile(r"# As in every unit.*?(?=ReadWritePaths=)", re.S)
    fences = {tuple(fence.findall(unit.read_text())) for unit in SERVICES}
    assert len(fences) == 1
    ((fence_of_all,),) = fences
    assert "ProtectSystem=strict" in fence_of_all


@pytest.mark.skipif(which("systemd-analyze") is None, reason="there is no systemd-analyze")
@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_systemd_finds_a_service_little_exposed(unit: Path) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(unit)]
    looked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert looked.returncode == 0, looked.stdout.splitlines()[-1]


def test_no_service_is_reloaded() -> None:
    assert [unit.name for unit in SERVICES if "\nExecReload=" in unit.read_text()] == []
    assert "systemctl reload" not in "".join(re.findall(r"```sh\n(.*?)```", DEPLOY, re.S))


@pytest.fixture
def edge(tmp_path: Path, origin: Origin) -> Iterator[str]:
    """The address of the guide's nginx in front of a store, which is the origin."""
    (block,) = re.findall(r"```nginx\n(proxy_cache_path.*?)```", DEPLOY, re.S)
    port = free_port()
    for documented, here in (
        ("/var/cache/nginx/posters", str(tmp_path / "cache")),
        ("listen 443 ssl", f"listen 127.0.0.1:{port}"),
        ("https://s3.internal", origin.url("").rstrip("/")),
    ):
        assert documented in block
        block = block.replace(documented, here)
    block = re.sub(r"^ *ssl_certificate.*\n", "", block, flags=re.MULTILINE)
    bodies = "".join(f"{name}_temp_path {tmp_path}/{name};" for name in TEMPORARY)
    (tmp_path / "conf").write_text(
        f"daemon off; master_process off; pid {tmp_path}/pid; error_log {tmp_path}/log; events {{}}"
        f"http {{ access_log off; {bodies} {block} }}"
    )
    nginx = subprocess.Popen(["nginx", "-c", tmp_path / "conf", "-e", tmp_path / "log"])
    try:
        wait_until(lambda: accepts(port))
        yield f"http://127.0.0.1:{port}"
    finally:
        nginx.terminate()
        nginx.wait(10)


TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(which("nginx") is None, reason="there is no nginx")
def test_the_documented_edge_keeps_posters_and_shows_nothing_else(
    edge: str, origin: Origin
) -> None:
    stored, private = "/the-real-name/posters/1-a.jpg", "/the-real-name/originals/1.jpg"
    origin.serve(stored, b"poster", headers={"Cache-Control": IMMUTABLE})
    origin.serve(private, b"original")
    pool = PoolManager(retries=False)
    for asked in ("/posters/1-a.jpg", "/posters/1-a.jpg?acl", "/posters/1-a.jpg"):
        assert pool.request("GET", edge + asked).data == b"poster"
    assert origin.hits[stored] == 1
    for asked in (
        "/originals/1.jpg",
        "/posters/../originals/1.jpg",
        "/posters/%2e%2e/originals/1.jpg",
    ):
        assert pool.request("GET", edge + asked).status == 404
    assert pool.request("PUT", f"{edge}/posters/2.jpg", body=b"mine").status == 403
    assert origin.hits[private] == 0
    pool.clear()


def test_no_setting_has_a_comment_behind_it_which_systemd_would_take_for_its_value() -> None:
    settings = re.findall(r"^[A-Z][A-Z0-9_]+=.*$", DEPLOY, re.MULTILINE)
    assert len(settings) > 10
    assert [line for line in settings if "#" in line] == []


def test_the_policies_let_visitors_read_posters_and_nothing_else(s3_url: str) -> None:
    make_bucket(s3_url, bucket := f"test-{uuid.uuid4().hex}")
    policy = (ROOT / "docs/bucket-policy.json").read_text().replace("YOUR-BUCKET", bucket)
    client = boto3.client("s3", endpoint_url=s3_url)
    client.put_bucket_policy(Bucket=bucket, Policy=policy)
    storage = S3Storage(bucket, endpoint_url=s3_url, acl="")
    report = StorageCheck(storage, ask).run()
    assert report.faults == []
    assert "originals are private" in report.passed
    client.close()
    storage.client.close()


def test_only_amazon_is_told_a_location_and_to_block_public_acls() -> None:
    _, _, bucket = DEPLOY.partition("\n## The bucket\n")
    stores = re.split(
        r"^\*\*(?=Amazon|Ceph|SeaweedFS|MinIO|Cloudflare)", bucket, flags=re.MULTILINE
    )[1:]
    told = {
        each.split("*")[0]: "".join(re.findall(r"```sh\n(.*?)```", each, re.S)) for each in stores
    }
    assert list(told) == [
        "Amazon S3",
        "Ceph RGW",
        "SeaweedFS",
        "MinIO and its kin",
        "Cloudflare R2",
    ]
    for option in ("LocationConstraint", "BlockPublicAcls=true"):
        assert [store for store, steps in told.items() if option in steps] == ["Amazon S3"]


def ask(url: str) -> PublicAnswer:
    return public_answer(url, body_bytes=1000)


def test_the_credentials_may_do_what_the_program_does() -> None:
    policy = json.loads((ROOT / "docs/credentials-policy.json").read_text())
    actions = {action for each in policy["Statement"] for action in _listed(each["Action"])}
    assert actions == {"s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:ListBucket"}


def _listed(action: str | list[str]) -> list[str]:
    return [action] if isinstance(action, str) else action
