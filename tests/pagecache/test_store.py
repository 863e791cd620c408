"""The store behind the processes: on disk and in Redis, working and not."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from flask import Flask

from mozi.pagecache.entries import Entry, make_entry
from mozi.pagecache.shards import shard_of
from mozi.pagecache.store import PageStore
from mozi.settings import Settings
from tests.support.logs import listening

MakeStore = Callable[..., PageStore]


def entry(body: bytes = b"page", began: float = 0.0) -> Entry:
    return make_entry(
        body,
        page="index",
        fingerprint="f",
        day="2026-11-26",
        began=began,
        content_type="text/html",
        digests={"1": "a"},
    )


@pytest.fixture(params=["folder", "redis"])
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> MakeStore:
    env = {"DATA_DIR": str(tmp_path), "SECRET_KEY": "s" * 32}
    if request.param == "redis":
        env["REDIS_URL"] = request.getfixturevalue("redis_url")
        with redis.from_url(env["REDIS_URL"]) as client:
            client.flushdb()
    return lambda **more: PageStore(Flask("test"), Settings.from_env({**env, **more}))


def test_what_one_process_stores_another_finds(make_store: MakeStore) -> None:
    make_store().put("k", entry())
    assert make_store().find("k") == entry()


def test_a_key_has_one_slot_that_is_replaced(make_store: MakeStore) -> None:
    store = make_store()
    store.put("k", entry(b"old"))
    store.put("k", entry(b"new"))
    assert store.find("k") == entry(b"new")


def test_what_was_never_stored_is_not_found(make_store: MakeStore) -> None:
    assert make_store().find("k") is None


def test_an_entry_of_another_secret_is_not_found(make_store: MakeStore) -> None:
    make_store(SECRET_KEY="theirs" * 6).put("k", entry())
    assert make_store().find("k") is None


def test_only_one_has_the_lock_to_render_a_page(make_store: MakeStore) -> None:
    one, other = make_store(), make_store()
    with one.render_lock("k") as mine, other.render_lock("k") as theirs:
        assert (mine, theirs) == (True, False)
    with other.render_lock("k") as theirs:
        assert theirs


def test_locks_of_other_pages_are_free(make_store: MakeStore) -> None:
    store = make_store()
    with store.render_lock("k"), store.render_lock("another") as mine:
        assert mine


def test_a_lock_is_released_after_an_error(make_store: MakeStore) -> None:
    store = make_store()
    with pytest.raises(KeyError), store.render_lock("k"):
        raise KeyError
    with store.render_lock("k") as mine:
        assert mine


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_redis_that_hangs_costs_little_and_one_warning(tmp_path: Path, silent_port: int) -> None:
    env = {"DATA_DIR": str(tmp_path), "REDIS_URL": f"redis://127.0.0.1:{silent_port}/0"}
    store, began = PageStore(Flask("test"), Settings.from_env(env)), time.monotonic()
    with listening() as said:
        for _ in range(50):
            assert store.find("k") is None
            store.put("k", entry())
            with store.render_lock("k") as mine:
                assert mine
    assert time.monotonic() - began < 8  # one time-out of 0.1 s, then the store is not called
    assert len(said.messages("WARNING")) == 1


def test_a_redis_that_is_gone_costs_renders_and_no_error(tmp_path: Path) -> None:
    env = {"DATA_DIR": str(tmp_path), "REDIS_URL": "redis://127.0.0.1:1/0"}
    store = PageStore(Flask("test"), Settings.from_env(env))
    store.put("k", entry())
    assert store.find("k") is None


def test_a_folder_that_cannot_be_written_costs_renders_and_no_error(tmp_path: Path) -> None:
    (tmp_path / "pages").write_text("in the way")
    store = PageStore(Flask("test"), Settings.from_env({"DATA_DIR": str(tmp_path)}))
    with listening() as said:
        store.put("k", entry())
    assert store.find("k") is None
    assert ["does not work" in message for message in said.messages("WARNING")] == [True]


def test_a_redis_full_of_rubbish_is_rendered_over(redis_url: str, tmp_path: Path) -> None:
    env = {"DATA_DIR": str(tmp_path), "REDIS_URL": redis_url}
    store = PageStore(Flask("test"), Settings.from_env(env))
    shard = f"mozi:page:{shard_of(' k'):x}"
    with redis.from_url(redis_url) as client:
        client.hset(shard, " k", b"!\x80\x04rubbish")
        assert store.find("k") is None
        store.put("k", entry())
        assert 0 < client.ttl(shard) <= 3600
    assert store.find("k") == entry()


@pytest.mark.parametrize("failing", ["put", "find"])
def test_a_lock_ends_with_its_render_though_the_store_backs_off(
    make_store: MakeStore, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    one, other = make_store(), make_store()
    monkeypatch.setattr(one._backend, "set" if failing == "put" else "get", full)
    with one.render_lock("k"):
        _ = one.put("k", entry()) if failing == "put" else one.find("k")
    with other.render_lock("k") as mine:
        assert mine


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_store_that_works_passes_its_check(make_store: MakeStore) -> None:
    make_store().check()


def test_a_store_that_cannot_be_written_fails_its_check(
    make_store: MakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = make_store()
    monkeypatch.setattr(store._backend, "set", full)
    with pytest.raises(OSError, match="space"):
        store.check()


def test_a_store_that_forgets_fails_its_check(
    make_store: MakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = make_store()
    monkeypatch.setattr(store._backend, "set", lambda *_: True)
    with pytest.raises(OSError, match="come back"):
        store.check()
